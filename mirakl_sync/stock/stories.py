"""The story of a SKU across its shop and every marketplace, from what was written down when it happened. Only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from mirakl_sync.connections.pausing import store
from mirakl_sync.db.models import Connection, Offer, Order, OrderLine, ShelfItem, StockEvent
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.shelf import bundles
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.oversell import Entry, Line, Oversell, Start, oversold, replay

__all__ = ["Entry", "Line", "Oversell", "oversold", "story"]

_SETS = (str(Told.ACCEPTED), str(Told.SHOWN))
_KNOWS_THEIRS = (*_SETS, str(Told.SENT))


@dataclass(frozen=True, slots=True)
class _About:
    """A SKU, and how many of it each bundle holds that does; the bundles' sales are its sales too."""

    store_pk: int
    sku: str
    pieces: Mapping[str, int]
    keys: Mapping[int, str]


def story(tx: Transaction, store_key: str, sku: str, since: datetime, until: datetime) -> list[Line]:
    """Everything known to have happened to a SKU from ``since`` to ``until``, with how it stood after each line.

    Across all connections of the store. ``Misconfigured`` names the known stores.
    """
    about = _about(tx, store(tx, store_key).id, sku)
    # that a sale ended is dated by the sale, and that the shop subtracted it is proven later
    late = StockEvent.kind.in_(_LATE) & (StockEvent.learned_at >= since)
    rows = _events(tx, about, StockEvent.at <= until, (StockEvent.at >= since) | late)
    entries = [_entry(row, about) for row in rows if row.kind != Told.GIVEN_BACK or row.learned_at <= until]
    return replay(_start(tx, about, since), [*entries, *_unproven(tx, about, until)])


def _about(tx: Transaction, store_pk: int, sku: str) -> _About:
    held = bundles.holders(tx, store_pk, [sku]).get(sku, ())
    keys = tx.execute(select(Connection.id, Connection.key).where(Connection.store_pk == store_pk)).all()
    return _About(store_pk, sku, {sku: 1, **dict(held)}, {row.id: row.key for row in keys})


def _events(tx: Transaction, about: _About, *when: Any) -> Sequence[StockEvent]:
    """Lines of the SKU, and of bundles' sales of it."""
    rows = tx.execute(
        select(StockEvent)
        .where(StockEvent.store_pk == about.store_pk, StockEvent.sku.in_(list(about.pieces)), *when)
        .order_by(StockEvent.at, StockEvent.id)
    ).scalars()
    return [row for row in rows if row.sku == about.sku or row.kind in _SALES]


_SALES = (str(Told.SOLD), str(Told.FELT), str(Told.GIVEN_BACK))


def _entry(row: StockEvent, about: _About) -> Entry:
    key = about.keys.get(row.connection_id, "") if row.connection_id is not None else ""
    pieces = (row.after or 0) * about.pieces[row.sku] if row.kind in _SALES else 0
    inside = f"inside {row.sku}" if row.sku != about.sku else ""
    words = ": ".join(filter(None, (inside, row.words)))
    return Entry(row.at, row.learned_at, row.kind, key, row.before, row.after, pieces, row.ref, words)


def _unproven(tx: Transaction, about: _About, until: datetime) -> list[Entry]:
    """Sales the shop took note of, and whose proof is still to come: they have no line yet."""
    rows = tx.execute(
        select(OrderLine.sku, OrderLine.quantity, OrderLine.felt_at, Order.order_id, Order.connection_id)
        .join(Order, Order.id == OrderLine.order_pk)
        .where(
            OrderLine.store_pk == about.store_pk,
            OrderLine.sku.in_(list(about.pieces)),
            OrderLine.unfelt,
            OrderLine.felt_at <= until,
        )
    )
    return [
        Entry(
            at=row.felt_at,
            learned_at=row.felt_at,
            kind=str(Told.FELT),
            connection=about.keys.get(row.connection_id, ""),
            after=row.quantity,
            pieces=row.quantity * about.pieces[row.sku],
            ref=row.order_id,
            words="the shop's own number has not proven it yet",
        )
        for row in rows
    ]


def _start(tx: Transaction, about: _About, since: datetime) -> Start:
    shown = {key: _shown(tx, about, number, since) for number, key in about.keys.items()}
    return Start(_level(tx, about, since), _unfelt(tx, about, since), shown)


def _level(tx: Transaction, about: _About, since: datetime) -> int | None:
    """The shop's number then: the last one told before, or what the first one told since replaced, or the present."""
    mine = (StockEvent.store_pk == about.store_pk, StockEvent.sku == about.sku, StockEvent.kind == str(Told.LEVEL))
    last = tx.execute(
        select(StockEvent.after)
        .where(*mine, StockEvent.at < since)
        .order_by(StockEvent.at.desc(), StockEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None:
        return last.after  # type: ignore[no-any-return]  # a column of ours
    first = tx.execute(
        select(StockEvent.before).where(*mine, StockEvent.at >= since).order_by(StockEvent.at, StockEvent.id).limit(1)
    ).one_or_none()
    if first is not None:
        return first.before  # type: ignore[no-any-return]  # a column of ours
    shelf = select(ShelfItem.quantity).where(ShelfItem.store_pk == about.store_pk, ShelfItem.sku == about.sku)
    return tx.execute(shelf).scalar_one_or_none()


def _unfelt(tx: Transaction, about: _About, since: datetime) -> dict[str, int]:
    """By order, pieces sold before that the shop's number did not contain then."""
    lines = tx.execute(
        select(OrderLine.sku, OrderLine.unfelt, OrderLine.felt_at, Order.order_id)
        .join(Order, Order.id == OrderLine.order_pk)
        .where(
            OrderLine.store_pk == about.store_pk,
            OrderLine.sku.in_(list(about.pieces)),
            Order.created_at < since,
            OrderLine.unfelt | (OrderLine.felt_at >= since),
        )
    ).all()
    then = {(row.order_id, row.sku) for row in lines}
    sold: dict[tuple[str, str], int] = {}
    ended: set[tuple[str, str]] = set()
    for row in _events(tx, about, StockEvent.at < since, StockEvent.kind.in_((str(Told.SOLD), *_LATE))):
        sale = (row.ref, row.sku)
        if row.kind == Told.SOLD:
            sold[sale] = sold.get(sale, 0) + (row.after or 0) * about.pieces[row.sku]
        elif row.learned_at < since:
            ended.add(sale)
        else:
            # it ended, or was proven to be inside the shop's number, since: until then it was a sale
            then.add(sale)
    found: dict[str, int] = {}
    for (ref, name), pieces in sold.items():
        if (ref, name) in then - ended:
            found[ref] = found.get(ref, 0) + pieces
    return found


_LATE = (str(Told.GIVEN_BACK), str(Told.FELT))


def _shown(tx: Transaction, about: _About, number: int, since: datetime) -> int | None:
    """What a marketplace showed then, as far as known: as last told before, or as the first line since found it, or as
    it is now; what it sold between is reckoned with."""
    mine = (
        StockEvent.store_pk == about.store_pk,
        StockEvent.sku == about.sku,
        StockEvent.connection_id == number,
    )
    before = select(StockEvent).where(*mine, StockEvent.at < since, StockEvent.kind.in_(_SETS))
    last = tx.execute(before.order_by(StockEvent.at.desc(), StockEvent.id.desc()).limit(1)).scalar_one_or_none()
    if last is not None:
        sold = _sold(tx, *mine, StockEvent.at > last.at, StockEvent.at < since)
        return None if last.after is None else max(last.after - sold, 0)
    after = select(StockEvent).where(*mine, StockEvent.at >= since, StockEvent.kind.in_(_KNOWS_THEIRS))
    first = tx.execute(after.order_by(StockEvent.at, StockEvent.id).limit(1)).scalar_one_or_none()
    if first is not None:
        sold = _sold(tx, *mine, StockEvent.at >= since, StockEvent.at <= first.at)
        return None if first.before is None else first.before + sold
    theirs = select(Offer.theirs).where(Offer.connection_id == number, Offer.sku == about.sku)
    now = tx.execute(theirs).scalar_one_or_none()
    return None if now is None else now + _sold(tx, *mine, StockEvent.at >= since)


def _sold(tx: Transaction, *which: Any) -> int:
    pieces = select(func.sum(StockEvent.after)).where(*which, StockEvent.kind == str(Told.SOLD))
    return int(tx.execute(pieces).scalar_one() or 0)
