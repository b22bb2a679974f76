"""The state machine of an order (reference 6): what follows from what was invoiced, shipped, refunded; cancel and hold.

States are fixed; statuses are the merchant's labels inside a state.
"""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.sandbox.magento.errors import internal, refused
from mirakl_sync.sandbox.magento.model import Order, Row
from mirakl_sync.sandbox.magento.quantities import (
    can_cancel,
    can_invoice,
    can_refund,
    can_ship,
    to_cancel,
    to_refund,
    to_ship,
)
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import PLACES, ZERO

STATUS_OF_STATE = {
    "new": "pending",
    "pending_payment": "pending_payment",
    "processing": "processing",
    "complete": "complete",
    "closed": "closed",
    "canceled": "canceled",
    "holded": "holded",
    "payment_review": "payment_review",
}
ALSO = {"processing": {"fraud"}, "payment_review": {"fraud"}}
NO_HOLD = {"canceled", "complete", "closed", "holded", "payment_review"}
CANCELED = ("subtotal", "tax", "shipping", "discount")


def set_state(order: Order, state: str) -> None:
    """A state with the status that is its default."""
    order.row["state"] = state
    order.row["status"] = STATUS_OF_STATE.get(state, state)


def follow(order: Order, *, in_progress: bool = True) -> None:
    """After an invoice, a shipment or a credit memo: the state that follows from the quantities."""
    if order.state == "new" and in_progress:
        set_state(order, "processing")
    if order.state in {"canceled", "holded"} or can_invoice(order) or can_ship(order):
        return
    if order.state in {"processing", "complete"} and not can_refund(order):
        set_state(order, "closed")
    elif order.state == "processing":
        set_state(order, "complete")


def statuses_of(shop: Shop, state: str) -> set[str]:
    """What a comment may set in a state."""
    own = {status for status, belongs in shop.settings.extra_statuses.items() if belongs == state}
    return {STATUS_OF_STATE.get(state, state), *ALSO.get(state, ()), *own}


def check_payment(shop: Shop, order: Order) -> None:
    """Cancelling and invoicing ask the payment method. Raises 500 without a payment, 400 for an unknown method."""
    if order.payment is None:
        raise internal()
    if order.payment.get("method") not in shop.settings.payment_methods:
        raise refused("The requested Payment Method is not available.")


def cancel(shop: Shop, order: Order) -> bool:
    """False, with HTTP 200, where nothing can be cancelled. Gives every piece a reservation back, reserved or not."""
    if not can_cancel(order):
        return False
    check_payment(shop, order)
    before, state = dict(order.row), "canceled"
    for item in order.items:
        left = to_cancel(item)
        if state != "processing" and to_refund(item) > 0:
            state = "processing" if to_ship(item) > left else "complete"
        if left > 0:
            item["qty_canceled"] += left
            share = left / item["qty_ordered"]
            item["tax_canceled"] = ((item.get("tax_amount") or ZERO) * share).quantize(PLACES)
            item["updated_at"] = shop.now()
            shop.reserve(order, item, left, "cancelled")
    _cancel_totals(order.row)
    set_state(order, state)
    shop.save_order(order, before)
    return True


def _cancel_totals(row: Row) -> None:
    for prefix in ("", "base_"):
        for name in CANCELED:
            amount = f"{prefix}{name}" if name == "subtotal" else f"{prefix}{name}_amount"
            row[f"{prefix}{name}_canceled"] = _amount(row, amount) - _amount(row, f"{prefix}{name}_invoiced")
        row[f"{prefix}total_canceled"] = _amount(row, f"{prefix}grand_total") - _amount(row, f"{prefix}total_paid")


def _amount(row: Row, name: str) -> Decimal:
    return row.get(name) or ZERO


def hold(shop: Shop, order: Order) -> None:
    if order.state in NO_HOLD:
        raise refused("A hold action is not available.")
    before = dict(order.row)
    order.row |= {"hold_before_state": order.state, "hold_before_status": order.row.get("status")}
    set_state(order, "holded")
    shop.save_order(order, before)


def unhold(shop: Shop, order: Order) -> None:
    """Back to the state and the status it had."""
    if order.state != "holded":
        raise refused("You cannot remove the hold.")
    before = dict(order.row)
    order.row["state"] = order.row.pop("hold_before_state", None) or "processing"
    order.row["status"] = order.row.pop("hold_before_status", None) or STATUS_OF_STATE[order.state]
    shop.save_order(order, before)


def comment(shop: Shop, order: Order, entry: Row) -> None:
    """A line of the history; its status becomes the order's. A comment alone moves no date (reference 9)."""
    before, status = dict(order.row), entry.get("status")
    if status and shop.settings.release >= (2, 4, 7) and status not in statuses_of(shop, order.state):
        raise refused('Unable to add comment: The status "%1" is not part of the order status history.', status)
    if status:
        order.row["status"] = status
    shop.add_history(order, {"status": order.row.get("status"), **entry})
    if entry.get("is_customer_notified"):
        shop.send_mail("order_update", order)
    shop.save_order(order, before)
