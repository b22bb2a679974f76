"""Purchase orders as people in the product make and change them, past the API's rules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.inventory_planner.errors import ApiError
from mirakl_sync.sandbox.inventory_planner.model import OrderItem, PurchaseOrder
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.purchase_orders import (
    change_order,
    item_of,
    known_vendors,
    make_order,
    shown,
)
from mirakl_sync.sandbox.inventory_planner.values import printed


def mount_orders(control: Blueprint, planner: Planner) -> None:
    """`POST purchase_orders` makes some, `POST purchase_orders/<id>` changes one; both are counted at once."""

    @control.post("/purchase_orders")
    def make() -> dict[str, Any]:
        with planner.lock:
            made = [_made(planner, sent) for sent in control_json().get("purchase_orders", [])]
            planner.count_incoming()
            return {"purchase_orders": [_told(order) for order in made]}

    @control.post("/purchase_orders/<order_id>")
    def change(order_id: str) -> dict[str, Any]:
        with planner.lock:
            order = planner.store.orders.get(order_id)
            if order is None:
                raise NotFound(f"there is no purchase order {order_id}")
            _change(planner, order, control_json())
            planner.count_incoming()
            return _told(order)


def _made(planner: Planner, sent: dict[str, Any]) -> PurchaseOrder:
    """As by the API, but lines by `sku`, `quantity`, `received`; a status nobody knows, and `readonly`, if wanted."""
    settings = planner.settings
    vendor = sent.get("vendor") or next(iter(sorted(known_vendors(planner))), "")
    header = {"warehouse": settings.warehouse_ids[0], **sent, "vendor": vendor, "status": "draft"}
    try:
        order = make_order(planner, header, [_item(planner, row) for row in sent.get("items", [])])
    except ApiError as error:
        raise BadRequest(error.message) from error
    order.status = sent.get("status", "open")
    order.readonly = bool(sent.get("readonly", False))
    return order


def _change(planner: Planner, order: PurchaseOrder, sent: dict[str, Any]) -> None:
    """`received` is {sku: pieces in all}; `status` may be any word."""
    was_readonly, order.readonly = order.readonly, False
    try:
        change_order(planner, order, {name: value for name, value in sent.items() if name != "status"})
    except ApiError as error:
        raise BadRequest(error.message) from error
    finally:
        order.readonly = bool(sent.get("readonly", was_readonly))
    order.status = sent.get("status", order.status)
    for item in order.items:
        if item.sku in sent.get("received", {}):
            item.received = float(sent["received"][item.sku])
            order.received_at = planner.clock.now()


def _item(planner: Planner, row: dict[str, Any]) -> OrderItem:
    variant = planner.store.by_sku(row["sku"])
    if variant is None:
        raise BadRequest(f"there is no variant {row['sku']}")
    item = item_of(planner, variant, row["quantity"], row.get("cost_price"))
    item.received = float(row.get("received", 0))
    return item


def _told(order: PurchaseOrder) -> dict[str, Any]:
    items = [
        {"id": item.id, "sku": item.sku, "ordered": item.ordered, "received": item.received} for item in order.items
    ]
    return {**printed(shown(order), "iso"), "items": items}
