"""Filling the shop from a plan, and what staff do to its products."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.goods import Product, Variant

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

STATUSES = {"publish": "ACTIVE", "active": "ACTIVE", "draft": "DRAFT", "archived": "ARCHIVED"}


class Catalogue:
    """Variants by id, by inventory item and by SKU, which need not be unique; ids only ever grow."""

    def __init__(self) -> None:
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.items: dict[int, Variant] = {}
        self.ordered: list[Variant] = []
        self._by_sku: dict[str, list[int]] = {}
        self._by_update: list[tuple[int, int]] = []
        self._update_of: dict[int, int] = {}
        self._moves: list[tuple[datetime, int]] = []
        """When numbers moved, in order of time; a variant that moved again stands here again."""

    def add(self, variant: Variant) -> None:
        self.products[variant.product.id] = variant.product
        variant.product.variants.append(variant)
        self.variants[variant.id] = self.items[variant.item_id] = variant
        self.ordered.append(variant)
        self._by_sku.setdefault(variant.sku.lower(), []).append(variant.id)
        self.touched(variant)
        self.moved(variant)

    def remove(self, variant: Variant) -> None:
        del self.variants[variant.id], self.items[variant.item_id]
        self.ordered.remove(variant)
        self._by_sku[variant.sku.lower()].remove(variant.id)
        del self._by_update[bisect_left(self._by_update, (self._update_of.pop(variant.id), variant.id))]
        variant.product.variants.remove(variant)
        if not variant.product.variants:
            del self.products[variant.product.id]

    def sku_of(self, number: int) -> str:
        """What a variant is called by; its id, where it has no SKU or is gone."""
        return (self.variants[number].sku if number in self.variants else "") or str(number)

    def touched(self, variant: Variant) -> None:
        """The variant's time of change may have moved."""
        now, before = int(variant.updated.timestamp()), self._update_of.get(variant.id)
        if now == before:
            return
        if before is not None:
            del self._by_update[bisect_left(self._by_update, (before, variant.id))]
        self._update_of[variant.id] = now
        insort(self._by_update, (now, variant.id))

    def changed_since(self, seconds: int) -> list[Variant]:
        """Variants whose `updatedAt` is not older, by id."""
        low = bisect_left(self._by_update, (seconds, 0))
        return [self.variants[number] for number in sorted(number for _, number in self._by_update[low:])]

    def moved(self, variant: Variant) -> None:
        """A number of the variant has just changed."""
        self._moves.append((variant.stock_updated, variant.id))

    def moved_since(self, moment: datetime) -> list[Variant]:
        """Variants whose numbers changed since then, or that came since then, by id."""
        low = bisect_left(self._moves, (moment, 0))
        return [self.variants[number] for number in sorted({n for _, n in self._moves[low:]} & self.variants.keys())]

    def alike(self, sku: str) -> list[Variant]:
        """Variants with this SKU in any case of its letters: search does not care, the shelf does."""
        return [self.variants[number] for number in self._by_sku.get(sku.lower(), ())]

    def exactly(self, sku: str) -> list[Variant]:
        return [variant for variant in self.alike(sku) if variant.sku == sku]


def seed(shop: Shop, wanted: dict[str, Any]) -> Product:
    """One product of a plan: {sku, price, quantity, title, categories, status, tracked, policy, variants: […]}.

    A known SKU is updated. `quantity` None = not counted. `variants` are entries of the same shape.
    """
    known = shop.catalogue.exactly(str(wanted["sku"])) if "sku" in wanted else []
    if known:
        change(shop, known[0], wanted)
        return known[0].product
    now = shop.now()
    title = str(wanted.get("title") or wanted.get("sku") or "Product")
    product = Product(shop.number("Product"), title, now, now)
    _describe(product, wanted)
    for entry in wanted.get("variants") or [wanted]:
        shop.catalogue.add(_variant(shop, product, {**wanted, **entry}))
    shop.announce_product("products/create", product)
    return product


def generate(shop: Shop, wanted: dict[str, Any]) -> int:
    """Many products of one variant each: {"count", "prefix", "quantity", "price"}."""
    prefix, now, places = str(wanted.get("prefix", "SKU-")), shop.now(), len(shop.locations)
    price, quantity = Decimal(str(wanted.get("price", "19.90"))), int(wanted.get("quantity", 100))
    for number in range(1, int(wanted["count"]) + 1):
        sku = f"{prefix}{number}"
        product = Product(shop.number("Product"), sku, now, now)
        available = [quantity, *[0] * (places - 1)]
        ids = shop.number("ProductVariant"), shop.number("InventoryItem")
        shop.catalogue.add(Variant(*ids, product, sku, price, now, now, now, available, [0] * places))
    return int(wanted["count"])


def change(shop: Shop, variant: Variant, wanted: dict[str, Any]) -> None:
    """What staff change on a product's page."""
    from mirakl_sync.sandbox.shopify.stock import move

    now = shop.now()
    if "price" in wanted:
        variant.price = Decimal(str(wanted["price"]))
    _describe(variant.product, wanted)
    _rule(variant, wanted)
    variant.updated = variant.product.updated = now
    shop.catalogue.touched(variant)
    if wanted.get("quantity") is not None:
        move(shop, variant, 0, int(wanted["quantity"]) - variant.total, "edit")
    shop.announce_product("products/update", variant.product)


def double(shop: Shop, variant: Variant) -> Variant:
    """A second product with the same SKU, which the vendor does not mind."""
    now, places = shop.now(), len(shop.locations)
    product = Product(shop.number("Product"), f"{variant.product.title} (copy)", now, now)
    ids = shop.number("ProductVariant"), shop.number("InventoryItem")
    twin = Variant(*ids, product, variant.sku, variant.price, now, now, now, list(variant.available), [0] * places)
    shop.catalogue.add(twin)
    shop.announce_product("products/create", product)
    return twin


def _variant(shop: Shop, product: Product, wanted: dict[str, Any]) -> Variant:
    now, places, quantity = shop.now(), len(shop.locations), wanted.get("quantity")
    variant = Variant(
        shop.number("ProductVariant"),
        shop.number("InventoryItem"),
        product,
        str(wanted.get("sku") or ""),
        Decimal(str(wanted.get("price", "0"))),
        now,
        now,
        now,
        [int(quantity or 0), *[0] * (places - 1)],
        [0] * places,
        title=str(wanted.get("option") or "Default Title"),
        barcode=wanted.get("barcode"),
        tracked=quantity is not None,
    )
    _rule(variant, wanted)
    return variant


def _rule(variant: Variant, wanted: dict[str, Any]) -> None:
    if "tracked" in wanted:
        variant.tracked = bool(wanted["tracked"])
    if "policy" in wanted:
        variant.policy = str(wanted["policy"]).upper()
    if "requires_shipping" in wanted:
        variant.requires_shipping = bool(wanted["requires_shipping"])


def _describe(product: Product, wanted: dict[str, Any]) -> None:
    if "status" in wanted:
        product.status = STATUSES.get(str(wanted["status"]).lower(), str(wanted["status"]).upper())
    if "categories" in wanted:
        product.tags = [str(name) for name in wanted["categories"]]
        product.type = product.tags[0] if product.tags else ""
    product.title = str(wanted.get("title", product.title))
    product.vendor = str(wanted.get("vendor", product.vendor))
