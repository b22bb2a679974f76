"""Refunds: created with the two flags that are true unless told otherwise, and the 500 answers (reference 8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.woocommerce import mails, stock
from mirakl_sync.sandbox.woocommerce.amounts import ZERO, amount
from mirakl_sync.sandbox.woocommerce.errors import RestError, refund_refused
from mirakl_sync.sandbox.woocommerce.model import FeeLine, LineItem, Meta, Order, Refund, ShippingLine
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.statuses import change_status
from mirakl_sync.sandbox.woocommerce.totals import update_tax_lines

REFUND_META = "order meta"
NO_GATEWAY = "The payment gateway for this order does not exist."
NO_AUTOMATIC = "The payment gateway for this order does not support automatic refunds."


def remaining(shop: Shop, order: Order) -> Decimal:
    return order.total - sum((shop.store.refunds[number].amount for number in order.refund_ids), ZERO)


def create_refund(shop: Shop, order: Order, given: dict[str, Any]) -> Refund:
    """Both `api_refund` and `api_restock` count as true unless they are JSON booleans saying otherwise."""
    entries = given.get("line_items") or []
    asked = amount(given["amount"]) if given.get("amount") is not None else _sum_of(entries)
    if asked < 0:
        words = "Refund amount must be greater than zero."
        raise RestError(400, "woocommerce_rest_invalid_order_refund", words)
    left = remaining(shop, order)
    if asked > left:
        raise refund_refused("Invalid refund amount.")
    if _flag(given, "api_refund"):
        known = order.payment_method in shop.settings.gateways
        raise refund_refused(NO_AUTOMATIC if known else NO_GATEWAY)
    refund = _store(shop, order, asked, given.get("reason") or "", entries, full=left <= asked)
    if _flag(given, "api_restock"):
        stock.restock_refunded(shop, order, {int(e.get("id") or 0): int(e.get("quantity") or 0) for e in entries})
    _follow(shop, order, fully=left <= asked)
    shop.store.merge_meta(refund.meta, REFUND_META, given.get("meta_data"))
    return refund


def refund_the_rest(shop: Shop, order: Order) -> None:
    """Setting the status `refunded` by hand makes a refund without lines for what is left."""
    left = remaining(shop, order)
    if left > 0:
        _store(shop, order, left, "Order fully refunded.", [], full=True)
        mails.refunded(shop, order, fully=True)


def delete_refund(shop: Shop, order: Order, refund: Refund) -> None:
    """For good, and without any webhook (observed, reference 99.9)."""
    order.refund_ids.remove(refund.id)
    del shop.store.refunds[refund.id]


def _flag(given: dict[str, Any], name: str) -> bool:
    return given[name] if isinstance(given.get(name), bool) else True


def _sum_of(entries: list[dict[str, Any]]) -> Decimal:
    taxes = [amount(tax.get("refund_total", 0)) for e in entries for tax in e.get("refund_tax") or ()]
    return sum((amount(e.get("refund_total", 0)) for e in entries), ZERO) + sum(taxes, ZERO)


def _store(
    shop: Shop, order: Order, asked: Decimal, reason: str, entries: list[dict[str, Any]], *, full: bool
) -> Refund:
    refund = Refund(shop.store.numbers.post(), order.id, shop.now(), asked, reason)
    for entry in entries:
        _add_item(shop, order, refund, entry)
    update_tax_lines(refund, shop.settings, shop.store.tax_rates, shop.store.item_id)
    number = shop.store.numbers.next(REFUND_META)
    refund.meta.append(Meta(number, "_refund_type", "full" if full else "partial"))
    shop.store.refunds[refund.id] = refund
    order.refund_ids.append(refund.id)
    return refund


def _add_item(shop: Shop, order: Order, refund: Refund, entry: dict[str, Any]) -> None:
    number, net = int(entry.get("id") or 0), -amount(entry.get("refund_total", 0))
    taxes = {int(tax["id"]): -amount(tax.get("refund_total", 0)) for tax in entry.get("refund_tax") or ()}
    quantity = -int(entry.get("quantity") or 0)
    if not (net or taxes or quantity):
        return
    meta = [Meta(shop.store.numbers.next(stock.ITEM_META), "_refunded_item_id", str(number))]
    new_id, tax = shop.store.item_id(), sum(taxes.values(), ZERO)
    for line in order.lines:
        if line.id == number:
            refund.lines.append(_negative_line(line, new_id, quantity, net, taxes, meta))
    for fee in order.fees:
        if fee.id == number:
            refund.fees.append(FeeLine(new_id, fee.name, fee.tax_class, fee.tax_status, net, net, taxes, tax, meta))
    for way in order.shipping_lines:
        if way.id == number:
            refund.shipping_lines.append(
                ShippingLine(new_id, way.method_id, way.method_title, way.instance_id, net, taxes, tax, meta)
            )


def _negative_line(
    line: LineItem, number: int, quantity: int, net: Decimal, taxes: dict[int, Decimal], meta: list[Meta]
) -> LineItem:
    tax = sum(taxes.values(), ZERO)
    return LineItem(
        id=number,
        name=line.name,
        product_id=line.product_id,
        variation_id=line.variation_id,
        quantity=quantity,
        tax_class=line.tax_class,
        tax_status=line.tax_status,
        subtotal=net,
        total=net,
        subtotal_taxes=dict(taxes),
        taxes=taxes,
        subtotal_tax=tax,
        total_tax=tax,
        meta=meta,
    )


def _follow(shop: Shop, order: Order, *, fully: bool) -> None:
    """The rest refunded sets `refunded`, without giving stock back by itself; either way the buyer gets a mail."""
    if fully:
        change_status(shop, order, "refunded")
    mails.refunded(shop, order, fully=fully)
    shop.save_order(order, "updated")
