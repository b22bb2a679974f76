"""Multi-source inventory: what lies in the warehouses, what is promised, and what may be sold (reference 3).

salable = the quantities of the stock's sources + the reservations of the stock - min_qty, and 0 where the product is
not salable. Nothing here moves a date of a product.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from mirakl_sync.sandbox.magento.columns import INTEGER, NUMBER, TEXT
from mirakl_sync.sandbox.magento.model import COMPOSITES, ENABLED, Product, SourceItem
from mirakl_sync.sandbox.magento.settings import MagentoSettings, StockSource
from mirakl_sync.sandbox.magento.tables import Table
from mirakl_sync.sandbox.magento.values import ZERO, folded

SOURCE_ITEM = {"source_item_id": INTEGER, "sku": TEXT, "source_code": TEXT, "quantity": NUMBER, "status": INTEGER}


Place = tuple[str, int]
"""Folded SKU and stock."""


class NotEnough(Exception):
    """A warehouse would have to give more than it has."""


@dataclass
class Ledger:
    """Source items and reservations. Callers hold the shop's lock."""

    settings: MagentoSettings
    reserved: dict[Place, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_order: dict[int, dict[Place, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    entries: int = 0
    """Lines of the reservation table."""

    def __post_init__(self) -> None:
        self.items: Table[SourceItem] = Table(
            lambda item, name: item.id if name == "source_item_id" else getattr(item, name),
            SOURCE_ITEM,
            key="source_item_id",
            indexed=("sku",),
            fixed=("sku", "source_code"),
        )
        self._next = 1

    def stock(self, stock_id: int) -> StockSource | None:
        return next((stock for stock in self.settings.stocks if stock.stock_id == stock_id), None)

    def stock_of_website(self, code: str) -> StockSource | None:
        return next((stock for stock in self.settings.stocks if code in stock.websites), None)

    def sources(self) -> list[str]:
        """Every warehouse, the default one first."""
        return list(dict.fromkeys(code for stock in self.settings.stocks for code in stock.sources))

    def of(self, sku: str) -> list[SourceItem]:
        return self.items.by("sku", sku)

    def source_item(self, sku: str, source: str) -> SourceItem | None:
        return next((item for item in self.of(sku) if item.source_code == source), None)

    def put(self, sku: str, source: str, quantity: Decimal, status: int | None = None) -> SourceItem:
        """Sets what a warehouse has; the status follows the quantity unless it is given."""
        item = self.source_item(sku, source)
        if item is None:
            item = SourceItem(self._next, sku, source, ZERO)
            self._next += 1
        item.quantity = quantity
        item.status = int(quantity > 0) if status is None else status
        self.items.save(item.id, item)
        return item

    def rename(self, old: str, new: str) -> None:
        for item in self.of(old):
            item.sku = new
            self.items.save(item.id, item)

    def drop(self, sku: str) -> None:
        for item in self.of(sku):
            self.items.remove(item.id)

    def physical(self, sku: str, stock: StockSource | None = None) -> Decimal:
        """Pieces that lie in the warehouses (of one stock), whatever their status."""
        wanted = None if stock is None else stock.sources
        return sum((i.quantity for i in self.of(sku) if wanted is None or i.source_code in wanted), ZERO)

    def is_assigned(self, sku: str, stock: StockSource) -> bool:
        return any(item.source_code in stock.sources for item in self.of(sku))

    def indexed(self, sku: str, stock: StockSource) -> Decimal:
        """The stock index: what lies there to be sold, reservations not subtracted."""
        there = (item for item in self.of(sku) if item.source_code in stock.sources and item.status)
        return sum((item.quantity for item in there), ZERO)

    def is_salable(self, product: Product, stock: StockSource) -> bool:
        if product.status != ENABLED:
            return False
        if not product.manage_stock or product.type_id in COMPOSITES:
            return product.in_stock
        if not self.is_assigned(product.sku, stock) or not any(i.status for i in self.of(product.sku)):
            return False
        return product.backorders > 0 or self.unclamped(product, stock) > 0

    def salable(self, product: Product, stock: StockSource) -> Decimal:
        """What may be sold; negative only where backorders are allowed."""
        if not self.is_salable(product, stock):
            return ZERO
        return self.unclamped(product, stock)

    def unclamped(self, product: Product, stock: StockSource) -> Decimal:
        """The salable quantity as it would be if the product were salable."""
        return self.indexed(product.sku, stock) + self._promised(product.sku, stock) - product.min_qty

    def reserve(self, sku: str, stock: StockSource, quantity: Decimal, order_id: int) -> None:
        """Appends a reservation; negative = promised to the order."""
        place = (folded(sku), stock.stock_id)
        self.entries += 1
        self.reserved[place] += quantity
        self.by_order[order_id][place] += quantity

    def reserved_for(self, order_id: int, sku: str, stock: StockSource) -> Decimal:
        """The sum of what the ledger holds for one order."""
        return self.by_order[order_id][folded(sku), stock.stock_id] if order_id in self.by_order else ZERO

    def deduct(self, product: Product, source: str, quantity: Decimal) -> None:
        """Takes pieces off a warehouse. Raises NotEnough where it has too few and no backorders are allowed."""
        item = self.source_item(product.sku, source)
        if item is None or (item.quantity < quantity and not product.backorders):
            raise NotEnough
        self.put(product.sku, source, item.quantity - quantity, None if not product.backorders else item.status)

    def forget_reservations(self) -> None:
        self.entries = 0
        self.reserved.clear()
        self.by_order.clear()

    def _promised(self, sku: str, stock: StockSource) -> Decimal:
        return self.reserved.get((folded(sku), stock.stock_id), ZERO)
