"""The Impex folder by WebDAV: put, get, move, delete, make a folder, list (reference 9)."""

from __future__ import annotations

from email.utils import format_datetime
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from mirakl_sync.sandbox.salesforce.auth import basic_is, bearer
from mirakl_sync.sandbox.salesforce.errors import FileRefused
from mirakl_sync.sandbox.salesforce.folder import File, write
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.shop import Shop

BASE = "/on/demandware.servlet/webdav/Sites/Impex/"


def put(call: Call) -> Reply:
    """201 for a new file, 204 for one that was there; 409 where the folder is missing."""
    path = _path(call)
    known = call.shop.files.get(path)
    if known is not None and known.content is None:
        raise FileRefused(405, "This is a folder.")
    _check_parent(call.shop, path)
    write(call.shop.files, path, call.raw, call.shop.now())
    return Reply(None, 204 if known else 201)


def get(call: Call) -> Reply:
    found = _file(call)
    if found.content is None:
        raise FileRefused(403, "A folder is read with PROPFIND.")
    media = "application/xml" if _path(call).endswith(".xml") else "application/octet-stream"
    return Reply(found.content, 200, {"Last-Modified": format_datetime(found.at, usegmt=True)}, media)


def move(call: Call) -> Reply:
    """201, or 204 where something was overwritten; 412 where it must not be."""
    source, target = _path(call), _inside(unquote(urlsplit(call.headers.get("Destination", "")).path))
    if target is None:
        raise FileRefused(400, "The header Destination names no place in this folder.")
    found, known = _file(call), call.shop.files.get(target)
    if known and call.headers.get("Overwrite", "T").upper() == "F":
        raise FileRefused(412, "There is something already.")
    _check_parent(call.shop, target)
    moved = {source: target, **{name: target + name[len(source) :] for name in _below(call.shop, source)}}
    for old, new in moved.items():
        call.shop.files[new] = call.shop.files.pop(old) if old != source else found
    call.shop.files.pop(source, None)
    return Reply(None, 204 if known else 201)


def delete(call: Call) -> Reply:
    path = _path(call)
    _file(call)
    for name in [path, *_below(call.shop, path)]:
        call.shop.files.pop(name)
    return Reply(None, 204)


def make_folder(call: Call) -> Reply:
    path = _path(call)
    if path in call.shop.files:
        raise FileRefused(405, "There is something already.")
    _check_parent(call.shop, path)
    call.shop.files[path] = File(None, call.shop.now())
    return Reply(None, 201)


def list_folder(call: Call) -> Reply:
    """207 with the thing itself and, with Depth 1, what is directly in it."""
    path, deep = _path(call), call.headers.get("Depth", "1") != "0"
    own = _file(call)
    within = [name for name in _below(call.shop, path) if "/" not in name[len(path) + 1 :]] if deep else []
    ET.register_namespace("D", "DAV:")
    root = ET.Element("{DAV:}multistatus")
    _tell(root, path, own)
    for name in sorted(within):
        _tell(root, name, call.shop.files[name])
    return Reply(ET.tostring(root, "utf-8", xml_declaration=True), 207, media="application/xml;charset=UTF-8")


def _tell(root: ET.Element, path: str, found: File) -> None:
    answer = ET.SubElement(root, "{DAV:}response")
    ET.SubElement(answer, "{DAV:}href").text = BASE + path + ("/" if found.content is None else "")
    stat = ET.SubElement(answer, "{DAV:}propstat")
    told = ET.SubElement(stat, "{DAV:}prop")
    ET.SubElement(told, "{DAV:}displayname").text = path.rsplit("/", 1)[-1]
    ET.SubElement(told, "{DAV:}getlastmodified").text = format_datetime(found.at, usegmt=True)
    kind = ET.SubElement(told, "{DAV:}resourcetype")
    if found.content is None:
        ET.SubElement(kind, "{DAV:}collection")
    else:
        ET.SubElement(told, "{DAV:}getcontentlength").text = str(len(found.content))
    ET.SubElement(stat, "{DAV:}status").text = "HTTP/1.1 200 OK"


def _below(shop: Shop, path: str) -> list[str]:
    return [name for name in shop.files if name.startswith(f"{path}/")]


def _path(call: Call) -> str:
    """Who may come in, and where to."""
    _check_user(call)
    path = _inside(call.path)
    if path is None:
        raise FileRefused(403, "Nothing can be done here.")
    return path


def _inside(path: str) -> str | None:
    """Below the Impex folder, without slashes at its ends; None for anything else."""
    if not path.startswith(BASE):
        return None
    inner = path.removeprefix(BASE).strip("/")
    parts = inner.split("/")
    return inner if inner and not {"", ".", ".."}.intersection(parts) else None


def _check_user(call: Call) -> None:
    settings = call.shop.settings
    _, token = bearer(call)
    known = token is not None and token.kind == "account_manager" and token.expires > call.shop.clock.seconds()
    if not known and not basic_is(call, settings.webdav_user, settings.webdav_password):
        raise FileRefused(401, "Who are you?", **{"WWW-Authenticate": 'Basic realm="webdav"'})


def _file(call: Call) -> File:
    found = call.shop.files.get(_path(call))
    if found is None:
        raise FileRefused(404, "Not found.")
    return found


def _check_parent(shop: Shop, path: str) -> None:
    parent = path.rpartition("/")[0]
    if not parent:
        raise FileRefused(403, "Nothing can be put here.")
    if parent not in shop.files or shop.files[parent].content is not None:
        raise FileRefused(409, "The folder does not exist.")


RULE = BASE + "{file:path}"
ROUTES = [
    Route("PUT", RULE, "file.put", "webdav", put),
    Route("GET", RULE, "file.get", "webdav", get),
    Route("MOVE", RULE, "file.move", "webdav", move),
    Route("DELETE", RULE, "file.delete", "webdav", delete),
    Route("MKCOL", RULE, "file.folder", "webdav", make_folder),
    Route("PROPFIND", RULE, "file.list", "webdav", list_folder),
]
