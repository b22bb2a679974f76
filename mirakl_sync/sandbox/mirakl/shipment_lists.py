"""ST11 and ST12: the shipments of a shop, and what is still to ship."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.mirakl import leaving, queries, seeking
from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.settings import TenantSettings
from mirakl_sync.sandbox.mirakl.shipment_model import DEBIT_STATES, SHIPMENT_STATES, Shipment
from mirakl_sync.sandbox.mirakl.shipment_views import shown
from mirakl_sync.sandbox.mirakl.views import shipping_deadline


def list_shipments(call: Call) -> dict[str, Any]:
    """ST11: by creation, oldest first unless `sort=dateCreated,DESC`."""
    seek = seeking.asked("dateCreated", _shipment_filters)
    fitting = [one for one in _candidates(call, seek.filters) if _fits(one, seek.filters)]
    found = sorted(((one.created, one.sequence), one) for one in fitting)
    shipments, tokens = seeking.page(seek, found)
    return {"data": [shown(one) for one in shipments], **tokens}


def _shipment_filters() -> dict[str, Any]:
    return {
        "order_ids": queries.repeated("order_id", limit=queries.LIST_LIMIT),
        "states": queries.repeated("shipment_state_code", SHIPMENT_STATES),
        "debits": queries.repeated("shipment_customer_debit_state_code", DEBIT_STATES),
        "from": queries.date("last_updated_from"),
        "to": queries.date("last_updated_to"),
    }


def _candidates(call: Call, filters: dict[str, Any]) -> list[Shipment]:
    """What the narrowest index finds."""
    if filters["order_ids"] is not None:
        orders = [call.order(order_id) for order_id in dict.fromkeys(filters["order_ids"])]
        return [one for order in orders if order is not None for one in order.shipments if one.deleted is None]
    if filters["from"] is not None or filters["to"] is not None:
        return call.tenant.shipments.updated_between(call.shop_id, filters["from"], filters["to"])
    return call.tenant.shipments.created_in(call.shop_id)


def _fits(shipment: Shipment, filters: dict[str, Any]) -> bool:
    return (
        (filters["states"] is None or shipment.state in filters["states"])
        and (filters["debits"] is None or shipment.debit in filters["debits"])
        and _within(shipment.updated, filters)
    )


def list_items_to_ship(call: Call) -> dict[str, Any]:
    """ST12: pieces of orders in SHIPPING that are in no shipment yet, by the moment the order entered SHIPPING."""
    seek = seeking.asked("shippingDate", _item_filters)
    found = sorted(((order.reached_shipping or 0, order.sequence), order) for order in _waiting(call, seek.filters))
    orders, tokens = seeking.page(seek, found)
    return {"data": [_to_ship(order, call.tenant.settings) for order in orders], **tokens}


def _item_filters() -> dict[str, Any]:
    return {
        "order_ids": queries.repeated("order_id", limit=queries.LIST_LIMIT),
        "centers": queries.repeated("fulfillment_center_code"),
        "from": queries.date("shipping_date_from"),
        "to": queries.date("shipping_date_to"),
    }


def _waiting(call: Call, filters: dict[str, Any]) -> list[Order]:
    return [
        order
        for order in _in_shipping(call, filters["order_ids"])
        if (filters["centers"] is None or order.fulfillment_center in filters["centers"])
        and _within(order.reached_shipping or 0, filters)
        and leaving.left(order)
    ]


def _in_shipping(call: Call, order_ids: list[str] | None) -> list[Order]:
    orders = call.tenant.orders
    if order_ids is None:
        return [orders.at(entry) for entry in orders.in_states(call.shop_id, ["SHIPPING"])]
    named = [call.order(order_id) for order_id in dict.fromkeys(order_ids)]
    return [order for order in named if order is not None and order.state == "SHIPPING"]


def _within(moment: int, filters: dict[str, Any]) -> bool:
    start, end = filters["from"], filters["to"]
    return (start is None or moment >= start) and (end is None or moment <= end)


def _to_ship(order: Order, settings: TenantSettings) -> dict[str, Any]:
    pieces, kind = leaving.left(order), settings.shipping_type(order.shipping_type)
    return {
        "order_id": order.order_id,
        "references": {
            "order_reference_for_customer": None,
            "order_reference_for_seller": order.reference_for_seller,
        },
        "fulfillment": {"center": {"code": order.fulfillment_center}},
        "shipping_date": text(order.reached_shipping),
        "shipping_deadline": text(shipping_deadline(order, settings)),
        "shipping_type_code": order.shipping_type,
        "shipping_type_standard_code": kind.standard_code if kind else None,
        "shipping_address": {**order.address, "additional_info": None},
        "shipment_lines": [
            {
                "order_line_id": line.line_id,
                "offer_sku": line.sku,
                "product_title": line.title,
                "package_reference": None,
                "package_description": None,
                "quantity": pieces[line.line_id],
            }
            for line in order.lines
            if line.line_id in pieces
        ],
    }
