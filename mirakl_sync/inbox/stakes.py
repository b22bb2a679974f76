"""What is at stake with each question: the orders that wait for it, by themselves or by their parcels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, select, union_all

from mirakl_sync.db.models import InboxItem, InboxSubject, Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox.kind import Loss
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.inbox.ranking import Stake
from mirakl_sync.orders import states

# So many items in one question to the database: both have a limit of parameters.
_AT_ONCE = 500


def stakes(tx: Transaction, items: Sequence[InboxItem]) -> dict[int, Stake]:
    """The stake of each item by its key. A parcel counts as its order, and an order once."""
    orders: dict[int, dict[int, Any]] = {}
    ids = [item.id for item in items]
    for start in range(0, len(ids), _AT_ONCE):
        for row in tx.execute(orders_behind(ids[start : start + _AT_ONCE])):
            orders.setdefault(row.item_id, {})[row.id] = row
    return {item.id: _stake(item, list(orders.get(item.id, {}).values())) for item in items}


def orders_behind(ids: Sequence[int]) -> Select[Any]:
    """(item_id, id, order_id, gross, currency, state, promised) of every order behind these items; some more
    than once."""
    chosen = InboxSubject.item_id.in_(ids)
    by_order = select(InboxSubject.item_id, InboxSubject.subject_id.label("order_pk")).where(
        chosen, InboxSubject.subject == "order"
    )
    by_parcel = (
        select(InboxSubject.item_id, Shipment.order_pk.label("order_pk"))
        .join(Shipment, Shipment.id == InboxSubject.subject_id)
        .where(chosen, InboxSubject.subject == "shipment")
    )
    waiting = union_all(by_order, by_parcel).subquery()
    promised = case((Order.state.in_(states.UNANSWERED), Order.accept_by), else_=Order.ship_by).label("promised")
    return select(waiting.c.item_id, Order.id, Order.order_id, Order.gross, Order.currency, Order.state, promised).join(
        Order, Order.id == waiting.c.order_pk
    )


def _stake(item: InboxItem, orders: Sequence[Any]) -> Stake:
    amounts: dict[str, Decimal] = {}
    for row in orders:
        amounts[row.currency] = amounts.get(row.currency, Decimal(0)) + row.gross
    promises: list[datetime] = [row.promised for row in orders if row.promised is not None]
    return Stake(_loss(item, orders), len(orders), amounts, min(promises, default=None), item.due_at)


def _loss(item: InboxItem, orders: Sequence[Any]) -> Loss:
    """What is lost, by the kind; an order nobody answered is no late parcel but a lost sale."""
    kind = KINDS.get(item.kind)
    loss = kind.loss if kind else Loss.NOTHING
    if loss is Loss.LATE and any(row.state in states.UNANSWERED for row in orders):
        return Loss.SALE
    return loss
