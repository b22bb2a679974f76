"""The index order_search looks into: it reads changes some time after they were made (reference 5)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce.model import Order
from mirakl_sync.sandbox.salesforce.shop import Shop


def refresh(shop: Shop) -> None:
    """Reads every change that is older than the lag into the index."""
    waiting, lag = shop.orders.changed_numbers, shop.settings.index_lag_seconds
    due = shop.clock.seconds() - lag
    ripe = 0
    while ripe < len(waiting) and waiting[ripe][0].timestamp() <= due:
        ripe += 1
    for number in {number for _, number in waiting[:ripe]}:
        shop.index[number] = _words(shop.orders.rows[number])
    del waiting[:ripe]


def _words(order: Order) -> dict[str, Any]:
    """What the index knows of an order."""
    net = order.order_total - order.tax_total
    return {
        "business_type": order.business_type,
        "channel_type": order.channel_type,
        "confirmation_status": order.confirmation_status,
        "created_by": order.created_by,
        "creation_date": order.created,
        "currency_code": order.currency,
        "customer_email": order.email,
        "customer_name": " ".join(str(order.billing.get(name, "")) for name in ("firstName", "lastName")).strip(),
        "export_status": order.export_status,
        "external_order_status": order.external_status,
        "last_modified": order.modified,
        "order_no": order.order_no,
        "payment_status": order.payment_status,
        "shipping_status": order.shipping_status,
        "status": order.status,
        "total_gross_price": order.order_total,
        "total_net_price": net,
        "payment_instruments.payment_method_id": [one.get("paymentMethodId") for one in order.payments],
        "product_items.product_id": [item.product_id for item in order.items],
        "shipments.shipping_method_id": [shipment.method for shipment in order.shipments],
        **order.custom,
    }
