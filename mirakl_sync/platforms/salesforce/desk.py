"""Orders made, found, released and cancelled: each deed looks before and after, so that none is done twice."""

from __future__ import annotations

from dataclasses import dataclass

from mirakl_sync.errors import MiraklSyncError, Refused, Unavailable
from mirakl_sync.platforms.refusals import made_then, order_gone
from mirakl_sync.platforms.salesforce import orders
from mirakl_sync.platforms.salesforce.doors import Maker, OrderDoor
from mirakl_sync.platforms.salesforce.naming import order_number
from mirakl_sync.platforms.salesforce.placing import address_body, attributes_of, check, differing, order_body
from mirakl_sync.platforms.salesforce.schemas import ShopOrder
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.platforms.salesforce.stock import Stock
from mirakl_sync.records.shop import OrderDraft, OrderReference

RELEASED, CANCELLED = "released", "cancelled"
LONGEST_STATUS = 256


@dataclass(frozen=True, slots=True)
class Desk:
    """What working on orders takes."""

    door: OrderDoor
    maker: Maker
    stock: Stock
    settings: StoreSettings


def create(desk: Desk, draft: OrderDraft) -> ShopOrder:
    """The order of this sale, made now or before: its number is ours, so a second creation answers the first order.

    Whatever the refusal says, a look decides whether the number is taken by this very order.
    """
    body = order_body(draft, desk.settings)
    order = find(desk, draft.reference)
    if order is not None:
        return order
    _check_skus(desk, draft)
    try:
        desk.maker.create(body)
    except Refused:
        order = find(desk, draft.reference)
        if order is None:
            raise
        return order
    try:
        order = find(desk, draft.reference)
    except MiraklSyncError as error:
        raise made_then(error) from error
    if order is None:
        raise Unavailable(f"Salesforce made order {body['orderNo']}, but does not show it.", outcome_unknown=True)
    return order


def find(desk: Desk, reference: OrderReference) -> ShopOrder | None:
    """The order with our number, as the database has it. ``Refused`` where the number is somebody else's."""
    number = order_number(reference, desk.settings.number_prefix)
    order = desk.door.order(number)
    if order is None:
        return None
    if orders.reference_of(order, desk.settings) != reference:
        name = desk.settings.attribute("reference").removeprefix("c_")
        raise Refused(
            f"Salesforce has an order {number} that does not carry {reference} in its attribute {name}.",
            code="number_taken",
            way_out=f"Look at the order, and whether the attribute {name} of the order was emptied or renamed.",
        )
    return order


def release(desk: Desk, order: ShopOrder, draft: OrderDraft) -> ShopOrder:
    """Attributes, address, payment and confirmation first, then ready for export: only then somebody works on it."""
    if order.status in orders.DEAD:
        raise Refused(
            f"Salesforce order {order.order_no} is {order.status}; it is not opened again.",
            code=f"order_{order.status}",
        )
    if orders.has_left(order):
        return order
    check(draft)
    if order.total != draft.total.amount or order.currency != draft.currency:
        raise Refused(
            f"Salesforce order {order.order_no} shows {order.total} {order.currency}, it must be {draft.total}; lines "
            "of an order cannot be changed there.",
            code="total_differs",
        )
    _complete(desk, order, draft)
    number, live = order.order_no, orders.is_live(order)
    if draft.paid and order.payment_status != "paid":
        desk.door.set_status(number, "payment-status", "paid")
    if not live and order.external_status != RELEASED:
        desk.door.set_status(number, "external-status", RELEASED)
    if order.confirmation_status != "confirmed":
        desk.door.set_status(number, "confirmation-status", "confirmed")
    if not live:
        desk.door.set_status(number, "export-status", "ready")
    return _again(desk, order)


def cancel(desk: Desk, order: ShopOrder, reason: str) -> ShopOrder:
    """``cancelled``; the reason stands in the external status, the only words an API may write beside it.

    A conflict is looked at: somebody else may have cancelled it, or an order management system owns it.
    """
    if order.status in orders.DEAD:
        return order
    if orders.has_begun_to_leave(order):
        raise Refused(
            f"Salesforce order {order.order_no} is {order.shipping_status or 'shipped'} and cannot be cancelled any "
            "more.",
            code="order_shipped",
        )
    try:
        desk.door.set_status(order.order_no, "status", "cancelled")
    except Refused as refusal:
        seen = _again(desk, order)
        if seen.status not in orders.DEAD:
            raise Refused(
                f"Salesforce order {order.order_no} cannot be cancelled: {refusal.words}",
                code=refusal.code,
                status=refusal.status,
                request=refusal.request,
                way_out="Where an order management system owns the orders, cancel it there.",
            ) from refusal
        return seen
    desk.door.set_status(order.order_no, "external-status", f"{CANCELLED}: {reason}"[:LONGEST_STATUS])
    return _again(desk, order)


def existing(desk: Desk, number: str) -> ShopOrder:
    """The order with that number, or ``Refused``."""
    order = desk.door.order(number)
    if order is None:
        raise order_gone("Salesforce", number)
    return order


def _complete(desk: Desk, order: ShopOrder, draft: OrderDraft) -> None:
    """What may have become known since the order was made: attributes, and where it goes."""
    changed = differing(attributes_of(draft, desk.settings), order.custom)
    if changed:
        desk.door.set_attributes(order.order_no, changed)
    address = draft.shipping_address or draft.billing
    if address is None:
        return
    body = address_body(address)
    for shipment in order.shipments:
        if shipment.status != "shipped" and differing(body, shipment.address):
            desk.door.set_address(order.order_no, shipment.shipment_id, body)


def _check_skus(desk: Desk, draft: OrderDraft) -> None:
    """Salesforce looks up nothing: an unknown product would become a line nobody can pick."""
    doubted = list(dict.fromkeys(line.sku for line in draft.lines if not line.product_id))
    if not doubted:
        return
    told = desk.stock.facts(doubted)
    missing = [sku for sku in doubted if not told[sku].matches]
    if missing:
        raise Refused(f"Salesforce has no product {', '.join(missing)}.", code="unknown_sku")


def _again(desk: Desk, order: ShopOrder) -> ShopOrder:
    return existing(desk, order.order_no)
