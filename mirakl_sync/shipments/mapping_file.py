"""A file of mappings (CSV): read with the number of each bad line, compared with what is said, written whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mirakl_sync.connections.pausing import connection
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Refused
from mirakl_sync.shipments import carrier_queries, mapping
from mirakl_sync.shipments.carrier_views import MappingView
from mirakl_sync.shipments.carriers import normalised
from mirakl_sync.shipments.mapping import Target

COLUMNS = ("connection", "name", "country", "carrier_code", "carrier_name", "tracking_url")
_NEEDED = frozenset({"connection", "name"})
# What the columns of the table hold.
_LONGEST = {"name": 200, "carrier_code": 80, "carrier_name": 200}


@dataclass(frozen=True, slots=True)
class Line:
    """One mapping of a file, with the number of its line there."""

    number: int
    connection: str
    name: str
    country: str
    target: Target

    @property
    def subject(self) -> tuple[str, str, str]:
        """What it is a word about: two lines must not say it twice."""
        return self.connection, normalised(self.name), self.country


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken, and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that would change something: what is said now (empty: nothing) and what would be said."""

    number: int
    connection: str
    name: str
    before: str
    after: str

    def __str__(self) -> str:
        named = self.name or "(none named)"
        return (
            f"{self.connection}: {named}: {self.before} → {self.after}"
            if self.before
            else (f"{self.connection}: {named}: new, {self.after}")
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file leads to: differences, bad lines by number, the parcels that go on, and what was said already."""

    differences: tuple[Difference, ...]
    bad: tuple[BadLine, ...]
    released: tuple[int, ...]
    same: int


def write(rows: Iterable[MappingView]) -> str:
    """The file of these mappings; read again it changes nothing."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(
        (row.connection, row.name, row.country, row.carrier_code, row.carrier_name, row.tracking_url) for row in rows
    )
    return out.getvalue()


def read(text: str) -> tuple[list[Line], list[BadLine]]:
    """The lines of a file and those that cannot be read, in any order of columns, separated by commas or semicolons.

    ``Refused`` when the first line does not name the columns.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    columns = [name.strip().casefold() for name in next(rows, [])]
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown or not columns or not set(columns) >= _NEEDED or len(set(columns)) != len(columns):
        raise Refused(
            "The first line does not name the columns of a file of mappings.",
            way_out=f"It begins with {','.join(COLUMNS)}; `mirakl-sync carriers export` writes one.",
        )
    good: list[Line] = []
    bad: list[BadLine] = []
    for cells in rows:
        number = rows.line_num
        if not any(cell.strip() for cell in cells):
            continue
        why = _wrong(columns, cells)
        if why:
            bad.append(BadLine(number, why))
        else:
            good.append(_line(number, dict(zip(columns, (cell.strip() for cell in cells), strict=True))))
    return good, bad


def apply(tx: Transaction, lines: Sequence[Line], bad: Sequence[BadLine], who: str, now: datetime) -> Imported:
    """Say everything the lines say. A line that cannot be is told with its number and stops no other: whoever calls
    decides whether the transaction stands then."""
    told = {_subject(each): _target(each) for each in carrier_queries.mappings(tx)}
    differences: list[Difference] = []
    released: list[int] = []
    wrong, same = list(bad), 0
    seen: dict[tuple[str, str, str], int] = {}
    for line in lines:
        if line.subject in seen:
            wrong.append(BadLine(line.number, f"line {seen[line.subject]} says the same name already"))
            continue
        seen[line.subject] = line.number
        before = told.get(line.subject)
        try:
            joined = connection(tx, line.connection)
            if before == line.target:
                same += 1
                continue
            mapped = mapping.map_name(tx, joined, line.name, line.target, who, now, country=line.country)
        except MiraklSyncError as error:
            wrong.append(BadLine(line.number, f"{error.words} {error.way_out}".strip()))
            continue
        named = line.name + (f" to {line.country}" if line.country else "")
        differences.append(
            Difference(line.number, line.connection, named, str(before) if before else "", str(line.target))
        )
        released += mapped.released
    return Imported(tuple(differences), tuple(sorted(wrong, key=lambda each: each.number)), tuple(released), same)


def _wrong(columns: Sequence[str], cells: Sequence[str]) -> str:
    if len(cells) != len(columns):
        return f"it has {len(cells)} columns, not {len(columns)}"
    said = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    if not said["connection"]:
        return "it names no connection"
    long = [name for name, most in _LONGEST.items() if len(said.get(name, "")) > most]
    if long:
        return f"its {long[0]} is longer than {_LONGEST[long[0]]} characters"
    if said.get("tracking_url") and said.get("carrier_code"):
        return "a carrier of the list has its own tracking address: leave tracking_url empty"
    return ""


def _line(number: int, said: dict[str, str]) -> Line:
    target = Target(said.get("carrier_code", ""), said.get("carrier_name", ""), said.get("tracking_url", ""))
    return Line(number, said["connection"], said["name"], said.get("country", ""), target)


def _subject(row: MappingView) -> tuple[str, str, str]:
    return row.connection, normalised(row.name), row.country


def _target(row: MappingView) -> Target:
    return Target(row.carrier_code, row.carrier_name, row.tracking_url)
