"""A person says a question is settled: it closes with the answer, and what waited for it is looked at again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import InboxItem, Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.orders import states
from mirakl_sync.orders.case import ORDERS, TASKS


def settle(tx: Transaction, item_id: int, who: str, answer: str, now: datetime) -> list[int]:
    """Close an item; answers the keys of the orders that are looked at again.

    A cause that is still there is asked anew. ``Refused`` when there is no such item or it is closed already.
    """
    item = tx.get(InboxItem, item_id)
    if item is None:
        raise Refused(f"There is no item {item_id}.", way_out="`mirakl-sync inbox list` shows the open ones.")
    if item.closed_at is not None:
        raise Refused(f"Item {item_id} was settled at {item.closed_at:%Y-%m-%d %H:%M} UTC by {item.closed_by}.")
    desk.close(item, now, who=who, answer=answer)
    waiting = select(Order).where(Order.id.in_(desk.subjects_of(tx, item, "order")))
    rows = tx.execute(waiting).scalars().all()
    for row in rows:
        _look_again(tx, row, item, who, answer, now)
    return [row.id for row in rows if row.state not in states.FINAL]


def _look_again(tx: Transaction, row: Order, item: InboxItem, who: str, answer: str, now: datetime) -> None:
    said = f": {answer}" if answer else ""
    timeline.add(tx, "order", row, now, who, f"settled the question {item.kind}{said}")
    if row.blocked_by == item.id:
        row.blocked_by = None
    if row.state not in states.FINAL:
        row.next_attempt_at = now
        tx.wake(TASKS[ORDERS], row.id)
