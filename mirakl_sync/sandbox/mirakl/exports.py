"""OR13, OR14, OR15: a large read that is asked for, waited for, and fetched as files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import request

from mirakl_sync.sandbox.mirakl.dates import moment, text
from mirakl_sync.sandbox.mirakl.listing import TAX_MODES, Wanted, select
from mirakl_sync.sandbox.mirakl.model import STATES
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad
from mirakl_sync.sandbox.mirakl.views import rendered

DEFAULT_CHUNK = 100_000
LARGEST_CHUNK = 1_000_000


@dataclass(frozen=True)
class Export:
    """One export: its files are written when it was asked for, and shown when it is ready."""

    tracking_id: str
    shop_id: int
    ready: int
    expires: int
    files: tuple[str, ...]


@dataclass
class Exports:
    """Exports by tracking id."""

    known: dict[str, Export] = field(default_factory=dict)

    def running(self, shop_id: int, now: int) -> bool:
        """Is one of this shop still being written?"""
        return any(one.shop_id == shop_id and one.ready > now for one in self.known.values())


def start_export(call: Call) -> dict[str, str]:
    """OR13: needs one whole pair of dates; only one export of a shop at a time."""
    sent, settings = call.json(), call.tenant.settings
    wanted, mode, chunk = (
        _wanted(call, sent),
        sent.get("order_tax_mode"),
        sent.get("items_per_chunk", DEFAULT_CHUNK),
    )
    if mode not in (None, *TAX_MODES):
        raise bad(f"Invalid value '{mode}' for the parameter : order_tax_mode")
    if not isinstance(chunk, int) or not settings.export_chunk_minimum <= chunk <= LARGEST_CHUNK:
        raise bad(f"items_per_chunk must be between {settings.export_chunk_minimum} and {LARGEST_CHUNK}")
    if call.tenant.exports.running(call.shop_id, call.now):
        raise bad("An export is already running for this shop")
    orders = [rendered(order, mode or settings.order_tax_mode, settings) for order in select(call, wanted)]
    chunks = [orders[first : first + chunk] for first in range(0, len(orders), chunk)] or [[]]
    ready = call.now + round(settings.export_seconds * 1000)
    export = Export(
        tracking_id=str(uuid.UUID(int=call.tenant.random.getrandbits(128), version=4)),
        shop_id=call.shop_id,
        ready=ready,
        expires=ready + round(settings.export_file_seconds * 1000),
        files=tuple(f'{{"orders":[{",".join(some)}]}}' for some in chunks),
    )
    call.tenant.exports.known[export.tracking_id] = export
    return {"tracking_id": export.tracking_id}


def export_status(call: Call, tracking_id: str) -> dict[str, Any]:
    """OR14: PENDING, then COMPLETED with the addresses of the files."""
    export = _export(call, tracking_id)
    if export.ready > call.now:
        return {"status": "PENDING", "last_updated": text(call.now)}
    base = f"{request.host_url}api/orders/async-export/file/{tracking_id}"
    urls = [f"{base}?file={number}.json" for number in range(len(export.files))]
    return {"status": "COMPLETED", "last_updated": text(export.ready), "urls": urls}


def export_file(call: Call, tracking_id: str) -> str:
    """OR15: one file; 410 when it has expired."""
    export = _export(call, tracking_id)
    name = request.args.get("file", "").removesuffix(".json")
    if export.ready > call.now or not name.isdecimal() or int(name) >= len(export.files):
        raise Refusal(404, "File not found")
    if export.expires <= call.now:
        raise Refusal(410, "The file has expired")
    return export.files[int(name)]


def _export(call: Call, tracking_id: str) -> Export:
    export = call.tenant.exports.known.get(tracking_id)
    if export is None or export.shop_id != call.shop_id:
        raise Refusal(404, f"Export '{tracking_id}' not found")
    return export


def _wanted(call: Call, sent: dict[str, Any]) -> Wanted:
    dates = {name: _date(sent, name) for name in ("start_date", "end_date", "start_update_date", "end_update_date")}
    created = (dates["start_date"], dates["end_date"])
    updated = (dates["start_update_date"], dates["end_update_date"])
    if any((start is None) != (end is None) for start, end in (created, updated)) or created == updated == (
        None,
        None,
    ):
        raise bad("Give start_date and end_date, or start_update_date and end_update_date")
    states = sent.get("order_state_codes") or None
    if states is not None and not set(states) <= set(STATES):
        raise bad("Invalid value for the parameter : order_state_codes")
    return Wanted(
        states=states,
        channels=sent.get("channel_codes") or None,
        only_null_channel=sent.get("only_null_channel"),
        start=created[0],
        end=created[1],
        update_start=updated[0],
        update_end=updated[1],
    )


def _date(sent: dict[str, Any], name: str) -> int | None:
    try:
        return None if sent.get(name) is None else moment(sent[name])
    except (TypeError, ValueError) as error:
        raise bad(f"Invalid date for the parameter : {name}") from error
