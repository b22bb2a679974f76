"""The CSV files of stock: what we send (STO01) and what comes back refused (STO03)."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from io import TextIOWrapper
from typing import BinaryIO

from mirakl_sync.errors import Unreadable
from mirakl_sync.mirakl.values import text as storable
from mirakl_sync.records.stock import RefusedLine, StockLine

log = logging.getLogger(__name__)

COLUMNS = ("offer-sku", "quantity", "warehouse-code", "update-delete")
# A quote inside, a separator or a line's end need quotes; spaces at an end are kept by them.
_NEEDS_QUOTES = re.compile(r'[;"\r\n]|^\s|\s$')


def stock_file(lines: Iterable[StockLine]) -> Iterator[str]:
    """The rows of an STO01 file with their line ends, the header first; written as UTF-8 they are the file.

    Rows of one offer have to come one after the other. ``ValueError`` for a row that cannot be meant: no SKU, or a
    negative quantity.
    """
    yield f"{';'.join(COLUMNS)}\n"
    for line in lines:
        if not line.sku.strip() or line.quantity < 0:
            raise ValueError(f"a stock file cannot say that {line.sku[:40]!r} has {line.quantity} pieces")
        yield f"{_cell(line.sku)};{line.quantity};{_cell(line.warehouse)};update\n"


def refused_lines(file: BinaryIO) -> Iterator[RefusedLine]:
    """The rows of an STO03 report, read one by one: line number and reason come first, then what we had sent.

    Columns we sent are found by their names. Raises ``Unreadable`` for what is no such report. A row that names no
    offer is left out and logged.
    """
    unread = 0
    with closing(rows_of(file)) as rows:
        columns = [name.strip().lower() for name in next(rows, ([], ""))[0]]
        if COLUMNS[0] not in columns[2:]:
            raise Unreadable(f"The error report (STO03) holds no column {COLUMNS[0]}.", payload=columns[:20])
        # From the third on: a report may call its own two columns as it likes.
        at = {name: columns.index(name, 2) for name in COLUMNS[:3] if name in columns[2:]}
        for row, problem in rows:
            told = {name: row[place].strip() for name, place in at.items() if place < len(row)}
            if problem or not told.get(COLUMNS[0]):
                unread += 1
                continue
            yield _refused(row, told)
    if unread:
        log.warning("STO03: %s rows of the error report name no offer", unread)


def rows_of(file: BinaryIO) -> Generator[tuple[Sequence[str], str], None, None]:
    """Every row of a CSV file of theirs with what is wrong with it, mostly ""; empty lines are passed over.

    ``file`` is read from its beginning: UTF-8 with or without a byte order mark, ``;`` between columns, any line end.
    It stays open; close these rows before it.
    """
    file.seek(0)
    text = TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    reader = csv.reader(text, delimiter=";", strict=True)
    try:
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as trouble:
                yield (), f"line {reader.line_num}: {trouble}"
                continue
            if row:
                yield row, ""
    finally:
        text.detach()


def _refused(row: Sequence[str], told: Mapping[str, str]) -> RefusedLine:
    return RefusedLine(
        sku=storable(told[COLUMNS[0]]),
        why=storable(row[1].strip()),
        line=_whole(row[0]) or 0,
        quantity=_whole(told.get("quantity", "")),
        warehouse=storable(told.get("warehouse-code", "")),
    )


def _cell(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _NEEDS_QUOTES.search(text) else text


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
