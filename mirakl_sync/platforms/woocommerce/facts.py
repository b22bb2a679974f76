"""What the shop knows of SKUs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.batches import by_call
from mirakl_sync.platforms.woocommerce.client import FRESH, PAGE, WooClient
from mirakl_sync.platforms.woocommerce.family import Family
from mirakl_sync.platforms.woocommerce.levels import Telling, product_facts, ref_of
from mirakl_sync.platforms.woocommerce.orders import ProductRef
from mirakl_sync.platforms.woocommerce.schemas import Product
from mirakl_sync.records.shop import OrderDraft, ProductFacts


class Catalogue:
    """Products by SKU, asked in bulk; which id carries a SKU is remembered for some minutes."""

    def __init__(self, client: WooClient) -> None:
        self.client = client
        self.family = Family(client)
        self._known: dict[str, tuple[datetime, ProductRef]] = {}

    def facts(self, skus: Sequence[str]) -> dict[str, ProductFacts]:
        """Facts of every SKU asked for; unknown ones with ``matches=0``. At most 100 SKUs are asked in one call."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku.strip()]
        at = self.client.clock()
        found = self._found(wanted)
        telling = Telling(at, self.client.tax_rules().prices_include_tax if found else True)
        rows = [row for products in found.values() for row in products]
        parents, holds = self.family.parents(rows, {}), self.family.components(rows)
        return {sku: product_facts(sku, found.get(sku.casefold(), ()), telling, parents, holds) for sku in skus}

    def refs(self, draft: OrderDraft, *, with_classes: bool) -> dict[str, ProductRef]:
        """The product behind each line. ``Refused`` names SKUs that are unknown or carried twice."""
        refs = {line.sku: self._remembered(line.sku, line.product_id, with_classes) for line in draft.lines}
        missing = [sku for sku, ref in refs.items() if ref is None]
        if missing:
            found = self._found(missing)
            refs |= {sku: _only(sku, found.get(sku.casefold(), ())) for sku in missing}
        return {sku: ref for sku, ref in refs.items() if ref is not None}

    def forget(self, skus: Iterable[str]) -> None:
        """Look these SKUs up anew next time."""
        for sku in skus:
            self._known.pop(sku.casefold(), None)

    def _remembered(self, sku: str, told: str, with_classes: bool) -> ProductRef | None:
        at, ref = self._known.get(sku.casefold(), (None, None))
        if at is not None and self.client.clock() - at <= FRESH:
            return ref
        return None if with_classes else ProductRef.parse(told)

    def _found(self, skus: Sequence[str]) -> dict[str, list[Product]]:
        asked = {sku.casefold() for sku in skus}
        found: dict[str, dict[int, Product]] = {}
        for chunk in chunks(skus):
            for product in self.client.products(chunk):
                key = (product.sku or "").casefold()
                if key in asked:
                    found.setdefault(key, {})[product.id] = product
        products = {key: list(rows.values()) for key, rows in found.items()}
        self._remember(products)
        return products

    def _remember(self, found: dict[str, list[Product]]) -> None:
        at = self.client.clock()
        if len(self._known) > 50_000:
            self._known.clear()
        for key, rows in found.items():
            self._known.pop(key, None)
            if len(rows) == 1:
                self._known[key] = (at, ref_of(rows[0]))


def chunks(skus: Iterable[str]) -> Iterator[list[str]]:
    """SKUs by the call: WooCommerce splits at commas and strips what looks like markup, so odd SKUs are asked alone."""
    return by_call(skus, PAGE, alone=_odd)


def _odd(sku: str) -> bool:
    return any(char in ",<>%&\\\"'" or not char.isprintable() for char in sku) or sku != " ".join(sku.split())


def _only(sku: str, products: Sequence[Product]) -> ProductRef:
    if len(products) == 1:
        return ref_of(products[0])
    if not products:
        raise Refused(
            f"The shop has no product with the SKU {sku}.", code="unknown_sku", way_out="Create it, or correct its SKU."
        )
    ids = ", ".join(str(product.id) for product in products)
    raise Refused(f"The shop has the SKU {sku} on several products ({ids}).", code="doubled_sku")
