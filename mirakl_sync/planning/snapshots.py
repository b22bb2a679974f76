"""Whole tables for a planner that fetches them: written beside the one it sees, and put in its place at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import PlannerRow, PlannerSnapshot
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.planning import files, rows
from mirakl_sync.planning.files import Line
from mirakl_sync.planning.settings import FeedSettings
from mirakl_sync.platforms.planner import Planner
from mirakl_sync.records.planning import Feed
from mirakl_sync.wiring import Wiring

SHRINKS = "planner_shrinks"
AT_ONCE = 2000
# Stock stands in the table of variants; there is one warehouse.
FETCHED = (Feed.VARIANTS, Feed.SALES)


class SnapshotState(StrEnum):
    """Where a whole table stands."""

    SERVED = "served"
    BEFORE = "before"  # the one served before it
    HELD = "held"  # it would delete too much: a person must say


def make(wiring: Wiring, planner_pk: int, key: str, planner: Planner, settings: FeedSettings) -> list[str]:
    """Write each table whole and put it in place of the last one; answers a word for each.

    What is absent from it is deleted at the planner: a table that shrank by more than the guard allows is held, and a
    person is asked. One that could not be written changes nothing.
    """
    return [_one(wiring, planner_pk, key, planner, feed, settings) for feed in FETCHED]


def _one(wiring: Wiring, planner_pk: int, key: str, planner: Planner, feed: Feed, settings: FeedSettings) -> str:
    with wiring.db.reading() as tx:
        lines = _whole(tx, planner_pk, feed, wiring.now() - settings.history)
        last = served(tx, planner_pk, feed)
    found = files.writable(planner, feed, lines)
    counted = sum(isinstance(line.row, rows.RECORDS[feed]) for line in found.lines)
    now = wiring.now()
    with wiring.db.transaction() as tx:
        files.refuse(tx, found.refused)
        made = PlannerSnapshot(
            planner_pk=planner_pk,
            feed=feed,
            content=found.content,
            size=len(found.content),
            rows=counted,
            state=SnapshotState.HELD,
            made_at=now,
        )
        _forget(tx, planner_pk, feed, SnapshotState.HELD)
        tx.add(made)
        if last is not None and shrinks(last.rows, counted, settings.shrink_guard):
            made.why = f"{counted} rows where {last.rows} are served"
            _ask(tx, key, feed, made.why, now)
            return f"{feed}: held, {made.why}"
        put(tx, made, now)
        desk.close_by_key(tx, None, SHRINKS, f"{key}/{feed}", now, f"a whole table of {counted} rows is served again")
        files.told(tx, [*(line.id for line in found.lines), *_absent(tx, planner_pk, feed)], None)
    return f"{feed}: {counted} rows"


def shrinks(before: int, after: int, guard: Decimal | None) -> bool:
    """More is gone than the guard, a percentage, allows."""
    return guard is not None and (before - after) * 100 > before * guard


def _whole(tx: Transaction, planner_pk: int, feed: Feed, since: datetime) -> list[Line]:
    """Every line that stands: what was removed, and sales of what nobody lists, are simply not there."""
    lately = [PlannerRow.at >= since] if feed is Feed.SALES else []
    asked = select(PlannerRow.id, PlannerRow.feed, PlannerRow.content).where(*_may_be_told(planner_pk, feed), *lately)
    asked = asked.order_by(PlannerRow.feed.desc(), PlannerRow.at, PlannerRow.id)
    # a row of the database is many times as large as the line that is kept of it
    told = tx.execute(asked, execution_options={"yield_per": AT_ONCE})
    lines = (Line(row.id, rows.record(Feed(row.feed), row.content)) for row in told)
    return [line for line in lines if not line.row.removed]


def _may_be_told(planner_pk: int, feed: Feed) -> tuple[Any, ...]:
    feeds = (Feed.VARIANTS, Feed.STOCK) if feed is Feed.VARIANTS else (feed,)
    mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed.in_(feeds))
    return (*mine, *files.MAY_BE_TOLD)


def _absent(tx: Transaction, planner_pk: int, feed: Feed) -> Sequence[int]:
    """Lines that are told by not being there."""
    asked = select(PlannerRow.id).where(*_may_be_told(planner_pk, feed), PlannerRow.due)
    return tx.execute(asked).scalars().all()


def served(tx: Transaction, planner_pk: int, feed: Feed) -> PlannerSnapshot | None:
    """The table the planner sees now."""
    return _newest(tx, planner_pk, feed, SnapshotState.SERVED)


def _newest(tx: Transaction, planner_pk: int, feed: Feed, state: SnapshotState) -> PlannerSnapshot | None:
    mine = (PlannerSnapshot.planner_pk == planner_pk, PlannerSnapshot.feed == feed, PlannerSnapshot.state == state)
    return tx.execute(
        select(PlannerSnapshot).where(*mine).order_by(PlannerSnapshot.id.desc()).limit(1)
    ).scalar_one_or_none()


def put(tx: Transaction, made: PlannerSnapshot, now: datetime) -> None:
    """It is served from now on; the one before it is kept, and none before that."""
    feed = Feed(made.feed)
    _forget(tx, made.planner_pk, feed, SnapshotState.BEFORE)
    last = served(tx, made.planner_pk, feed)
    if last is not None:
        last.state = SnapshotState.BEFORE
    made.state, made.served_from, made.why = SnapshotState.SERVED, now, ""
    tx.flush()


def let_shrink(tx: Transaction, planner_pk: int, key: str, who: str, now: datetime) -> list[str]:
    """A person says that the held tables are right: they are served from now on. ``Refused`` where none is held."""
    let = []
    for feed in FETCHED:
        held = _newest(tx, planner_pk, feed, SnapshotState.HELD)
        if held is not None:
            put(tx, held, now)
            desk.close_by_key(tx, None, SHRINKS, f"{key}/{feed}", now, f"{who} let it be served")
            let.append(f"{feed}: {held.rows} rows")
    if not let:
        raise Refused(
            f"No table of {key} is held back.", way_out=f"`mirakl-sync planning snapshot {key}` writes them anew."
        )
    return let


def _forget(tx: Transaction, planner_pk: int, feed: Feed, state: SnapshotState) -> None:
    mine = (PlannerSnapshot.planner_pk == planner_pk, PlannerSnapshot.feed == feed, PlannerSnapshot.state == state)
    tx.execute(delete(PlannerSnapshot).where(*mine).execution_options(synchronize_session=False))


def _ask(tx: Transaction, key: str, feed: Feed, why: str, now: datetime) -> None:
    words = f"The table of {feed} for {key} would shrink: {why}. What is absent from it is deleted there."
    desk.open_item(tx, None, Ask(SHRINKS, f"{key}/{feed}", words, facts={"planner": key, "feed": feed}), "", None, now)
