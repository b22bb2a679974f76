"""What people look at: lists of orders and one order whole, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, nulls_last, or_, select

from mirakl_sync.cases import story
from mirakl_sync.db.models import Connection, Order, OrderLine, PlatformLink
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.orders import states
from mirakl_sync.orders.views import (
    TO_SHIP,
    LineMoney,
    LineView,
    OrderRow,
    Particulars,
    ShopOrderView,
    WholeOrder,
)
from mirakl_sync.records.page import Page, page_within

SUBJECT = "order"
NEEDS = {
    "answer": "waits for our answer",
    "person": "waits for a person",
    "trouble": "the last attempt failed",
    "open": "not finished",
    "unmanaged": "in a person's hands",
}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders. Empty values do not filter; ``text`` is the beginning of an order's, a sale's or a shop order's
    number, ``due`` the time left to answer or to ship, ``sku`` one of its lines."""

    state: str = ""
    connection: str = ""
    need: str = ""
    text: str = ""
    sku: str = ""
    due: timedelta | None = None

    @property
    def empty(self) -> bool:
        """True when every order is meant."""
        return self == OrderFilter()


def orders(
    tx: Transaction,
    wanted: OrderFilter,
    now: datetime,
    *,
    number: int = 1,
    size: int = 50,
    nearest_first: bool = False,
) -> Page[OrderRow]:
    """A page of orders: with ``due`` the nearest promise first, with ``nearest_first`` what is owed soonest and
    then the newest, else the newest."""
    chosen = _matching(wanted, now)
    total = tx.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    number = page_within(number, size, total)
    order: tuple[ColumnElement[datetime], ...] = (Order.created_at.desc(),)
    if nearest_first:
        order = (nulls_last(_owed()), *order)
    elif wanted.due is not None:
        order = (nulls_last(_promise()),)
    rows = tx.execute(chosen.order_by(*order, Order.id.desc()).limit(size).offset((number - 1) * size)).unique()
    return Page([_row(each, key) for each, key in rows], number, size, total)


def matching(tx: Transaction, wanted: OrderFilter, now: datetime) -> dict[int, str]:
    """Key and number of every order a filter means, the nearest promise first."""
    rows = tx.execute(
        _matching(wanted, now).with_only_columns(Order.id, Order.order_id).order_by(nulls_last(_promise()), Order.id)
    )
    return {order_pk: order_id for order_pk, order_id in rows}  # noqa: C416 - dict() does not take rows


def whole(tx: Transaction, order_pk: int) -> WholeOrder:
    """One order; ``Refused`` when there is none."""
    row = tx.get(Order, order_pk)
    if row is None:
        raise Refused(f"There is no order number {order_pk}.")
    key = tx.get_one(Connection, row.connection_id).key
    return WholeOrder(
        row=_row(row, key),
        commercial_id=row.commercial_id,
        why=row.why,
        platform_state=row.platform_state,
        answer_by_hand=row.answer_by_hand,
        answered_by=row.answered_by,
        commission=row.commission,
        accepted_at=row.accepted_at,
        placed_at=row.placed_at,
        reference_told_at=row.reference_told_at,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        has_addresses=row.has_addresses,
        lines=tuple(_line(line) for line in row.lines),
        shop_orders=tuple(_shop_order(link) for link in row.links),
        effects=story.effects(tx, SUBJECT, row.id),
        questions=story.questions(tx, SUBJECT, row.id),
        timeline=story.timeline(tx, SUBJECT, row.id),
    )


def particulars(tx: Transaction, order_pk: int) -> Particulars:
    """What a page says of an existing order beside ``whole``."""
    row = tx.get_one(Order, order_pk)
    joined = tx.get_one(Connection, row.connection_id)
    return Particulars(
        marketplace=joined.shop.marketplace.name or joined.shop.marketplace.key,
        store=joined.store.key,
        looked_at=row.looked_at,
        fulfilled_by_operator=row.fulfilled_by_operator,
        moneys={line.line_id: LineMoney(line.unit_price, line.commission) for line in row.lines},
    )


def _promise() -> ColumnElement[datetime]:
    """The promise that runs: to answer while unanswered, to ship after."""
    return case((Order.state.in_(states.UNANSWERED), Order.accept_by), else_=Order.ship_by)


def _owed() -> ColumnElement[datetime]:
    """When we must act next; null for orders of which nothing is owed any more."""
    return case((Order.state.in_(states.UNANSWERED | TO_SHIP), _promise()), else_=None)


def _matching(wanted: OrderFilter, now: datetime) -> Select[Order, str]:
    chosen = select(Order, Connection.key).join(Connection, Connection.id == Order.connection_id)
    if wanted.state:
        chosen = chosen.where(Order.state == wanted.state)
    if wanted.connection:
        chosen = chosen.where(Connection.key == wanted.connection)
    if wanted.need:
        chosen = chosen.where(_need(wanted.need))
    if wanted.text:
        chosen = chosen.where(_begins_with(wanted.text))
    if wanted.sku:
        chosen = chosen.where(exists().where(OrderLine.order_pk == Order.id, OrderLine.sku == wanted.sku))
    if wanted.due is not None:
        chosen = chosen.where(Order.state.not_in(states.FINAL), _promise() <= now + wanted.due)
    return chosen


def _need(name: str) -> ColumnElement[bool]:
    needs = {
        "answer": and_(Order.state.in_(states.UNANSWERED), Order.marketplace_state == states.WAITING_ACCEPTANCE),
        "person": Order.blocked_by.is_not(None),
        "trouble": and_(Order.last_problem != "", Order.state.not_in(states.FINAL)),
        "open": Order.state.not_in(states.FINAL),
        "unmanaged": and_(~Order.managed, Order.state.not_in(states.FINAL)),
    }
    return needs[name]


def _begins_with(text: str) -> ColumnElement[bool]:
    shop_number = exists().where(
        PlatformLink.order_pk == Order.id, or_(PlatformLink.number == text, PlatformLink.platform_order_id == text)
    )
    return or_(
        Order.order_id.startswith(text, autoescape=True),
        Order.commercial_id.startswith(text, autoescape=True),
        shop_number,
    )


def _row(row: Order, key: str) -> OrderRow:
    return OrderRow(
        id=row.id,
        order_id=row.order_id,
        connection=key,
        state=row.state,
        marketplace_state=row.marketplace_state,
        created_at=row.created_at,
        accept_by=row.accept_by,
        ship_by=row.ship_by,
        gross=row.gross,
        currency=row.currency,
        waiting_for=row.waiting_for,
        last_problem=row.last_problem,
        blocked=row.blocked_by is not None,
        managed=row.managed,
        shop_order=row.link.number if row.link else "",
    )


def _line(line: OrderLine) -> LineView:
    return LineView(
        line.line_id,
        line.sku,
        line.title,
        line.quantity,
        line.gross,
        line.state,
        line.decision,
        line.decision_why,
        line.platform_line_id,
    )


def _shop_order(link: PlatformLink) -> ShopOrderView:
    return ShopOrderView(link.platform_order_id, link.number, link.url, link.total, link.current)
