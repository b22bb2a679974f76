"""Promises running out: an alert at half of the time to answer and again near its end, while a person can still act."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Order
from mirakl_sync.inbox import desk
from mirakl_sync.orders import states
from mirakl_sync.orders.window import share_of_window
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# share of the time gone → alarm
ALARMS = ((0.8, 2, "acceptance_at_risk"), (0.5, 1, "acceptance_waiting"))


@dataclass(frozen=True)
class WatchReport:
    """How many unanswered orders were looked at and how many alarms were raised."""

    unanswered: int
    raised: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.unanswered} orders unanswered, {self.raised} alarms raised"


def watch(wiring: Wiring) -> WatchReport:
    """Raise the alarms that are due; each order has each alarm once."""
    now = wiring.now()
    with wiring.db.reading() as tx:
        rows = tx.execute(
            select(Order.id, Order.created_at, Order.accept_by, Order.alarm).where(
                Order.state.in_(states.UNANSWERED),
                Order.accept_by.is_not(None),
                Order.marketplace_state == states.WAITING_ACCEPTANCE,
                Order.managed,
            )
        ).all()
    due = [(row.id, *_alarm(row.created_at, row.accept_by, now)) for row in rows]
    raised = [
        (order_id, level, kind) for (order_id, level, kind), row in zip(due, rows, strict=True) if level > row.alarm
    ]
    for order_id, level, kind in raised:
        _raise(wiring, order_id, level, kind, now)
    return WatchReport(len(rows), len(raised))


def _alarm(created_at: datetime, accept_by: datetime, now: datetime) -> tuple[int, str]:
    share = share_of_window(created_at, accept_by, now)
    return next(((level, kind) for limit, level, kind in ALARMS if share >= limit), (0, ""))


def _raise(wiring: Wiring, order_id: int, level: int, kind: str, now: datetime) -> None:
    with wiring.db.transaction() as tx:
        row = tx.get_one(Order, order_id)
        if row.state not in states.UNANSWERED or row.accept_by is None:
            return
        row.alarm, row.questioned = level, True
        cause = row.last_problem or row.waiting_for or "it is being worked on"
        words = f"{row.order_id} must be answered by {row.accept_by:%Y-%m-%d %H:%M} UTC. What holds it: {cause}"
        ask = Ask(kind, row.order_id, words, due=row.accept_by, facts={"order": row.order_id})
        desk.open_item(tx, row.connection_id, ask, "order", row.id, now)
        if level == 2:
            # Sentry listens to errors in the log
            log.error("an order is about to miss its acceptance window", extra={"order": row.order_id})
