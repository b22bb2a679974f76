"""Pass on what a store told: its orders that are ours, and its SKUs. Everything else is ignored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import InboxItem, InboxSubject, Order, PlatformLink
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import states
from mirakl_sync.orders.case import ORDERS, TASKS
from mirakl_sync.records.shop import Notice, NoticeKind
from mirakl_sync.shelf import board
from mirakl_sync.shipments import intake as shipments

_SKU_QUESTIONS = ("unknown_sku", "duplicate_sku", "insufficient_stock", "backorder", "price_below")


def apply(tx: Transaction, store_pk: int, notices: Iterable[Notice], now: datetime) -> str:
    """Write down what changed and ring for the orders it concerns; answers a sentence. May be called again."""
    orders = products = ignored = 0
    notices = list(notices)
    _lock(tx, store_pk, notices)
    for notice in notices:
        if notice.kind is NoticeKind.ORDER:
            told = _order(tx, store_pk, notice, now)
            orders += told
        else:
            told = _product(tx, store_pk, notice, now)
            products += told
        ignored += not told
    return f"{orders} orders and {products} products changed, {ignored} notices of no concern"


def _lock(tx: Transaction, store_pk: int, notices: Iterable[Notice]) -> None:
    """Orders are locked in the order of their keys, as pulls do: a batch and a pull must not wait for each other."""
    subjects = [notice.subject for notice in notices if notice.kind is NoticeKind.ORDER]
    if tx.get_bind().dialect.name == "sqlite" or len(subjects) < 2:
        return
    links = select(PlatformLink.order_pk).where(
        PlatformLink.store_pk == store_pk, PlatformLink.platform_order_id.in_(subjects)
    )
    tx.execute(select(Order.id).where(Order.id.in_(links)).order_by(Order.id).with_for_update())


def _order(tx: Transaction, store_pk: int, notice: Notice, now: datetime) -> bool:
    """True when it told something new about an order of ours. Older news never overwrites newer."""
    link = tx.execute(
        select(PlatformLink).where(PlatformLink.store_pk == store_pk, PlatformLink.platform_order_id == notice.subject)
    ).scalar_one_or_none()
    if link is None or not link.current:
        return False
    shown = notice.order
    at = (shown.modified_at if shown else None) or notice.observed_at
    if link.modified_at is not None and at < link.modified_at:
        return False
    link.modified_at = at
    row = tx.get_one(Order, link.order_pk)
    # a parcel's number may change without the order's status, and in some shops without its date
    parcels = shown is not None and not notice.deleted and shipments.note(tx, row, shown, now)
    return _status(tx, row, link, notice, now) or parcels


def _status(tx: Transaction, row: Order, link: PlatformLink, notice: Notice, now: datetime) -> bool:
    shown = notice.order
    status = shown.status if shown else "deleted"
    canceled = notice.deleted or (shown is not None and shown.canceled)
    if row.platform_state == status and row.platform_canceled == canceled:
        return False
    timeline.add(
        tx, "order", row, now, "shop", f"shop order {link.number}: {row.platform_state or 'new'} became {status}"
    )
    row.platform_state, row.platform_canceled = status, canceled
    if row.state not in states.FINAL:
        row.next_attempt_at = now
        tx.wake(TASKS[ORDERS], row.id)
    return True


def _product(tx: Transaction, store_pk: int, notice: Notice, now: datetime) -> bool:
    """Every SKU is kept; the questions about it are looked at again. Where the notice does not tell the SKU (deleted
    products, parents that count for their variations) the store is asked about all that hang on it."""
    facts, doubted = notice.product, 0
    if notice.deleted or notice.incomplete or facts is None or not facts.sku:
        doubted = board.doubt_product(tx, store_pk, notice.subject, now, deleted=notice.deleted)
    if notice.deleted or facts is None or not facts.sku:
        return doubted > 0
    # their clock dates the notice, ours dates what we promised: a shop running ahead must not outdate our promises
    facts = replace(facts, observed_at=min(facts.observed_at, now))
    if not board.observe(tx, store_pk, [facts], now).newer:
        return False
    waiting = tx.execute(
        select(Order.id)
        .join(InboxSubject, (InboxSubject.subject == "order") & (InboxSubject.subject_id == Order.id))
        .join(InboxItem, InboxItem.id == InboxSubject.item_id)
        .where(
            InboxItem.closed_at.is_(None),
            InboxItem.kind.in_(_SKU_QUESTIONS),
            InboxItem.key == facts.sku,
            Order.store_pk == store_pk,
        )
    ).scalars()
    for order_pk in list(waiting):
        tx.wake(TASKS[ORDERS], order_pk)
    return True
