"""What really happened in the instance, for tests and demonstrations to judge us by."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce.model import Order
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.warehouse import LINE, parcels


def books(shop: Shop) -> dict[str, Any]:
    """Orders with everything that counts, ATS per SKU, and `by_reference`, where doubles show."""
    return {
        **summary(shop),
        "orders": [_order(shop, order) for order in shop.orders.rows.values()],
        "by_reference": shop.orders.books.by_reference(),
        "stock": {sku: None if record.perpetual else record.ats for sku, record in shop.records.items()},
        "stock_history": shop.history.shown(),
        "turned_away": dict(shop.history.turned_away),
        "mails": [],
    }


def summary(shop: Shop) -> dict[str, Any]:
    """Totals only: cheap enough to ask for while a benchmark runs."""
    return {"totals": {**shop.orders.books.totals(), "stock": shop.history.totals(), "mails": 0}}


def _order(shop: Shop, order: Order) -> dict[str, Any]:
    return {
        "id": order.order_no,
        "number": order.order_no,
        "status": order.status,
        "export_status": order.export_status,
        "confirmation_status": order.confirmation_status,
        "payment_status": order.payment_status,
        "shipping_status": order.shipping_status,
        "external_status": order.external_status,
        "channel_type": order.channel_type,
        "total": f"{order.order_total:.2f}",
        "total_tax": f"{order.tax_total:.2f}",
        "shipping_total": f"{sum(shipment.shipping_total for shipment in order.shipments):.2f}",
        "currency": order.currency,
        "taxation": order.taxation,
        "reference": order.reference,
        "live": order.live,
        "canceled": order.status == "cancelled",
        "billing": dict(order.billing),
        "shipping": dict(order.shipments[0].address),
        "custom": dict(order.custom),
        "payments": [dict(payment) | {"paymentTransaction": _plain(payment)} for payment in order.payments],
        "lines": [_line(line) for line in order.items],
        "shipments": [_shipment(one) for one in order.shipments],
        "parcels": parcels(order),
        "refunds": list(order.refunds),
        "notes": [],
        "history": [{"what": what, "value": value, "at": at.isoformat()} for what, value, at in order.history],
        "created": order.created.isoformat(),
        "modified": order.modified.isoformat(),
        "site": shop.settings.site,
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        "id": line.item_id,
        "sku": line.product_id,
        "quantity": int(line.quantity),
        "line_id": line.custom.get(LINE),
        "total": f"{line.gross:.2f}",
        "total_tax": f"{line.tax:.2f}",
        "canceled": line.cancelled,
        "shipment": line.shipment_id,
        "custom": dict(line.custom),
    }


def _shipment(shipment: Any) -> dict[str, Any]:
    return {
        "id": shipment.shipment_id,
        "method": shipment.method,
        "status": shipment.status,
        "tracking_number": shipment.tracking_number,
        "custom": dict(shipment.custom),
    }


def _plain(payment: dict[str, Any]) -> dict[str, Any]:
    """The transaction with its amount as text, so that the books are JSON."""
    kept = dict(payment.get("paymentTransaction") or {})
    return {name: str(value) if name == "amount" else value for name, value in kept.items()}
