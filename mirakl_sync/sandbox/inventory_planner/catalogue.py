"""Filling an account from a plan or by control, as a connection would have done long ago."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.inventory_planner.model import Listing
from mirakl_sync.sandbox.inventory_planner.planner import Planner


def seed(planner: Planner, product: dict[str, Any]) -> Listing:
    """One product in the town's words (`sku`, `title`, `price`, `quantity`, `status`) and the planner's own
    (`barcode`, `cost_price`, `vendor`, `warehouse`, `removed`).

    It belongs to the first native shop if there is one, otherwise to the Advanced connection, whose files call it by
    its SKU. Words of the town that mean nothing here are passed over. `quantity` None = not counted.
    """
    source = first_source(planner)
    price, cost = product.get("price"), product.get("cost_price")
    sku = product["sku"]
    listing = Listing(
        source,
        sku,
        sku,
        title=product.get("title", sku),
        barcode=product.get("barcode", ""),
        product_id=product.get("product_id", sku),
        price=None if price is None else Decimal(str(price)),
        cost_price=None if cost is None else Decimal(str(cost)),
        vendor=product.get("vendor", planner.settings.vendors[0] if planner.settings.vendors else ""),
        removed=bool(product.get("removed", product.get("status") == "trash")),
    )
    planner.stock_up(listing, _warehouse(planner, source, product.get("warehouse")), product.get("quantity"))
    return listing


def generate(planner: Planner, wanted: dict[str, Any]) -> int:
    """A mass of simple products: `count`, `prefix`, `quantity`, `price`. Returns how many were made."""
    count, prefix = int(wanted["count"]), wanted.get("prefix", "SKU-")
    alike = {"quantity": wanted.get("quantity", 100), "price": wanted.get("price", "19.90")}
    for number in range(1, count + 1):
        seed(planner, {"sku": f"{prefix}{number}", **alike})
    return count


def first_source(planner: Planner) -> str:
    """The connection products of a plan belong to."""
    native = planner.settings.native_shopify
    return f"native:{native[0]}" if native else "advanced"


def _warehouse(planner: Planner, source: str, name: str | None) -> str:
    if source != "advanced":
        return planner.settings.warehouse_id(source)
    return planner.settings.warehouse_id(source, name or planner.settings.warehouses[0])
