"""The bodies we send, in Mirakl's spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mirakl_sync.records.shipment import ShipmentLine, Tracking

# What Mirakl takes as a reference of ours (ST01).
_REFERENCE = re.compile(r"[0-9a-zA-Z_-]{0,255}", re.ASCII)


def acceptance(decisions: Mapping[str, bool]) -> dict[str, Any]:
    """OR21: every line of the order with its answer. Mirakl knows no partial quantities and no reasons here."""
    return {"order_lines": [{"id": line_id, "accepted": accepted} for line_id, accepted in decisions.items()]}


def references(by_order: Mapping[str, str]) -> dict[str, Any]:
    """OR04: our reference on each order."""
    return {
        "orders": [
            {"order_id": order_id, "references": {"order_reference_for_seller": reference}}
            for order_id, reference in by_order.items()
        ]
    }


def order_tracking(told: Tracking) -> dict[str, str]:
    """OR23: the tracking of a whole order."""
    return _tracking(told, "carrier_url")


def shipment(
    order_id: str, lines: Sequence[ShipmentLine], tracking: Tracking | None, *, shipped: bool, invoice_reference: str
) -> dict[str, Any]:
    """ST01: one shipment. Lines go by their id, because a SKU may stand on two lines of an order."""
    told: dict[str, Any] = {"order_id": order_id, "shipped": shipped, "shipment_lines": [_line(one) for one in lines]}
    if invoice_reference:
        told["invoice_reference"] = _reference(invoice_reference)
    if tracking and (known := _tracking(tracking, "tracking_url")):
        told["tracking"] = known
    return {"shipments": [told]}


def shipment_tracking(shipment_id: str, told: Tracking) -> dict[str, Any]:
    """ST23: the tracking of one shipment."""
    return {"shipments": [{"id": shipment_id, "tracking": _tracking(told, "tracking_url")}]}


def one_shipment(shipment_id: str) -> dict[str, Any]:
    """ST06 and ST24."""
    return {"shipments": [{"id": shipment_id}]}


def _tracking(told: Tracking, url_name: str) -> dict[str, str]:
    # Mirakl computes the address of a carrier of its list and ignores ours.
    carrier = (
        {"carrier_code": told.carrier_code}
        if told.carrier_code
        else {"carrier_name": told.carrier_name, url_name: told.url}
    )
    return {name: value for name, value in {**carrier, "tracking_number": told.number}.items() if value}


def _line(line: ShipmentLine) -> dict[str, Any]:
    if line.quantity < 1:
        raise ValueError(f"{line.quantity} pieces of line {line.line_id} cannot be in a shipment")
    told: dict[str, Any] = {"order_line_id": line.line_id, "quantity": line.quantity}
    return told | ({"package_reference": _reference(line.package_reference)} if line.package_reference else {})


def _reference(value: str) -> str:
    if not _REFERENCE.fullmatch(value):
        raise ValueError(f"Mirakl takes letters, digits, - and _ as a reference, not {value[:40]!r}")
    return value
