"""The full look at a shop's catalogue: every SKU, a page in memory at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mirakl_sync.platforms.woocommerce import schemas
from mirakl_sync.platforms.woocommerce.client import PRODUCT_FIELDS, WooClient
from mirakl_sync.platforms.woocommerce.family import Family
from mirakl_sync.platforms.woocommerce.levels import VARIABLE, Parent, Telling, parent_of
from mirakl_sync.platforms.woocommerce.schemas import Product
from mirakl_sync.records.shop import ProductFacts

PRODUCTS = "/wc/v3/products"
VARIATIONS = "/wc/v3/variations"


def levels(client: WooClient, family: Family) -> Iterator[ProductFacts]:
    """Products, then variations: by their common list (10.3 and later), before parent by parent. See ``Platform``.

    Kept meanwhile: how often each SKU was met, and of every variable product two words.
    """
    listed = client.has_variations_list()
    includes_tax = client.tax_rules().prices_include_tax
    met: Counter[str] = Counter()
    parents: dict[int, Parent | None] = {}
    for asked, rows in client.every(PRODUCTS, PRODUCT_FIELDS, status="any"):
        products = [read_product(row) for row in rows]
        yield from _counted(met, family.facts(products, Telling(asked, includes_tax)))
        found = {product.id: parent_of(product) for product in products if product.type == VARIABLE}
        if listed:
            parents |= found
            continue
        for number, parent in found.items():
            yield from _counted(met, _of_parent(client, family, number, parent, includes_tax))
    if listed:
        for asked, rows in client.every(VARIATIONS, PRODUCT_FIELDS, status="any"):
            variations = [read_variation(row) for row in rows]
            yield from _counted(met, family.facts(variations, Telling(asked, includes_tax), parents))


def _of_parent(
    client: WooClient, family: Family, number: int, parent: Parent, includes_tax: bool
) -> list[ProductFacts]:
    told: list[ProductFacts] = []
    for asked, rows in client.every(f"{PRODUCTS}/{number}/variations", PRODUCT_FIELDS):
        variations = [read_variation(row, number) for row in rows]
        told += family.facts(variations, Telling(asked, includes_tax), {number: parent})
    return told


def children(client: WooClient, family: Family, parent: Product, includes_tax: bool) -> list[ProductFacts]:
    """The variations of one parent, as they are now."""
    return _of_parent(client, family, parent.id, parent_of(parent), includes_tax)


def read_product(row: Any) -> Product:
    """A row of ``GET /products``."""
    product: Product = schemas.read(schemas.PRODUCT, row, "product")
    return product


def read_variation(row: Any, parent_id: int = 0) -> Product:
    """A row of a list of variations, which may leave out that it is one, and of whom."""
    told = {"type": "variation", **({"parent_id": parent_id} if parent_id else {}), **row}
    product: Product = schemas.read(schemas.PRODUCT, told, "variation")
    return product


def _counted(met: Counter[str], told: Sequence[ProductFacts]) -> Iterator[ProductFacts]:
    """The same SKU on several products, also of different pages, is told with how many there are."""
    met.update(fact.sku.casefold() for fact in told)
    for fact in told:
        matches = met[fact.sku.casefold()]
        yield fact if matches == 1 else replace(fact, matches=matches)
