"""A second look at what must ship, independent of OR11: the marketplace's own work list (ST12).

Orders we never saw, or believe to be elsewhere, are looked at by number. Only marketplaces with shipments of their own
have the list.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.connections.opened import OpenConnection, connection_ids
from mirakl_sync.db.models import Connection, Order
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders import intake, states
from mirakl_sync.records.shipment import OrderToShip
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# What was paid a moment ago comes with the next pull.
PULLED_WITHIN = timedelta(minutes=5)
# So many strangers are looked at in one visit; more than that is a question of the cursor, which the next visits mend.
AT_ONCE = 100


@dataclass(frozen=True)
class PaidReport:
    """How many orders the marketplaces want shipped, and how many of them we did not know to be so."""

    to_ship: int
    strangers: int

    def sentence(self) -> str:
        """For Flower."""
        found = f", {self.strangers} of them looked at because we did not know" if self.strangers else ""
        return f"{self.to_ship} orders to ship by the marketplaces' own lists{found}"


def compare(wiring: Wiring) -> PaidReport:
    """Read every marketplace's list and look at the orders our rows do not have as to be shipped."""
    to_ship = strangers = 0
    with wiring.db.reading() as tx:
        opened = [wiring.connections.open(tx, pk) for pk in connection_ids(tx, feed="orders")]
    for each in opened:
        if not each.multi_shipment:
            continue
        try:
            count, unknown = _unknown(wiring, each)
            if unknown:
                log.warning("paid orders nobody showed", extra={"connection": each.key, "orders": len(unknown)})
                intake.look_at(each.id, unknown[:AT_ONCE], wiring)
        except MiraklSyncError as error:
            log.info("the list of orders to ship was not read: %s", error.words, extra={"connection": each.key})
            continue
        to_ship, strangers = to_ship + count, strangers + len(unknown)
    return PaidReport(to_ship, strangers)


def _unknown(wiring: Wiring, opened: OpenConnection) -> tuple[int, list[str]]:
    now, count = wiring.now(), 0
    unknown: list[str] = []
    with wiring.db.reading() as tx:
        since = tx.get_one(Connection, opened.id).orders_from
    for page in opened.shop.orders_to_ship(since=since):
        count += len(page)
        unknown += _not_ours_to_ship(wiring, opened, page, now)
    return count, unknown


def _not_ours_to_ship(
    wiring: Wiring, opened: OpenConnection, page: Iterable[OrderToShip], now: datetime
) -> Iterable[str]:
    old_enough = [each.order_id for each in page if each.entered_at is None or each.entered_at < now - PULLED_WITHIN]
    with wiring.db.reading() as tx:
        known = tx.execute(
            select(Order.order_id).where(
                Order.shop_pk == opened.shop_pk,
                Order.order_id.in_(old_enough),
                Order.marketplace_state == states.SHIPPING,
            )
        ).scalars()
        ours = set(known)
    return [order_id for order_id in old_enough if order_id not in ours]
