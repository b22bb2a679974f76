"""Planners as people look at them: at a glance, their files, and what they say of a SKU."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from mirakl_sync.db.models import (
    Connection,
    PlannerDesk,
    PlannerFact,
    PlannerFile,
    PlannerIncoming,
    PlannerRow,
    PlannerSnapshot,
    Store,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.planning import serving, settings
from mirakl_sync.planning.acts import no_file, planner
from mirakl_sync.planning.files import ON_ITS_WAY, WAITS, FileState
from mirakl_sync.planning.sending import planners
from mirakl_sync.planning.snapshots import SnapshotState
from mirakl_sync.planning.views import FileView, IncomingView, PlannerView, SaleView, SkuPlan, TableView
from mirakl_sync.records.page import Page, page_within
from mirakl_sync.records.planning import Feed

# Sales of a SKU that are shown, the newest.
SALES = 20


def overview(tx: Transaction, now: datetime) -> list[PlannerView]:
    """Every planner a connection names, by key. ``Misconfigured`` where its settings cannot be."""
    return [_at_a_glance(tx, store, tx.get(PlannerDesk, store.id), now) for store in planners(tx)]


def _at_a_glance(tx: Transaction, store: Store, row: PlannerDesk | None, now: datetime) -> PlannerView:
    nights = settings.read(store.key, store.settings).nights
    run = nights.next(now)
    lines, file = PlannerRow.planner_pk == store.id, PlannerFile.planner_pk == store.id
    last = select(func.max(PlannerFile.made_at)).where(file)
    named = select(Connection.key).where(Connection.planner_pk == store.id).order_by(Connection.key)
    return PlannerView(
        planner=store.key,
        way=row.way if row else "",
        connections=tuple(tx.execute(named).scalars()),
        next_run=run,
        files_due=nights.due(run),
        ready_for=row.made_for if row else None,
        due=_count(tx, PlannerRow, lines, *WAITS),
        orphans=_count(tx, PlannerRow, lines, PlannerRow.due, PlannerRow.orphan),
        refused=_count(tx, PlannerRow, lines, PlannerRow.due, PlannerRow.refusal != ""),
        waiting=_count(tx, PlannerFile, file, PlannerFile.state.in_(ON_ITS_WAY)),
        ignored=_count(tx, PlannerFile, file, PlannerFile.state == FileState.IGNORED),
        last_file=tx.execute(last).scalar_one_or_none(),
        read_at=row.read_at if row else None,
        skus=_count(tx, PlannerFact, PlannerFact.planner_pk == store.id),
        trouble=row.trouble if row else "",
        tables=_tables(tx, row) if row else (),
    )


def _count(tx: Transaction, model: Any, *where: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(model).where(*where)).scalar_one())


def _tables(tx: Transaction, row: PlannerDesk) -> tuple[TableView, ...]:
    shown = PlannerSnapshot.state.in_((SnapshotState.SERVED, SnapshotState.HELD))
    asked = select(PlannerSnapshot).where(PlannerSnapshot.planner_pk == row.store_pk, shown)
    tables = tx.execute(asked.order_by(PlannerSnapshot.feed, PlannerSnapshot.id)).scalars()
    return tuple(
        TableView(
            each.feed,
            serving.path(row, each.feed),
            each.state,
            each.rows,
            each.size,
            each.made_at,
            each.fetched_at,
            each.proof,
            each.why,
        )
        for each in tables
    )


def _names(tx: Transaction, key: str) -> dict[int, str]:
    """The planner of this key, or every one."""
    return {store.id: store.key for store in ([planner(tx, key)] if key else planners(tx))}


def files(tx: Transaction, key: str, page: int, size: int) -> Page[FileView]:
    """The files for a planner, or for every one, the newest first."""
    names = _names(tx, key)
    mine = PlannerFile.planner_pk.in_(names)
    total = _count(tx, PlannerFile, mine)
    number = page_within(page, size, total)
    asked = select(PlannerFile).where(mine).order_by(PlannerFile.id.desc()).limit(size).offset((number - 1) * size)
    rows = [_file(row, names[row.planner_pk]) for row in tx.execute(asked).scalars()]
    return Page(rows, number, size, total)


def _file(row: PlannerFile, key: str) -> FileView:
    return FileView(
        row.id,
        key,
        row.feed,
        row.name,
        row.rows,
        row.size,
        row.state,
        row.window,
        row.made_at,
        row.brought_at,
        row.judged_at,
        row.why,
    )


def content(tx: Transaction, number: int) -> bytes:
    """A file for a planner, byte for byte. ``Refused`` where there is none of this number."""
    found = tx.execute(select(PlannerFile.content).where(PlannerFile.id == number)).scalar_one_or_none()
    if found is None:
        raise no_file(number)
    return found


def incoming(tx: Transaction, key: str, page: int, size: int) -> Page[IncomingView]:
    """Goods on their way, those expected first; of one planner, or of every one."""
    names = _names(tx, key)
    mine = PlannerIncoming.planner_pk.in_(names)
    total = _count(tx, PlannerIncoming, mine)
    number = page_within(page, size, total)
    known_first = (PlannerIncoming.expected_on.is_(None), PlannerIncoming.expected_on, PlannerIncoming.sku)
    asked = select(PlannerIncoming).where(mine).order_by(*known_first).limit(size).offset((number - 1) * size)
    return Page([_incoming(row, names[row.planner_pk]) for row in tx.execute(asked).scalars()], number, size, total)


def _incoming(row: PlannerIncoming, key: str) -> IncomingView:
    return IncomingView(key, row.sku, row.quantity, row.expected_on, row.order_key, row.reference)


def of_sku(tx: Transaction, sku: str, connection: str = "") -> list[SkuPlan]:
    """What each planner, or that of one connection, says of a SKU and was told of it."""
    stores = planners(tx)
    if connection:
        named = select(Connection.planner_pk).where(Connection.key == connection)
        its = tx.execute(named).scalar_one_or_none()
        stores = [store for store in stores if store.id == its]
    return [_plan(tx, store, sku) for store in stores]


def _plan(tx: Transaction, store: Store, sku: str) -> SkuPlan:
    fact = tx.get(PlannerFact, (store.id, sku))
    desk = tx.get(PlannerDesk, store.id)
    mine = (PlannerIncoming.planner_pk == store.id, PlannerIncoming.sku == sku)
    asked = select(PlannerIncoming).where(*mine).order_by(PlannerIncoming.expected_on, PlannerIncoming.id)
    known = fact is not None and not fact.removed
    return SkuPlan(
        planner=store.key,
        known=known,
        read_at=desk.read_at if desk else None,
        in_stock=fact.in_stock if fact else None,
        sold_7=fact.sold_7 if fact else None,
        sold_30=fact.sold_30 if fact else None,
        to_order=fact.to_order if fact else None,
        days_left=fact.days_left if fact else None,
        incoming=tuple(_incoming(row, store.key) for row in tx.execute(asked).scalars()),
        told_stock=_told_stock(tx, store.id, sku),
        sales=_sales(tx, store.id, sku),
    )


def _told_stock(tx: Transaction, planner_pk: int, sku: str) -> int | None:
    mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed == Feed.STOCK, PlannerRow.sku == sku)
    return tx.execute(select(func.sum(PlannerRow.sent_quantity)).where(*mine)).scalar_one_or_none()


def _sales(tx: Transaction, planner_pk: int, sku: str) -> tuple[SaleView, ...]:
    mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed == Feed.SALES, PlannerRow.sku == sku)
    rows: Sequence[PlannerRow] = (
        tx.execute(select(PlannerRow).where(*mine).order_by(PlannerRow.at.desc()).limit(SALES)).scalars().all()
    )
    return tuple(SaleView(row.key, row.at, row.quantity, not row.due, _why(row)) for row in rows)


def _why(row: PlannerRow) -> str:
    if row.refusal:
        return row.refusal
    if row.due:
        return "no shop has this SKU" if row.orphan else "goes with the next file"
    return "removed" if row.content.get("removed") else "canceled" if row.content.get("canceled") else ""
