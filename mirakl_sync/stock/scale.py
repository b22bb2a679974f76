"""What weighing needs to know of a batch of offers, read in few statements, and what it makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, union

from mirakl_sync.connections.opened import Connections
from mirakl_sync.db.models import (
    Connection,
    LevelFeed,
    Offer,
    OrderLine,
    ShelfComponent,
    ShelfItem,
    StockLane,
    StockRule,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.shelf import board, bundles
from mirakl_sync.stock import velocity
from mirakl_sync.stock.limits import Override, applying, ends_at, limits
from mirakl_sync.stock.rules import Level, Wanted, spread, wanted

_OFFERS, _SHELF = Offer.__table__, ShelfItem.__table__
# Nothing has been measured yet: a minute until we know, one until a file may go, one until it is worked off.
USUAL_DELAY = 180.0
UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Side:
    """What belongs to one connection."""

    connection_id: int
    policy: StockPolicy
    zero_until: datetime | None = None
    zero_by: str = ""
    delay: float | None = None

    def stale(self, confirmed_at: datetime, now: datetime) -> bool:
        """The store has confirmed nothing for too long."""
        return confirmed_at < now - self.policy.stale_after


@dataclass(slots=True)
class Scale:
    """Everything known of the SKUs of one batch."""

    shelf: Mapping[str, Any]
    unfelt: Mapping[str, int]
    overrides: Sequence[Override]
    sides: Mapping[int, Side]
    # every change up to then is on the shelf
    read_at: datetime | None

    @property
    def remembers(self) -> timedelta:
        """How long a sale counts for the speed, which the connections of a store have in common."""
        grow = (side.policy.buffer_remembers for side in self.sides.values() if side.policy.buffer_grows)
        return max(grow, default=velocity.FADES)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an offer shall show, and whether that is to be told."""

    wanted: int | None
    spread: dict[str, int] | None
    because: str
    due: bool
    again_at: datetime | None = None


def load(tx: Transaction, connections: Connections, store_pk: int, rows: Sequence[Any], now: datetime) -> Scale:
    """Read it for these offer rows. SKUs the shelf has never heard of are put there as to be asked for."""
    known = look(tx, connections, store_pk, rows)
    if unknown := sorted({row.sku for row in rows} - known.shelf.keys()):
        board.ask_for(tx, store_pk, unknown, now)
        known = look(tx, connections, store_pk, rows)
    return known


def look(tx: Transaction, connections: Connections, store_pk: int, rows: Sequence[Any]) -> Scale:
    """The same without writing: SKUs the shelf has never heard of are not in it."""
    skus = sorted({row.sku for row in rows})
    shelf = _shelf(tx, store_pk, skus)
    ids = {row.connection_id for row in rows}
    return _gathered(tx, connections, store_pk, shelf, shelf, StockRule.name.in_(skus), ids)


def stretch(
    tx: Transaction, connections: Connections, store_pk: int, connection_id: int, first: str, last: str
) -> Scale:
    """The same of all offers of a connection from one SKU to another, by ranges: comparisons ask so by the million."""
    where = {"store": store_pk, "of": connection_id, "first": first, "last": last}
    shelf = {row.sku: row for row in tx.execute(_STRETCH, where)}
    moving = [sku for sku in tx.execute(_MOVING, where).scalars() if sku in shelf]
    named = StockRule.name.between(first, last)
    return _gathered(tx, connections, store_pk, shelf, moving, named, [connection_id])


def _gathered(
    tx: Transaction,
    connections: Connections,
    store_pk: int,
    shelf: dict[str, Any],
    moving: Iterable[str],
    named: ColumnElement[bool],
    connection_ids: Iterable[int],
) -> Scale:
    """With what belongs to the shelf's entries; only those ``moving`` can have been sold, or be sold in bundles."""
    parts = {sku for row in shelf.values() for sku, _ in row.components or ()} - shelf.keys()
    asked = sorted({*moving, *parts})
    if parts:
        shelf = shelf | _shelf(tx, store_pk, sorted(parts))
    return Scale(
        shelf=shelf,
        unfelt=_unfelt(tx, store_pk, asked) if asked else {},
        overrides=_overrides(tx, store_pk, shelf, named),
        sides=sides(tx, connections, connection_ids),
        read_at=tx.execute(select(LevelFeed.read_at).where(LevelFeed.store_pk == store_pk)).scalar_one_or_none(),
    )


def _shelf(tx: Transaction, store_pk: int, skus: Sequence[str]) -> dict[str, Any]:
    return {row.sku: row for row in tx.execute(_SHELF_ROWS, {"store": store_pk, "skus": list(skus)})}


# no more than is asked: a comparison reads them by the million
_COLUMNS = tuple(
    _SHELF.c[name]
    for name in (
        "id",
        "sku",
        "observed_at",
        "matches",
        "quantity",
        "in_stock",
        "backorders",
        "sellable",
        "categories",
        "locations",
        "components",
        "available",
        "speed",
        "speed_at",
    )
)
_SHELF_ROWS = select(*_COLUMNS).where(
    _SHELF.c.store_pk == bindparam("store"), _SHELF.c.sku.in_(bindparam("skus", expanding=True))
)


def _within(sku: Any) -> Any:
    return sku.between(bindparam("first"), bindparam("last"))


_STRETCH = (
    select(*_COLUMNS)
    .join(_OFFERS, _OFFERS.c.sku == _SHELF.c.sku)
    .where(
        _OFFERS.c.connection_id == bindparam("of"),
        _within(_OFFERS.c.sku),
        # one by one: the same range here would be joined by comparing all with all where nothing was counted yet
        _SHELF.c.store_pk == bindparam("store"),
    )
)
_MOVING = union(
    select(OrderLine.sku).where(OrderLine.store_pk == bindparam("store"), OrderLine.unfelt, _within(OrderLine.sku)),
    select(ShelfComponent.component).where(
        ShelfComponent.store_pk == bindparam("store"), _within(ShelfComponent.component)
    ),
)


def _unfelt(tx: Transaction, store_pk: int, skus: Sequence[str]) -> dict[str, int]:
    """Sold and not yet felt, also as a part of bundles."""
    held = bundles.holders(tx, store_pk, skus)
    bundled = {bundle for each in held.values() for bundle, _ in each}
    sold = board.unfelt(tx, store_pk, sorted({*skus, *bundled}))
    inside = {sku: sum(sold.get(bundle, 0) * pieces for bundle, pieces in each) for sku, each in held.items()}
    return {sku: sold.get(sku, 0) + inside.get(sku, 0) for sku in skus}


def _overrides(tx: Transaction, store_pk: int, shelf: Mapping[str, Any], named: ColumnElement[bool]) -> list[Override]:
    categories = {name for row in shelf.values() for name in row.categories or ()}
    found = tx.execute(
        select(StockRule)
        .where(
            StockRule.store_pk == store_pk,
            or_(
                and_(StockRule.scope == "sku", named),
                and_(StockRule.scope == "category", StockRule.name.in_(sorted(categories))),
            ),
        )
        .order_by(StockRule.id)
    ).scalars()
    return [override(row) for row in found]


def override(row: StockRule) -> Override:
    """A rule as values."""
    return Override(
        scope=row.scope,
        name=row.name,
        connection_id=row.connection_id,
        share=row.share,
        buffer=row.buffer,
        at_least=row.at_least,
        at_most=row.at_most,
        fixed=row.fixed,
        until=row.until,
        made_by=row.made_by,
    )


def sides(tx: Transaction, connections: Connections, connection_ids: Iterable[int]) -> dict[int, Side]:
    """Policy, panic and measured delay of these connections."""
    wanted_ids = sorted(connection_ids)
    rows = tx.execute(
        select(Connection.id, Connection.policy_id, StockLane.zero_until, StockLane.zero_by, StockLane.delay)
        .outerjoin(StockLane, StockLane.connection_id == Connection.id)
        .where(Connection.id.in_(wanted_ids))
    )
    return {
        row.id: Side(row.id, connections.policy(tx, row.policy_id).stock, row.zero_until, row.zero_by or "", row.delay)
        for row in rows
    }


def weighed(row: Any, known: Scale, now: datetime) -> Weighed:
    """What the offer of this row shall show, by everything known."""
    item, side = known.shelf[row.sku], known.sides[row.connection_id]
    if item.observed_at == board.NEVER:
        return Weighed(None, None, UNSEEN, due=False)
    result, again_at = judge(row.sku, known, side, now)
    divided = None
    if result.quantity is not None:
        divided = spread(result.quantity, item.locations, side.policy.warehouses)
    differs = result.quantity != row.theirs or divided != row.told_spread
    refused = row.refused is not None and row.refused == result.quantity
    on_its_way = row.push_id is not None and row.sent == result.quantity and divided == row.spread
    sendable = row.listed and result.quantity is not None and not row.held
    due = sendable and differs and not refused and not on_its_way
    return Weighed(result.quantity, divided, str(result.because), due, again_at)


def judge(sku: str, known: Scale, side: Side, now: datetime) -> tuple[Wanted, datetime | None]:
    """The rules' word on a SKU for one connection, and when time alone would change it."""
    item = known.shelf[sku]
    stated = level(sku, known, side, now)
    categories = item.categories or ()
    about = applying(known.overrides, sku=sku, categories=categories, connection_id=side.connection_id)
    rules = partial(
        limits,
        side.policy,
        about,
        sku=sku,
        categories=categories,
        connection_id=side.connection_id,
        now=now,
        zero_until=side.zero_until,
        zero_by=side.zero_by,
    )
    growing, shrinks_at = grown(sku, known, side, now), None
    if growing:
        shrinks_at = velocity.shrinks_at(speed_of(sku, known, now), delay_of(side), side.policy, now)
    result = wanted(stated, rules(growing=growing))
    ends = [at for at in (shrinks_at, ends_at(about, now, side.zero_until)) if at is not None]
    return result, min(ends, default=None)


def grown(sku: str, known: Scale, side: Side, now: datetime) -> int:
    """Pieces the growing buffer keeps back of a SKU on one connection, where that is of use."""
    if not side.policy.buffer_grows:
        return 0
    pieces = velocity.growing_buffer(speed_of(sku, known, now), delay_of(side), side.policy)
    return velocity.of_use(pieces, _on_the_shelf(sku, known))


def delay_of(side: Side) -> float:
    """Seconds a change takes to arrive at a connection's marketplace, measured where there is a measure."""
    return USUAL_DELAY if side.delay is None else side.delay


def level(sku: str, known: Scale, side: Side, now: datetime) -> Level:
    """What is known of the SKU in its store, for one connection."""
    item = known.shelf[sku]
    confirmed = max(item.observed_at, known.read_at) if known.read_at else item.observed_at
    return Level(
        quantity=item.quantity,
        in_stock=item.in_stock,
        sellable=item.sellable,
        backorders=item.backorders,
        matches=item.matches,
        stale=side.stale(confirmed, now),
        unfelt=known.unfelt.get(sku, 0),
        components=tuple((left_of(part, known), pieces) for part, pieces in item.components or ()),
        locations=item.locations,
    )


def left_of(sku: str, known: Scale) -> int | None:
    """Pieces of a component that may still be sold."""
    item = known.shelf.get(sku)
    if item is None or item.matches != 1:
        return 0
    return None if item.quantity is None else item.quantity - known.unfelt.get(sku, 0)


def speed_of(sku: str, known: Scale, now: datetime) -> float:
    """How fast it sells (pieces a second), with what left the shelf since it was last weighed.

    By the shelf alone, so that connections with other shares or backorders do not look like sales. A count corrected
    downwards looks like one: that errs on the safe side.
    """
    item, left = known.shelf[sku], _on_the_shelf(sku, known)
    sold = item.available - left if item.available is not None and left is not None else 0
    if sold > 0:
        return velocity.after_sale(item.speed, item.speed_at, sold, now, known.remembers)
    return velocity.faded(item.speed, item.speed_at, now, known.remembers)


def _on_the_shelf(sku: str, known: Scale) -> int | None:
    item = known.shelf[sku]
    return None if item.quantity is None else max(item.quantity - known.unfelt.get(sku, 0), 0)


def sold_since(known: Scale, skus: Iterable[str], now: datetime) -> list[dict[str, Any]]:
    """What the shelf shall remember of these SKUs: only where fewer, or more, can be sold than when last weighed."""
    return [
        {
            "shelf": known.shelf[sku].id,
            "new_available": _on_the_shelf(sku, known),
            "new_speed": speed_of(sku, known, now),
            "new_speed_at": now,
        }
        for sku in skus
        if _on_the_shelf(sku, known) != known.shelf[sku].available
    ]
