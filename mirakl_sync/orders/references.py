"""Tell the marketplace the shop's order numbers (OR04): finance's join key, a level rather than a deed.

A hundred orders go in one call, once a minute; telling the same number twice changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.connections.opened import connection_ids
from mirakl_sync.db.models import Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, RateLimited
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# OR04: "Once per minute, 100 orders per call".
BATCH = 100


@dataclass(frozen=True)
class ReferencesReport:
    """How many numbers were told and how many were not taken."""

    told: int = 0
    refused: int = 0
    later: int = 0

    def sentence(self) -> str:
        """For Flower."""
        more = f", {self.refused} refused" if self.refused else ""
        return f"{self.told} order numbers told{more}" + (f", {self.later} connections later" if self.later else "")


def tell_due(wiring: Wiring) -> ReferencesReport:
    """One call per connection that has untold numbers; a spent call limit leaves them to the next tick."""
    told = refused = later = 0
    with wiring.db.reading() as tx:
        ids = connection_ids(tx, feed="orders")
    for connection_id in ids:
        try:
            good, bad = tell(connection_id, wiring)
        except RateLimited:
            later += 1
            continue
        except MiraklSyncError as error:
            log.warning("order numbers not told: %s", error, extra={"connection": connection_id})
            later += 1
            continue
        told, refused = told + good, refused + bad
    return ReferencesReport(told, refused, later)


def tell(connection_id: int, wiring: Wiring) -> tuple[int, int]:
    """Tell up to a hundred numbers of one connection; answers (told, refused)."""
    with wiring.db.reading() as tx:
        untold = _untold(tx, connection_id)
        opened = wiring.connections.open(tx, connection_id) if untold else None
    if opened is None:
        return 0, 0
    numbers = {row.order_id: row.link.number for row in untold if row.link}
    problems = opened.shop.set_references(numbers)
    now = wiring.now()
    with wiring.db.transaction() as tx:
        for row in tx.execute(select(Order).where(Order.id.in_([row.id for row in untold]))).scalars():
            # a refused number is not told again: it is a convenience, not a promise
            row.reference_told_at = now
            problem = problems.get(row.order_id)
            words = (
                f"order number not taken: {problem}"
                if problem
                else f"told our order number {numbers.get(row.order_id)}"
            )
            timeline.add(tx, "order", row, now, opened.marketplace, words)
    return len(untold) - len(problems), len(problems)


def _untold(tx: Transaction, connection_id: int) -> list[Order]:
    return list(
        tx.execute(
            select(Order)
            .where(
                Order.connection_id == connection_id,
                Order.reference_told_at.is_(None),
                Order.placed_at.is_not(None),
            )
            .order_by(Order.placed_at)
            .limit(BATCH)
        ).scalars()
    )
