"""OF52, OF53, OF54: the directory of offers as files, whole once a day or what has changed once a minute.

What a file shows is what was so when it was asked for, not when it was ready [D: ask for what changed since the last
*request*]. Asking the same again while it is being written answers the same export.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Response, request

from mirakl_sync.sandbox.mirakl import offer_files
from mirakl_sync.sandbox.mirakl.dates import moment, text
from mirakl_sync.sandbox.mirakl.offer_columns import csv_columns, json_fields
from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad

CSV, JSON = "text/csv", "application/json"
DEFAULT_ITEMS, LARGEST_ITEMS = 100_000, 1_000_000
DEFAULT_MEGABYTES, LARGEST_MEGABYTES = 100, 1000
OPTIONS = {
    "channel_codes", "export_type", "include_fields", "include_inactive_offers", "items_per_chunk",
    "last_request_date", "megabytes_per_chunk", "ongoing_discount_campaign_identifiers", "rename_fields",
    "shipping_zones",
}  # fmt: skip


@dataclass(frozen=True)
class OfferExport:
    """One export; `error` (code, detail) when it comes to nothing."""

    tracking_id: str
    shop_id: int
    asked: str  # the request, so that the same one is known again
    ready: int
    expires: int
    files: tuple[Path, ...]
    error: tuple[str, str] | None = None


@dataclass
class OfferExports:
    """Exports by tracking id, their files in a folder that goes with them, and errors to come."""

    known: dict[str, OfferExport] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    _folder: Path | None = None

    @property
    def folder(self) -> Path:
        """Made when it is first needed, removed with the exports."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="sandbox-offers-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder


def start_offer_export(call: Call) -> dict[str, str]:
    """OF52. Differential and full exports have limits of their own."""
    sent = _sent(call)
    since = _since(sent)
    layout = _layout(call, sent)
    if since is not None and sent.get("include_inactive_offers") is not None:
        raise bad("include_inactive_offers cannot be used with last_request_date")
    call.count("OF52_FULL" if since is None else "OF52")
    exports, asked = call.tenant.offer_exports, json.dumps(sent, sort_keys=True)
    for known in exports.known.values():
        if (known.shop_id, known.asked) == (call.shop_id, asked) and known.ready > call.now:
            return {"tracking_id": known.tracking_id}
    tracking_id = str(uuid.UUID(int=call.tenant.ids.getrandbits(128), version=4))
    error = exports.errors.pop(0) if exports.errors else None
    offers = _wanted(call, sent, since) if error is None else ()
    ready = call.now + round(call.tenant.settings.export_seconds * 1000)
    made = OfferExport(
        tracking_id,
        call.shop_id,
        asked,
        ready,
        ready + round(call.tenant.settings.export_file_seconds * 1000),
        tuple(offer_files.write(layout, offers, exports.folder, tracking_id)),
        error,
    )
    exports.known[tracking_id] = made
    call.tenant.timers.plan_act(made.expires, partial(_remove, made.files))
    return {"tracking_id": tracking_id}


def _remove(files: Iterable[Path], _at: int) -> None:
    for path in files:
        path.unlink(missing_ok=True)


def offer_export_status(call: Call, tracking_id: str) -> dict[str, Any]:
    """OF53: PENDING, then COMPLETED with the addresses of the files, or FAILED with an error."""
    export = call.tenant.offer_exports.known.get(tracking_id)
    if export is None or export.shop_id != call.shop_id:
        raise Refusal(404, f"Export '{tracking_id}' not found")
    if export.ready > call.now:
        return {"status": "PENDING", "last_updated": text(call.now)}
    if export.error is not None:
        code, detail = export.error
        return {"status": "FAILED", "last_updated": text(export.ready), "error": {"code": code, "detail": detail}}
    base = f"{request.host_url}api/offers/export/async/file/{tracking_id}"
    urls = [f"{base}?file=offers%2F{place}{path.suffix}" for place, path in enumerate(export.files)]
    return {"status": "COMPLETED", "last_updated": text(export.ready), "urls": urls}


def offer_export_file(call: Call, tracking_id: str) -> Response:
    """OF54: one file, whatever shop the call is for: the address says it. 410 when it has expired."""
    export = call.tenant.offer_exports.known.get(tracking_id)
    name = request.args.get("file", "").removeprefix("offers/").partition(".")[0]
    if export is None or export.ready > call.now or export.error is not None:
        raise Refusal(404, "File not found")
    if not name.isdecimal() or int(name) >= len(export.files):
        raise Refusal(404, "File not found")
    path = export.files[int(name)]
    if export.expires <= call.now:
        raise Refusal(410, "The file has expired")
    return Response(path.read_bytes(), content_type=JSON if path.suffix == ".json" else f"{CSV};charset=UTF-8")


def _sent(call: Call) -> dict[str, Any]:
    sent = call.json() if request.get_data() else {}
    unknown = set(sent) - OPTIONS
    if unknown:
        raise bad(f"Unknown parameter : {', '.join(sorted(unknown))}")
    return {name: value for name, value in sent.items() if value is not None}


def _since(sent: dict[str, Any]) -> int | None:
    try:
        return moment(sent["last_request_date"]) if "last_request_date" in sent else None
    except (TypeError, ValueError) as error:
        raise bad("Invalid date for the parameter : last_request_date") from error


def _layout(call: Call, sent: dict[str, Any]) -> offer_files.Layout:
    settings, kind = call.tenant.settings, sent.get("export_type", CSV)
    if kind not in (CSV, JSON):
        raise bad(f"Invalid value '{kind}' for the parameter : export_type")
    if kind == JSON and "rename_fields" in sent:
        raise bad("rename_fields is only supported for CSV exports")
    known = (csv_columns if kind == CSV else json_fields)(settings, call.tenant.shop(call.shop_id))
    included, renamed = sent.get("include_fields") or list(known), sent.get("rename_fields") or {}
    unknown = [name for name in [*included, *renamed] if name not in known]
    if unknown:
        raise bad(f"Unknown fields : {', '.join(unknown)}")
    return offer_files.Layout(
        kind="csv" if kind == CSV else "json",
        columns={name: read for name, read in known.items() if name in included},
        items=_within(sent, "items_per_chunk", DEFAULT_ITEMS, settings.export_chunk_minimum, LARGEST_ITEMS),
        megabytes=_within(sent, "megabytes_per_chunk", DEFAULT_MEGABYTES, 1, LARGEST_MEGABYTES),
        names=renamed,
    )


def _within(sent: dict[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = sent.get(name, default)
    if not isinstance(value, int) or (name in sent and not least <= value <= most):
        raise bad(f"{name} must be between {least} and {most}")
    return value


def _wanted(call: Call, sent: dict[str, Any], since: int | None) -> Iterable[Offer]:
    """All that changed, inactive and deleted ones too; or all there are, inactive ones when they are wanted."""
    offers, channels = call.tenant.offers[call.shop_id], sent.get("channel_codes")
    if channels and not set(channels) & set(call.tenant.settings.channels):
        return ()
    if since is not None:
        return offers.changed_since(since)
    if sent.get("include_inactive_offers"):
        return offers.values()
    return (offer for offer in offers.values() if offer.active)
