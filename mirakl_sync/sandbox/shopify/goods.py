"""Products, their variants, and how many pieces of each lie where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class Location:
    """A place goods lie and leave from; its position in the shop's list is where a variant keeps its numbers."""

    id: int
    name: str
    created: datetime
    active: bool = True
    fulfills_online: bool = True


@dataclass(slots=True)
class Product:
    id: int
    title: str
    created: datetime
    updated: datetime
    status: str = "ACTIVE"
    vendor: str = ""
    type: str = ""
    tags: list[str] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)


@dataclass(slots=True)
class Variant:
    """A variant and its inventory item, which are one row here: the item's id is `item_id`.

    `available` and `committed` hold one number per location of the shop; on hand is their sum.
    """

    id: int
    item_id: int
    product: Product
    sku: str
    price: Decimal
    created: datetime
    updated: datetime
    stock_updated: datetime
    available: list[int]
    committed: list[int]
    title: str = "Default Title"
    compare_at: Decimal | None = None
    barcode: str | None = None
    tracked: bool = True
    policy: str = "DENY"
    requires_shipping: bool = True
    taxable: bool = True

    @property
    def total(self) -> int:
        """What the shop shows as its number for selling: `available` of all locations together."""
        return sum(self.available)
