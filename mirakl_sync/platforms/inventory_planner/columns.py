"""The columns of Inventory Planner's files, exactly as far as they are known: one more, and a file is passed over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.records.planning import SaleRow, StockRow, VariantRow

LONGEST = 256
# What a spreadsheet takes for a formula, should a person open a file in one.
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Column:
    """``read`` takes the value from a row, ``write`` puts it into words or raises ``ValueError`` saying why not."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any], str]


def key(value: str) -> str:
    """Something others refer to, or an empty one's complaint: unchanged, whatever characters it has."""
    if not value.strip():
        raise ValueError("it is empty")
    return plain(value)


def plain(value: str) -> str:
    """A text that must arrive as it is; may be empty."""
    if len(value) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in value):
        raise ValueError("it holds characters that no line of a file can hold")
    return value


def words(value: str) -> str:
    """Words for people: on one line, cut where they are too long, and never a formula."""
    line = re.sub(r"\s+", " ", "".join(each for each in value if unicodedata.category(each) != "Cs" or each.isspace()))
    line = "".join(each for each in line if unicodedata.category(each) != "Cc").strip()
    return (f" {line}" if line.startswith(_FORMULA) else line)[:LONGEST]


def title(value: str) -> str:
    """Words that may not be empty."""
    return words(value) or _refused("it is empty")


def money(value: Decimal) -> str:
    """A price."""
    if not value.is_finite() or value < 0:
        raise ValueError(f"{value} is no price")
    return f"{value:f}"


def currency(value: str) -> str:
    """Three letters."""
    return value if re.fullmatch(r"[A-Z]{3}", value) else _refused(f"{value!r} is no currency")


def whole(value: int) -> str:
    """Pieces."""
    return str(int(value))


def truth(value: bool) -> str:
    """As both connectors read it."""
    return "true" if value else "false"


def utc(value: datetime) -> str:
    """The columns have no time zone, so every time is UTC."""
    if value.tzinfo is None:
        raise ValueError("it is a time without a zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def _refused(why: str) -> str:
    raise ValueError(why)


def _of(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


_UPDATED, _REMOVED = Column("UPDATED_AT", _of("updated_at"), utc), Column("REMOVED", _of("removed"), truth)

# Of its other tables and columns we know nothing that we could say.
ADVANCED: Mapping[type[Any], tuple[Column, ...]] = {
    VariantRow: (
        Column("VARIANT_ID", _of("sku"), key),
        Column("SKU", _of("sku"), key),
        Column("TITLE", _of("title"), title),
        Column("BARCODE", _of("barcode"), plain),
        Column("PRODUCT_ID", _of("sku"), key),
        Column("PRICE", _of("price"), money),
        Column("CREATED_AT", _of("created_at"), utc),
        _UPDATED,
        _REMOVED,
    ),
    StockRow: (
        Column("VARIANT_ID", _of("sku"), key),
        Column("WAREHOUSE_ID", _of("warehouse"), key),
        Column("IN_STOCK", _of("in_stock"), whole),
        _REMOVED,
        _UPDATED,
    ),
    SaleRow: (
        # the vendor's names: ORDER_ID is the line, ID the order
        Column("ORDER_ID", _of("line"), key),
        Column("ID", _of("order"), key),
        Column("VARIANT_ID", _of("sku"), key),
        Column("WAREHOUSE", _of("warehouse"), key),
        Column("CURRENCY", _of("currency"), currency),
        Column("QUANTITY", _of("quantity"), whole),
        Column("PRICE", _of("price"), money),
        Column("CREATED_AT", _of("created_at"), utc),
        _REMOVED,
        _UPDATED,
        Column("REFERENCE", _of("reference"), plain),
        Column("REFERENCE2", _of("marketplace"), words),
        Column("TAX_INCLUDED", _of("tax_included"), truth),
        Column("CANCELLED", _of("canceled"), truth),
    ),
}


def products(pieces: Mapping[str, int]) -> tuple[Column, ...]:
    """The Starter connector's products with ``pieces`` in stock by SKU; empty where nobody counts them."""
    return (
        Column("product_id", _of("sku"), key),
        Column("title", _of("title"), title),
        Column("price", _of("price"), money),
        Column("sku", _of("sku"), key),
        Column("created_at", _of("created_at"), utc),
        Column("stock_quantity", lambda row: pieces.get(row.sku), lambda number: "" if number is None else str(number)),
        Column("barcode", _of("barcode"), plain),
        Column("updated_at", _of("updated_at"), utc),
    )


STARTER_SALES = (
    Column("order_number", _of("order"), key),
    Column("product_id", _of("sku"), key),
    Column("sku", _of("sku"), key),
    Column("date", _of("created_at"), utc),
    Column("price", _of("price"), money),
    Column("quantity", _of("quantity"), whole),
    Column("currency", _of("currency"), currency),
    Column("canceled", _of("canceled"), truth),
)


def names(columns: Iterable[Column]) -> list[str]:
    """The first line of a file."""
    return [column.name for column in columns]
