"""What the shop knows of SKUs: its products, what of them may be sold, and where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.magento import levels
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.levels import COMPOSITES, Telling
from mirakl_sync.platforms.magento.schemas import Product, Salable, SourceItem
from mirakl_sync.platforms.magento.searching import chunks
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.magento.shop_facts import FRESH, ShopFacts
from mirakl_sync.records.shop import OrderDraft, ProductFacts

MOST_REMEMBERED = 10_000


class Catalogue:
    """Products by SKU, asked in bulk; which id carries a SKU is remembered for a while."""

    def __init__(self, client: MagentoClient, facts: ShopFacts, settings: StoreSettings) -> None:
        self._client, self._facts, self._settings = client, facts, settings
        self._known: dict[str, tuple[datetime, Product]] = {}

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """Facts of every SKU asked for; unknown ones with ``matches=0``."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku.strip()]
        told: dict[str, ProductFacts] = {}
        for some in chunks(wanted):
            at = self._client.clock()
            found = self._found(some)
            told |= {fact.sku.casefold(): fact for fact in self._tell(list(found.values()), at)}
        now = self._client.clock()
        return {sku: _named(sku, told.get(sku.casefold()), now) for sku in skus}

    def levels(self) -> Iterator[ProductFacts]:
        """Every SKU, a hundred in memory at a time; raises where any page or number fails."""
        for page in self._client.every_product():
            by_sku = {product.sku: product for product in page}
            for some in chunks(by_sku):
                at = self._client.clock()
                yield from self._tell([by_sku[sku] for sku in some], at)

    def products(self, draft: OrderDraft) -> dict[str, Product]:
        """The product behind each line, by its SKU as drafted. ``Refused`` names SKUs that cannot be sold."""
        wanted = [line.sku for line in draft.lines]
        return {sku: _sold(sku, product) for sku, product in self._remembered(wanted).items()}

    def commission(self, draft: OrderDraft) -> Product:
        """The virtual product of the commission's line. ``Refused`` where the shop has none."""
        sku = self._settings.commission_sku
        product = self._remembered([sku]).get(sku) if sku else None
        if product is None:
            raise Refused(
                f"The shop has no product for the commission of {draft.reference} as a line.",
                code="no_commission_product",
                way_out="Make a virtual product that is not counted and name it as commission_sku, or show the "
                "commission as a discount or an attribute.",
            )
        return product

    def forget(self, skus: Iterable[str]) -> None:
        """Look these SKUs up anew next time."""
        for sku in skus:
            self._known.pop(sku.casefold(), None)

    def _remembered(self, skus: Sequence[str]) -> dict[str, Product | None]:
        now = self._client.clock()
        kept = {key: self._known.get(key) for key in (sku.casefold() for sku in skus)}
        # other threads remember and forget meanwhile: what is answered is what was seen here
        fresh = {key: seen[1] for key, seen in kept.items() if seen is not None and now - seen[0] <= FRESH}
        missing = [sku for sku in dict.fromkeys(skus) if sku.casefold() not in fresh]
        if missing:
            found = self._found(missing)
            fresh |= found
            self._remember(found, now)
        return {sku: fresh.get(sku.casefold()) for sku in skus}

    def _remember(self, found: Mapping[str, Product], at: datetime) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known.update((key, (at, product)) for key, product in found.items())

    def _found(self, skus: Sequence[str]) -> dict[str, Product]:
        asked = {sku.casefold() for sku in skus}
        found = {product.sku.casefold(): product for product in self._client.products(skus)}
        return {key: product for key, product in found.items() if key in asked}

    def _tell(self, products: list[Product], at: datetime) -> list[ProductFacts]:
        store = self._facts.store() if products else None
        telling = Telling(at, self._settings.prices_include_tax, store.website_id if store else 0)
        single = [product.sku for product in products if product.type not in COMPOSITES]
        if self._settings.inventory == "legacy":
            items = {product.sku: self._stock_item(product) for product in products}
            return [levels.counted_facts(product, items[product.sku], telling) for product in products]
        salable = {row.sku.casefold(): row for row in self._salable(single)}
        places = self._places(single) if self._settings.places else None
        return [levels.salable_facts(product, salable, places, telling) for product in products]

    def _stock_item(self, product: Product) -> Mapping[str, Any] | None:
        return None if product.type in COMPOSITES else self._client.stock_item(product.sku)

    def _salable(self, skus: Sequence[str]) -> Iterator[Salable]:
        return self._client.salable(self._settings.website, skus)

    def _places(self, skus: Sequence[str]) -> dict[str, list[SourceItem]]:
        ours = self._facts.sources() if skus else frozenset()
        places: dict[str, list[SourceItem]] = {}
        for item in self._client.source_items(skus):
            if item.source in ours:
                places.setdefault(item.sku.casefold(), []).append(item)
        return places


def _named(sku: str, fact: ProductFacts | None, at: datetime) -> ProductFacts:
    """Under the name it was asked by: SKUs of other capitals are the same to Magento."""
    if fact is None:
        return ProductFacts(sku, at, matches=0, in_stock=False, sellable=False)
    return fact if fact.sku == sku else replace(fact, sku=sku)


def _sold(sku: str, product: Product | None) -> Product:
    if product is None:
        raise Refused(
            f"The shop has no product with the SKU {sku}.", code="unknown_sku", way_out="Create it, or correct its SKU."
        )
    if product.type in COMPOSITES:
        raise Refused(
            f"The SKU {sku} is a {product.type} product, which cannot be sold by itself.",
            code="composite_sku",
            way_out="Map the offer to the SKU of the simple product behind it.",
        )
    return product
