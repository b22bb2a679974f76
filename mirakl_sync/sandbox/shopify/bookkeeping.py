"""What really happened in the shop, for tests and demos to judge us by. Ids are numbers as text."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import states, totals
from mirakl_sync.sandbox.shopify.model import Fulfillment, Line, Order, Refund
from mirakl_sync.sandbox.shopify.order_table import books_status

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]


def books(shop: Shop) -> Shown:
    """Orders with everything that counts, stock per SKU, mails; and `by_reference`, where doubles show."""
    variants, by_reference = shop.catalogue.ordered, shop.orders.books.by_reference()
    return {
        **summary(shop),
        "orders": [order_entry(shop, order) for order in shop.orders.rows.values()],
        "by_reference": {reference: [str(number) for number in ids] for reference, ids in by_reference.items()},
        "stock": {each.sku or str(each.id): each.total if each.tracked else None for each in variants},
        "stock_history": shop.history.shown(shop.catalogue.sku_of),
        "turned_away": dict(shop.history.turned_away),
        "mails": list(shop.mails),
        "customers": dict(shop.customers),
        "webhooks": shop.queue.books(),
    }


def summary(shop: Shop) -> Shown:
    """Totals only: cheap enough to ask for while a benchmark runs."""
    return {
        "totals": {
            **shop.orders.books.totals(),
            "refunds": sum(len(order.refunds) for order in shop.orders.rows.values() if order.refunds),
            "mails": len(shop.mails),
            "customers": len(shop.customers),
            "stock": shop.history.totals(),
            "tokens_issued": shop.tokens.issued,
            "webhooks": {**shop.queue.totals(), "subscribed": len(shop.queue.subscriptions)},
        }
    }


def order_entry(shop: Shop, order: Order) -> Shown:
    amount = _amount(order)
    return {
        "id": str(order.id),
        "number": order.name,
        "status": books_status(order),
        "financial_status": states.financial(order).lower(),
        "fulfillment_status": states.fulfillment(order).lower(),
        "total": amount(totals.total(order)),
        "current_total": amount(totals.current_total(order)),
        "total_tax": amount(totals.tax(order)),
        "shipping_total": amount(totals.shipping(order)),
        "taxes_included": order.taxes_included,
        "currency": order.currency,
        "reference": shop.orders.reference(order),
        "live": states.live(order),
        "canceled": order.cancelled is not None,
        "cancel_reason": order.cancel_reason,
        "edited": order.edited,
        "app": order.app.name,
        "source_name": order.source_name,
        "source_identifier": order.source_identifier,
        "inventory_behaviour": order.inventory_behaviour,
        "email": order.email,
        "shipping": order.shipping,
        "billing": order.billing,
        "tags": order.tags,
        "attributes": dict(order.attributes),
        "metafields": {f"{row.namespace}.{row.key}": row.value for row in order.metafields},
        "lines": [_line(shop, order, line) for line in order.lines],
        "parcels": parcels(order),
        "fulfillments": [{"id": str(each.id), "status": each.status} for each in order.fulfillments],
        "fulfillment_orders": [{"id": str(unit.id), "status": unit.status} for unit in order.fulfillment_orders],
        "transactions": [
            {"kind": each.kind, "status": each.status, "amount": amount(each.amount), "gateway": each.gateway}
            for each in order.transactions
        ],
        "refunds": [_refund(order, refund) for refund in order.refunds],
        "notes": [order.note] if order.note else [],
        "history": [{"status": what, "at": at.isoformat()} for what, at in order.history],
        "created": order.created.isoformat(),
        "modified": order.updated.isoformat(),
    }


def parcels(order: Order) -> list[Shown]:
    """What left the house with a number or a carrier, by the fulfillment that says so."""
    return [
        parcel
        for fulfillment in order.fulfillments
        if fulfillment.status == "SUCCESS"
        for parcel in _parcels_of(fulfillment)
    ]


def _parcels_of(fulfillment: Fulfillment) -> list[Shown]:
    items = [{"line_id": str(each.line.id), "quantity": each.quantity} for each in fulfillment.lines]
    return [
        {
            "tracking_id": str(fulfillment.id) if place == 0 else f"{fulfillment.id}-{place + 1}",
            "carrier": tracking.company or "",
            "number": tracking.number or "",
            "link": tracking.url or "",
            "items": items if place == 0 else [],
        }
        for place, tracking in enumerate(fulfillment.tracking)
    ]


def _line(shop: Shop, order: Order, line: Line) -> Shown:
    amount = _amount(order)
    return {
        "id": str(line.id),
        "sku": line.sku,
        "variant_id": str(line.variant_id) if line.variant_id else None,
        "title": line.title,
        "quantity": line.current,
        "ordered": line.quantity,
        "sent": states.fulfilled_pieces(order, line),
        "line_id": dict(line.attributes).get(shop.settings.line_attribute),
        "price": amount(line.price),
        "total": amount(line.price * line.current),
        "total_tax": amount(line.tax),
        "attributes": dict(line.attributes),
    }


def _refund(order: Order, refund: Refund) -> Shown:
    amount = _amount(order)
    return {
        "id": str(refund.id),
        "amount": amount(refund.money),
        "reason": refund.note,
        "shipping": amount(sum((part for _, _, part in refund.shipping), Decimal(0))),
        "items": [
            {
                "line_id": str(each.line.id),
                "quantity": each.quantity,
                "amount": amount(each.subtotal),
                "restock": each.restock_type,
            }
            for each in refund.lines
        ],
        "at": refund.created.isoformat(),
    }


def _amount(order: Order) -> Any:
    return lambda value: f"{totals.rounded(value, order.currency)}"
