"""Find every row that is due and ring for it: what a lost message forgot is found here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import nulls_last, or_, select, update

from mirakl_sync.db.models import Order
from mirakl_sync.orders.case import OrderCase, bells
from mirakl_sync.wiring import Wiring

# A bell rung less than this ago may still be on its way.
RING_AGAIN_AFTER = timedelta(seconds=15)
MOST_AT_ONCE = 2000


@dataclass(frozen=True)
class SweepReport:
    """How many rows were rung for."""

    rung: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.rung} due orders rung for"


def sweep(wiring: Wiring) -> SweepReport:
    """Ring for due orders, the nearest deadline first. Rows rung a moment ago are left to their bell."""
    now = wiring.now()
    case = OrderCase(wiring.connections)
    with wiring.db.reading() as tx:
        rows = list(
            tx.execute(
                select(Order)
                .where(
                    Order.next_attempt_at <= now,
                    or_(Order.leased_until.is_(None), Order.leased_until <= now),
                    or_(Order.rung_at.is_(None), Order.rung_at <= now - RING_AGAIN_AFTER),
                )
                .order_by(nulls_last(Order.accept_by), Order.next_attempt_at)
                .limit(MOST_AT_ONCE)
            ).scalars()
        )
        wakes = bells((case.lane_of(tx, row), row.id) for row in rows)
    if rows:
        with wiring.db.transaction() as tx:
            tx.execute(update(Order).where(Order.id.in_([row.id for row in rows])).values(rung_at=now))
        wiring.db.dispatcher.send(wakes)
    return SweepReport(len(rows))
