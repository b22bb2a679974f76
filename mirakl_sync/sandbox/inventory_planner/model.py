"""The rows of a planner: variants as connections know them, what is sold and stocked of them, and orders to vendors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass
class Sale:
    """One line of a sales order. `order` and `line` are the connection's own ids; together they are the key."""

    source: str
    order: str
    line: str
    variant_id: str
    warehouse: str  # the id the API shows
    quantity: float  # negative = a return
    price: Decimal  # of one piece
    currency: str
    created: datetime
    cancelled: bool = False
    removed: bool = False
    reference: str = ""
    reference2: str = ""
    versions: int = 1  # how often this line was sent

    @property
    def counts(self) -> bool:
        """Is this line part of the demand?"""
        return not (self.cancelled or self.removed)


@dataclass
class Stock:
    """What one warehouse has of one variant; stock minus what orders hold, so it may be negative."""

    in_stock: float
    updated: datetime
    removed: bool = False
    minimum: float | None = None


@dataclass
class Listing:
    """A variant as one connection knows it."""

    source: str
    variant_id: str
    sku: str
    title: str = ""
    barcode: str = ""
    product_id: str = ""
    price: Decimal | None = None
    cost_price: Decimal | None = None
    landing_cost_price: Decimal | None = None
    vendor: str = ""
    brand: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    removed: bool = False
    stock: dict[str, Stock] = field(default_factory=dict)  # by warehouse id
    sales: dict[tuple[str, str], Sale] = field(default_factory=dict)  # by order and line


@dataclass
class Variant:
    """What the API calls a variant: one listing, or several that share a SKU."""

    id: str
    listings: list[Listing] = field(default_factory=list)
    planning: dict[str, dict[str, float]] = field(default_factory=dict)  # by warehouse id, what was set by hand
    stock_history: list[tuple[int, float]] = field(default_factory=list)  # second, pieces
    stockouts: list[tuple[int, int]] = field(default_factory=list)  # second, 1 = went out, 0 = back

    @property
    def first(self) -> Listing:
        return self.listings[0]

    @property
    def removed(self) -> bool:
        return all(listing.removed for listing in self.listings)


@dataclass
class OrderItem:
    """One line of a purchase order; `ordered` is what the API calls `replenishment`."""

    id: str
    variant_id: str  # the API's
    sku: str
    title: str
    barcode: str
    ordered: float
    received: float = 0.0
    cost_price: Decimal | None = None

    @property
    def open(self) -> float:
        return max(0.0, self.ordered - self.received)


@dataclass
class PurchaseOrder:
    """An order to a vendor, a transfer or an assembly. `header` holds the fields we only keep and show."""

    id: str
    status: str
    warehouse: str
    vendor: str
    created: datetime
    last_modified: datetime
    type: str = "po"
    reference: str = ""
    expected: datetime | None = None
    received_at: datetime | None = None
    readonly: bool = False
    currency: str = ""
    source: str = "planner"  # or the connection it came by
    external_id: str = ""  # what that connection calls it
    header: dict[str, object] = field(default_factory=dict)
    items: list[OrderItem] = field(default_factory=list)

    @property
    def is_incoming(self) -> bool:
        """Are its pieces on their way? A draft moves nothing."""
        return self.status.lower() not in ("draft", "closed", "cancelled", "canceled")
