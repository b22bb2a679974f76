"""The Starter connector: fetches whole files, and what is no longer in them is deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import requests

from mirakl_sync.sandbox.inventory_planner.columns import STARTER
from mirakl_sync.sandbox.inventory_planner.files import Reading, RefusedRow, Row, SkippedFile, starter_rows
from mirakl_sync.sandbox.inventory_planner.model import Listing, OrderItem, PurchaseOrder, Sale, Stock
from mirakl_sync.sandbox.inventory_planner.settings import STARTER_FILES
from mirakl_sync.sandbox.inventory_planner.values import moment

if TYPE_CHECKING:
    from mirakl_sync.sandbox.inventory_planner.planner import Planner

SOURCE = "starter"
LONGEST_SECONDS = 30
Rows = Iterator[tuple[int, Row]]


def run_pull(planner: Planner) -> dict[str, Any]:
    """HEAD and GET of every address, products first; the answer is for whoever controls the sandbox.

    A file that cannot be fetched or read leaves what is known. One that is too short does not.
    """
    with planner.pulling:
        readings = [
            _pulled(planner, name, planner.settings.starter_urls[name])
            for name in STARTER_FILES
            if name in planner.settings.starter_urls
        ]
        with planner.lock:
            planner.pulls += 1
            planner.recalculate()
            return {"pull": planner.pulls, "files": [asdict(reading) for reading in readings]}


def _pulled(planner: Planner, name: str, url: str) -> Reading:
    reading = Reading(SOURCE, name, url, 0, "", planner.clock.now().isoformat())
    try:
        content = _fetched(planner, url, reading)
        with planner.lock:
            APPLY[name](planner, starter_rows(content, STARTER[name], reading), reading)
            planner.count_incoming()
    except SkippedFile as skipped:
        reading.outcome, reading.why = "skipped", str(skipped)
    with planner.lock:
        planner.readings.append(reading)
    return reading


def _fetched(planner: Planner, url: str, reading: Reading) -> bytes:
    settings = planner.settings
    basic = (settings.starter_user, settings.starter_password) if settings.starter_user else None
    asked: dict[str, Any] = {"auth": basic, "timeout": LONGEST_SECONDS, "headers": {"Accept-Encoding": "identity"}}
    try:
        with requests.head(url, allow_redirects=True, **asked) as head:
            _check(head, "HEAD")
        with requests.get(url, stream=True, **asked) as answer:
            _check(answer, "GET")
            answer.raw.enforce_content_length = False
            content = b"".join(answer.iter_content(65536))
            declared = answer.headers.get("Content-Length")
            reading.uploaded = answer.headers.get("Last-Modified", "")
    except (requests.RequestException, OSError) as error:
        raise SkippedFile(f"{type(error).__name__} while fetching") from error
    reading.size = len(content)
    if declared and len(content) < int(declared):
        reading.short_by = int(declared) - len(content)
        if not settings.reads_short_answers:
            raise SkippedFile(f"{reading.short_by} bytes are missing")
    return content


def _check(answer: requests.Response, method: str) -> None:
    if answer.status_code != 200:
        raise SkippedFile(f"{method} answered {answer.status_code}")


def _products(planner: Planner, rows: Rows, reading: Reading) -> None:
    """Variants of one product share vendor, brand and tags: those of its first row."""
    warehouse, now = planner.settings.warehouse_id(SOURCE), planner.clock.now()
    seen: set[str] = set()
    firsts: dict[str, Row] = {}
    for _, row in rows:
        shared = firsts.setdefault(row["product_id"], row)
        listing = _listing(row, shared)
        planner.store.save_listing(listing)
        seen.add(listing.variant_id)
        reading.applied += 1
        if row.get("managing_stock") in (None, "", "true", "1", "yes") and row["stock_quantity"] is not None:
            planner.store.save_stock(listing, warehouse, Stock(float(row["stock_quantity"]), now), now)
        else:
            listing.stock.pop(warehouse, None)
    gone = [
        each for (source, _), each in planner.store.listings.items() if source == SOURCE and each.variant_id not in seen
    ]
    for listing in gone:
        for order in sorted({order for order, _ in listing.sales}):
            planner.note_deletion(SOURCE, "sales_orders", order, "vanished")
        planner.store.delete_listing(listing)
        _vanished(planner, reading, listing.variant_id)


def _listing(row: Row, shared: Row) -> Listing:
    return Listing(
        SOURCE,
        _variant_id(row),
        row["sku"],
        title=row["title"] or "",
        barcode=row.get("barcode") or "",
        product_id=row["product_id"],
        price=row["price"],
        cost_price=row.get("cost_price"),
        landing_cost_price=row.get("landing_cost_price"),
        vendor=shared.get("vendor") or "",
        brand=shared.get("brand") or "",
        tags=tuple(tag.strip() for tag in (shared.get("tags") or "").split(",") if tag.strip()),
        product_type=row.get("categories") or "",
    )


def _sales(planner: Planner, rows: Rows, reading: Reading) -> None:
    before = {
        order for listing in planner.store.listings.values() if listing.source == SOURCE for order, _ in listing.sales
    }
    planner.store.forget_sales(SOURCE)
    seen: set[str] = set()
    lines: dict[str, int] = defaultdict(int)
    for line, row in rows:
        seen.add(row["order_number"])
        lines[row["order_number"]] += 1
        try:
            listing, sale = _sale(planner, row, lines[row["order_number"]])
        except RefusedRow as refused:
            reading.refuse(line, str(refused))
            continue
        planner.store.save_sale(listing, sale)
        reading.applied += 1
    for order in sorted(before - seen):
        _vanished(planner, reading, order)


def _sale(planner: Planner, row: Row, number: int) -> tuple[Listing, Sale]:
    listing = _known(planner, row)
    sale = Sale(
        SOURCE,
        row["order_number"],
        str(number),
        listing.variant_id,
        planner.settings.warehouse_id(SOURCE),
        float(row["quantity"]),
        row["price"],
        row.get("currency") or planner.settings.currency,
        _moment("date", row["date"]),
        cancelled=bool(row.get("canceled")),
        reference=row["order_number"],
    )
    return listing, sale


def _orders(planner: Planner, rows: Rows, reading: Reading) -> None:
    """What came by file belongs to whoever wrote the file: it cannot be changed here."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for line, row in rows:
        try:
            _known(planner, row), _moment("date", row["date"])
        except RefusedRow as refused:
            reading.refuse(line, str(refused))
            continue
        grouped[row["po_id"]].append(row)
        reading.applied += 1
    known = {order.external_id: order for order in planner.store.orders.values() if order.source == SOURCE}
    for po_id, found in grouped.items():
        order = _order(planner, found, known.get(po_id))
        planner.store.orders[order.id] = order
    for po_id in sorted(set(known) - set(grouped)):
        del planner.store.orders[known[po_id].id]
        _vanished(planner, reading, po_id)


def _order(planner: Planner, rows: list[Row], known: PurchaseOrder | None) -> PurchaseOrder:
    first = rows[0]
    return PurchaseOrder(
        id=known.id if known else str(planner.store.number()),
        status=first["status"],
        warehouse=planner.settings.warehouse_id(SOURCE),
        vendor=first.get("vendor") or "",
        created=_moment("date", first["date"]),
        last_modified=planner.clock.now(),
        reference=first.get("po_name") or first["po_id"],
        expected=moment(first["expected_date"]) if first["expected_date"] else None,
        readonly=True,
        currency=first.get("currency") or planner.settings.currency,
        source=SOURCE,
        external_id=first["po_id"],
        items=[_item(planner, row, position) for position, row in enumerate(rows, 1)],
    )


def _item(planner: Planner, row: Row, position: int) -> OrderItem:
    listing = _known(planner, row)
    return OrderItem(
        id=f"{row['po_id']}-{position}",
        variant_id=planner.store.variant_of(listing).id,
        sku=listing.sku,
        title=listing.title,
        barcode=listing.barcode,
        ordered=float(row["ordered"]),
        received=float(row["received"] or 0),
        cost_price=Decimal(row["cost_price"]) if row["cost_price"] is not None else None,
    )


def _known(planner: Planner, row: Row) -> Listing:
    listing = planner.store.listings.get((SOURCE, _variant_id(row)))
    if listing is None:
        raise RefusedRow(f"unknown product {row['product_id']!r} with SKU {row['sku']!r}")
    return listing


def _variant_id(row: Row) -> str:
    return f"{row['product_id']}/{row['sku']}"


def _moment(name: str, text: str) -> datetime:
    read = moment(text)
    if read is None:
        raise RefusedRow(f"{name}: {text!r} is not a date")
    return read


def _vanished(planner: Planner, reading: Reading, key: str) -> None:
    reading.deleted += 1
    planner.note_deletion(SOURCE, reading.entity, key, "vanished")


APPLY: dict[str, Callable[[Planner, Rows, Reading], None]] = {
    "products": _products,
    "sales_orders": _sales,
    "purchase_orders": _orders,
}
