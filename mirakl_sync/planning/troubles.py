"""States of a planner's feeds that need a person, read from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from mirakl_sync.db.among import among
from mirakl_sync.db.models import (
    Connection,
    Order,
    OrderLine,
    PlannerDesk,
    PlannerFact,
    PlannerFile,
    PlannerRow,
    PlannerSnapshot,
    Store,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import states
from mirakl_sync.planning.files import ON_ITS_WAY, FileState
from mirakl_sync.planning.reading import PATIENCE
from mirakl_sync.planning.settings import FeedSettings
from mirakl_sync.planning.snapshots import SnapshotState
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed

UNKNOWN, ORPHAN, UNPROVEN, LATE, REFUSED = (
    "planner_unknown_sku",
    "planner_orphan",
    "planner_unproven",
    "planner_late",
    "planner_refused",
)
# Every kind that is watched here, and what is said when its state is over.
OVER: Mapping[str, str] = {
    UNKNOWN: "the planner knows every SKU that sold lately",
    ORPHAN: "everything that sold is in the table of variants",
    UNPROVEN: "the planner's numbers show what it was told",
    LATE: "everything was there in time",
    REFUSED: "every line fits into a file",
}
# SKUs that a question names.
NAMED = 50
LATELY = timedelta(days=30)
_READ = 5000
# Orders that are no sale, or not yet.
_NO_SALE = frozenset({states.STAGING, states.WAITING_ACCEPTANCE}) | states.ENDED_STATES


@dataclass(frozen=True, slots=True)
class Found:
    """A state that needs a person: the question's place and words."""

    kind: str
    key: str
    words: str
    facts: dict[str, Any] = field(default_factory=dict)


def of_planner(tx: Transaction, store: Store, row: PlannerDesk, told: FeedSettings, now: datetime) -> Iterator[Found]:
    """Everything that is asked about one planner."""
    yield from _unknown(tx, store, row, now)
    if row.way != Way.NATIVE:
        yield from _orphans(tx, store)
        yield from _refused(tx, store)
        yield from _late(tx, store, row, told, now)
        yield from _unproven_files(tx, store, now)
        yield from _unproven_tables(tx, store, told, now)


def _unknown(tx: Transaction, store: Store, row: PlannerDesk, now: datetime) -> Iterator[Found]:
    if row.read_at is None:
        return
    known = exists().where(
        PlannerFact.planner_pk == store.id, PlannerFact.sku == OrderLine.sku, PlannerFact.removed.is_(False)
    )
    sold = (
        select(OrderLine.sku)
        .join(Order, Order.id == OrderLine.order_pk)
        .join(Connection, Connection.id == Order.connection_id)
        .where(
            Connection.planner_pk == store.id,
            Order.created_at >= now - LATELY,
            Order.created_at < row.read_at,
            Order.marketplace_state.not_in(_NO_SALE),
            ~Order.fulfilled_by_operator,
            ~known,
        )
    )
    missing = set(tx.execute(sold.distinct().limit(_READ)).scalars())
    if missing and row.way != Way.NATIVE:
        missing = _told(tx, store, missing, row.read_at)
    if missing:
        skus = sorted(missing)
        words = f"{store.key} does not know {_counted(len(skus), 'SKU')} that sold: {_some(skus)}."
        yield Found(UNKNOWN, store.key, words, {"count": len(skus), "skus": skus[:NAMED]})


def _told(tx: Transaction, store: Store, skus: Iterable[str], read_at: datetime) -> set[str]:
    """Those of the SKUs the planner was told of before it was read, by files that are not in doubt."""
    open_files = select(PlannerFile.id).where(
        PlannerFile.planner_pk == store.id,
        PlannerFile.feed == Feed.VARIANTS,
        PlannerFile.state.in_((*ON_ITS_WAY, FileState.BROUGHT, FileState.IGNORED)),
    )
    # of an old line nobody knows the file any more: it was forgotten long after the planner had read it
    in_doubt = PlannerRow.file_id.is_not(None) & PlannerRow.file_id.in_(open_files)
    waits = PlannerRow.due | in_doubt | (PlannerRow.changed_at > read_at)
    told = (PlannerRow.feed == Feed.VARIANTS, PlannerRow.sent_digest != "", ~waits)
    meant = among(PlannerRow.sku, "skus", tx.get_bind().dialect.name)
    asked = select(PlannerRow.sku).where(PlannerRow.planner_pk == store.id, *told, meant)
    return set(tx.execute(asked, {"skus": list(skus)}).scalars())


def _orphans(tx: Transaction, store: Store) -> Iterator[Found]:
    mine = (PlannerRow.planner_pk == store.id, PlannerRow.feed == Feed.SALES, PlannerRow.due, PlannerRow.orphan)
    rows = tx.execute(
        select(PlannerRow.sku, PlannerRow.subject).where(*mine).order_by(PlannerRow.id).limit(_READ)
    ).all()
    if rows:
        skus, orders = sorted({row.sku for row in rows}), sorted({row.subject for row in rows})
        words = (
            f"{_counted(len(orders), 'order')} of SKUs that no shop of {store.key} has wait: {_some(skus)} "
            f"({_some(orders)})."
        )
        yield Found(ORPHAN, store.key, words, {"count": len(skus), "skus": skus[:NAMED], "orders": orders[:NAMED]})


def _refused(tx: Transaction, store: Store) -> Iterator[Found]:
    mine = (PlannerRow.planner_pk == store.id, PlannerRow.refusal != "", PlannerRow.due)
    rows = tx.execute(
        select(PlannerRow.sku, PlannerRow.refusal).where(*mine).order_by(PlannerRow.id).limit(_READ)
    ).all()
    if rows:
        skus = sorted({row.sku for row in rows})
        words = f"{_counted(len(rows), 'line')} fit into no file for {store.key}: {rows[0].refusal} ({_some(skus)})"
        yield Found(REFUSED, store.key, words, {"count": len(rows), "skus": skus[:NAMED]})


def _late(tx: Transaction, store: Store, row: PlannerDesk, told: FeedSettings, now: datetime) -> Iterator[Found]:
    coming = told.nights.next(now)
    run = coming if now >= told.nights.too_late(coming) else told.nights.last(now)
    if row.opened_at > told.nights.due(run):
        return
    waiting = select(PlannerFile.name).where(
        PlannerFile.planner_pk == store.id, PlannerFile.state.in_(ON_ITS_WAY), PlannerFile.window <= run
    )
    names = list(tx.execute(waiting.order_by(PlannerFile.id)).scalars())
    unmade = row.made_for is None or row.made_for < run
    if not names and not unmade:
        return
    what = f"{_counted(len(names), 'file')} not brought ({_some(names)})" if names else "nothing was made for it"
    words = f"The nightly run of {store.key} at {run:%Y-%m-%d %H:%M} UTC goes without our news: {what}."
    why = f" {row.trouble}" if row.trouble else ""
    yield Found(LATE, store.key, words + why, {"run": run.isoformat(), "files": names[:NAMED]})


def _unproven_files(tx: Transaction, store: Store, now: datetime) -> Iterator[Found]:
    carries = exists().where(PlannerRow.file_id == PlannerFile.id)
    mine = (PlannerFile.planner_pk == store.id, PlannerFile.state == FileState.IGNORED)
    lately = PlannerFile.made_at > now - PATIENCE
    files = tx.execute(select(PlannerFile).where(*mine, lately, carries).order_by(PlannerFile.id)).scalars().all()
    if files:
        names = [file.name for file in files]
        count = _counted(len(files), "file")
        words = f"{store.key} shows nothing of {count}: {_some(names)}. Of the last: {files[-1].why}."
        yield Found(UNPROVEN, store.key, words, {"files": [file.id for file in files][:NAMED]})


def _unproven_tables(tx: Transaction, store: Store, told: FeedSettings, now: datetime) -> Iterator[Found]:
    mine = (PlannerSnapshot.planner_pk == store.id, PlannerSnapshot.state == SnapshotState.SERVED)
    run = told.nights.last(now - told.read_after)
    for table in tx.execute(select(PlannerSnapshot).where(*mine).order_by(PlannerSnapshot.feed)).scalars():
        key = f"{store.key}/{table.feed}"
        if table.served_from is not None and table.served_from < run and table.fetched_at is None:
            words = (
                f"{store.key} did not fetch the table of {table.feed} that is served since {table.served_from:%H:%M}."
            )
            yield Found(UNPROVEN, key, words, {"feed": table.feed})
        elif table.proof == FileState.IGNORED:
            words = f"{store.key} does not show the table of {table.feed}: {table.why}."
            yield Found(UNPROVEN, key, words, {"feed": table.feed})


# words


def _some(names: Sequence[str]) -> str:
    """ "A, B, C and 47 more"."""
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _counted(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
