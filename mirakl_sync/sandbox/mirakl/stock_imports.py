"""Stock files at work: they wait, run one after the other per shop, and write their quantities when they are done.

The quantities of a file are absolute: what was sold since it was made is sold a second time.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mirakl_sync.sandbox.mirakl import quantities, stock_files

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant


@dataclass
class StockImport:
    """One stock file. Its text is let go when it is done; refused rows stay, as (line, reason, cells)."""

    import_id: str
    shop_id: int
    created: int
    file: bytes
    rows: int
    readable: bool
    state: str = "WAITING"  # RUNNING, then COMPLETE or FAILED
    ready: bool = False  # has waited long enough
    fails: bool = False
    begun: int | None = None
    ended: int | None = None
    lines_ok: int = 0
    refused: list[tuple[int, str, list[str]]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


@dataclass
class StockImports:
    """All stock files, and what remote control wants of those to come."""

    known: dict[str, StockImport] = field(default_factory=dict)
    waiting: dict[int, list[StockImport]] = field(default_factory=lambda: defaultdict(list))
    running: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    held: bool = False
    fail_next: int = 0  # so many files fail whole, beginning with the next to run
    slow: list[float] = field(default_factory=list)  # seconds of the next to run, instead of the settings'
    refused: dict[str, str] = field(default_factory=dict)  # SKU → the reason its rows are refused for


def take_in(tenant: Tenant, shop_id: int, file: bytes, now: int) -> StockImport:
    """A file has arrived. That it cannot be read shows only when its turn has come: it will be FAILED [I]."""
    try:
        count, readable = stock_files.count_rows(file), True
    except stock_files.Unreadable:
        count, readable = 0, False
    import_id = str(uuid.UUID(int=tenant.ids.getrandbits(128), version=4))
    taken = StockImport(import_id, shop_id, now, file, count, readable)
    imports = tenant.stock_imports
    imports.known[import_id] = taken
    imports.waiting[shop_id].append(taken)
    tenant.timers.plan_act(_later(now, tenant.settings.import_waiting_seconds), partial(_is_ready, tenant, taken))
    return taken


def hold(tenant: Tenant, held: bool, now: int) -> None:
    """While held, no file begins; those that run come to their end."""
    tenant.stock_imports.held = held
    for shop_id in list(tenant.stock_imports.waiting):
        _begin(tenant, shop_id, now)


def _is_ready(tenant: Tenant, taken: StockImport, at: int) -> None:
    taken.ready = True
    _begin(tenant, taken.shop_id, at)


def _begin(tenant: Tenant, shop_id: int, at: int) -> None:
    """Let the next files run: one at a time in order of arrival, or, if they may overtake, all that are ready."""
    imports, overtake = tenant.stock_imports, tenant.settings.imports_overtake
    waiting = imports.waiting[shop_id]
    while waiting and not imports.held and waiting[0].ready and (overtake or not imports.running[shop_id]):
        taken = waiting.pop(0)
        taken.state, taken.begun = "RUNNING", at
        taken.fails, imports.fail_next = imports.fail_next > 0, max(0, imports.fail_next - 1)
        imports.running[shop_id] += 1
        own = imports.slow.pop(0) if imports.slow else tenant.settings.import_seconds
        seconds = own + taken.rows * tenant.settings.import_row_seconds
        tenant.timers.plan_act(_later(at, seconds), partial(_end, tenant, taken))


def _end(tenant: Tenant, taken: StockImport, at: int) -> None:
    if taken.readable and not taken.fails:
        _apply(tenant, taken, at)
        taken.state = "COMPLETE"
    else:
        taken.state = "FAILED"
    taken.ended, taken.file = at, b""
    tenant.stock_imports.running[taken.shop_id] -= 1
    _begin(tenant, taken.shop_id, at)


def _apply(tenant: Tenant, taken: StockImport, at: int) -> None:
    shop_id, offers = taken.shop_id, tenant.offers[taken.shop_id]
    judge = stock_files.Judge(offers, tenant.shop(shop_id).warehouses, tenant.stock_imports.refused)
    taken.columns = stock_files.header(taken.file)
    for row in stock_files.rows(taken.file):
        why = judge.why_not(row)
        if why is not None:
            taken.refused.append((row.line, why, row.cells))
            continue
        taken.lines_ok += 1
        told = {"note": taken.import_id, "warehouse": row.warehouse}
        if row.action == "delete":
            quantities.drop(tenant, shop_id, offers[row.sku], at, "import", **told)
        else:
            quantities.write(tenant, shop_id, offers[row.sku], int(row.quantity), at, "import", **told)


def _later(at: int, seconds: float) -> int:
    return at + round(seconds * 1000)
