"""What a row of the catalogue does not tell itself: the parents of variations, and the SKUs inside bundles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mirakl_sync.platforms.woocommerce.client import FRESH, PAGE, WooClient
from mirakl_sync.platforms.woocommerce.levels import (
    BUNDLE,
    NOT_SOLD,
    Components,
    Parent,
    Telling,
    fixed_pieces,
    is_variation,
    parent_of,
    product_facts,
)
from mirakl_sync.platforms.woocommerce.schemas import Product
from mirakl_sync.records.shop import ProductFacts

MOST_REMEMBERED = 50_000


class Family:
    """Looks relatives up in bulk. Which SKU an id carries is remembered for some minutes; parents never are."""

    def __init__(self, client: WooClient) -> None:
        self._client = client
        self._skus: dict[int, tuple[datetime, str]] = {}

    def facts(
        self, rows: Sequence[Product], telling: Telling, known: Mapping[int, Parent | None] | None = None
    ) -> list[ProductFacts]:
        """Facts of every row with a SKU; ``known`` parents are not asked for."""
        rows = [row for row in rows if (row.sku or "").strip()]
        parents, holds = self.parents(rows, known or {}), self.components(rows)
        return [product_facts(row.sku or "", [row], telling, parents, holds) for row in rows]

    def parents(self, rows: Iterable[Product], known: Mapping[int, Parent | None]) -> Mapping[int, Parent | None]:
        """The parents of these variations by id, None for one that is gone or in the trash."""
        wanted = {row.parent_id for row in rows if is_variation(row) and row.parent_id} - known.keys()
        if not wanted:
            return known
        found = {product.id: parent_of(product) for product in self._by_id(wanted)}
        return {**known, **{number: found.get(number) for number in wanted}}

    def components(self, rows: Iterable[Product]) -> dict[int, Components]:
        """What each of these bundles always holds; one with a piece we cannot name is left out."""
        pieces = {row.id: fixed_pieces(row) for row in rows if row.type == BUNDLE}
        skus = self._skus_of({number for inside in pieces.values() for number in inside})
        named = {bundle: inside for bundle, inside in pieces.items() if inside and inside.keys() <= skus.keys()}
        return {bundle: _by_sku(inside, skus) for bundle, inside in named.items()}

    def _skus_of(self, ids: set[int]) -> dict[int, str]:
        """SKUs of products that can be counted as pieces: a variable product is not one thing."""
        at = self._client.clock()
        known = {number: self._skus[number] for number in ids if number in self._skus}
        skus = {number: sku for number, (since, sku) in known.items() if at - since <= FRESH}
        for product in self._by_id(ids - skus.keys()):
            if product.sku and product.type not in (*NOT_SOLD, BUNDLE):
                skus[product.id] = product.sku
                self._remember(product.id, at, product.sku)
        return skus

    def _remember(self, number: int, at: datetime, sku: str) -> None:
        if len(self._skus) >= MOST_REMEMBERED:
            self._skus.clear()
        self._skus[number] = (at, sku)

    def _by_id(self, ids: Iterable[int]) -> Iterable[Product]:
        wanted = sorted(ids)
        for start in range(0, len(wanted), PAGE):
            yield from self._client.products_by_id(wanted[start : start + PAGE])


def _by_sku(inside: Mapping[int, int], skus: Mapping[int, str]) -> Components:
    counted: dict[str, int] = {}
    for number, pieces in inside.items():
        counted[skus[number]] = counted.get(skus[number], 0) + pieces
    return tuple(sorted(counted.items()))
