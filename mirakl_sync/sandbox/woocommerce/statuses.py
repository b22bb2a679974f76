"""Order statuses: what they are called, and everything that follows when one changes."""

from __future__ import annotations

from mirakl_sync.sandbox.woocommerce import mails, stock
from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.settings import ShopSettings
from mirakl_sync.sandbox.woocommerce.shop import Shop

LABELS = {
    "auto-draft": "Auto-draft",
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
PLUGIN_LABELS = {"partial-shipped": "Partially Shipped", "shipped": "Shipped", "delivered": "Delivered"}
PAID = {"processing", "completed"}


def writable(settings: ShopSettings) -> tuple[str, ...]:
    """The values of `status` in a body, in the order the error message lists them."""
    return (*LABELS, *settings.plugin_statuses)


def change_status(shop: Shop, order: Order, status: str) -> None:
    """Sets a status and lets its consequences happen: dates, history, note, stock, mails. Does not save the order.

    Any status may follow any other. The same status again does nothing.
    """
    old = order.status
    if status == old:
        return
    order.status = status
    now = shop.now()
    order.history.append((status, now))
    if status in PAID and order.paid is None:
        order.paid = now
    if status == "completed":
        order.completed = now
    labels = (_label(old), _label(status))
    shop.add_note(order, "Order status changed from {} to {}.".format(*labels))
    stock.follow_status(shop, order)
    mails.status_changed(shop, order, old)


def _label(status: str) -> str:
    return LABELS.get(status) or PLUGIN_LABELS.get(status, status)


def needs_payment(order: Order) -> bool:
    return order.status in {"pending", "failed"} and order.total > 0


def needs_processing(shop: Shop, order: Order) -> bool:
    """Does any line hold a product that is not both virtual and downloadable? Unknown products do not count."""
    sold = (shop.store.products.rows.get(line.sold_id) for line in order.lines)
    return any(p and not (p.plain.get("virtual") and p.plain.get("downloadable")) for p in sold)


def payment_complete(shop: Shop, order: Order, transaction_id: str) -> None:
    """`WC_Order::payment_complete`: unpaid orders move to processing or, with nothing to process, to completed."""
    if order.status not in {"on-hold", "pending", "failed", "cancelled"}:
        return
    if transaction_id:
        order.transaction_id = transaction_id
    order.paid = order.paid or shop.now()
    change_status(shop, order, "processing" if needs_processing(shop, order) else "completed")
