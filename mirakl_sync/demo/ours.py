"""What our own database says: which questions are open. Nothing else of it is believed by the judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select

from mirakl_sync.db.models import CarrierMapping, Connection, Heartbeat, InboxItem, InboxSubject, Order, Shipment
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.demo.findings import Question
from mirakl_sync.orders.states import FINAL
from mirakl_sync.shipments.carriers import normalised
from mirakl_sync.shipments.states import FINAL as FINAL_PARCELS


def open_questions(db: Database) -> list[Question]:
    """Every open question with the orders and parcels that wait; orders not stored are named in its facts."""
    orders, parcels = defaultdict(set), defaultdict(set)
    with db.reading() as tx:
        items = tx.execute(select(InboxItem).where(InboxItem.closed_at.is_(None))).scalars().all()
        ids = [item.id for item in items]
        for item_id, order_id in _waiting_orders(tx, ids):
            orders[item_id].add(order_id)
        for item_id, order_id, number in _waiting_parcels(tx, ids):
            orders[item_id].add(order_id)
            parcels[item_id].add((order_id, number))
    for item in items:
        if item.facts.get("order"):
            orders[item.id].add(str(item.facts["order"]))
    return [
        Question(item.kind, item.question, item.owner, frozenset(orders[item.id]), frozenset(parcels[item.id]))
        for item in items
    ]


def _waiting_orders(tx: Transaction, ids: Sequence[int]) -> Sequence[Row[int, str]]:
    asked = (
        select(InboxSubject.item_id, Order.order_id)
        .join(Order, Order.id == InboxSubject.subject_id)
        .where(InboxSubject.subject == "order", InboxSubject.item_id.in_(ids))
    )
    return tx.execute(asked).all()


def _waiting_parcels(tx: Transaction, ids: Sequence[int]) -> Sequence[Row[int, str, str]]:
    asked = (
        select(InboxSubject.item_id, Order.order_id, Shipment.number)
        .join(Shipment, Shipment.id == InboxSubject.subject_id)
        .join(Order, Order.id == Shipment.order_pk)
        .where(InboxSubject.subject == "shipment", InboxSubject.item_id.in_(ids))
    )
    return tx.execute(asked).all()


def attempts_planned(db: Database) -> int:
    """How many orders and parcels will be tried again by themselves after a failure."""
    with db.reading() as tx:
        return sum(
            tx.execute(
                select(func.count()).where(
                    model.state.not_in(final),
                    model.attempts > 0,
                    model.next_attempt_at.is_not(None),
                    model.blocked_by.is_(None),
                )
            ).scalar_one()
            for model, final in ((Order, FINAL), (Shipment, FINAL_PARCELS))
        )


def orders_of(db: Database, shipment_pks: Sequence[int]) -> dict[str, str]:
    """The marketplace's order of each of these parcels, by tracking number."""
    asked = (
        select(Shipment.number, Order.order_id)
        .join(Order, Order.id == Shipment.order_pk)
        .where(Shipment.id.in_(shipment_pks))
    )
    with db.reading() as tx:
        return {number: order_id for number, order_id in tx.execute(asked)}  # noqa: C416 - rows


def mapped_at(db: Database, connection: str, spelled: str) -> datetime:
    """When a person last said what a carrier's name means for a connection."""
    asked = (
        select(CarrierMapping.made_at)
        .join(Connection, Connection.id == CarrierMapping.connection_id)
        .where(Connection.key == connection, CarrierMapping.name == normalised(spelled))
    )
    with db.reading() as tx:
        return tx.execute(asked).scalar_one()


def living_feeds(db: Database) -> set[str]:
    """The feeds that gave a sign of life."""
    with db.reading() as tx:
        return set(tx.execute(select(Heartbeat.feed)).scalars())
