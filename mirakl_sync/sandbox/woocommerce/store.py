"""Everything a shop has in its database, with the numbers WordPress gives out and the indexes lists need."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from mirakl_sync.sandbox.order_books import OrderBooks
from mirakl_sync.sandbox.woocommerce.indexes import ContainsIndex, TimeIndex
from mirakl_sync.sandbox.woocommerce.model import Meta, Note, Order, Product, Refund, Webhook
from mirakl_sync.sandbox.woocommerce.settings import ShopSettings
from mirakl_sync.sandbox.woocommerce.tax import TaxRate

FIRST_POST_ID = 11
"""Posts 1 to 10 are the pages a fresh shop has."""
TRANSACTION_ID_SEARCH_SINCE = (8, 9)
UNLISTED = {"trash", "auto-draft", "checkout-draft"}
VOID = {"cancelled", "trash", "checkout-draft", "failed"}
"""An order in one of these is no double of another."""


class OrderTable:
    """Orders by id. `save` must follow every change: it keeps the indexes true."""

    def __init__(self, settings: ShopSettings) -> None:
        self._settings = settings
        self.rows: dict[int, Order] = {}
        self.by_created = TimeIndex()
        self.by_modified = TimeIndex()
        self.listed_by_created = TimeIndex()
        self.listed_by_modified = TimeIndex()
        self.words = ContainsIndex()
        self.books: OrderBooks[int] = OrderBooks()

    def save(self, order: Order) -> None:
        self.rows[order.id] = order
        self.books.put(order.id, order.status, None if order.status in VOID else self._reference(order))
        self.by_created.put(order.id, order.created)
        self.by_modified.put(order.id, order.modified)
        if order.status in UNLISTED:
            self.listed_by_created.drop(order.id)
            self.listed_by_modified.drop(order.id)
        else:
            self.listed_by_created.put(order.id, order.created)
            self.listed_by_modified.put(order.id, order.modified)
        self.words.put(order.id, search_text(order, with_transaction_id=self._finds_transaction_ids()))

    def remove(self, number: int) -> None:
        del self.rows[number]
        for index in (
            self.books,
            self.by_created,
            self.by_modified,
            self.listed_by_created,
            self.listed_by_modified,
            self.words,
        ):
            index.drop(number)

    def _finds_transaction_ids(self) -> bool:
        return self._settings.hpos and self._settings.version_number >= TRANSACTION_ID_SEARCH_SINCE

    def _reference(self, order: Order) -> str | None:
        """ "shop/order" as our meta names them."""
        shop_key, order_key = self._settings.reference_meta
        reference = meta_value(order.meta, order_key)
        return None if reference is None else f"{meta_value(order.meta, shop_key, '')}/{reference}"


def search_text(order: Order, *, with_transaction_id: bool) -> str:
    """What `?search=` looks at: addresses and item names, and in newer storage the transaction id (reference 5.1)."""
    names: list[str] = [line.name for line in order.lines]
    names += [line.method_title for line in order.shipping_lines]
    names += [fee.name for fee in order.fees]
    names += [line.rate_code for line in order.tax_lines]
    own = [order.transaction_id] if with_transaction_id else []
    return "\n".join([*own, " ".join(order.billing.values()), " ".join(order.shipping.values()), *names])


class ProductTable:
    """Products, parents and variations by id; `save` must follow every change."""

    def __init__(self) -> None:
        self.rows: dict[int, Product] = {}
        self.by_sku: dict[str, int] = {}
        self.by_gtin: dict[str, int] = {}
        self.listings: dict[tuple[bool, bool], list[int]] = {}
        self._codes: dict[int, tuple[str, str, str]] = {}
        self._bundles: set[int] = set()
        self._doubled: dict[str, set[int]] = {}
        self.by_created = TimeIndex()
        self.by_modified = TimeIndex()

    def save(self, product: Product) -> None:
        _, _, status = self._forget_codes(product.id)
        if status != product.status:
            self.listings.clear()
        self.rows[product.id] = product
        self._codes[product.id] = (product.sku, product.global_unique_id, product.status)
        if product.type == "bundle":
            self._bundles.add(product.id)
        self._take_sku(product)
        if product.global_unique_id:
            self.by_gtin[product.global_unique_id] = product.id
        self.by_created.put(product.id, product.created)
        self.by_modified.put(product.id, product.modified)

    def remove(self, number: int) -> None:
        del self.rows[number]
        self._forget_codes(number)
        self.listings.clear()
        self._bundles.discard(number)
        self.by_created.drop(number)
        self.by_modified.drop(number)

    def bundles(self) -> list[Product]:
        return [self.rows[number] for number in sorted(self._bundles)]

    def listed(self, *, variations: bool, descending: bool) -> list[int]:
        """Every product, or every variation, out of the trash by id; remembered until one comes or goes."""
        known = self.listings.get((variations, descending))
        if known is None:
            wanted = (n for n, row in self.rows.items() if bool(row.parent_id) is variations and row.status != "trash")
            known = self.listings[variations, descending] = sorted(wanted, reverse=descending)
        return known

    def _forget_codes(self, number: int) -> tuple[str, str, str]:
        codes = self._codes.pop(number, ("", "", ""))
        if self.by_gtin.get(codes[1]) == number:
            del self.by_gtin[codes[1]]
        others = set(self.ids_of(codes[0])) - {number}
        self.by_sku.pop(codes[0], None)
        self._doubled.pop(codes[0], None)
        for other in others:
            self._take_sku(self.rows[other])
        return codes

    def sku_of(self, number: int) -> str:
        """What a product is called by; its id, where it has no SKU or is gone."""
        return (self.rows[number].sku if number in self.rows else "") or str(number)

    def ids_of(self, sku: str) -> list[int]:
        """Every product that carries the SKU: more than one only where an import went past the check."""
        return sorted(self._doubled.get(sku) or {self.by_sku[sku]} if sku in self.by_sku else ())

    def _take_sku(self, product: Product) -> None:
        """The lowest id is the one the shop finds by SKU."""
        if not product.sku:
            return
        known = self.by_sku.setdefault(product.sku, product.id)
        if known != product.id:
            self._doubled.setdefault(product.sku, {known}).add(product.id)
            self.by_sku[product.sku] = min(known, product.id)


class Numbers:
    """Auto-increment columns. Products, orders and refunds share one, as WordPress posts do."""

    def __init__(self) -> None:
        self._post = count(FIRST_POST_ID)
        self._columns: dict[str, count[int]] = {}

    def post(self) -> int:
        return next(self._post)

    def next(self, column: str) -> int:
        return next(self._columns.setdefault(column, count(1)))


class Store:
    def __init__(self, settings: ShopSettings) -> None:
        self.numbers = Numbers()
        self.products = ProductTable()
        self.orders = OrderTable(settings)
        self.refunds: dict[int, Refund] = {}
        self.notes: dict[int, Note] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.tax_rates: list[TaxRate] = []
        self.attributes: dict[int, dict[str, Any]] = {}
        self.categories: dict[str, dict[str, Any]] = {}

    def item_id(self) -> int:
        return self.numbers.next("order item")

    def set_meta(self, kept: list[Meta], column: str, key: str, value: Any) -> None:
        """Writes one meta value; the same key again replaces the value, null removes the row."""
        known = next((meta for meta in kept if meta.key == key), None)
        if value is None:
            kept[:] = [meta for meta in kept if meta.key != key]
        elif known:
            known.value = value
        else:
            kept.append(Meta(self.numbers.next(column), key, value))

    def merge_meta(self, kept: list[Meta], column: str, given: Iterable[dict[str, Any]] | None) -> None:
        """Meta as a request sends it: by `id` where it names one, else by key."""
        for entry in given or ():
            by_id = next((meta for meta in kept if entry.get("id") and meta.id == int(entry["id"])), None)
            if by_id and entry.get("value") is not None:
                by_id.key, by_id.value = entry.get("key", by_id.key), entry["value"]
            elif entry.get("key"):
                self.set_meta(kept, column, entry["key"], entry.get("value"))


def meta_value(kept: list[Meta], key: str, default: Any = None) -> Any:
    return next((meta.value for meta in kept if meta.key == key), default)
