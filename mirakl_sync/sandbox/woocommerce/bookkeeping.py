"""What really happened in the shop, for tests and demos to judge us by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.woocommerce.amounts import money
from mirakl_sync.sandbox.woocommerce.model import Order
from mirakl_sync.sandbox.woocommerce.tracking_entries import parcels

if TYPE_CHECKING:
    from mirakl_sync.sandbox.woocommerce.shop import Shop


def books(shop: Shop) -> dict[str, Any]:
    """Orders with everything that counts, stock per SKU, mails, deliveries; and `by_reference`, where doubles show."""
    return {
        **summary(shop),
        "orders": [_order(shop, order) for order in shop.store.orders.rows.values()],
        "by_reference": shop.store.orders.books.by_reference(),
        "stock": {product.sku or str(product.id): product.stock for product in shop.store.products.rows.values()},
        "stock_history": shop.history.shown(shop.store.products.sku_of),
        "turned_away": dict(shop.history.turned_away),
        "refunds": [_refund(refund) for refund in shop.store.refunds.values()],
        "mails": list(shop.mails),
        "webhooks": shop.queue.books(),
    }


def summary(shop: Shop) -> dict[str, Any]:
    """Totals only: cheap enough to ask for while a benchmark runs."""
    return {
        "totals": {
            **shop.store.orders.books.totals(),
            "refunds": len(shop.store.refunds),
            "mails": len(shop.mails),
            "stock": shop.history.totals(),
            "mails_filtered": shop.mails_filtered,
            "webhooks": shop.queue.totals(),
        }
    }


def _order(shop: Shop, order: Order) -> dict[str, Any]:
    places = shop.settings.decimals
    return {
        "id": order.id,
        "number": str(order.id),
        "status": order.status,
        "total": money(order.total, places),
        "total_tax": money(order.cart_tax + order.shipping_tax, places),
        "shipping_total": money(order.shipping_total, places),
        "currency": order.currency,
        "transaction_id": order.transaction_id,
        "created_via": order.created_via,
        "customer_id": order.customer_id,
        "billing": dict(order.billing),
        "shipping": dict(order.shipping),
        "meta": {meta.key: meta.value for meta in order.meta},
        "lines": [_line(shop, line) for line in order.lines],
        "parcels": parcels(order),
        "fees": [{"name": fee.name, "total": money(fee.total, places)} for fee in order.fees],
        "notes": [shop.store.notes[number].text for number in order.note_ids],
        "history": [{"status": status, "at": at.isoformat()} for status, at in order.history],
        "created": order.created.isoformat(),
        "modified": order.modified.isoformat(),
        "stock_reduced": order.stock_reduced,
    }


def _line(shop: Shop, line: Any) -> dict[str, Any]:
    product = shop.store.products.rows.get(line.sold_id)
    return {
        "id": line.id,
        "sku": product.sku if product else None,
        "product_id": line.sold_id,
        "quantity": line.quantity,
        "total": money(line.total, shop.settings.decimals),
        "total_tax": money(line.total_tax, shop.settings.decimals),
        "meta": {meta.key: meta.value for meta in line.meta},
    }


def _refund(refund: Any) -> dict[str, Any]:
    return {
        "id": refund.id,
        "order_id": refund.order_id,
        "amount": money(refund.amount, 2),
        "reason": refund.reason,
        "meta": {meta.key: meta.value for meta in refund.meta},
        "lines": [{"product_id": line.sold_id, "quantity": line.quantity} for line in refund.lines],
    }
