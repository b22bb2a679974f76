"""Take what changed into a planner's lines: orders since the last time, and every SKU of its stores' shelves.

Orders are found by their marketplace's date of change, beside the cursor of the pulls: all that was consumed later is
younger than where the pulls stood, but for what a nightly look found past them. So we go back two days every time; a
line that stands as before costs a look and no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import undefer

from mirakl_sync.db.models import Connection, Order, PlannerDesk, PlannerRow, ShelfItem, ShopChange
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.planning import goods, keeping, lease, sales
from mirakl_sync.planning.goods import Known
from mirakl_sync.planning.selling import changes_of, sold
from mirakl_sync.planning.settings import FeedSettings
from mirakl_sync.records.planning import Feed
from mirakl_sync.shelf import board
from mirakl_sync.wiring import Wiring

OVERLAP = timedelta(days=2)
ORDERS_AT_ONCE, SKUS_AT_ONCE = 200, 500
# Beside the connections' cursors: what every line depends on.
_PLACES = "places"


@dataclass(frozen=True, slots=True)
class Side:
    """A connection this planner hears of, and how far the pulls of its orders stood."""

    connection_id: int
    key: str
    title: str
    marketplace: str
    store_pk: int
    pulled_to: datetime | None


def sides(tx: Transaction, planner_pk: int) -> list[Side]:
    """Its connections, the paused ones too: what was sold was sold."""
    rows = tx.execute(select(Connection).where(Connection.planner_pk == planner_pk).order_by(Connection.id))
    return [
        Side(row.id, row.key, market.name or market.key, market.key, row.store_pk, row.orders_cursor)
        for row in rows.unique().scalars()
        for market in [row.shop.marketplace]
    ]


def take(wiring: Wiring, planner_pk: int, settings: FeedSettings) -> int:
    """Everything that changed, in small transactions; answers how many lines stand otherwise. May be called again."""
    began = wiring.now()
    with wiring.db.reading() as tx:
        desk, joined = tx.get_one(PlannerDesk, planner_pk), sides(tx, planner_pk)
    places = _mark(settings)
    known = dict(desk.cursors) if desk.cursors.get(_PLACES) == places else {}
    changed = 0
    for side in joined:
        since = known.get(str(side.connection_id))
        chosen = _since(side, datetime.fromisoformat(since) if since else None, began - settings.history)
        changed += _orders(wiring, planner_pk, side, chosen, settings)
    if desk.changes_at is not None:
        for side in joined:
            changed += _orders(wiring, planner_pk, side, _changed_in_shop(side, desk.changes_at - OVERLAP), settings)
    stores = sorted({side.store_pk for side in joined})
    for number, store_pk in enumerate(stores):
        changed += _shelf(wiring, planner_pk, store_pk, stores[:number], settings)
    with wiring.db.transaction() as tx:
        keeping.mark_orphans(tx, planner_pk)
        row = tx.get_one(PlannerDesk, planner_pk)
        pulled = {str(side.connection_id): side.pulled_to.isoformat() for side in joined if side.pulled_to}
        row.cursors, row.changes_at = {**pulled, _PLACES: places}, began
    return changed


def _mark(settings: FeedSettings) -> str:
    """Other warehouses mean that every line stands otherwise."""
    told = f"{settings.places.warehouse} {sorted(settings.places.of_place.items())}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


# orders


def _since(side: Side, since: datetime | None, first_day: datetime) -> Any:
    chosen = Order.connection_id == side.connection_id
    if since is None:
        return chosen & (Order.created_at >= first_day)
    return chosen & (Order.marketplace_updated_at >= since - OVERLAP)


def _changed_in_shop(side: Side, since: datetime) -> Any:
    meant = select(ShopChange.order_pk).where(or_(ShopChange.seen_at >= since, ShopChange.gone_at >= since))
    return (Order.connection_id == side.connection_id) & Order.id.in_(meant)


def _orders(wiring: Wiring, planner_pk: int, side: Side, chosen: Any, settings: FeedSettings) -> int:
    last, changed = 0, 0
    while True:
        with wiring.db.transaction() as tx:
            found = _batch(tx, chosen, last)
            if not found:
                return changed
            last = found[-1].id
            shop = changes_of(tx, [order.id for order in found])
            every = [sold(order, side.marketplace, side.title, shop.get(order.id, ())) for order in found]
            wanted = [
                row for each in every for row in sales.wanted(each, settings.places.warehouse, side.connection_id)
            ]
            subjects = [each.subject for each in every]
            changed += keeping.keep(tx, planner_pk, Feed.SALES, subjects, wanted, wiring.now())
            lease.renew(tx, planner_pk, wiring.now())


def _batch(tx: Transaction, chosen: Any, last: int) -> Sequence[Order]:
    asked = select(Order).options(undefer(Order.payload)).where(chosen, Order.id > last, ~Order.fulfilled_by_operator)
    return tx.execute(asked.order_by(Order.id).limit(ORDERS_AT_ONCE)).scalars().all()


# SKUs


def _shelf(wiring: Wiring, planner_pk: int, store_pk: int, before: Sequence[int], settings: FeedSettings) -> int:
    """Every SKU of a store. Of what an earlier store has as well, that one speaks: it may be the same piece."""
    changed = 0
    for found in _skus(wiring, store_pk):
        with wiring.db.transaction() as tx:
            spoken = select(ShelfItem.sku).where(
                ShelfItem.store_pk.in_(before), ShelfItem.sku.in_(found), ShelfItem.matches > 0
            )
            others = set(tx.execute(spoken).scalars()) if before else set()
            skus = [sku for sku in found if sku not in others]
            facts = board.seen(tx, store_pk, skus)
            known = _known(tx, planner_pk, store_pk, skus)
            wanted = [row for sku in skus for row in goods.wanted(facts[sku], known.get(sku, Known()), settings.places)]
            for feed in (Feed.VARIANTS, Feed.STOCK):
                mine = [row for row in wanted if row.feed is feed]
                changed += keeping.keep(tx, planner_pk, feed, skus, mine, wiring.now())
            lease.renew(tx, planner_pk, wiring.now())
    return changed


def _skus(wiring: Wiring, store_pk: int) -> Iterator[list[str]]:
    last = 0
    while True:
        with wiring.db.reading() as tx:
            asked = select(ShelfItem.id, ShelfItem.sku).where(ShelfItem.store_pk == store_pk, ShelfItem.id > last)
            found = tx.execute(asked.order_by(ShelfItem.id).limit(SKUS_AT_ONCE)).all()
        if not found:
            return
        last = found[-1].id
        yield [row.sku for row in found]


def _known(tx: Transaction, planner_pk: int, store_pk: int, skus: Sequence[str]) -> dict[str, Known]:
    """What they were last sold as, and since when the planner has them."""
    mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.sku.in_(skus))
    newest = select(func.max(PlannerRow.id)).where(*mine, PlannerRow.feed == Feed.SALES).group_by(PlannerRow.sku)
    rows = tx.execute(select(PlannerRow.sku, PlannerRow.content).where(PlannerRow.id.in_(newest))).all()
    last = {row.sku: row.content for row in rows}
    asked = select(PlannerRow.sku, PlannerRow.content).where(*mine, PlannerRow.feed == Feed.VARIANTS)
    variants = {row.sku: row.content for row in tx.execute(asked)}
    unfelt = board.unfelt(tx, store_pk, skus)
    return {sku: _one(last.get(sku, {}), variants.get(sku, {}), unfelt.get(sku, 0)) for sku in skus}


def _one(last: dict[str, Any], variant: dict[str, Any], unfelt: int) -> Known:
    old_title, old_price = str(variant.get("title", "")), variant.get("price")
    since = variant.get("created_at")
    return Known(
        str(last.get("title_sold", "")) or old_title,
        goods.amount(last.get("price", old_price)),
        unfelt,
        datetime.fromisoformat(since) if since else None,
    )
