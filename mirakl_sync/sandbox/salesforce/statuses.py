"""Changes of an order's statuses, with what they do to inventory and what the platform does not do (reference 4)."""

from __future__ import annotations

from mirakl_sync.sandbox.salesforce import inventory
from mirakl_sync.sandbox.salesforce.errors import StatusConflict
from mirakl_sync.sandbox.salesforce.model import Order
from mirakl_sync.sandbox.salesforce.shop import Shop

PLACED = ("new", "open", "completed")
EXPORT = ("not_exported", "ready", "exported", "failed")
CONFIRMATION = ("not_confirmed", "confirmed")
PAYMENT = ("not_paid", "part_paid", "paid")
SHIPPING = ("not_shipped", "part_shipped", "shipped")
VALUES = {
    "export_status": EXPORT,
    "confirmation_status": CONFIRMATION,
    "payment_status": PAYMENT,
    "shipping_status": SHIPPING,
}


def change_status(shop: Shop, order: Order, wanted: str, *, by_oms: bool = False) -> bool:
    """Places, completes, cancels, fails, or undoes that. True when a basket was reopened. Raises `StatusConflict`."""
    reopened = wanted == "failed_with_reopen"
    wanted = "failed" if reopened else wanted
    if order.status == wanted:
        return False
    if shop.settings.oms_owns_orders and order.status in PLACED and not by_oms:
        words = "An external order management system has responsibility for further status changes on placed orders."
        raise StatusConflict("OrderIntegrationStatusException", words)
    old = order.status
    if old in ("created", "failed"):
        _before_placing(shop, order, wanted)
    elif wanted == "cancelled":
        inventory.release(shop, order)
    elif old == "cancelled":
        _undo_cancel(shop, order, wanted)
    elif wanted not in PLACED:
        words = f"The order with number '{order.order_no}' cannot be changed from '{old}' to '{wanted}'."
        raise StatusConflict("OrderStatusTransitionException", words)
    _note(shop, order, "status", wanted)
    shop.save(order)
    if wanted == "cancelled":
        inventory.unbook(shop, order)
    return reopened


def change_other(shop: Shop, order: Order, field: str, wanted: str) -> None:
    """Export, confirmation, payment, shipping and external status; only `exported` does something by itself."""
    if getattr(order, field) != wanted:
        _note(shop, order, field, wanted)
    if field == "export_status":
        order.ready = shop.now() if wanted == "ready" else order.ready
        if wanted == "exported":
            inventory.turn_over(shop, order)
    shop.save(order)


def place(shop: Shop, order: Order) -> None:
    """created → new: shipment and invoice numbers are given."""
    order.placed = shop.now()
    order.invoice_no = order.invoice_no or shop.orders.next_number()
    for shipment in order.shipments:
        shipment.number = shipment.number or shop.orders.next_number()
    _note(shop, order, "status", "new")


def _before_placing(shop: Shop, order: Order, wanted: str) -> None:
    if order.status == "created" and wanted == "new":
        place(shop, order)
    elif order.status == "created" and wanted == "failed":
        inventory.release(shop, order)
    elif order.status == "failed" and wanted == "created":
        if not inventory.could_hold(shop, order):
            words = f"The failed order with number '{order.order_no}' cannot be reopened."
            raise StatusConflict("UndoFailOrderException", words)
        inventory.hold(shop, order)
    else:
        kinds = {"cancelled": "CancelOrderException", "new": "PlaceOrderException"}
        words = f"The order with number '{order.order_no}' cannot be changed from '{order.status}' to '{wanted}'."
        raise StatusConflict(kinds.get(wanted, "OrderStatusTransitionException"), words)


def _undo_cancel(shop: Shop, order: Order, wanted: str) -> None:
    """Reserves again what the order itself had reserved; that can fail."""
    if wanted not in PLACED:
        words = f"The order with number '{order.order_no}' cannot be changed from 'cancelled' to '{wanted}'."
        raise StatusConflict("OrderStatusTransitionException", words)
    if order.channel_type == "storefront":
        if not inventory.could_hold(shop, order):
            words = f"The cancelled order with number '{order.order_no}' cannot be reopened."
            raise StatusConflict("UndoCancelOrderException", words)
        inventory.hold(shop, order)
        if order.export_status == "exported":
            inventory.turn_over(shop, order)
    order.cancel_code = order.cancel_description = ""


def _note(shop: Shop, order: Order, field: str, value: str) -> None:
    setattr(order, field, value)
    order.history.append((field, value, shop.now()))
