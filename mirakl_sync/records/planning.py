"""What crosses the border to a planner: sales and stock going out, plans and goods on their way coming back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Feed(StrEnum):
    """The tables a planner is given."""

    VARIANTS = "variants"
    STOCK = "stock"
    SALES = "sales"


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A thing that is sold. ``removed`` takes it off the plan again."""

    sku: str
    title: str
    price: Decimal
    created_at: datetime
    updated_at: datetime
    barcode: str = ""
    removed: bool = False


@dataclass(frozen=True, slots=True)
class StockRow:
    """What may be sold of a SKU in one of the planner's warehouses: the shelf less what is sold already."""

    sku: str
    warehouse: str
    in_stock: int
    updated_at: datetime
    removed: bool = False


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One line of a marketplace's sale, as demand.

    ``order`` and ``line`` are our keys, ``marketplace:order_id`` and ``marketplace:order_line_id``: a row sent again
    takes the place of the one before. Goods that came back are a row of their own with a negative ``quantity``.
    ``price`` is that of one piece in ``currency``.
    """

    order: str
    line: str
    sku: str
    warehouse: str
    quantity: int
    price: Decimal
    currency: str
    tax_included: bool
    created_at: datetime
    updated_at: datetime
    reference: str = ""
    marketplace: str = ""
    canceled: bool = False
    removed: bool = False


Row = VariantRow | StockRow | SaleRow


@dataclass(frozen=True, slots=True)
class Planned:
    """What the planner says of a SKU, summed over our warehouses; None where it does not say.

    ``sold_7`` and ``sold_30`` are pieces of the last days, ``to_order`` its advice, ``days_left`` until sold out.
    """

    sku: str
    in_stock: int | None = None
    sold_7: int | None = None
    sold_30: int | None = None
    incoming: int | None = None
    to_order: int | None = None
    days_left: int | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """Goods on their way to the shelf: pieces still expected by one purchase order; the day None where nobody said."""

    sku: str
    quantity: int
    expected_on: date | None
    order: str
    reference: str = ""
