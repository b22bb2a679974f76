"""The shipping side of the books: who said what about parcels, and what was refused."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.shipment_model import Shipment, Tracking


def of(order: Order) -> dict[str, Any]:
    """What the books say about the shipping of one order."""
    return {
        "shipped_at": text(order.shipped),
        "shipped_by": order.shipped_by,
        "received_at": text(order.received),
        "shipping_type_code": order.shipping_type,
        "trackings": [shown(tracking) for tracking in order.trackings],
        "shipments": [_shipment(shipment) for shipment in order.shipments],
        "ship_calls": order.ship_calls,
        "shipping_refusals": _refusals(order.refusals),
    }


def shown(tracking: Tracking) -> dict[str, Any]:
    """A tracking as it was accepted, and when."""
    return {
        "carrier_code": tracking.code,
        "carrier_name": tracking.name,
        "tracking_number": tracking.number,
        "tracking_url": tracking.url,
        "at": text(tracking.at),
        "by": tracking.by,
    }


def _shipment(shipment: Shipment) -> dict[str, Any]:
    return {
        "id": shipment.shipment_id,
        "state": shipment.state,
        "debit": shipment.debit,
        "lines": [
            {"id": line.line_id, "quantity": line.quantity, "package_reference": line.package_reference}
            for line in shipment.lines
        ],
        "invoice_reference": shipment.invoice_reference,
        "trackings": [shown(tracking) for tracking in shipment.trackings],
        "validity": shipment.validity,
        "created_at": text(shipment.created),
        "shipped_at": text(shipment.shipped),
        "shipped_by": shipment.shipped_by,
        "deleted_at": text(shipment.deleted),
    }


def _refusals(counted: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """{operation: {message: how often}}."""
    found: dict[str, dict[str, int]] = {}
    for (operation, message), count in counted.items():
        found.setdefault(operation, {})[message] = count
    return found
