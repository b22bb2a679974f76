"""Making and changing purchase orders, by the API's rules or by people's hands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.inventory_planner.errors import refused
from mirakl_sync.sandbox.inventory_planner.model import OrderItem, PurchaseOrder, Variant
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.values import moment

TEXTS = (
    "extra_reference", "source_type", "source_warehouse", "source", "vendor_address", "billing_address",
    "shipping_address", "email", "attn", "notes", "shipment_method", "payment_terms",
)  # fmt: skip
DATES = ("payment_date", "shipment_date")
OTHERS = ("shipping_handling", "shipping_handling_tax", "discount_enabled")
TYPES = ("", "po", "transfer", "assembly")


def make_order(planner: Planner, sent: Mapping[str, Any], items: list[OrderItem]) -> PurchaseOrder:
    """A purchase order as a client asks for it; ApiError 500 with a message for what is not valid.

    Nothing is unique about its reference.
    """
    for name in ("vendor", "warehouse"):
        if not sent.get(name):
            raise refused(f"{name} is required")
    if sent["vendor"] not in known_vendors(planner):
        raise refused(f"Vendor {sent['vendor']} not found")
    if sent.get("type", "po") not in TYPES:
        raise refused(f"Unknown type {sent['type']}")
    if not items:
        raise refused("There are no variants to order")
    now = planner.clock.now()
    order = PurchaseOrder(
        id=str(planner.store.number()),
        status=known_status(planner, sent.get("status", "draft")),
        warehouse=find_warehouse(planner, sent["warehouse"]),
        vendor=sent["vendor"],
        created=now,
        last_modified=now,
        type=sent.get("type", "po"),
        currency=sent.get("currency") or planner.settings.currency,
        items=items,
    )
    _write_header(order, sent)
    planner.store.orders[order.id] = order
    return order


def change_order(planner: Planner, order: PurchaseOrder, sent: Mapping[str, Any]) -> None:
    """Changes what is named and leaves the rest, whatever the verb was."""
    _refuse_readonly(order)
    if "status" in sent:
        order.status = known_status(planner, sent["status"])
    if "warehouse" in sent:
        order.warehouse = find_warehouse(planner, sent["warehouse"])
    _write_header(order, sent)
    order.last_modified = planner.clock.now()


def receive(planner: Planner, order: PurchaseOrder, item: OrderItem, quantity: Any) -> None:
    """`quantity` is what has come in all, not what came today."""
    _refuse_readonly(order)
    if isinstance(quantity, bool) or not isinstance(quantity, int | float) or quantity < 0:
        raise refused("received must be a number from 0")
    item.received = float(quantity)
    order.received_at = order.last_modified = planner.clock.now()


def item_of(planner: Planner, variant: Variant, quantity: Any, cost_price: Any = None) -> OrderItem:
    """A line for `quantity` pieces of a variant, at its own cost unless told otherwise."""
    if isinstance(quantity, bool) or not isinstance(quantity, int | float) or quantity <= 0:
        raise refused("replenishment must be a number above 0")
    first = variant.first
    return OrderItem(
        id=str(planner.store.number()),
        variant_id=variant.id,
        sku=first.sku,
        title=first.title,
        barcode=first.barcode,
        ordered=float(quantity),
        cost_price=first.cost_price if cost_price is None else Decimal(str(cost_price)),
    )


def known_vendors(planner: Planner) -> set[str]:
    """Vendors of the settings and of the variants."""
    return {*planner.settings.vendors, *(each.vendor for each in planner.store.listings.values() if each.vendor)}


def known_status(planner: Planner, name: Any) -> str:
    """The account's own spelling of a status; written in any case."""
    for status in planner.settings.statuses:
        if status.lower() == str(name).lower():
            return status
    raise refused(f"Unknown status {name}")


def find_warehouse(planner: Planner, name: str) -> str:
    """The id of a warehouse that is named by its id or as the Advanced files name it."""
    settings = planner.settings
    if name in settings.warehouses:
        return settings.warehouse_id("advanced", name)
    if name not in settings.warehouse_ids:
        raise refused(f"Warehouse {name} not found")
    return name


def shown(order: PurchaseOrder) -> dict[str, Any]:
    """The header as the API shows it, before its dates are printed; what is not known is not there."""
    row = {
        "id": order.id,
        "reference": order.reference,
        "status": order.status,
        "type": order.type,
        "created_date": order.created,
        "expected_date": order.expected,
        "received_date": order.received_at,
        "last_modified": order.last_modified,
        "readonly": order.readonly,
        "source_type": "warehouse" if order.type == "transfer" else "vendor",
        "vendor": order.vendor,
        "warehouse": order.warehouse,
        "currency": order.currency,
        "total": sum((Decimal(str(item.ordered)) * (item.cost_price or 0) for item in order.items), Decimal(0)),
        "total_ordered": Decimal(str(sum(item.ordered for item in order.items))),
        **order.header,
    }
    return {name: value for name, value in row.items() if value is not None}


def shown_item(item: OrderItem) -> dict[str, Any]:
    """A line as the API shows it: what was ordered is called `replenishment`."""
    row = {
        "id": item.id,
        "sku": item.sku,
        "title": item.title,
        "barcode": item.barcode,
        "vendor_reference": "",
        "replenishment": Decimal(str(item.ordered)),
        "received": Decimal(str(item.received)),
        "cost_price": item.cost_price,
    }
    return {name: value for name, value in row.items() if value is not None}


FIELDS = frozenset(
    {"id", "created_date", "expected_date", "received_date", "last_modified", "total", "total_ordered", *TEXTS, *DATES}
    | {each.name for each in dataclasses.fields(PurchaseOrder) if each.name not in ("header", "items", "external_id")}
) - {"created", "expected", "received_at"}
"""What orders can be filtered and sorted by."""


def _refuse_readonly(order: PurchaseOrder) -> None:
    if order.readonly:
        raise refused("This purchase order is read-only")


def _write_header(order: PurchaseOrder, sent: Mapping[str, Any]) -> None:
    if "reference" in sent:
        order.reference = str(sent["reference"])
    if "vendor" in sent:
        order.vendor = str(sent["vendor"])
    if "currency" in sent:
        order.currency = str(sent["currency"])
    if "expected_date" in sent:
        order.expected = _date("expected_date", sent["expected_date"])
    for name in (*TEXTS, *OTHERS):
        if name in sent:
            order.header[name] = sent[name]
    for name in DATES:
        if name in sent:
            order.header[name] = _date(name, sent[name])


def _date(name: str, value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    read = moment(str(value))
    if read is None:
        raise refused(f"{name} is not a date")
    return read
