"""What the pages show: read-only looks at orders and questions, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from mirakl_sync.db.models import Connection, Effect, InboxItem, InboxSubject, Order, TimelineEntry
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox.kinds import KINDS, Kind
from mirakl_sync.orders.states import UNANSWERED, WAITING_ACCEPTANCE

SUBJECT = "order"
PAGE_SIZE = 50
# What people look for, and the rows it means.
_NEEDS = {
    "answer": and_(Order.state.in_(UNANSWERED), Order.marketplace_state == WAITING_ACCEPTANCE),
    "person": Order.blocked_by.is_not(None),
    "trouble": Order.last_problem != "",
}
NEEDS = {"answer": "waits for our answer", "person": "waits for a person", "trouble": "last attempt failed"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``number`` counts from 1."""

    rows: Sequence[Any]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The last page's number; 1 even for an empty list."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def first_row(self) -> int:
        """The number of the first row shown, 0 when there is none."""
        return (self.number - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        """The number of the last row shown."""
        return max(0, self.first_row + len(self.rows) - 1)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders to list. Empty values do not filter; ``text`` is the beginning of an order's or a sale's number."""

    state: str = ""
    connection: str = ""
    need: str = ""
    text: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on orders."""
        asked: list[tuple[object, ColumnElement[bool]]] = [
            (self.state, Order.state == self.state),
            (self.connection, Connection.key == self.connection),
            (self.need in _NEEDS, _NEEDS.get(self.need, Order.id > 0)),
            (self.text, _begins_with(self.text)),
        ]
        return [condition for wanted, condition in asked if wanted]


def _begins_with(text: str) -> ColumnElement[bool]:
    return or_(Order.order_id.startswith(text, autoescape=True), Order.commercial_id.startswith(text, autoescape=True))


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order with everything ever said about it."""

    order: Order
    connection: str
    effects: Sequence[Effect]
    timeline: Sequence[TimelineEntry]
    questions: Sequence[InboxItem]


@dataclass(frozen=True, slots=True)
class Question:
    """An open item with its kind and how many rows wait for the answer."""

    item: InboxItem
    kind: Kind | None
    connection: str
    waiting: int


@dataclass(frozen=True, slots=True)
class OwnersTurn:
    """How much waits for one role."""

    owner: str
    count: int
    first_due: datetime | None


def orders(tx: Transaction, wanted: OrderFilter, number: int) -> Page:
    """Orders with their connection's key, the newest first."""
    base = select(Order, Connection.key).join(Connection, Connection.id == Order.connection_id)
    return _page(tx, base.where(*wanted.conditions()), number, Order.created_at.desc(), Order.id.desc())


def next_answers(tx: Transaction, count: int = 10) -> Sequence[Any]:
    """The orders that must be answered next, with their connection's key."""
    return tx.execute(
        select(Order, Connection.key)
        .join(Connection, Connection.id == Order.connection_id)
        .where(_NEEDS["answer"], Order.accept_by.is_not(None))
        .order_by(Order.accept_by, Order.id)
        .limit(count)
    ).all()


def whole_order(tx: Transaction, order_pk: int) -> WholeOrder | None:
    """One order, or None."""
    order = tx.get(Order, order_pk)
    if order is None:
        return None
    mine: Any = (Effect.subject == SUBJECT, Effect.subject_id == order_pk)
    told: Any = (TimelineEntry.subject == SUBJECT, TimelineEntry.subject_id == order_pk)
    asked = (
        select(InboxItem)
        .join(InboxSubject, InboxSubject.item_id == InboxItem.id)
        .where(InboxSubject.subject == SUBJECT, InboxSubject.subject_id == order_pk, InboxItem.closed_at.is_(None))
    )
    return WholeOrder(
        order,
        tx.get_one(Connection, order.connection_id).key,
        tx.execute(select(Effect).where(*mine).order_by(Effect.asked_at, Effect.id)).scalars().all(),
        tx.execute(select(TimelineEntry).where(*told).order_by(TimelineEntry.at, TimelineEntry.id)).scalars().all(),
        tx.execute(asked.order_by(InboxItem.id)).scalars().all(),
    )


def questions(tx: Transaction, owner: str, number: int) -> Page:
    """Open questions, of one owner or all; what is due first comes first."""
    base = select(InboxItem, Connection.key).outerjoin(Connection, Connection.id == InboxItem.connection_id)
    base = base.where(InboxItem.closed_at.is_(None), *([InboxItem.owner == owner] if owner else []))
    page = _page(tx, base, number, InboxItem.due_at, InboxItem.urgency.desc(), InboxItem.id)
    waiting = _waiting(tx, [item.id for item, _ in page.rows])
    told = [Question(item, KINDS.get(item.kind), key or "", waiting.get(item.id, 0)) for item, key in page.rows]
    return Page(told, page.number, page.total)


def turns(tx: Transaction) -> list[OwnersTurn]:
    """Per role: how many open questions, and when the first is due."""
    rows = tx.execute(
        select(InboxItem.owner, func.count(), func.min(InboxItem.due_at))
        .where(InboxItem.closed_at.is_(None))
        .group_by(InboxItem.owner)
        .order_by(func.min(InboxItem.due_at))
    )
    return [OwnersTurn(owner, count, due) for owner, count, due in rows]


def connection_keys(tx: Transaction) -> Sequence[str]:
    """Every connection, by key."""
    return tx.execute(select(Connection.key).order_by(Connection.key)).scalars().all()


def _waiting(tx: Transaction, items: Sequence[int]) -> dict[int, int]:
    rows = tx.execute(
        select(InboxSubject.item_id, func.count()).where(InboxSubject.item_id.in_(items)).group_by(InboxSubject.item_id)
    )
    return {item: count for item, count in rows}  # noqa: C416 - dict() does not take rows


def _page(tx: Transaction, base: Select[Any], number: int, *order: Any) -> Page:
    total = tx.execute(select(func.count()).select_from(base.order_by(None).subquery())).scalar_one()
    number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
    rows = tx.execute(base.order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(rows, number, total)
