"""Orders made, found, released and cancelled: exactly the drafted amounts, or none at all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from mirakl_sync.errors import MiraklSyncError, RateLimited, Refused, Unavailable
from mirakl_sync.money import Money
from mirakl_sync.platforms.refusals import doubled, made_then, order_gone
from mirakl_sync.platforms.shopify import amounts, definitions, orders, placing
from mirakl_sync.platforms.shopify.client import Orders
from mirakl_sync.platforms.shopify.facts import Catalogue, quoted
from mirakl_sync.platforms.shopify.gids import number
from mirakl_sync.platforms.shopify.settings import StoreSettings
from mirakl_sync.platforms.shopify.told import ShopOrder, Variant
from mirakl_sync.records.shop import OrderDraft, OrderReference

log = logging.getLogger(__name__)

UNPAID = frozenset({"PENDING", "AUTHORIZED", "PARTIALLY_PAID", "EXPIRED", ""})
OVER = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})
_HELD_ALREADY = frozenset({"duplicate_fulfillment_hold_handle", "taken"})
# Seconds between looks at what the shop does in its own time: units of fulfilment, jobs.
_LOOKS = (0.2, 0.5, 1.0, 2.0)


@dataclass
class Desk:
    """What working on orders takes."""

    client: Orders
    catalogue: Catalogue
    settings: StoreSettings
    defined: threading.Event = field(default_factory=threading.Event)


def create(desk: Desk, draft: OrderDraft) -> ShopOrder:
    """Make the order and hold it; a reference that stands already is answered as it stands.

    Held or not, an order takes its pieces at once. Until the hold is placed it is unpaid, and a crash in between is
    mended by ``find``.
    """
    amounts.check(draft)
    define(desk)
    standing = desk.client.by_reference(str(draft.reference))
    if standing is not None:
        return hold(desk, standing)
    variants = desk.catalogue.of_draft(draft)
    try:
        order = _make(desk, draft, variants)
    except Refused:
        standing = desk.client.by_reference(str(draft.reference))
        if standing is None:
            raise
        return hold(desk, standing)
    try:
        if order.total != draft.total.amount:
            raise _withdrawn(desk, draft, order)
        return hold(desk, order)
    except Refused as error:
        if error.code == "total_differs":
            raise
        raise made_then(error) from error
    except MiraklSyncError as error:
        raise made_then(error) from error


def _make(desk: Desk, draft: OrderDraft, variants: Mapping[str, Variant]) -> ShopOrder:
    try:
        body = placing.order_input(draft, variants, desk.settings)
        return desk.client.create(body, placing.options(desk.settings))
    except Refused as error:
        if "too many attempts" in error.words.lower():
            raise RateLimited("Shopify lets trial stores make five orders a minute.", after=15) from error
        raise


def define(desk: Desk) -> None:
    """Our metafield is unique only where it is defined so: looked at once by every worker."""
    if not desk.defined.is_set():
        definitions.ensure(desk.client.asking)
        desk.defined.set()


def find(desk: Desk, reference: OrderReference) -> ShopOrder | None:
    """Our order by its metafield, at once; by search, for orders made before the metafield was unique."""
    define(desk)
    order = desk.client.by_reference(str(reference))
    if order is not None:
        return hold(desk, order)
    hits = [
        order
        for order in desk.client.search(f"source_identifier:{quoted(reference.order_id)}")
        if orders.own_reference(order) == reference
    ]
    standing = [order for order in hits if not order.cancelled_at]
    if len(standing) > 1:
        raise doubled("Shopify", reference, [order.name for order in standing])
    return hold(desk, standing[0]) if standing else next(iter(hits), None)


def hold(desk: Desk, order: ShopOrder) -> ShopOrder:
    """Stop the warehouse, unless we released the order, somebody stopped it already, or it is too late. Repeatable."""
    if order.cancelled_at or order.released or orders.is_held(order) or orders.has_begun_to_leave(order):
        return order
    for seconds in _LOOKS:
        if order.fulfillment_orders:
            break
        # the shop makes the units of fulfilment in its own time
        desk.client.asking.sleep(seconds)
        order = existing(desk, number(order.id))
    if not order.fulfillment_orders:
        raise Unavailable(f"Shopify order {order.name} cannot be held yet.", after=15)
    for unit in order.fulfillment_orders:
        if unit.status not in OVER:
            _hold(desk, unit.id)
    return existing(desk, number(order.id))


def _hold(desk: Desk, unit: str) -> None:
    try:
        desk.client.hold(unit, placing.HOLD)
    except Refused as error:
        if error.code not in _HELD_ALREADY:
            raise


def release(desk: Desk, order_id: str, draft: OrderDraft) -> ShopOrder:
    """Addresses and the mark, then the payment, our holds last. Each step is passed over where it stands already."""
    order = existing(desk, order_id)
    if order.cancelled_at:
        raise Refused(f"Shopify order {order.name} is cancelled; it is not opened again.", code="order_cancelled")
    if not order.released:
        if orders.has_begun_to_leave(order):
            raise Refused(f"Shopify order {order.name} was sent without our release.", code="order_completed")
        order = _as_sold(desk, order, draft)
        desk.client.update(order.id, placing.release_input(draft))
    if draft.paid and order.paid in UNPAID and order.total:
        _mark_as_paid(desk, order)
    for unit in order.fulfillment_orders:
        if unit.ours:
            desk.client.release_hold(unit.id, unit.ours)
    return existing(desk, order_id)


def _as_sold(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """Lines of ours that the draft no longer has were refused meanwhile: they are taken off. ``Refused`` where the
    order then comes to another sum than was sold, as it does where their shipping had a price."""
    gone = {orders.line_id(line) for line in order.lines if line.current} - {
        "",
        *(line.line_id for line in draft.lines),
    }
    if gone:
        desk.client.take_off(order.id, gone, "Not sold by the marketplace.")
        order = existing(desk, number(order.id))
    if order.current != draft.total.amount:
        raise Refused(
            f"Shopify order {order.name} shows {Money(order.current, order.currency)}, it must be {draft.total}.",
            code="total_differs",
            way_out="Edit the order in the Shopify admin, or cancel it there.",
        )
    return order


def _mark_as_paid(desk: Desk, order: ShopOrder) -> None:
    try:
        desk.client.mark_as_paid(order.id)
    except Refused:
        # paid meanwhile, by us in a call whose answer was lost or by staff
        if existing(desk, number(order.id)).paid in UNPAID:
            raise


def cancel(desk: Desk, order_id: str, reason: str) -> ShopOrder:
    """``orderCancel`` and the end of its job. An order made with ``bypass`` took nothing, so it gives nothing back."""
    order = existing(desk, order_id)
    if order.cancelled_at:
        return order
    if orders.has_begun_to_leave(order):
        raise Refused(
            f"Shopify order {order.name} is on its way and cannot be cancelled any more.", code="order_shipped"
        )
    try:
        job = desk.client.cancel(order.id, reason, restock=order.claims != orders.BYPASS)
    except Refused:
        order = existing(desk, order_id)
        if order.cancelled_at:
            return order
        raise
    _await(desk, job, order)
    order = existing(desk, order_id)
    if not order.cancelled_at:
        raise Refused(f"Shopify did not cancel order {order.name}.", code="not_cancelled")
    return order


def _await(desk: Desk, job: str, order: ShopOrder) -> None:
    for seconds in (0.0, *_LOOKS):
        if seconds:
            desk.client.asking.sleep(seconds)
        if not job or desk.client.is_done(job):
            return
    raise Unavailable(f"Shopify is still cancelling order {order.name}.", after=10)


def existing(desk: Desk, order_id: str) -> ShopOrder:
    """The order, or ``Refused``."""
    order = desk.client.order(order_id)
    if order is None:
        raise order_gone("Shopify", order_id)
    return order


def _withdrawn(desk: Desk, draft: OrderDraft, order: ShopOrder) -> Refused:
    """An order that came out wrong is cancelled without our reference: nobody shall work on it or find it again."""
    disown(desk, order, {})
    desk.client.cancel(
        order.id,
        f"Cancelled by mirakl_sync: not the order of {draft.reference}.",
        restock=order.claims != orders.BYPASS,
    )
    return Refused(
        f"Shopify order {order.name} shows {Money(order.total, order.currency)}, it must be {draft.total}.",
        code="total_differs",
    )


def disown(desk: Desk, order: ShopOrder, instead: Mapping[str, str]) -> None:
    """The order is no longer the one of its sale; ``instead`` stands in its details. Repeatable."""
    if order.reference:
        desk.client.drop_reference(order.id)
    if orders.REFERENCE in order.attributes:
        desk.client.describe(order.id, {**order.attributes, orders.REFERENCE: "", **instead})
