"""Look at placed orders by number: some shops change a parcel's number without changing the order's date, and neither a
webhook nor the poll sees that."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from mirakl_sync.db.models import Order, PlatformLink, Store
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders import lineage, states
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platform as platform_spec
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder
from mirakl_sync.stores import notices
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# An order that shall leave is looked at so often, and for some days after it left: numbers are corrected.
EVERY = timedelta(hours=1)
CORRECTED_WITHIN = timedelta(days=3)
AT_ONCE = 100
# So many orders of a store in one visit; the next tick goes on.
MOST = 1000


@dataclass(frozen=True)
class LookReport:
    """How many orders were looked at, how many could not be, and the words for each store where that was so."""

    looked_at: int
    later: int
    trouble: tuple[str, ...] = ()

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.looked_at} placed orders looked at in their shops" + (
            f", {self.later} later" if self.later else ""
        )


def look_at_placed(wiring: Wiring, stores: Sequence[int] | None = None) -> LookReport:
    """Ask each store what became of the orders that shall leave or have left, those longest unseen first.

    With ``stores`` named a person asks: theirs are looked at also when that was done lately.
    """
    now, looked, later = wiring.now(), 0, 0
    trouble = []
    for store_pk, due in _due(wiring, now, stores).items():
        with wiring.db.reading() as tx:
            store = tx.get_one(Store, store_pk)
            platform = wiring.connections.store(store)
        if Capability.PARCELS not in platform_spec(store.platform).capabilities_with(store.settings):
            trouble.append(f"{store.key}: shops of this kind do not tell what has left")
            continue
        for part in _parts(due):
            try:
                shown = list(platform.read_orders([number for _, number in part]))
            except MiraklSyncError as error:
                log.info("placed orders not looked at: %s", error.words, extra={"store": store.key})
                trouble.append(f"{store.key}: {error.words}")
                later += len(part)
                break
            _tell(wiring, store_pk, part, shown)
            looked += len(part)
    return LookReport(looked, later, tuple(trouble))


def _due(wiring: Wiring, now: datetime, stores: Sequence[int] | None) -> dict[int, list[tuple[int, str]]]:
    due: dict[int, list[tuple[int, str]]] = defaultdict(list)
    leaving = or_(
        Order.state == states.State.PLACED,
        (Order.state == states.State.SHIPPED) & (Order.left_at > now - CORRECTED_WITHIN),
    )
    if stores is None:
        long_unseen = or_(Order.shop_looked_at.is_(None), Order.shop_looked_at < now - EVERY)
        asked_for = (Order.shop_looked_at == lineage.AT_ONCE) & Order.state.not_in(states.FINAL)
        meant = or_(leaving & (Order.placed_at < now - EVERY / 4) & long_unseen, asked_for)
    else:
        meant = leaving & Order.store_pk.in_(stores)
    with wiring.db.reading() as tx:
        rows = tx.execute(
            select(Order.store_pk, Order.id, PlatformLink.platform_order_id)
            .join(PlatformLink, (PlatformLink.order_pk == Order.id) & PlatformLink.current)
            .where(Order.managed, meant)
            .order_by(Order.shop_looked_at.is_not(None), Order.shop_looked_at, Order.id)
            .limit(MOST)
        )
        for store_pk, order_pk, number in rows:
            due[store_pk].append((order_pk, number))
    return due


def _parts(due: Sequence[tuple[int, str]]) -> list[Any]:
    return [due[start : start + AT_ONCE] for start in range(0, len(due), AT_ONCE)]


def _tell(wiring: Wiring, store_pk: int, part: Sequence[tuple[int, str]], shown: Sequence[PlatformOrder]) -> None:
    now = wiring.now()
    seen = [Notice(NoticeKind.ORDER, each.order_id, each.modified_at or now, order=each) for each in shown]
    with wiring.db.transaction() as tx:
        notices.apply(tx, store_pk, seen, now)
        tx.execute(update(Order).where(Order.id.in_([pk for pk, _ in part])).values(shop_looked_at=now))
