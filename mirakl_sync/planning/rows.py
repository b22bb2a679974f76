"""Lines of a planner's tables: kept as JSON, compared by digest, read back as records. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.records.planning import Feed, Row, SaleRow, StockRow, VariantRow

RECORDS: Mapping[Feed, type[Any]] = {Feed.VARIANTS: VariantRow, Feed.STOCK: StockRow, Feed.SALES: SaleRow}
# In this order: a planner drops sales and stock of what it has not heard of.
ORDER = (Feed.VARIANTS, Feed.STOCK, Feed.SALES)
# When a line changed is no change, nor is what the thing is called by a marketplace.
_NO_CHANGE = frozenset({"updated_at", "title_sold"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as it should stand: ``key`` is its own, ``subject`` what it hangs together with.

    ``title_sold`` is what a marketplace sold it as; it is kept beside the line.
    """

    feed: Feed
    key: str
    subject: str
    row: Row
    connection_id: int | None = None
    title_sold: str = ""

    @property
    def sku(self) -> str:
        """What it is about."""
        return self.row.sku

    @property
    def at(self) -> datetime | None:
        """The day of a sale."""
        return self.row.created_at if isinstance(self.row, SaleRow) else None

    @property
    def quantity(self) -> int:
        """Pieces that count: none of what was cancelled or removed."""
        if self.row.removed or isinstance(self.row, VariantRow):
            return 0
        if isinstance(self.row, StockRow):
            return self.row.in_stock
        return 0 if self.row.canceled else self.row.quantity

    @property
    def idle(self) -> bool:
        """It says nothing to a planner that never heard of it."""
        return self.row.removed or (isinstance(self.row, SaleRow) and (self.row.canceled or not self.row.quantity))


def content(wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The line as JSON keeps it, changed ``now``."""
    kept = {field.name: _plain(getattr(wanted.row, field.name)) for field in fields(wanted.row)}
    return kept | {"updated_at": now.isoformat()} | ({"title_sold": wanted.title_sold} if wanted.title_sold else {})


def digest(kept: Mapping[str, Any]) -> str:
    """Equal for lines that say the same, whenever they were written down."""
    told = {name: value for name, value in kept.items() if name not in _NO_CHANGE}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def record(feed: Feed, kept: Mapping[str, Any]) -> Row:
    """The line again, from what ``content`` made of it."""
    kind = RECORDS[feed]
    values = {field.name: _read(field.name, kept[field.name]) for field in fields(kind) if field.name in kept}
    row: Row = kind(**values)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    # 12.5 and 12.5000 are one price, whatever the database made of it
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _read(name: str, value: Any) -> Any:
    if name in ("created_at", "updated_at"):
        return datetime.fromisoformat(value)
    return Decimal(value) if name == "price" else value
