"""Which mails WooCommerce sends on which change of status (reference 4.4)."""

from __future__ import annotations

from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.shop import Shop

UNPAID = {"pending", "failed", "cancelled"}
RUNNING = {"processing", "completed", "on-hold"}


def customer_template(old: str, new: str) -> str | None:
    """The mail to the buyer for a change of status, or none."""
    if new == "completed" and old != "completed":
        return "customer_completed_order"
    if new == "processing" and old in {*UNPAID, "on-hold"}:
        return "customer_processing_order"
    if new == "on-hold" and old in UNPAID:
        return "customer_on_hold_order"
    if new == "failed" and old in {"pending", "on-hold"}:
        return "customer_failed_order"
    return None


def admin_template(old: str, new: str) -> str | None:
    """The mail to the shop's own address for a change of status, or none."""
    if new in RUNNING and old in UNPAID:
        return "new_order"
    if new == "cancelled" and old in {"processing", "on-hold"}:
        return "cancelled_order"
    if new == "failed" and old in {"pending", "on-hold"}:
        return "failed_order"
    return None


def status_changed(shop: Shop, order: Order, old: str) -> None:
    if template := admin_template(old, order.status):
        shop.send_mail(template, order, shop.settings.admin_email)
    if template := customer_template(old, order.status):
        shop.send_mail(template, order, order.billing["email"])


def refunded(shop: Shop, order: Order, *, fully: bool) -> None:
    template = "customer_refunded_order" if fully else "customer_partially_refunded_order"
    shop.send_mail(template, order, order.billing["email"])


def customer_note(shop: Shop, order: Order) -> None:
    shop.send_mail("customer_note", order, order.billing["email"])
