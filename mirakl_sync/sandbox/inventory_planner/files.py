"""Reading the connectors' files: a whole file is read or skipped, a row is read or refused. Nobody is told."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.inventory_planner.columns import Column

Row = dict[str, Any]
REFUSALS_KEPT = 100


class SkippedFile(Exception):
    """The file is not read at all; says why."""


class RefusedRow(Exception):
    """The row cannot be taken in; says why."""


@dataclass
class Reading:
    """What came of one file, for the books alone."""

    source: str
    entity: str
    name: str
    size: int
    uploaded: str  # when, ISO
    read: str  # when, ISO
    outcome: str = "accepted"  # or "skipped"
    why: str = ""
    rows: int = 0
    applied: int = 0
    zones_ignored: int = 0
    deleted: int = 0  # of what was known, because it is not in the file
    short_by: int = 0  # bytes missing at the end of the answer
    refused: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)  # the first of them, with their lines

    def refuse(self, line: int, why: str) -> None:
        """Count one row that was not taken."""
        self.refused += 1
        if len(self.refusals) < REFUSALS_KEPT:
            self.refusals.append({"line": line, "why": why})


def advanced_rows(content: bytes, columns: tuple[Column, ...], reading: Reading) -> Iterator[tuple[int, Row]]:
    """The good rows of an Advanced file with their lines. Column names count letter by letter.

    Raises SkippedFile for a missing required or any unsupported column, and for what is no UTF-8.
    """
    lines = _lines(content, ",")
    header = next(lines, (0, []))[1]
    known = {column.name for column in columns}
    unsupported = [name for name in header if name not in known]
    if unsupported:
        raise SkippedFile(f"unsupported column {', '.join(map(repr, unsupported))}")
    _check_header(header, columns)
    return _rows(lines, header, columns, reading)


def starter_rows(content: bytes, columns: tuple[Column, ...], reading: Reading) -> Iterator[tuple[int, Row]]:
    """The good rows of a Starter file, comma or tab between its fields, column names in any case, others ignored.

    Raises SkippedFile for a missing required column, an Excel file, and for what is no UTF-8.
    """
    if content.startswith(b"PK"):
        raise SkippedFile("Excel files are not read by the sandbox")
    first = content.split(b"\n", 1)[0]
    lines = _lines(content.removeprefix(b"\xef\xbb\xbf"), "\t" if b"\t" in first else ",")
    header = [name.strip().lower() for name in next(lines, (0, []))[1]]
    _check_header(header, columns)
    return _rows(lines, header, columns, reading)


def _check_header(header: list[str], columns: tuple[Column, ...]) -> None:
    missing = [column.name for column in columns if column.required and column.name not in header]
    if missing:
        raise SkippedFile(f"missing column {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise SkippedFile("a column stands there twice")


def _lines(content: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError:
        raise SkippedFile("not UTF-8") from None
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    return ((reader.line_num, line) for line in reader if line)


def _rows(
    lines: Iterator[tuple[int, list[str]]], header: list[str], columns: tuple[Column, ...], reading: Reading
) -> Iterator[tuple[int, Row]]:
    by_name = {column.name: column for column in columns}
    for number, line in lines:
        reading.rows += 1
        if len(line) != len(header):
            reading.refuse(number, f"{len(line)} fields instead of {len(header)}")
            continue
        try:
            yield number, _row(dict(zip(header, line, strict=True)), by_name, reading)
        except ValueError as error:
            reading.refuse(number, str(error))


def _row(given: dict[str, str], by_name: dict[str, Column], reading: Reading) -> Row:
    row: Row = {}
    for name, value in given.items():
        column = by_name.get(name)
        if column is None:
            continue
        if not value.strip():
            if column.needed:
                raise ValueError(f"{name} is empty")
            row[name] = None
            continue
        try:
            row[name] = column.read(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if isinstance(row[name], tuple):  # a time, and whether a zone was thrown away
            row[name], zoned = row[name]
            reading.zones_ignored += zoned
    return row
