"""The connections file of a running sandbox: every simulated shop joined to the simulated store, and to the simulated
planner where there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mirakl_sync.db.secrets import encrypt

_HEAD = "# Written by `mirakl-sync sandbox up`; secrets are encrypted with this installation's key."
_CREDENTIALS = ("consumer_key", "consumer_secret", "webhook_secret")
_PLANNER = "inventory_planner"
_FOLDERS = {"variants": "variant", "stock": "variant_warehouse", "sales": "sales_order"}


def connections_file(servers: Sequence[Mapping[str, Any]], plan: Mapping[str, Any]) -> str:
    """TOML that ``connections apply`` takes: running ``servers`` with the windows and call limits of their ``plan``."""
    planned = {entry["name"]: entry for entry in plan["servers"]}
    markets = [one for one in servers if one["kind"] == "mirakl"]
    planners = [one for one in servers if one["kind"] == _PLANNER]
    stores = [one for one in servers if one["kind"] not in ("mirakl", _PLANNER)]
    lines = [_HEAD, *(line for one in markets for line in _marketplace(one, planned[one["name"]]))]
    lines += [line for one in stores for line in _store(one)]
    lines += [line for one in planners for line in _planner(one)]
    for one in markets if stores else ():
        poll_every = _poll_every(planned[one["name"]])
        for shop in one["shops"]:
            lines += _connection(one, shop, stores[0], planners, poll_every)
    return "\n".join(lines) + "\n"


def _marketplace(one: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"[marketplace.{one['name']}]", f"url = {_text(one['url'])}", f"window = {_window(entry)}")
    yield f"caller = {_text(entry.get('profile', 'default'))}"
    if entry.get("limits") == "off":
        yield "call_limits = { OR11 = 0, OR04 = 0 }"


def _window(entry: Mapping[str, Any]) -> str:
    """The simulated marketplace's own window; its default is two days."""
    window = entry.get("acceptance_window", {"seconds": 172_800})
    if "working_days" in window:
        return f"{{ working_days = {window['working_days']}, timezone = {_text(entry.get('timezone', 'UTC'))} }}"
    return _text(f"{window['seconds']}s")


def _poll_every(entry: Mapping[str, Any]) -> str:
    if entry.get("limits") == "off":
        return "5s"
    return "15m" if entry.get("profile") == "external_partner" else "1m"


def _store(one: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"[store.{one['name']}]", f"platform = {_text(one['kind'])}", f"url = {_text(one['url'])}")
    yield f"[store.{one['name']}.credentials]"
    yield from (f"{name} = {_secret(one[name])}" for name in _CREDENTIALS if one.get(name))


def _planner(one: Mapping[str, Any]) -> Iterator[str]:
    """Brought files where it runs a file server, only read where it does not."""
    door = one.get("sftp")
    login = {"sftp_user": door["user"], "sftp_password": door["password"]} if door else {}
    yield from ("", f"[store.{one['name']}]", f"platform = {_text(_PLANNER)}", f"url = {_text(one['url'])}")
    yield f"[store.{one['name']}.credentials]"
    shown = {"api_key": one["key"], "account": one["account"], **login}
    yield from (f"{name} = {_secret(value)}" for name, value in shown.items())
    yield f"[store.{one['name']}.settings]"
    yield f"way = {_text('advanced_csv' if door else 'native')}"
    if door:
        yield from (f"warehouse = {_text(next(iter(one['warehouses'])))}", f"sftp_host = {_text(door['host'])}")
        yield from (f"sftp_port = {door['port']}", f"sftp_host_key = {_text(door['host_key'])}")
        folders = {ours: door["folders"][theirs] for ours, theirs in _FOLDERS.items()}
        yield f"sftp_folders = {{ {', '.join(f'{name} = {_text(folder)}' for name, folder in folders.items())} }}"


def _connection(
    market: Mapping[str, Any],
    shop: Mapping[str, Any],
    store: Mapping[str, Any],
    planners: Sequence[Mapping[str, Any]],
    poll_every: str,
) -> Iterator[str]:
    key = f"{market['name']}-{shop['shop_id']}"
    yield from ("", f"[connection.{key}]", f"marketplace = {_text(market['name'])}", f"shop = {shop['shop_id']}")
    yield from (f"api_key = {_secret(shop['key'])}", f"store = {_text(store['name'])}")
    yield from (f"planner = {_text(one['name'])}" for one in planners[:1])
    yield from (f"[connection.{key}.orders]", f"poll_every = {_text(poll_every)}")


def _secret(text: str) -> str:
    return _text(f"fernet:{encrypt(text)}")


def _text(text: str) -> str:
    """JSON's strings are TOML's basic strings."""
    return json.dumps(text)
