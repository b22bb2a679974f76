"""Creating, changing and deleting orders the way the real controller does (reference 4 and 6)."""

from __future__ import annotations

import secrets
from typing import Any

from mirakl_sync.sandbox.woocommerce.errors import RestError, invalid_id
from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.order_items import apply_items, touches_totals
from mirakl_sync.sandbox.woocommerce.refunds import refund_the_rest
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.statuses import change_status, needs_payment, payment_complete
from mirakl_sync.sandbox.woocommerce.totals import recalculate

PLAIN = ("currency", "customer_note", "transaction_id", "payment_method", "payment_method_title", "parent_id")
CREATED_VIA_SINCE = (9, 9)
GHOSTS_ARE_DRAFTS_SINCE = (10, 0)
CRITICAL = "<p>There has been a critical error on this website.</p>"


def find_order(shop: Shop, number: int, *, unknown: int = 404) -> Order:
    """The order, trashed ones too; an unknown id is 404 when read and 400 when written."""
    order = shop.store.orders.rows.get(number)
    if order is None:
        raise invalid_id("shop_order", unknown)
    return order


def create_order(shop: Shop, given: dict[str, Any]) -> Order:
    """Saves several times like the real one: `order.created` first, then `order.updated` for everything after."""
    if given.get("id"):
        raise RestError(400, "woocommerce_rest_shop_order_exists", "Cannot create existing shop_order.")
    order = _new_order(shop)
    if shop.settings.version_number >= CREATED_VIA_SINCE and given.get("created_via"):
        order.created_via = given["created_via"]
    _apply(shop, order, given)
    _break_in_the_middle(shop, order)
    recalculate(order, shop.settings, shop.store.tax_rates, shop.store.item_id)
    order.history.append(("pending", order.created))
    shop.save_order(order, "created")
    _advance(shop, order, given, creating=True)
    shop.save_order(order, "updated")
    return order


def update_order(shop: Shop, order: Order, given: dict[str, Any]) -> Order:
    """Partial: what is left out stays. An identical body still moves the modification time and fires the webhook."""
    _apply(shop, order, given)
    if touches_totals(given):
        recalculate(order, shop.settings, shop.store.tax_rates, shop.store.item_id)
    _advance(shop, order, given, creating=False)
    shop.save_order(order, "updated")
    return order


def trash_order(shop: Shop, order: Order) -> None:
    """Gives no stock back and keeps the modification time."""
    if order.status == "trash":
        raise RestError(410, "woocommerce_rest_already_trashed", "The shop_order has already been deleted.")
    order.status = "trash"
    order.history.append(("trash", shop.now()))
    shop.store.orders.save(order)
    shop.queue.announce("order", order.id, "deleted")


def destroy_order(shop: Shop, order: Order) -> None:
    """Gone for good: no stock, no webhook (observed, reference 99.9)."""
    for number in order.refund_ids:
        del shop.store.refunds[number]
    for number in order.note_ids:
        shop.store.notes.pop(number, None)
    shop.store.orders.remove(order.id)


def _new_order(shop: Shop) -> Order:
    now = shop.now()
    key = f"wc_order_{secrets.token_hex(7)[:13]}"
    order = Order(shop.store.numbers.post(), now, now, key, shop.settings.currency)
    order.prices_include_tax = shop.settings.prices_include_tax
    return order


def _apply(shop: Shop, order: Order, given: dict[str, Any]) -> None:
    for name in PLAIN:
        if given.get(name) is not None:
            setattr(order, name, given[name])
    _apply_customer(shop, order, given)
    for name in ("billing", "shipping"):
        own = getattr(order, name)
        own.update({k: v for k, v in (given.get(name) or {}).items() if k in own and v is not None})
    if order.customer_id and not order.billing["email"]:
        order.billing["email"] = shop.settings.customers[order.customer_id]
    shop.store.merge_meta(order.meta, "order meta", given.get("meta_data"))
    apply_items(shop, order, given)


def _apply_customer(shop: Shop, order: Order, given: dict[str, Any]) -> None:
    if given.get("customer_id") is None:
        return
    number = int(given["customer_id"])
    if number and number not in shop.settings.customers:
        raise RestError(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")
    order.customer_id = number


def _advance(shop: Shop, order: Order, given: dict[str, Any], *, creating: bool) -> None:
    """Status first, then payment. On update `set_paid` acts only on an order that needs payment (reference 5.2)."""
    status = (given.get("status") or order.status).removeprefix("wc-")
    if order.status == "trash" and status != "trash":
        shop.queue.announce("order", order.id, "restored")
    change_status(shop, order, status)
    if status == "refunded":
        refund_the_rest(shop, order)
    if given.get("set_paid") is True and (creating or needs_payment(order)):
        payment_complete(shop, order, given.get("transaction_id") or "")


def _break_in_the_middle(shop: Shop, order: Order) -> None:
    """A plugin failed after the first save: the order is there, its totals are not (reference 4.4)."""
    if not shop.ghosts:
        return
    shop.ghosts -= 1
    drafts = shop.settings.version_number >= GHOSTS_ARE_DRAFTS_SINCE
    order.status = "checkout-draft" if drafts else "pending"
    order.history.append((order.status, order.created))
    shop.save_order(order, "created")
    data: dict[str, Any] = {"status": 500}
    if drafts:
        data["new_draft_order_id"] = order.id
    raise RestError(500, "internal_server_error", CRITICAL, data)
