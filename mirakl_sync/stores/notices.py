"""Pass on what a store told: its orders that are ours, and its SKUs. Everything else is ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import InboxItem, InboxSubject, Order, PlatformLink
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import lineage, selling, shop_changes, states
from mirakl_sync.orders.case import ORDERS, TASKS
from mirakl_sync.records.shop import Notice, NoticeKind, PlatformOrder
from mirakl_sync.shelf import board
from mirakl_sync.shelf.news import CLOCKS_DIFFER
from mirakl_sync.shipments import intake as shipments

_SKU_QUESTIONS = ("unknown_sku", "duplicate_sku", "insufficient_stock", "backorder", "price_below")


def apply(tx: Transaction, store_pk: int, notices: Iterable[Notice], now: datetime) -> str:
    """Write down what changed and ring for the orders it concerns; answers a sentence. May be called again."""
    notices = list(notices)
    _lock(tx, store_pk, notices)
    orders = sum(_order(tx, store_pk, notice, now) for notice in notices if notice.kind is NoticeKind.ORDER)
    products = sum(
        _products(tx, store_pk, some, now)
        for some in _apart([notice for notice in notices if notice.kind is not NoticeKind.ORDER])
    )
    ignored = len(notices) - orders - products
    return f"{orders} orders and {products} products changed, {ignored} notices of no concern"


def _lock(tx: Transaction, store_pk: int, notices: Sequence[Notice]) -> None:
    """Orders and SKUs are locked in the order of their keys, as pulls and looks do: two batches, or a batch and a pull,
    must not wait for each other."""
    subjects = [notice.subject for notice in notices if notice.kind is NoticeKind.ORDER]
    if tx.get_bind().dialect.name == "sqlite" or len(notices) < 2:
        return
    if subjects:
        links = select(PlatformLink.order_pk).where(
            PlatformLink.store_pk == store_pk, PlatformLink.platform_order_id.in_(subjects)
        )
        tx.execute(select(Order.id).where(Order.id.in_(links)).order_by(Order.id).with_for_update())
    if skus := sorted({_sku(notice) for notice in notices} - {""}):
        board.seen(tx, store_pk, skus, lock=True)


def _order(tx: Transaction, store_pk: int, notice: Notice, now: datetime) -> bool:
    """True when it told something new about an order of ours. Older news never overwrites newer."""
    link = lineage.link_of(tx, store_pk, notice.subject)
    shown = notice.order
    if link is None:
        return shown is not None and lineage.stranger(tx, store_pk, shown, now)
    if not link.current:
        return False
    if notice.incomplete:
        # told that something changed, not what: the order is read
        lineage.read_soon(tx, tx.get_one(Order, link.order_pk))
        return True
    at = (shown.modified_at if shown else None) or notice.observed_at
    if link.modified_at is not None and at < link.modified_at:
        return False
    link.modified_at = at
    row = tx.get_one(Order, link.order_pk)
    # a parcel's number may change without the order's status, and in some shops without its date
    told = shown is not None and not notice.deleted and _contents(tx, row, shown, now)
    return _status(tx, row, link, notice, now) or told


def _contents(tx: Transaction, row: Order, shown: PlatformOrder, now: datetime) -> bool:
    """Its parcels, and what staff did to its lines and its money."""
    parcels = shipments.note(tx, row, shown, now)
    return shop_changes.note(tx, row, shown, now) or parcels


def _status(tx: Transaction, row: Order, link: PlatformLink, notice: Notice, now: datetime) -> bool:
    shown = notice.order
    if shown is not None:
        selling.taken(tx, row, shown, now)
    status = shown.status if shown else "deleted"
    canceled = notice.deleted or (shown is not None and shown.canceled)
    if row.platform_state == status and row.platform_canceled == canceled:
        return False
    timeline.add(
        tx, "order", row, now, "shop", f"shop order {link.number}: {row.platform_state or 'new'} became {status}"
    )
    if canceled and not row.platform_canceled:
        selling.back_in_the_shop(tx, row, now)
        row.canceled_in_shop_at, row.heirs, row.traced_at, row.no_heir = now, None, None, False
    elif not canceled and row.platform_canceled:
        row.canceled_in_shop_at = row.heirs = row.traced_at = None
    row.platform_state, row.platform_canceled = status, canceled
    if row.state not in states.FINAL:
        row.next_attempt_at = now
        tx.wake(TASKS[ORDERS], row.id)
    return True


def _apart(notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    """The notices in parts that can be written down at once: two words on one SKU are judged one after the other, and
    so is what is said of a whole product."""
    part: dict[str, Notice] = {}
    for notice in notices:
        sku = _sku(notice)
        if not sku or notice.incomplete or sku in part:
            if part:
                yield list(part.values())
            part = {}
        if not sku or notice.incomplete:
            yield [notice]
        else:
            part[sku] = notice
    if part:
        yield list(part.values())


def _sku(notice: Notice) -> str:
    return notice.product.sku if notice.product is not None and not notice.deleted else ""


def _products(tx: Transaction, store_pk: int, notices: Sequence[Notice], now: datetime) -> int:
    """How many told something new. Every SKU is kept; the questions about it are looked at again. Where a notice does
    not tell the SKU (deleted products, parents that count for their variations) the store is asked about all that hang
    on it."""
    doubted = 0
    for notice in notices:
        if notice.incomplete or not _sku(notice):
            doubted += board.doubt_product(tx, store_pk, notice.subject, now, deleted=notice.deleted) > 0
    told = [notice.product for notice in notices if notice.product is not None and _sku(notice)]
    if not told:
        return doubted
    # of a shop running far ahead an echo of the past looks like the present: it is asked
    board.doubt(tx, store_pk, [fact.sku for fact in told if fact.observed_at - now > CLOCKS_DIFFER], now)
    # their clock dates the notice, ours dates what we promised: a shop running ahead must not outdate our promises
    facts = [replace(fact, observed_at=min(fact.observed_at, now)) for fact in told]
    newer = board.observe(tx, store_pk, facts, now).newer
    if newer:
        _ring_for_waiting(tx, store_pk, newer)
    return len(newer)


def _ring_for_waiting(tx: Transaction, store_pk: int, skus: Sequence[str]) -> None:
    """Orders wait for an answer to a question about these."""
    waiting = tx.execute(
        select(Order.id)
        .join(InboxSubject, (InboxSubject.subject == "order") & (InboxSubject.subject_id == Order.id))
        .join(InboxItem, InboxItem.id == InboxSubject.item_id)
        .where(
            InboxItem.closed_at.is_(None),
            InboxItem.kind.in_(_SKU_QUESTIONS),
            InboxItem.key.in_(skus),
            Order.store_pk == store_pk,
        )
    ).scalars()
    for order_pk in dict.fromkeys(waiting):
        tx.wake(TASKS[ORDERS], order_pk)
