"""The nightly batch of the Advanced connection: reads what lies in the drop, silently, then everything is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.inventory_planner.columns import ADVANCED
from mirakl_sync.sandbox.inventory_planner.drop import Waiting
from mirakl_sync.sandbox.inventory_planner.files import Reading, RefusedRow, Row, SkippedFile, advanced_rows
from mirakl_sync.sandbox.inventory_planner.model import Listing, Sale, Stock
from mirakl_sync.sandbox.inventory_planner.settings import ENTITIES

if TYPE_CHECKING:
    from mirakl_sync.sandbox.inventory_planner.planner import Planner

SOURCE = "advanced"


def run_night(planner: Planner, cutoff_seconds: float | None = None) -> dict[str, Any]:
    """Reads every file that came in time, warehouses and variants before what speaks of them, each kind oldest first.

    The answer is for whoever controls the sandbox: the vendor tells nobody.
    """
    with planner.lock:
        late = planner.settings.cutoff_seconds if cutoff_seconds is None else cutoff_seconds
        waiting = planner.drop.waiting() if planner.drop else []
        until = planner.clock.now() - timedelta(seconds=late)
        files = [file for file in waiting if file.upload.at <= until]
        found = [_read(planner, file) for entity in ENTITIES for file in files if file.entity == entity]
        readings = [reading for reading in found if reading is not None]
        planner.nights += 1
        planner.recalculate()
        return {
            "night": planner.nights,
            "files": [asdict(reading) for reading in readings],
            "too_late": len(waiting) - len(files),
        }


def _read(planner: Planner, file: Waiting) -> Reading | None:
    """What came of the file; None when it is there no more."""
    taken = planner.drop.take(file) if planner.drop else None
    if taken is None:
        return None
    upload, content = taken
    now = planner.clock.now().isoformat()
    reading = Reading(SOURCE, file.entity, file.path.name, len(content), upload.at.isoformat(), now)
    planner.readings.append(reading)
    try:
        columns = ADVANCED.get(file.entity)
        if columns is None:
            raise SkippedFile("the columns of this entity are not known to the sandbox")
        for line, row in advanced_rows(content, columns, reading):
            try:
                APPLY[file.entity](planner, row)
                reading.applied += 1
            except RefusedRow as refused:
                reading.refuse(line, str(refused))
    except SkippedFile as skipped:
        reading.outcome, reading.why = "skipped", str(skipped)
    return reading


def _variant(planner: Planner, row: Row) -> None:
    listing = Listing(
        SOURCE,
        row["VARIANT_ID"],
        row["SKU"],
        title=row["TITLE"],
        barcode=row["BARCODE"] or "",
        product_id=row["PRODUCT_ID"],
        price=row["PRICE"],
        removed=row["REMOVED"],
    )
    known = planner.store.listings.get((SOURCE, listing.variant_id))
    if listing.removed and not (known and known.removed):
        planner.note_deletion(SOURCE, "variant", listing.variant_id, "removed")
    if known is not None:  # what the file has no column for
        for name in ("cost_price", "landing_cost_price", "vendor", "brand", "tags", "product_type"):
            setattr(listing, name, getattr(known, name))
    planner.store.save_listing(listing)


def _stock(planner: Planner, row: Row) -> None:
    listing, warehouse = _listing(planner, row), _warehouse(planner, row["WAREHOUSE_ID"])
    minimum = row.get("MIN_STOCK")
    stock = Stock(
        float(row["IN_STOCK"]), row["UPDATED_AT"], row["REMOVED"], None if minimum is None else float(minimum)
    )
    known = listing.stock.get(warehouse)
    if stock.removed and not (known and known.removed):
        planner.note_deletion(SOURCE, "variant_warehouse", f"{listing.variant_id} {row['WAREHOUSE_ID']}", "removed")
    planner.store.save_stock(listing, warehouse, stock, planner.clock.now())


def _sale(planner: Planner, row: Row) -> None:
    listing = _listing(planner, row)
    sale = Sale(
        SOURCE,
        row["ID"],
        row["ORDER_ID"],
        listing.variant_id,
        _warehouse(planner, row["WAREHOUSE"]),
        float(row["QUANTITY"]),
        Decimal(row["PRICE"]),
        row["CURRENCY"],
        row["CREATED_AT"],
        cancelled=bool(row.get("CANCELLED")),
        removed=row["REMOVED"],
        reference=row.get("REFERENCE") or "",
        reference2=row.get("REFERENCE2") or "",
    )
    known = listing.sales.get((sale.order, sale.line))
    if sale.removed and not (known and known.removed):
        planner.note_deletion(SOURCE, "sales_order", f"{sale.order} {sale.line}", "removed")
    planner.store.save_sale(listing, sale)


def _listing(planner: Planner, row: Row) -> Listing:
    listing = planner.store.listings.get((SOURCE, row["VARIANT_ID"]))
    if listing is None:
        raise RefusedRow(f"unknown variant {row['VARIANT_ID']!r}")
    return listing


def _warehouse(planner: Planner, name: str) -> str:
    if name not in planner.settings.warehouses:
        raise RefusedRow(f"unknown warehouse {name!r}")
    return planner.settings.warehouse_id(SOURCE, name)


APPLY: dict[str, Callable[[Planner, Row], None]] = {
    "variant": _variant,
    "variant_warehouse": _stock,
    "sales_order": _sale,
}
