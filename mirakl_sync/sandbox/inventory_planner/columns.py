"""The columns of the file connectors, as far as they are known. Nothing else is accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.inventory_planner.values import amount, truth, wall_time

LONGEST_TEXT = 256


@dataclass(frozen=True)
class Column:
    """`needed` = no row without a value; `required` = no file without the column."""

    name: str
    read: Callable[[str], Any]
    required: bool = True
    needed: bool = False


def text(value: str) -> str:
    """A VARCHAR(256)."""
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"longer than {LONGEST_TEXT} characters")
    return value


def _long_text(value: str) -> str:
    return value


def _kind(value: str) -> str:
    if value not in ("simple", "bundle", "assembly"):
        raise ValueError(f"{value!r} is no TYPE")
    return value


def _currency(value: str) -> str:
    if len(value) != 3:
        raise ValueError(f"{value!r} is not a currency")
    return value


def _optional(read: Callable[[str], Any], *names: str) -> list[Column]:
    return [Column(name, read, required=False) for name in names]


ADVANCED: dict[str, tuple[Column, ...]] = {
    "variant": (
        Column("VARIANT_ID", text, needed=True),
        Column("SKU", text, needed=True),
        Column("TITLE", text, needed=True),
        Column("BARCODE", text),
        Column("PRODUCT_ID", text, needed=True),
        Column("PRICE", amount, needed=True),
        Column("CREATED_AT", wall_time, needed=True),
        Column("UPDATED_AT", wall_time, needed=True),
        Column("REMOVED", truth, needed=True),
        *_optional(_kind, "TYPE"),
        *_optional(_long_text, "IMAGE", "HANDLE"),
    ),
    "variant_warehouse": (
        Column("VARIANT_ID", text, needed=True),
        Column("WAREHOUSE_ID", text, needed=True),
        Column("IN_STOCK", amount, needed=True),
        Column("REMOVED", truth, needed=True),
        Column("UPDATED_AT", wall_time, needed=True),
        *_optional(amount, "GROSS_WEIGHT", "MIN_STOCK", "MAX_STOCK", "MAX_ORDER", "TRANSFER_UOM"),
    ),
    "sales_order": (
        Column("ORDER_ID", text, needed=True),
        Column("ID", text, needed=True),
        Column("VARIANT_ID", text, needed=True),
        Column("WAREHOUSE", text, needed=True),
        Column("CURRENCY", _currency, needed=True),
        Column("QUANTITY", amount, needed=True),
        Column("PRICE", amount, needed=True),
        Column("CREATED_AT", wall_time, needed=True),
        Column("REMOVED", truth, needed=True),
        Column("UPDATED_AT", wall_time, needed=True),
        *_optional(text, "REFERENCE", "REFERENCE2", "CUSTOMER"),
        *_optional(amount, "ORIGINAL_COST_PRICE", "DISCOUNT", "TAX", "SHIPPING", "SHIPPING_TAX"),
        *_optional(truth, "TAX_INCLUDED", "CANCELLED"),
    ),
}
"""Of the other entities (warehouse, variant vendor, variant component) the columns are not known here."""

STARTER: dict[str, tuple[Column, ...]] = {
    "products": (
        Column("product_id", text, needed=True),
        Column("title", _long_text),
        Column("price", amount),
        Column("sku", text, needed=True),
        Column("created_at", _long_text),
        Column("stock_quantity", amount),
        *_optional(amount, "regular_price", "cost_price", "landing_cost_price", "moq", "uom"),
        *_optional(
            _long_text, "barcode", "updated_at", "managing_stock", "vendor", "permalink", "categories", "image",
            "brand", "options", "tags", "vendor_reference",
        ),
    ),
    "sales_orders": (
        Column("order_number", text, needed=True),
        Column("product_id", text, needed=True),
        Column("sku", text, needed=True),
        Column("date", _long_text, needed=True),
        Column("price", amount, needed=True),
        Column("quantity", amount, needed=True),
        *_optional(_long_text, "currency"),
        *_optional(truth, "canceled"),
    ),
    "purchase_orders": (
        Column("po_id", text, needed=True),
        Column("date", _long_text, needed=True),
        Column("expected_date", _long_text),
        Column("product_id", text, needed=True),
        Column("sku", text, needed=True),
        Column("cost_price", amount),
        Column("status", text, needed=True),
        Column("ordered", amount, needed=True),
        Column("received", amount),
        *_optional(_long_text, "po_name", "vendor", "currency"),
        *_optional(amount, "tax"),
        *_optional(truth, "tax_included"),
    ),
}  # fmt: skip
