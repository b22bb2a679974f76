"""What the shop knows of SKUs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.platforms.shopify import schemas
from mirakl_sync.platforms.shopify.asking import Asking
from mirakl_sync.platforms.shopify.documents import products as documents
from mirakl_sync.platforms.shopify.documents import shop as shop_documents
from mirakl_sync.platforms.shopify.gids import number
from mirakl_sync.platforms.shopify.schemas import read
from mirakl_sync.platforms.shopify.settings import StoreSettings
from mirakl_sync.platforms.shopify.told import Level, Variant
from mirakl_sync.records.shop import OrderDraft, ProductFacts

FRESH = timedelta(minutes=10)
_SKUS_TOGETHER = 20
_LONGEST_QUERY = 1500


@dataclass(frozen=True, slots=True)
class Ground:
    """What every fact rests on: whether prices hold tax, and the places whose pieces are for sale, by their id."""

    taxes_included: bool
    places: Mapping[str, str]


def product_facts(sku: str, variants: Sequence[Variant], at: datetime, ground: Ground) -> ProductFacts:
    """One SKU in our words. Its id is that of the product and, behind the slash, of its inventory item: webhooks of
    products name the one, those of stock the other."""
    if not variants:
        return ProductFacts(sku, at, matches=0, in_stock=False, sellable=False)
    variant = variants[0]
    places = _by_place(variant, ground)
    quantity = sum(places.values()) if variant.tracked else None
    backorders = variant.policy == "CONTINUE"
    return ProductFacts(
        sku=sku,
        observed_at=at,
        matches=len(variants),
        product_id=f"{number(variant.product_id)}/{number(variant.item_id)}",
        quantity=quantity,
        in_stock=quantity is None or quantity > 0 or backorders,
        backorders=backorders,
        price=variant.price,
        price_includes_tax=ground.taxes_included,
        sellable=variant.status == "ACTIVE",
        changed_at=max((date for each in variants for date in _dates(each, ground)), default=None),
        categories=variant.categories,
        locations=places if variant.tracked else None,
    )


def _by_place(variant: Variant, ground: Ground) -> dict[str, int]:
    """Pieces for sale by the name of their place; a place that never had any has none."""
    found = {level.location: level.available for level in variant.levels}
    return {name: found[place] for place, name in ground.places.items() if place in found}


def _dates(variant: Variant, ground: Ground) -> Iterator[datetime]:
    dates = [variant.updated_at, *(level.updated_at for level in variant.levels if level.location in ground.places)]
    return (date for date in dates if date is not None)


class Catalogue:
    """Products by SKU, asked in bulk. SKUs are told apart by their letters' case and may stand on several products."""

    def __init__(self, asking: Asking, settings: StoreSettings) -> None:
        self.asking = asking
        self.settings = settings
        self._ground: tuple[datetime, Ground] | None = None
        self._lock = threading.Lock()

    def ground(self) -> Ground:
        """``shop`` and ``locations``, remembered for some minutes."""
        with self._lock:
            now = self.asking.now()
            if self._ground is None or now - self._ground[0] > FRESH:
                shop = self.asking.ask(shop_documents.SHOP, {})["shop"]
                self._ground = now, Ground(bool(shop.get("taxesIncluded")), self._places())
            return self._ground[1]

    def _places(self) -> dict[str, str]:
        known = [row for page in self.asking.pages(shop_documents.LOCATIONS, {}) for row in page]
        return chosen_places(known, self.settings)

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """Facts of every SKU asked for; unknown ones with ``matches=0``."""
        if not skus:
            return {}
        ground, at = self.ground(), self.asking.now()
        found = self.variants(skus)
        return {sku: product_facts(sku, found.get(sku, ()), at, ground) for sku in skus}

    def of_draft(self, draft: OrderDraft) -> dict[str, Variant]:
        """The variant behind each line. ``Refused`` names a SKU that is unknown or stands on several."""
        found = self.variants([line.sku for line in draft.lines])
        return {line.sku: _only(line.sku, found.get(line.sku, ())) for line in draft.lines}

    def variants(self, skus: Iterable[str]) -> dict[str, list[Variant]]:
        """``productVariants(query: "sku:…")``, compared letter by letter: the search does not care for case."""
        asked = [sku for sku in dict.fromkeys(skus) if sku.strip()]
        found: dict[str, dict[str, Variant]] = {}
        for query in _queries(asked):
            # what is asked for is paid for: a few SKUs need no page of many
            first = min(documents.PAGE, 2 * query.count("sku:") + 1)
            for rows in self.asking.pages(documents.VARIANTS, {"first": first, "query": query}, VARIANTS):
                for row in rows:
                    if row.get("sku") in asked:
                        variant = self.variant(row)
                        found.setdefault(variant.sku, {})[variant.id] = variant
        return {sku: list(variants.values()) for sku, variants in found.items()}

    def variant(self, row: Mapping[str, Any]) -> Variant:
        """A row of the list with all its levels."""
        variant: Variant = read(schemas.VARIANT, row, "product variant")
        item: Any = row["inventoryItem"]
        more = (item.get("inventoryLevels") or {}).get("pageInfo") or {}
        if not more.get("hasNextPage"):
            return variant
        pages = self.asking.pages(documents.MORE_LEVELS, {"id": variant.item_id}, "inventoryItem.page")
        levels: list[Level] = [read(schemas.LEVEL, level, "inventory level") for page in pages for level in page]
        return replace(variant, levels=tuple(levels))


VARIANTS = "productVariants"


def chosen_places(known: Sequence[Mapping[str, Any]], settings: StoreSettings) -> dict[str, str]:
    """Id and name of each place whose pieces are for sale; ``Misconfigured`` for a name the shop does not know."""
    if not settings.places:
        return {row["id"]: row["name"] for row in known if row.get("isActive") and row.get("fulfillsOnlineOrders")}
    by_name = {word: row for row in known for word in (row["name"].strip().lower(), number(row["id"]))}
    missing = [name for name in settings.places if name.lower() not in by_name]
    if missing:
        raise Misconfigured(
            f"The Shopify store has no location {', '.join(missing)}.",
            way_out=f"Set locations to some of {', '.join(sorted(row['name'] for row in known))}, or to nothing.",
        )
    rows = [by_name[name.lower()] for name in settings.places]
    return {row["id"]: row["name"] for row in rows}


def quoted(value: str) -> str:
    """A value in Shopify's search syntax, taken letter by letter."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _queries(skus: Sequence[str]) -> Iterator[str]:
    terms: list[str] = []
    for sku in skus:
        term = f"sku:{quoted(sku)}"
        if terms and (len(terms) == _SKUS_TOGETHER or sum(map(len, terms)) + len(term) > _LONGEST_QUERY):
            yield " OR ".join(terms)
            terms = []
        terms.append(term)
    if terms:
        yield " OR ".join(terms)


def _only(sku: str, variants: Sequence[Variant]) -> Variant:
    if len(variants) == 1:
        return variants[0]
    if not variants:
        raise Refused(
            f"The shop has no product with the SKU {sku}.", code="unknown_sku", way_out="Create it, or correct its SKU."
        )
    ids = ", ".join(number(variant.id) for variant in variants)
    raise Refused(f"The shop has the SKU {sku} on several products (variants {ids}).", code="duplicate_sku")
