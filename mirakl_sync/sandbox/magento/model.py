"""The rows of the simulated shop. A row's columns are a dict as the client sent them; an absent column is NULL."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

DISABLED, ENABLED = 2, 1
COMPOSITES = {"configurable", "bundle", "grouped"}


@dataclass(slots=True)
class Product:
    id: int
    sku: str
    name: str
    created_at: str
    updated_at: str
    price: Decimal | None = None
    type_id: str = "simple"
    status: int = ENABLED
    visibility: int = 4
    attribute_set_id: int = 4
    weight: Decimal | None = None
    manage_stock: bool = True
    backorders: int = 0
    min_qty: Decimal = Decimal(0)
    in_stock: bool = True
    custom: dict[str, Any] | None = None
    """Custom attributes by code, beside those every product has."""
    category_ids: list[int] | None = None
    child_ids: list[int] | None = None


@dataclass(slots=True)
class SourceItem:
    """What lies of one SKU in one warehouse; `status` 0 = not to be sold from there."""

    id: int
    sku: str
    source_code: str
    quantity: Decimal
    status: int = 1


@dataclass(slots=True)
class Order:
    """One order: header, lines, addresses, payment, and what only the books know."""

    id: int
    row: Row
    items: list[Row] = field(default_factory=list)
    billing: Row | None = None
    shipping: Row | None = None
    method: str | None = None
    payment: Row | None = None
    histories: list[Row] = field(default_factory=list)
    extension: Row = field(default_factory=dict)
    """Extension attributes that were stored as sent (`taxes` and its like)."""
    way: str = "direct"
    """How it came: `direct` (order save), `cart`, `module`, `checkout` (the shop's own customer)."""
    history: list[tuple[str, str, str]] = field(default_factory=list)
    """(state, status, since when) in order."""
    promised: dict[str, Decimal] = field(default_factory=dict)
    """Pieces of each SKU this order still waits for, as last counted."""

    @property
    def state(self) -> str:
        return self.row.get("state") or ""

    def item(self, number: int) -> Row | None:
        return next((item for item in self.items if item["item_id"] == number), None)


@dataclass(slots=True)
class Shipment:
    id: int
    row: Row
    items: list[Row]
    tracks: list[Row]
    comments: list[Row]
    source_code: str


@dataclass(slots=True)
class Document:
    """An invoice or a credit memo."""

    id: int
    row: Row
    items: list[Row]
    comments: list[Row]


@dataclass(slots=True)
class Cart:
    id: int
    store_id: int
    created_at: str
    updated_at: str
    items: list[Row] = field(default_factory=list)
    billing: Row | None = None
    shipping: Row | None = None
    carrier: str | None = None
    method: str | None = None
    payment: Row | None = None
    active: bool = True
