"""Files as Inventory Planner reads them. It never says that it passed one over, so each is judged before. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.inventory_planner.columns import ADVANCED, STARTER_SALES, Column, names, products
from mirakl_sync.platforms.inventory_planner.settings import FOLDERS
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed, Row, SaleRow, StockRow, VariantRow

KINDS: dict[Feed, type[VariantRow] | type[StockRow] | type[SaleRow]] = {
    Feed.VARIANTS: VariantRow,
    Feed.STOCK: StockRow,
    Feed.SALES: SaleRow,
}


def write(way: Way, feed: Feed, rows: Sequence[Row]) -> bytes:
    """The file of these rows: UTF-8, commas, a first line of names. ``Refused`` names row and column.

    ``ValueError`` for a table that this way does not have.
    """
    if way is Way.BROUGHT:
        kind = KINDS[feed]
        strangers = [row for row in rows if not isinstance(row, kind)]
        if strangers:
            raise ValueError(f"a {type(strangers[0]).__name__} is no line of {feed}")
        return _file(ADVANCED[kind], rows)
    if way is Way.FETCHED and feed is Feed.VARIANTS:
        return _file(products(_pieces(rows)), _kept(rows, VariantRow))
    if way is Way.FETCHED and feed is Feed.SALES:
        return _file(STARTER_SALES, _kept(rows, SaleRow))
    raise ValueError(f"there is no table of {feed} by the {way} way")


def file_name(feed: Feed, number: int, at: datetime) -> str:
    """Never twice the same: of two files with one name only the newer is read."""
    return f"{FOLDERS[feed.value]}-{number:06}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.csv"


def _kept(rows: Iterable[Row], kind: type[Row]) -> list[Row]:
    """In a whole table what is removed is absent."""
    return [row for row in rows if isinstance(row, kind) and not row.removed]


def _pieces(rows: Iterable[Row]) -> dict[str, int]:
    """A connection of this kind has one warehouse: what we know as several is one there."""
    pieces: dict[str, int] = {}
    for row in rows:
        if isinstance(row, StockRow) and not row.removed:
            pieces[row.sku] = pieces.get(row.sku, 0) + row.in_stock
    return pieces


def _file(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(names(columns))
    for number, row in enumerate(rows, 1):
        lines.writerow([_cell(column, row, number) for column in columns])
    return text.getvalue().encode()


def _cell(column: Column, row: Row, number: int) -> str:
    try:
        return column.write(column.read(row))
    except ValueError as error:
        raise Refused(
            f"Row {number} ({row.sku[:80]!r}) does not fit into Inventory Planner's file: {column.name}, {error}.",
            code="unfit_row",
        ) from error
