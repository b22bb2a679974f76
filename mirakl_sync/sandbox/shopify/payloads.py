"""Bodies of webhooks: in the shape of the old REST API, whatever the rest of the world speaks (reference 10)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mirakl_sync.sandbox.shopify import states, totals
from mirakl_sync.sandbox.shopify.gids import gid
from mirakl_sync.sandbox.shopify.goods import Product, Variant
from mirakl_sync.sandbox.shopify.model import Fulfillment, Line, Order, Refund, ShippingLine, Tax

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.editing import Session
    from mirakl_sync.sandbox.shopify.shop import Shop

Body = dict[str, Any]
STATUS = {"UNFULFILLED": None, "PARTIALLY_FULFILLED": "partial", "FULFILLED": "fulfilled", "RESTOCKED": "restocked"}


def order(shop: Shop, row: Order) -> Body:
    """orders/create, updated, cancelled, paid, fulfilled, partially_fulfilled."""
    at, currency, with_buyer = _clock(shop), row.currency, shop.settings.customer_data
    return {
        "id": row.id,
        "admin_graphql_api_id": row.gid,
        "app_id": row.app.id,
        "name": row.name,
        "number": row.number - 1000,
        "order_number": row.number,
        "created_at": at(row.created),
        "updated_at": at(row.updated),
        "processed_at": at(row.processed),
        "cancelled_at": at(row.cancelled),
        "cancel_reason": row.cancel_reason.lower() if row.cancel_reason else None,
        "closed_at": at(row.closed),
        "currency": currency,
        "presentment_currency": currency,
        "email": (row.email or "") if with_buyer else "",
        "contact_email": row.email if with_buyer else None,
        "phone": row.phone if with_buyer else None,
        "note": row.note,
        "note_attributes": [{"name": name, "value": value} for name, value in row.attributes],
        "tags": ", ".join(row.tags),
        "test": row.test,
        "confirmed": True,
        "po_number": row.po_number,
        "source_name": row.source_name,
        "source_identifier": row.source_identifier,
        "source_url": row.source_url,
        "financial_status": states.financial(row).lower(),
        "fulfillment_status": STATUS.get(states.fulfillment(row)),
        "taxes_included": row.taxes_included,
        "total_price": _amount(totals.total(row)),
        "current_total_price": _amount(totals.current_total(row)),
        "subtotal_price": _amount(totals.subtotal(row)),
        "current_subtotal_price": _amount(totals.current_subtotal(row)),
        "total_tax": _amount(totals.tax(row)),
        "total_price_set": _set(totals.total(row), currency),
        "total_shipping_price_set": _set(totals.shipping(row), currency),
        "tax_lines": [_tax(each, currency) for each in totals.taxes_by_title(row)],
        "billing_address": _address(row.billing) if with_buyer else None,
        "shipping_address": _address(row.shipping) if with_buyer else None,
        "customer": None,
        "line_items": [line(row, each) for each in row.lines],
        "shipping_lines": [_shipping(each, currency) for each in row.shipping_lines],
        "fulfillments": [fulfillment(shop, row, each) for each in row.fulfillments],
        "refunds": [refund(shop, row, each) for each in row.refunds],
        "payment_gateway_names": sorted({each.gateway for each in row.transactions}),
    }


def line(row: Order, each: Line) -> Body:
    return {
        "id": each.id,
        "admin_graphql_api_id": gid("LineItem", each.id),
        "sku": each.sku,
        "title": each.title,
        "name": each.title,
        "variant_id": each.variant_id,
        "variant_title": each.variant_title,
        "product_id": each.product_id,
        "vendor": each.vendor,
        "quantity": each.quantity,
        "current_quantity": each.current,
        "fulfillable_quantity": states.unfulfilled_pieces(row, each),
        "fulfillment_status": _line_status(row, each),
        "price": _amount(each.price),
        "price_set": _set(each.price, row.currency),
        "total_discount": "0.00",
        "requires_shipping": each.requires_shipping,
        "taxable": each.taxable,
        "gift_card": each.gift_card,
        "properties": [{"name": name, "value": value} for name, value in each.attributes],
        "tax_lines": [_tax(tax, row.currency) for tax in each.taxes],
    }


def fulfillment(shop: Shop, row: Order, each: Fulfillment) -> Body:
    """fulfillments/create and update."""
    at, first = _clock(shop), each.tracking[0] if each.tracking else None
    return {
        "id": each.id,
        "admin_graphql_api_id": gid("Fulfillment", each.id),
        "order_id": row.id,
        "name": each.name,
        "status": each.status.lower(),
        "created_at": at(each.created),
        "updated_at": at(each.updated),
        "location_id": each.location_id,
        "service": "manual",
        "shipment_status": None,
        "tracking_company": first.company if first else None,
        "tracking_number": first.number if first else None,
        "tracking_numbers": [one.number for one in each.tracking if one.number],
        "tracking_url": first.url if first else None,
        "tracking_urls": [one.url for one in each.tracking if one.url],
        "line_items": [{**line(row, one.line), "quantity": one.quantity} for one in each.lines],
    }


def refund(shop: Shop, row: Order, each: Refund) -> Body:
    """refunds/create, also for refunds without money."""
    at, currency = _clock(shop), row.currency
    return {
        "id": each.id,
        "admin_graphql_api_id": gid("Refund", each.id),
        "order_id": row.id,
        "created_at": at(each.created),
        "processed_at": at(each.created),
        "note": each.note or None,
        "refund_line_items": [
            {
                "id": one.id,
                "line_item_id": one.line.id,
                "location_id": one.location_id,
                "quantity": one.quantity,
                "restock_type": one.restock_type.lower(),
                "subtotal": float(one.subtotal),
                "subtotal_set": _set(one.subtotal, currency),
                "total_tax": float(one.tax),
                "total_tax_set": _set(one.tax, currency),
                "line_item": line(row, one.line),
            }
            for one in each.lines
        ],
        "transactions": [
            {
                "id": one.id,
                "order_id": row.id,
                "kind": one.kind.lower(),
                "status": one.status.lower(),
                "amount": _amount(one.amount),
                "currency": currency,
                "gateway": one.gateway,
                "created_at": at(one.created),
            }
            for one in each.transactions
        ],
        "order_adjustments": [],
    }


def edit(shop: Shop, row: Order, session: Session, changes: Body, *, notify: bool, note: str | None) -> Body:
    """orders/edited: no order, only what changed."""
    none: Body = {"additions": [], "removals": []}
    return {
        "order_edit": {
            "id": session.id,
            "app_id": session.app.id if session.app else None,
            "created_at": _clock(shop)(shop.now()),
            "notify_customer": notify,
            "order_id": row.id,
            "staff_note": note or "",
            "user_id": None if session.app else 548380009,
            "line_items": changes,
            "discounts": {"line_item": none},
            "shipping_lines": none,
        }
    }


def level(shop: Shop, variant: Variant, place: int) -> Body:
    """inventory_levels/update."""
    number = shop.locations[place].id
    return {
        "inventory_item_id": variant.item_id,
        "location_id": number,
        "available": variant.available[place],
        "updated_at": _clock(shop)(variant.stock_updated),
        "admin_graphql_api_id": f"{gid('InventoryLevel', number)}?inventory_item_id={variant.item_id}",
    }


def product(shop: Shop, row: Product) -> Body:
    """products/create and update."""
    at = _clock(shop)
    return {
        "id": row.id,
        "admin_graphql_api_id": gid("Product", row.id),
        "title": row.title,
        "vendor": row.vendor,
        "product_type": row.type,
        "status": row.status.lower(),
        "tags": ", ".join(row.tags),
        "created_at": at(row.created),
        "updated_at": at(row.updated),
        "variants": [
            {
                "id": each.id,
                "product_id": row.id,
                "admin_graphql_api_id": gid("ProductVariant", each.id),
                "sku": each.sku,
                "title": each.title,
                "price": _amount(each.price),
                "inventory_item_id": each.item_id,
                "inventory_quantity": each.total,
                "inventory_policy": each.policy.lower(),
                "updated_at": at(each.updated),
            }
            for each in row.variants
        ],
    }


def _clock(shop: Shop) -> Any:
    """Moments in the shop's own zone: `2026-11-19T09:00:00-05:00`."""
    zone = ZoneInfo(shop.settings.timezone)

    def told(moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")

    return told


def _line_status(row: Order, each: Line) -> str | None:
    sent = states.fulfilled_pieces(row, each)
    if not sent:
        return None
    return "partial" if states.unfulfilled_pieces(row, each) else "fulfilled"


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"


def _set(value: Decimal, currency: str) -> Body:
    money = {"amount": _amount(value), "currency_code": currency}
    return {"shop_money": money, "presentment_money": money}


def _tax(tax: Tax, currency: str) -> Body:
    return {
        "title": tax.title,
        "rate": float(tax.rate),
        "price": _amount(tax.amount),
        "price_set": _set(tax.amount, currency),
        "channel_liable": tax.channel_liable,
    }


def _shipping(row: ShippingLine, currency: str) -> Body:
    return {
        "id": row.id,
        "title": row.title,
        "code": row.code,
        "source": row.source,
        "price": _amount(row.price),
        "price_set": _set(row.price, currency),
        "tax_lines": [_tax(tax, currency) for tax in row.taxes],
    }


def _address(given: Body | None) -> Body | None:
    if given is None:
        return None
    names = ("first_name", "last_name", "company", "address1", "address2", "zip", "city", "province_code", "phone")
    return {**{name: given.get(name) for name in names}, "country_code": given.get("country_code")}
