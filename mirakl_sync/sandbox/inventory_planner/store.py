"""What the account knows. Every change of the rows goes through here, so that variants and SKUs stay joined."""

from __future__ import annotations

import hashlib
from datetime import datetime

from mirakl_sync.sandbox.inventory_planner.model import Listing, PurchaseOrder, Sale, Stock, Variant


class Store:
    """All rows of one account; guarded by the planner's lock."""

    def __init__(self, *, combine_by_sku: bool) -> None:
        self.combine_by_sku = combine_by_sku
        self.listings: dict[tuple[str, str], Listing] = {}  # by source and its variant id
        self.variants: dict[str, Variant] = {}
        self.orders: dict[str, PurchaseOrder] = {}
        self._joined: dict[str, str] = {}  # what variants are joined by → variant id
        self._sold_as: dict[tuple[str, str, str], str] = {}  # source, order, line of a sale → source's variant id
        self._numbers = 0

    def number(self) -> int:
        """The next number, for purchase orders and their lines."""
        self._numbers += 1
        return 1000 + self._numbers

    def variant_of(self, listing: Listing) -> Variant:
        """The variant the API shows for `listing`."""
        return self.variants[self._joined[self._joint(listing)]]

    def by_sku(self, sku: str) -> Variant | None:
        """The first variant with this SKU."""
        if self.combine_by_sku:
            return self.variants.get(self._joined.get(sku, ""))
        return next((each for each in self.variants.values() if each.first.sku == sku), None)

    def save_listing(self, listing: Listing) -> None:
        """Adds a listing, or puts it in the place of the one with its key, which keeps its sales and stock."""
        key = (listing.source, listing.variant_id)
        known = self.listings.get(key)
        if known is not None:
            listing.stock, listing.sales = known.stock, known.sales
            if self._joint(known) == self._joint(listing):
                variant = self.variant_of(known)
                variant.listings[variant.listings.index(known)] = listing
                self.listings[key] = listing
                return
            self._part(known)
        self.listings[key] = listing
        self._join(listing)

    def delete_listing(self, listing: Listing) -> None:
        """Takes a listing away with its sales and stock."""
        del self.listings[(listing.source, listing.variant_id)]
        for order, line in listing.sales:
            del self._sold_as[(listing.source, order, line)]
        self._part(listing)

    def save_sale(self, listing: Listing, sale: Sale) -> None:
        """Adds a sale, or puts it in the place of the one with its key, wherever that one was."""
        key = (sale.order, sale.line)
        sold_as = self._sold_as.get((sale.source, *key))
        if sold_as is not None:
            sale.versions = self.listings[(sale.source, sold_as)].sales.pop(key).versions + 1
        listing.sales[key] = sale
        self._sold_as[(sale.source, *key)] = listing.variant_id

    def forget_sales(self, source: str) -> int:
        """Takes away every sale of a connection; returns how many there were."""
        gone = [key for key in self._sold_as if key[0] == source]
        for key in gone:
            self.listings[(source, self._sold_as.pop(key))].sales.clear()
        return len(gone)

    def save_stock(self, listing: Listing, warehouse: str, stock: Stock, now: datetime) -> None:
        """Writes what a warehouse has, and the variant's history when its number moved."""
        before = listing.stock.get(warehouse)
        listing.stock[warehouse] = stock
        variant, second = self.variant_of(listing), int(now.timestamp())
        if before is not None and before.in_stock == stock.in_stock:
            return
        variant.stock_history.append((second, stock.in_stock))
        if before is not None and (before.in_stock > 0) != (stock.in_stock > 0):
            variant.stockouts.append((second, 0 if stock.in_stock > 0 else 1))

    def _joint(self, listing: Listing) -> str:
        if self.combine_by_sku and listing.sku:
            return listing.sku
        return f"{listing.source}\n{listing.variant_id}"

    def _join(self, listing: Listing) -> None:
        joint = self._joint(listing)
        variant = self.variants.get(self._joined.get(joint, ""))
        if variant is None:
            variant = Variant(_variant_id(listing))
            self.variants[variant.id] = variant
            self._joined[joint] = variant.id
        variant.listings.append(listing)

    def _part(self, listing: Listing) -> None:
        variant = self.variant_of(listing)
        variant.listings.remove(listing)
        if not variant.listings:
            del self.variants[variant.id]
            del self._joined[self._joint(listing)]


def _variant_id(listing: Listing) -> str:
    named = f"{listing.source}\n{listing.variant_id}\n{listing.sku}"
    return hashlib.sha1(named.encode(), usedforsecurity=False).hexdigest()[:24]
