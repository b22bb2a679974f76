"""Ring for every order that is due."""

from __future__ import annotations

from mirakl_sync.cases import sweep as machinery
from mirakl_sync.cases.sweep import SweepReport
from mirakl_sync.db.models import Order
from mirakl_sync.orders.case import OrderCase, bells
from mirakl_sync.wiring import Wiring


def sweep(wiring: Wiring) -> SweepReport:
    """Ring for due orders, the nearest deadline first."""
    case = OrderCase(wiring.connections)
    return machinery.sweep(
        wiring.db,
        Order,
        Order.accept_by,
        lambda tx, rows: bells((case.lane_of(tx, row), row.id) for row in rows),
        wiring.now(),
        "orders",
    )
