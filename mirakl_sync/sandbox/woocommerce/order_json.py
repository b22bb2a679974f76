"""Orders, refunds and notes as wc/v3 prints them, field by field as recorded."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from mirakl_sync.sandbox.woocommerce import dates
from mirakl_sync.sandbox.woocommerce.amounts import money, noisy
from mirakl_sync.sandbox.woocommerce.links import item_links, rest
from mirakl_sync.sandbox.woocommerce.model import (
    FeeLine,
    LineItem,
    Meta,
    Note,
    Order,
    Refund,
    ShippingLine,
    TaxLine,
)
from mirakl_sync.sandbox.woocommerce.product_json import meta_json
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.statuses import needs_payment, needs_processing

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "PLN": "zł", "SEK": "kr"}
EDITABLE = {"pending", "on-hold", "auto-draft"}
REFUND_METHODS = ("GET", "DELETE")


def order_json(shop: Shop, order: Order, base: str, dp: int | None = None) -> dict[str, Any]:
    """`dp`: decimals of the money fields, the shop's own when None."""
    show = partial(money, places=shop.settings.decimals if dp is None else dp)
    zone = shop.settings.zone
    key = f"pay_for_order=true&key={order.order_key}"
    return {
        "id": order.id,
        "parent_id": order.parent_id,
        "status": order.status,
        "currency": order.currency,
        "version": shop.settings.version,
        "prices_include_tax": order.prices_include_tax,
        "date_created": dates.text(order.created, zone),
        "date_modified": dates.text(order.modified, zone),
        "discount_total": show(order.discount_total),
        "discount_tax": show(order.discount_tax),
        "shipping_total": show(order.shipping_total),
        "shipping_tax": show(order.shipping_tax),
        "cart_tax": show(order.cart_tax),
        "total": show(order.total),
        "total_tax": show(order.cart_tax + order.shipping_tax),
        "customer_id": order.customer_id,
        "order_key": order.order_key,
        "billing": dict(order.billing),
        "shipping": dict(order.shipping),
        "payment_method": order.payment_method,
        "payment_method_title": order.payment_method_title,
        "transaction_id": order.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": order.created_via,
        "customer_note": order.customer_note,
        "date_completed": dates.text(order.completed, zone),
        "date_paid": dates.text(order.paid, zone),
        "cart_hash": "",
        "number": str(order.id),
        "meta_data": meta_json(order.meta),
        "line_items": [line_json(shop, line, show) for line in order.lines],
        "tax_lines": [_tax_json(line, show) for line in order.tax_lines],
        "shipping_lines": [_shipping_json(line, show) for line in order.shipping_lines],
        "fee_lines": [_fee_json(fee, show) for fee in order.fees],
        "coupon_lines": [],
        "refunds": [_short_refund(shop.store.refunds[number], show) for number in reversed(order.refund_ids)],
        "payment_url": f"{base}/checkout/order-pay/{order.id}/?{key}",
        "is_editable": order.status in EDITABLE,
        "needs_payment": needs_payment(order),
        "needs_processing": needs_processing(shop, order),
        "date_created_gmt": dates.text(order.created),
        "date_modified_gmt": dates.text(order.modified),
        "date_completed_gmt": dates.text(order.completed),
        "date_paid_gmt": dates.text(order.paid),
        "currency_symbol": SYMBOLS.get(order.currency, order.currency),
        "_links": _order_links(order, base),
    }


def refund_json(
    shop: Shop, refund: Refund, base: str, dp: int | None = None, *, everywhere: bool = False
) -> dict[str, Any]:
    """`amount` is positive, lines are negative. `everywhere` is the form of GET /refunds, with the order's id."""
    show = partial(money, places=shop.settings.decimals if dp is None else dp)
    orders_refunds = f"orders/{refund.order_id}/refunds"
    return {
        "id": refund.id,
        **({"parent_id": refund.order_id} if everywhere else {}),
        "date_created": dates.text(refund.created, shop.settings.zone),
        "date_created_gmt": dates.text(refund.created),
        "amount": show(refund.amount),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": meta_json(refund.meta),
        "line_items": [line_json(shop, line, show) for line in refund.lines],
        "shipping_lines": [_shipping_json(line, show) for line in refund.shipping_lines],
        "tax_lines": [_tax_json(line, show) for line in refund.tax_lines],
        "fee_lines": [_fee_json(fee, show) for fee in refund.fees],
        **item_links(
            base,
            f"{orders_refunds}/{refund.id}",
            orders_refunds,
            up=f"orders/{refund.order_id}",
            allow=REFUND_METHODS,
        ),
    }


def note_json(shop: Shop, note: Note, base: str) -> dict[str, Any]:
    notes = f"orders/{note.order_id}/notes"
    return {
        "id": note.id,
        "author": note.author,
        "date_created": dates.text(note.created, shop.settings.zone),
        "date_created_gmt": dates.text(note.created),
        "note": note.text,
        "customer_note": note.customer_note,
        **item_links(base, f"{notes}/{note.id}", notes, up=f"orders/{note.order_id}", allow=REFUND_METHODS),
    }


def line_json(shop: Shop, line: LineItem, show: Any) -> dict[str, Any]:
    product = shop.store.products.rows.get(line.sold_id)
    parent = shop.store.products.rows.get(line.product_id) if line.variation_id else None
    return {
        "id": line.id,
        "name": line.name,
        "product_id": line.product_id,
        "variation_id": line.variation_id,
        "quantity": line.quantity,
        "tax_class": line.tax_class,
        "subtotal": show(line.subtotal),
        "subtotal_tax": show(line.subtotal_tax),
        "total": show(line.total),
        "total_tax": show(line.total_tax),
        "taxes": [
            {"id": number, "total": show(tax), "subtotal": show(line.subtotal_taxes[number])}
            for number, tax in line.taxes.items()
        ],
        "meta_data": [_item_meta(shop, meta) for meta in line.meta],
        "sku": product.sku if product else None,
        "global_unique_id": product.global_unique_id if product else None,
        "price": noisy(line.total, line.quantity),
        "image": {"id": "" if product and not line.variation_id else 0, "src": ""},
        "parent_name": parent.name if parent else None,
    }


def _item_meta(shop: Shop, meta: Meta) -> dict[str, Any]:
    """An attribute shows its name and option, anything else itself."""
    known = next((a for a in shop.store.attributes.values() if a["slug"] == meta.key), None)
    shown = str(meta.value).capitalize() if known else meta.value
    return {
        "id": meta.id,
        "key": meta.key,
        "value": meta.value,
        "display_key": known["name"] if known else meta.key,
        "display_value": shown,
    }


def _tax_json(line: TaxLine, show: Any) -> dict[str, Any]:
    percent = line.percent
    return {
        "id": line.id,
        "rate_code": line.rate_code,
        "rate_id": line.rate_id,
        "label": line.label,
        "compound": line.compound,
        "tax_total": show(line.tax_total),
        "shipping_tax_total": show(line.shipping_tax_total),
        "rate_percent": int(percent) if percent == percent.to_integral_value() else float(percent),
        "meta_data": [],
    }


def _shipping_json(line: ShippingLine, show: Any) -> dict[str, Any]:
    return {
        "id": line.id,
        "method_title": line.method_title,
        "method_id": line.method_id,
        "instance_id": line.instance_id,
        "total": show(line.total),
        "total_tax": show(line.total_tax),
        "taxes": _taxes_without_subtotal(line.taxes, show),
        "tax_status": "taxable",
        "meta_data": meta_json(line.meta),
    }


def _fee_json(fee: FeeLine, show: Any) -> dict[str, Any]:
    return {
        "id": fee.id,
        "name": fee.name,
        "tax_class": fee.tax_class,
        "tax_status": fee.tax_status,
        "amount": show(fee.amount),
        "total": show(fee.total),
        "total_tax": show(fee.total_tax),
        "taxes": _taxes_without_subtotal(fee.taxes, show),
        "meta_data": meta_json(fee.meta),
    }


def _taxes_without_subtotal(taxes: dict[int, Decimal], show: Any) -> list[dict[str, Any]]:
    return [{"id": number, "total": show(tax), "subtotal": ""} for number, tax in taxes.items()]


def _short_refund(refund: Refund, show: Any) -> dict[str, Any]:
    tax = sum((line.tax_total + line.shipping_tax_total for line in refund.tax_lines), Decimal(0))
    return {
        "id": refund.id,
        "reason": refund.reason,
        "total": show(-refund.amount),
        "total_tax": show(tax),
    }


def _order_links(order: Order, base: str) -> dict[str, Any]:
    own = f"orders/{order.id}"
    templates = {"embeddable": True, "href": rest(base, f"{own}/actions/email_templates")}
    return {**item_links(base, own, "orders")["_links"], "email_templates": [templates]}
