"""A shipment as ST11 and ST01 show it."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.shipment_model import Shipment


def shown(shipment: Shipment) -> dict[str, Any]:
    """The shipment as a JSON object."""
    warehouse = {"code": shipment.warehouse} if shipment.warehouse else None
    return {
        "id": shipment.shipment_id,
        "order_id": shipment.order_id,
        "created_date": text(shipment.created),
        "last_updated_date": text(shipment.updated),
        "shipped_date": text(shipment.shipped),
        "status": shipment.state,
        "status_customer_debit": shipment.debit,
        "invoice_reference": shipment.invoice_reference,
        "payment_details": _payment(shipment),
        "shipment_additional_information": shipment.additional_information,
        "shipment_lines": [
            {
                "order_line_id": line.line_id,
                "offer_sku": line.sku,
                "quantity": line.quantity,
                "package_reference": line.package_reference,
            }
            for line in shipment.lines
        ],
        "shipping_from": {"address": None, "warehouse": warehouse},
        "tracking": _tracking(shipment),
    }


def _payment(shipment: Shipment) -> dict[str, Any] | None:
    if shipment.debited is None:
        return None
    paid = text(shipment.debited)
    return {
        "customer_debited_date": paid,
        "transaction_date": paid,
        "transaction_number": f"S-{shipment.sequence}",
    }


def _tracking(shipment: Shipment) -> dict[str, Any]:
    """Always an object: without tracking, its validity says so."""
    told = shipment.tracking
    return {
        "carrier_code": told and told.code,
        "carrier_name": told and told.name,
        "carrier_standard_code": told and told.standard_code,
        "tracking_number": told and told.number,
        "tracking_url": told and told.url,
        "validity_status": shipment.validity,
        "carrier_expected_delivery_date": None,
        "last_known_location": None,
        "milestones": [],
    }
