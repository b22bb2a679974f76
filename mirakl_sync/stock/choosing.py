"""Which numbers go into a stock file: the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import case, false, func, insert, literal, not_, or_, select, update

from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Offer, StockEvent, StockPush
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.stock import StockLine
from mirakl_sync.shelf import offers
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.lane import Choice, PushState

_OFFERS, _EVENTS = Offer.__table__, StockEvent.__table__
_FEWER = or_(_OFFERS.c.wanted == 0, _OFFERS.c.wanted < _OFFERS.c.theirs)


def counted(opened: OpenConnection) -> Any:
    """How many offers differ, how many of them shall show none, and the age of the oldest that ``FEWER`` leaves out."""
    left_out = func.min(_OFFERS.c.since).filter(not_(func.coalesce(_FEWER, false())))
    return select(func.count(), func.count().filter(_OFFERS.c.wanted == 0), left_out).where(
        _OFFERS.c.connection_id == opened.id, _OFFERS.c.due
    )


def wanted(opened: OpenConnection, choice: Choice) -> Any:
    """The offers of a file, by id, the most urgent first: none left, fewer left, unknown there, more left."""
    chosen = [_OFFERS.c.connection_id == opened.id, _OFFERS.c.due]
    if choice is Choice.NONE_LEFT:
        chosen.append(_OFFERS.c.wanted == 0)
    if choice is Choice.FEWER:
        chosen.append(_FEWER)
    urgency = case((_OFFERS.c.wanted == 0, 0), (_OFFERS.c.theirs.is_(None), 2), (_FEWER, 1), else_=3)
    rows = select(_OFFERS.c.id).where(*chosen).order_by(urgency, _OFFERS.c.since, _OFFERS.c.id)
    return rows.limit(opened.policy.stock.rows_at_once)


def choose(tx: Transaction, opened: OpenConnection, choice: Choice, now: datetime) -> StockPush | None:
    """Put the offers that differ into a new file; None when there are none. Committed before it is sent."""
    push = StockPush(connection_id=opened.id, state=PushState.ASKED, asked_at=now)
    tx.add(push)
    tx.flush()
    chosen = _OFFERS.c.id.in_(wanted(opened, choice))
    offers.lock(tx, chosen)
    # what was touched meanwhile may go all the same: it is weighed against the sent number when the file is over
    tx.execute(
        update(_OFFERS)
        .where(chosen)
        .values(push_id=push.id, sent=_OFFERS.c.wanted, sent_since=_OFFERS.c.since, since=None, due=False, refused=None)
    )
    count = select(func.count(), func.count().filter(_OFFERS.c.sent == 0)).where(_OFFERS.c.push_id == push.id)
    push.rows, push.zeros = tx.execute(count).one()
    if not push.rows:
        tx.delete(push)
        return None
    tell(tx, push, Told.SENT, now, after=_OFFERS.c.sent, ref=f"file {push.id}")
    return push


def lines(tx: Transaction, push: int) -> Iterator[StockLine]:
    """The rows of a file, those of one offer together."""
    rows = tx.execute(
        select(_OFFERS.c.sku, _OFFERS.c.sent, _OFFERS.c.spread)
        .where(_OFFERS.c.push_id == push)
        .order_by(_OFFERS.c.sent != 0, _OFFERS.c.id)
    )
    for sku, quantity, spread in rows:
        if spread is None:
            yield StockLine(sku, quantity)
        else:
            yield from (StockLine(sku, pieces, code) for code, pieces in spread.items())


def preview(tx: Transaction, opened: OpenConnection) -> Iterator[tuple[str, int | None, int, dict[str, int] | None]]:
    """What the next file would tell: SKU, their number, ours, and its division by warehouse. Nothing is marked."""
    rows = tx.execute(
        select(_OFFERS.c.sku, _OFFERS.c.theirs, _OFFERS.c.wanted, _OFFERS.c.spread).where(
            _OFFERS.c.id.in_(wanted(opened, Choice.ALL))
        )
    )
    yield from ((row.sku, row.theirs, row.wanted, row.spread) for row in rows)


def tell(tx: Transaction, push: StockPush, kind: Told, now: datetime, *, after: Any, ref: str, words: str = "") -> None:
    """One line of the story for every offer of a file, in one statement."""
    told = select(
        _OFFERS.c.store_pk,
        _OFFERS.c.connection_id,
        _OFFERS.c.sku,
        literal(now, _EVENTS.c.at.type),
        literal(now, _EVENTS.c.learned_at.type),
        literal(str(kind)),
        _OFFERS.c.theirs,
        after,
        literal(ref),
        literal(words),
    ).where(_OFFERS.c.push_id == push.id)
    names = ["store_pk", "connection_id", "sku", "at", "learned_at", "kind", "before", "after", "ref", "words"]
    tx.execute(insert(_EVENTS).from_select(names, told))
