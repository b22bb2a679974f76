"""An order as REST prints it (recorded, 20-order-get and 26-order-after)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.columns import names
from mirakl_sync.sandbox.magento.model import Order, Row

TOTALS = names("""
    base_shipping_amount base_shipping_canceled base_shipping_discount_amount
    base_shipping_discount_tax_compensation_amnt base_shipping_incl_tax base_shipping_invoiced base_shipping_refunded
    base_shipping_tax_amount base_shipping_tax_refunded shipping_amount shipping_canceled shipping_discount_amount
    shipping_discount_tax_compensation_amount shipping_incl_tax shipping_invoiced shipping_refunded
    shipping_tax_amount shipping_tax_refunded
""")
METHOD_TITLES = {"checkmo": "Check / Money order", "banktransfer": "Bank Transfer Payment"}
METHOD_TITLES |= {"purchaseorder": "Purchase Order", "free": "No Payment Information Required"}


def order_json(order: Order) -> dict[str, Any]:
    """Null columns are left out, except two of the payment."""
    body: dict[str, Any] = {**order.row, "items": order.items}
    if order.billing is not None:
        body["billing_address"] = order.billing
    if order.payment is not None:
        body["payment"] = payment_json(order.payment)
    body["status_histories"] = [*reversed(order.histories)]
    body["extension_attributes"] = _extension(order)
    return body


def payment_json(payment: Row) -> dict[str, Any]:
    return {"account_status": None, "cc_last4": None, **payment}


def item_json(item: Row) -> dict[str, Any]:
    """A line of GET /V1/orders/items."""
    return dict(item)


def _extension(order: Order) -> dict[str, Any]:
    shipping: dict[str, Any] = {}
    if order.shipping is not None:
        shipping["address"] = order.shipping
    if order.method is not None:
        shipping["method"] = order.method
    shipping["total"] = {name: order.row[name] for name in TOTALS if name in order.row}
    notes = (order.payment or {}).get("additional_information") or []
    title = METHOD_TITLES.get((order.payment or {}).get("method", ""))
    keys = ["method_title" if note == title else str(place) for place, note in enumerate(notes)]
    return {
        "shipping_assignments": [{"shipping": shipping, "items": order.items}],
        "payment_additional_info": [{"key": k, "value": note} for k, note in zip(keys, notes, strict=True)],
        "applied_taxes": [],
        "item_applied_taxes": [],
        **order.extension,
    }
