"""Products and their inventory records: seeded from a plan, generated in masses, removed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.salesforce.model import Product, Record
from mirakl_sync.sandbox.salesforce.shop import Shop

KNOWN = {
    "sku", "price", "quantity", "title", "categories", "status", "type", "record", "on_order", "turnover",
    "back_order", "back_order_quantity",
}  # fmt: skip


def seed(shop: Shop, given: dict[str, Any]) -> Product:
    """One product in a plan's words. `quantity` null = perpetual; `record` false = no inventory record at all."""
    unknown = sorted(set(given) - KNOWN)
    if unknown or not given.get("sku"):
        raise BadRequest(f"a product needs a sku and does not know {', '.join(unknown)}")
    sku, now = str(given["sku"]), shop.now()
    product = Product(
        sku,
        str(given.get("title") or sku),
        Decimal(str(given.get("price", "10.00"))).quantize(Decimal("0.01")),
        now,
        now,
        given.get("status", "publish") == "publish",
        str(given.get("type", "item")),
        tuple(given.get("categories") or ()),
    )
    add(shop, product, _record(shop, sku, given) if given.get("record", True) else None)
    return product


def generate(shop: Shop, given: dict[str, Any]) -> int:
    """{"count", "prefix", "quantity", "price"}: simple products by the thousand. Answers how many were made."""
    count, prefix = int(given["count"]), str(given.get("prefix", "SKU-"))
    quantity, price = given.get("quantity", 100), Decimal(str(given.get("price", "19.90")))
    now = shop.now()
    for number in range(1, count + 1):
        sku = f"{prefix}{number:06d}"
        record = Record(sku, now, now, quantity or 0, now, perpetual=quantity is None)
        shop.products[sku] = Product(sku, f"Article {number}", price, now, now)
        shop.records[sku] = record
    shop.listed.clear()
    return count


def add(shop: Shop, product: Product, record: Record | None) -> None:
    """Puts a product in; one with the same id is replaced, as an import would."""
    shop.products[product.id] = product
    shop.records.pop(product.id, None)
    if record is not None:
        shop.records[product.id] = record
    shop.listed.clear()


def remove(shop: Shop, product: Product) -> None:
    """The product is gone, and its record with it."""
    del shop.products[product.id]
    shop.records.pop(product.id, None)
    shop.listed.clear()


def product_ids(shop: Shop) -> list[str]:
    return _sorted(shop, "products", shop.products)


def record_ids(shop: Shop) -> list[str]:
    return _sorted(shop, "records", shop.records)


def _sorted(shop: Shop, name: str, rows: dict[str, Any]) -> list[str]:
    if name not in shop.listed:
        shop.listed[name] = sorted(rows)
    return shop.listed[name]


def _record(shop: Shop, sku: str, given: dict[str, Any]) -> Record:
    quantity, now = given.get("quantity", 0), shop.now()
    return Record(
        sku,
        now,
        now,
        quantity or 0,
        now,
        given.get("turnover", 0),
        given.get("on_order", 0),
        perpetual=quantity is None,
        back_order=str(given.get("back_order", "none")),
        back_order_amount=given.get("back_order_quantity", 0),
    )
