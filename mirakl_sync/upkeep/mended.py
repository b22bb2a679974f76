"""Questions nobody's row waits for, closed when what they ask about was mended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from mirakl_sync.db.models import InboxItem, InboxSubject, Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk


def close_what_was_read(tx: Transaction, now: datetime) -> int:
    """Close the questions about orders that could not be read and were read since; answers how many."""
    waits = select(InboxSubject.id).where(InboxSubject.item_id == InboxItem.id).exists()
    read = (
        select(InboxItem, Order.looked_at)
        .join(Order, (Order.connection_id == InboxItem.connection_id) & (Order.order_id == InboxItem.key))
        .where(
            InboxItem.kind == "unreadable_order",
            InboxItem.closed_at.is_(None),
            ~waits,
            Order.looked_at > InboxItem.last_seen_at,
        )
    )
    rows = tx.execute(read).all()
    for item, looked_at in rows:
        words = f"the order was read at {looked_at:%Y-%m-%d %H:%M:%S} UTC"
        desk.close(item, now, who=desk.ITSELF, answer=words)
    return len(rows)
