"""The stock file of STO01: is it one, what does each of its rows want, and why not.

"offer-sku";"quantity";"warehouse-code";"update-delete", quoted or not, columns found by their names so that the
error report can be sent in again. One row is one quantity; what stands after [I] is not published.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

NEEDED = ("offer-sku", "quantity")
COLUMNS = (*NEEDED, "warehouse-code", "update-delete")
LARGEST_QUANTITY = 10**9
FIRST_ROW = 2  # the header is line 1 [I]


class Unreadable(ValueError):
    """Not a stock file: no text, no header, or none with the needed columns."""


class Row(NamedTuple):
    """One row: its line in the file, what it wants, and its cells as they came."""

    line: int
    sku: str
    quantity: str
    warehouse: str
    action: str
    cells: list[str]


def header(file: bytes) -> list[str]:
    """The names of the columns. Unreadable when this cannot be a stock file."""
    try:
        names = next(_cells(file), [])
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise Unreadable(f"no column {', '.join(missing)}")
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(str(error)) from error
    return names


def count_rows(file: bytes) -> int:
    """How many rows there are below the header. Unreadable when this is no stock file to its end."""
    header(file)
    try:
        return sum(1 for cells in _cells(file) if cells) - 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(str(error)) from error


def rows(file: bytes) -> Iterator[Row]:
    """Row after row of a file that `count_rows` could read; lines are counted as a person counts them."""
    cells = _cells(file)
    places = {name: place for place, name in reversed(list(enumerate(next(cells))))}
    wanted = [places.get(name, len(places) + 1_000_000) for name in COLUMNS]
    for line, found in enumerate(cells, start=FIRST_ROW):
        if found:
            sku, quantity, warehouse, action = (found[at].strip() if at < len(found) else "" for at in wanted)
            yield Row(line, sku, quantity, warehouse, action, found)


def _cells(file: bytes) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(io.BytesIO(file), "utf-8-sig", newline=""), delimiter=";", strict=True)


@dataclass
class Judge:
    """Says why a row is refused; rows come to it in the order of the file."""

    offers: Container[str]
    warehouses: tuple[str, ...]
    refused: Mapping[str, str]  # SKU → reason, by remote control
    _sku: str = ""
    _places: set[str] = field(default_factory=set)  # warehouses told of this offer, "" for the whole
    _done: set[str] = field(default_factory=set)  # offers whose rows are over

    def why_not(self, row: Row) -> str | None:
        """The reason to refuse the row, None to take it."""
        if row.sku != self._sku:
            self._done.add(self._sku)
            self._sku, self._places = row.sku, set()
        return self._of_offer(row) or self._of_values(row) or self._of_place(row)

    def _of_offer(self, row: Row) -> str | None:
        if not row.sku:
            return "The offer SKU is required"
        if row.sku in self.refused:
            return self.refused[row.sku]
        if row.sku not in self.offers:
            return f"The offer with SKU '{row.sku}' does not exist"
        if row.sku in self._done:
            return "The rows of one offer must be listed together"
        return None

    def _of_values(self, row: Row) -> str | None:
        if row.action not in ("", "update", "delete"):
            return f"Unknown value '{row.action}' for update-delete"
        if row.action != "delete" and not (row.quantity.isascii() and row.quantity.isdecimal()):
            return f"The quantity '{row.quantity}' is not a positive integer or zero"
        if row.action != "delete" and int(row.quantity) > LARGEST_QUANTITY:
            return f"The quantity must not exceed {LARGEST_QUANTITY}"
        return None

    def _of_place(self, row: Row) -> str | None:
        """Told twice for one place, or as a whole and in parts, the row that comes later is refused [I]."""
        if row.warehouse and row.warehouse not in self.warehouses:
            return f"The warehouse '{row.warehouse}' does not exist"
        if row.warehouse in self._places:
            return "The quantity of this offer is given twice"
        if self._places and ("" in self._places) != (row.warehouse == ""):
            return "A quantity of the offer and quantities per warehouse cannot be given together"
        self._places.add(row.warehouse)
        return None
