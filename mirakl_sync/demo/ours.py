"""What our own database says: which questions are open. Nothing else of it is believed by the judge."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select

from mirakl_sync.db.models import Heartbeat, InboxItem, InboxSubject, Order
from mirakl_sync.db.transaction import Database
from mirakl_sync.demo.verdict import Question
from mirakl_sync.orders.states import FINAL


def open_questions(db: Database) -> list[Question]:
    """Every open question with the orders that wait for it; those that could not be stored are named in its facts."""
    with db.reading() as tx:
        items = tx.execute(select(InboxItem).where(InboxItem.closed_at.is_(None))).scalars().all()
        rows = tx.execute(
            select(InboxSubject.item_id, Order.order_id)
            .join(Order, Order.id == InboxSubject.subject_id)
            .where(InboxSubject.subject == "order", InboxSubject.item_id.in_([item.id for item in items]))
        ).all()
    waiting = defaultdict(set)
    for item_id, order_id in rows:
        waiting[item_id].add(order_id)
    for item in items:
        if item.facts.get("order"):
            waiting[item.id].add(str(item.facts["order"]))
    return [Question(item.kind, item.question, item.owner, frozenset(waiting[item.id])) for item in items]


def attempts_planned(db: Database) -> int:
    """How many orders will be tried again by themselves after a failure."""
    failed = (Order.attempts > 0, Order.next_attempt_at.is_not(None), Order.blocked_by.is_(None))
    with db.reading() as tx:
        return tx.execute(select(func.count()).where(Order.state.not_in(FINAL), *failed)).scalar_one()


def living_feeds(db: Database) -> set[str]:
    """The feeds that gave a sign of life."""
    with db.reading() as tx:
        return set(tx.execute(select(Heartbeat.feed)).scalars())
