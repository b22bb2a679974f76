"""Goods by the dozen or by the hundred thousand, as plans and the remote control name them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento.model import DISABLED, ENABLED, Product
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import number

WORDS = {"title": "name", "stock": "quantity", "type": "type_id"}
PUBLISHED = {"publish", "published", "enabled", "active", ENABLED, True}


def seed(shop: Shop, given: dict[str, Any]) -> Product:
    """One product: `sku`, `price`, `quantity` (None = not counted), `title`, `categories`, `status`.

    Beside these: `sources` (code → quantity instead of `quantity`), `type`, `children` (SKUs), `backorders`,
    `min_qty`, `weight`, `attributes` (code → value). A known SKU is changed.
    """
    entry = {WORDS.get(name, name): value for name, value in given.items()}
    sku = str(entry["sku"])
    product = shop.store.product(sku) or _fresh(shop, sku)
    product.name = str(entry.get("name", product.name))
    product.type_id = entry.get("type_id", product.type_id)
    if entry.get("price") is not None:
        product.price = number(entry["price"])
    if "weight" in entry:
        product.weight = number(entry["weight"])
    product.status = ENABLED if entry.get("status", ENABLED) in PUBLISHED else DISABLED
    product.backorders = int(entry.get("backorders", product.backorders))
    product.min_qty = number(entry.get("min_qty", product.min_qty))
    _describe(shop, product, entry)
    shop.save_product(product)
    _lay_in(shop, product, entry)
    return product


def generate(shop: Shop, wanted: dict[str, Any]) -> int:
    """`count` simple products `prefix`-000001 … with `quantity` pieces each. Answers how many were made."""
    total, prefix = int(wanted["count"]), str(wanted.get("prefix", "GEN"))
    quantity, price = wanted.get("quantity", 100), number(wanted.get("price", "9.90"))
    pieces, source = number(quantity), shop.stock().sources[0]
    width = max(6, len(str(total)))
    for place in range(1, total + 1):
        product = _fresh(shop, f"{prefix}-{place:0{width}d}")
        product.price = price
        product.manage_stock = quantity is not None
        shop.store.products.save(product.id, product)
        if quantity is not None:
            shop.ledger.put(product.sku, source, pieces)
    return total


def remove(shop: Shop, product: Product) -> None:
    """A deleted product vanishes without a trace, with what lay of it (reference 4)."""
    shop.store.products.remove(product.id)
    shop.ledger.drop(product.sku)


def _fresh(shop: Shop, sku: str) -> Product:
    now = shop.now()
    return Product(shop.store.numbers.next("product"), sku, sku, now, now, price=Decimal(0))


def _describe(shop: Shop, product: Product, entry: dict[str, Any]) -> None:
    if entry.get("categories"):
        known = shop.store.categories
        names = [c["name"] if isinstance(c, dict) else str(c) for c in entry["categories"]]
        product.category_ids = [known.setdefault(name, len(known) + 3) for name in names]
    if entry.get("attributes"):
        product.custom = {**(product.custom or {}), **entry["attributes"]}
        shop.store.attributes |= dict.fromkeys(entry["attributes"], "text")
    if entry.get("children"):
        children = (shop.store.product(sku) for sku in entry["children"])
        product.child_ids = [child.id for child in children if child]


def _lay_in(shop: Shop, product: Product, entry: dict[str, Any]) -> None:
    """Where the pieces lie; nothing is changed where the entry says nothing."""
    if "sources" in entry:
        for source, quantity in entry["sources"].items():
            shop.ledger.put(product.sku, source, number(quantity))
    elif "quantity" in entry:
        product.manage_stock = entry["quantity"] is not None
        if product.manage_stock:
            shop.ledger.put(product.sku, shop.stock().sources[0], number(entry["quantity"]))
