"""What really happened in the shop, for tests and demos to judge us by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.magento.history import whole
from mirakl_sync.sandbox.magento.model import Document, Order, Product, Row, Shipment
from mirakl_sync.sandbox.magento.quantities import to_ship
from mirakl_sync.sandbox.magento.store import is_void, reference_of
from mirakl_sync.sandbox.magento.values import ZERO

if TYPE_CHECKING:
    from mirakl_sync.sandbox.magento.shop import Shop

LIVE = {"processing", "complete"}
NOT_COUNTED = None


def books(shop: Shop) -> dict[str, Any]:
    """Orders with everything that counts, both numbers of every SKU, mails; and `by_reference`, where doubles show."""
    products = shop.store.products.rows.values()
    return {
        **summary(shop),
        "orders": [order_entry(shop, order) for order in shop.store.orders.rows.values()],
        "by_reference": shop.store.books.by_reference(),
        "stock": {product.sku: stock_of(shop, product) for product in products},
        "physical": {product.sku: physical_of(shop, product) for product in products},
        "stock_history": shop.history.shown(),
        "turned_away": dict(shop.history.turned_away),
        "oversold": dict(shop.history.oversold),
        "mails": list(shop.mails),
        "webhooks": shop.events.books(),
    }


def summary(shop: Shop) -> dict[str, Any]:
    """Totals only: cheap enough to ask for while a benchmark runs."""
    store = shop.store
    return {
        "totals": {
            **store.books.totals(),
            "shipments": len(store.shipments.rows),
            "refunds": len(store.creditmemos.rows),
            "mails": len(shop.mails),
            "reservations": shop.ledger.entries,
            "webhooks": shop.events.totals(),
            "stock": shop.history.totals(),
        }
    }


def stock_of(shop: Shop, product: Product) -> int | float | None:
    """What the shop would sell: the salable quantity; None = not counted."""
    if not product.manage_stock:
        return NOT_COUNTED
    return whole(shop.ledger.salable(product, shop.stock()))


def physical_of(shop: Shop, product: Product) -> int | float | None:
    """What lies in the warehouses; None = not counted."""
    return whole(shop.ledger.physical(product.sku)) if product.manage_stock else NOT_COUNTED


def order_entry(shop: Shop, order: Order) -> dict[str, Any]:
    """One order as the judge reads it."""
    row = order.row
    return {
        "id": order.id,
        "number": row.get("increment_id"),
        "state": row.get("state"),
        "status": row.get("status"),
        "total": text(row.get("grand_total")),
        "total_tax": text(row.get("tax_amount")),
        "shipping_total": text(row.get("shipping_incl_tax")),
        "currency": row.get("order_currency_code"),
        "reference": reference_of(order),
        "ext_order_id": row.get("ext_order_id"),
        "store_id": row.get("store_id"),
        "way": order.way,
        "live": order.state in LIVE,
        "canceled": is_void(order),
        "billing": order.billing,
        "shipping": order.shipping,
        "payment": order.payment,
        "lines": [_line(item) for item in order.items],
        "parcels": parcels(shop, order),
        "shipments": [shipment_entry(shipment) for shipment in shop.store.shipments.by("order_id", order.id)],
        "invoices": len(shop.store.invoices.by("order_id", order.id)),
        "refunds": [_refund(memo) for memo in shop.store.creditmemos.by("order_id", order.id)],
        "notes": [entry["comment"] for entry in order.histories if entry.get("comment")],
        "history": [{"state": state, "status": status, "at": at} for state, status, at in order.history],
        "created": moment(row.get("created_at")),
        "modified": moment(row.get("updated_at")),
    }


def text(value: Any) -> str:
    """Money with two decimals."""
    return f"{value or ZERO:.2f}"


def moment(date: str | None) -> str | None:
    """A date of the database as everybody reads it: ISO 8601, UTC."""
    return f"{date.replace(' ', 'T')}+00:00" if date else None


def _line(item: Row) -> dict[str, Any]:
    return {
        "id": item["item_id"],
        "line_id": item.get("ext_order_item_id"),
        "sku": item.get("sku"),
        "product_id": item.get("product_id"),
        "quantity": whole(item["qty_ordered"]),
        "open": whole(to_ship(item)),
        "shipped": whole(item["qty_shipped"]),
        "canceled": whole(item["qty_canceled"]),
        "refunded": whole(item["qty_refunded"]),
        "total": text(item.get("row_total_incl_tax")),
        "total_tax": text(item.get("tax_amount")),
    }


def parcels(shop: Shop, order: Order) -> list[dict[str, Any]]:
    """Every track of every shipment, with what its shipment holds."""
    return [
        {
            "tracking_id": str(track["entity_id"]),
            "shipment_id": shipment.id,
            "carrier": track.get("title"),
            "carrier_code": track.get("carrier_code"),
            "number": track.get("track_number"),
            "items": shipment_entry(shipment)["items"],
            "link": "",
            "created": moment(track.get("created_at")),
        }
        for shipment in shop.store.shipments.by("order_id", order.id)
        for track in shipment.tracks
    ]


def shipment_entry(shipment: Shipment) -> dict[str, Any]:
    items = [{"line_id": item["order_item_id"], "quantity": whole(item["qty"])} for item in shipment.items]
    return {"id": shipment.id, "source": shipment.source_code, "items": items, "tracks": len(shipment.tracks)}


def _refund(memo: Document) -> dict[str, Any]:
    lines = [
        {"line_id": i["order_item_id"], "quantity": whole(i["qty"]), "total": text(i.get("row_total_incl_tax"))}
        for i in memo.items
    ]
    return {"id": memo.id, "amount": text(memo.row.get("grand_total")), "lines": lines}
