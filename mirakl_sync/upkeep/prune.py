"""Forget what is no longer needed: buyers' data of finished orders, digested webhooks, old marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from mirakl_sync.db.models import (
    Delivery,
    InboxItem,
    Message,
    Offer,
    Order,
    PeriodRun,
    PlannerFile,
    PlannerRow,
    StockEvent,
    StockLatency,
    StockPush,
    Telling,
)
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.http.redact import redact
from mirakl_sync.orders import states
from mirakl_sync.wiring import Wiring

KEEP_DELIVERIES = timedelta(days=14)
KEEP_BUYERS = timedelta(days=180)
KEEP_MARKS = timedelta(days=60)
BATCH = 200


@dataclass(frozen=True)
class PruneReport:
    """What was forgotten."""

    deliveries: int
    buyers: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.deliveries} webhooks deleted, the buyers of {self.buyers} finished orders forgotten"


def prune(wiring: Wiring) -> PruneReport:
    """Delete and blank by age, in small transactions so that nobody waits."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        old = tx.execute(
            select(Delivery.id)
            .where(Delivery.digested_at.is_not(None), Delivery.received_at < now - KEEP_DELIVERIES)
            .limit(BATCH * 10)
        ).scalars()
        ids = list(old)
        tx.execute(delete(Delivery).where(Delivery.id.in_(ids)))
        tx.execute(delete(PeriodRun).where(PeriodRun.at < now - KEEP_MARKS))
    with wiring.db.transaction() as tx:
        orders = (
            tx.execute(
                select(Order)
                .where(
                    Order.state.in_(states.FINAL),
                    Order.marketplace_updated_at < now - KEEP_BUYERS,
                    Order.has_addresses,
                )
                .limit(BATCH)
            )
            .scalars()
            .all()
        )
        for order in orders:
            order.payload, order.has_addresses = redact(order.payload), False
    with wiring.db.transaction() as tx:
        _messages(tx, now)
    with wiring.db.transaction() as tx:
        _stock(tx, now)
    with wiring.db.transaction() as tx:
        _planners(tx, now)
    return PruneReport(len(ids), len(orders))


def _messages(tx: Transaction, now: datetime) -> None:
    """Old messages go, with what they told; the last one about an open question stays, or it would be told anew."""
    kept = select(Telling.message_pk).join(InboxItem, InboxItem.id == Telling.item_id)
    old = select(Message.id).where(
        Message.made_at < now - KEEP_MARKS,
        Message.next_attempt_at.is_(None),
        Message.id.not_in(kept.where(InboxItem.closed_at.is_(None))),
    )
    gone = list(tx.execute(old.limit(BATCH * 10)).scalars())
    tx.execute(delete(Telling).where(Telling.message_pk.in_(gone)))
    tx.execute(delete(Message).where(Message.id.in_(gone)))


def _stock(tx: Transaction, now: datetime) -> None:
    """A SKU's story and its files are of use while somebody may ask what happened; a day of sales may fill a table."""
    old = select(StockEvent.id).where(StockEvent.at < now - KEEP_MARKS).order_by(StockEvent.at).limit(BATCH * 500)
    tx.execute(delete(StockEvent).where(StockEvent.id.in_(old)))
    over = StockPush.finished_at < now - KEEP_MARKS
    on_its_way = select(Offer.push_id).where(Offer.push_id.is_not(None))
    tx.execute(delete(StockPush).where(over, StockPush.id.not_in(on_its_way)))
    tx.execute(delete(StockLatency).where(StockLatency.day < f"{now - KEEP_MARKS:%Y-%m-%d}"))


def _planners(tx: Transaction, now: datetime) -> None:
    """Files for planners are of use while somebody may ask what was in them; one on its way stays."""
    old = select(PlannerFile.id).where(
        PlannerFile.made_at < now - KEEP_MARKS, PlannerFile.state.not_in(("made", "asked"))
    )
    gone = list(tx.execute(old.order_by(PlannerFile.id).limit(BATCH)).scalars())
    tx.execute(update(PlannerRow).where(PlannerRow.file_id.in_(gone)).values(file_id=None))
    tx.execute(delete(PlannerFile).where(PlannerFile.id.in_(gone)))
