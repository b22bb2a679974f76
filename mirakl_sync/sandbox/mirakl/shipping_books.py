"""The shipping side of the books: who said what about parcels, and what was refused."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.shipment_model import Tracking


def of(order: Order) -> dict[str, Any]:
    """What the books say about the shipping of one order."""
    return {
        "shipped_at": text(order.shipped),
        "shipped_by": order.shipped_by,
        "received_at": text(order.received),
        "shipping_type_code": order.shipping_type,
        "trackings": [shown(tracking) for tracking in order.trackings],
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
    }


def _refusals(counted: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """{operation: {message: how often}}."""
    found: dict[str, dict[str, int]] = {}
    for (operation, message), count in counted.items():
        found.setdefault(operation, {})[message] = count
    return found
