"""A SKU's story replayed second by second: what was there, what each marketplace showed, where too much was sold. Pure.

What was there is the shop's number less what marketplaces sold and the shop had not subtracted. Moments are those at
which things happened, as far as anybody told; when we learned of them stands beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mirakl_sync.explain.wording import counted, span
from mirakl_sync.shelf.news import CLOCKS_DIFFER
from mirakl_sync.shelf.story import Told

# What says which number a marketplace shows from then on.
_SETS = (Told.ACCEPTED, Told.SHOWN)
# After these, nobody knows what it shows.
_FORGETS = (Told.REFUSED, Told.UNKNOWN, Told.GIVEN_BACK)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a SKU. ``connection`` empty: to the shelf. ``pieces`` are of this SKU, also where a
    bundle was sold; ``after`` is the number where there is one."""

    at: datetime
    learned_at: datetime
    kind: str
    connection: str = ""
    before: int | None = None
    after: int | None = None
    pieces: int = 0
    ref: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """How it stood before the first entry: the shop's number, pieces sold and unfelt by order, numbers shown."""

    level: int | None = None
    unfelt: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, and how it stood after it. ``available`` is the level less ``unfelt``; None where nobody counts.

    ``level`` is what the shop's number must have been; ``showed`` is what the marketplace of this line showed just
    before it.
    """

    entry: Entry
    level: int | None
    unfelt: int
    available: int | None
    shown: Mapping[str, int | None]
    showed: int | None = None


@dataclass(frozen=True, slots=True)
class Oversell:
    """More was sold than was there: ``short`` pieces too many, of ``pieces``, by this line.

    ``connection`` empty: the shop itself took pieces away that were sold already. ``had`` is what was there before,
    ``showed`` what that marketplace showed (None: nobody knows), ``change`` the line it did not know of yet, ``age``
    how old that was, ``sentence`` why it had not arrived.
    """

    at: datetime
    connection: str
    ref: str
    pieces: int
    had: int
    short: int
    showed: int | None
    change: Line | None
    age: timedelta | None
    sentence: str


def replay(start: Start, entries: Iterable[Entry]) -> list[Line]:
    """The lines in the order in which things happened, each with how it stood after it."""
    level, unfelt, shown = start.level, dict(start.unfelt), dict(start.shown)
    lines = []
    for entry in _in_order(list(entries)):
        showed = shown.get(entry.connection)
        level = _level(level, unfelt, entry)
        _count(unfelt, entry)
        _show(shown, entry)
        sold = sum(unfelt.values())
        available = None if level is None else level - sold
        lines.append(Line(entry, level, sold, available, dict(shown), showed))
    return lines


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    levels = [entry for entry in entries if entry.kind == Told.LEVEL]
    dated = [_dated(entry, levels) for entry in entries]
    first = {Told.FELT: 0}
    return sorted(dated, key=lambda entry: (entry.at, first.get(Told(entry.kind), 1), entry.learned_at))


def _dated(entry: Entry, levels: Sequence[Entry]) -> Entry:
    """With the moment it counts from. That a sale ended is known from when we learned it. The shop dates its numbers:
    one told after it took note of a sale contains that sale, also where its clock says a little earlier."""
    if entry.kind == Told.GIVEN_BACK:
        return replace(entry, at=entry.learned_at)
    if entry.kind != Told.FELT:
        return entry
    containing = [
        level
        for level in levels
        if level.learned_at >= entry.at
        and entry.at - CLOCKS_DIFFER <= level.at < entry.at
        and (level.before or 0) - (level.after or 0) >= entry.pieces
    ]
    # the word that proved it, or else the one nearest to it
    proof = [level for level in containing if level.learned_at == entry.learned_at]
    return replace(entry, at=max((level.at for level in proof or containing), default=entry.at))


def _level(level: int | None, unfelt: Mapping[str, int], entry: Entry) -> int | None:
    if entry.kind == Told.LEVEL:
        return entry.after
    if entry.kind == Told.FELT and level is not None and entry.ref in unfelt:
        return level - entry.pieces
    return level


def _count(unfelt: dict[str, int], entry: Entry) -> None:
    """What is sold and not yet inside the shop's number, by order."""
    if entry.kind == Told.SOLD:
        unfelt[entry.ref] = unfelt.get(entry.ref, 0) + entry.pieces
    elif entry.kind in (Told.FELT, Told.GIVEN_BACK) and entry.ref in unfelt:
        left = unfelt[entry.ref] - entry.pieces
        if left > 0:
            unfelt[entry.ref] = left
        else:
            del unfelt[entry.ref]


def _show(shown: dict[str, int | None], entry: Entry) -> None:
    if entry.kind in _SETS:
        shown[entry.connection] = entry.after
    elif entry.kind in _FORGETS:
        shown[entry.connection] = None
    elif entry.kind == Told.SOLD:
        number = shown.get(entry.connection)
        shown[entry.connection] = None if number is None else max(number - entry.pieces, 0)


def oversold(lines: Sequence[Line]) -> list[Oversell]:
    """Each moment at which more was sold than was there, the first one first."""
    return list(_oversold(lines))


def _oversold(lines: Sequence[Line]) -> Iterator[Oversell]:
    had: int | None = None
    for number, line in enumerate(lines):
        left = line.available
        if left is not None and left < 0 and line.entry.kind in (Told.SOLD, Told.LEVEL):
            before = max(had, 0) if had is not None else max(left + line.entry.pieces, 0)
            short = -left - max(-had, 0) if had is not None else min(-left, line.entry.pieces)
            if short > 0:
                yield _found(lines, number, before, short)
        had = left


def _found(lines: Sequence[Line], number: int, had: int, short: int) -> Oversell:
    line = lines[number]
    entry = line.entry
    if entry.kind == Told.LEVEL:
        took = f"took {counted(short, 'piece')} away that had been sold by then"
        words = f"The shop {took if line.unfelt else 'went below none by itself'}. {_learned(entry)}"
        return Oversell(entry.at, "", entry.ref, short, had, short, None, None, None, words)
    change = _not_arrived(lines, number)
    age = None if change is None else entry.at - change.entry.at
    words = f"{_showed(line)} {_why(lines, number, change)}"
    return Oversell(entry.at, entry.connection, entry.ref, entry.pieces, had, short, line.showed, change, age, words)


def _not_arrived(lines: Sequence[Line], number: int) -> Line | None:
    """The change that had not arrived: the first that left less than the marketplace showed when it sold, and that was
    not known when that number was reckoned. None where there is none, or nobody knows what it showed."""
    sale = lines[number]
    if sale.showed is None:
        return None
    first = number
    while first and (left := lines[first - 1].available) is not None and left < sale.showed:
        first -= 1
    known_at = _reckoned_at(lines[:number], sale.entry.connection)
    for each in range(first, number):
        news = known_at is None or lines[each].entry.learned_at > known_at
        if news and _lowered(lines, each):
            return lines[each]
    return None


def _lowered(lines: Sequence[Line], number: int) -> bool:
    """Less was there after this line than before."""
    if not number:
        return lines[0].entry.kind in (Told.SOLD, Told.LEVEL)
    before, after = lines[number - 1].available, lines[number].available
    return before is not None and after is not None and after < before


def _reckoned_at(lines: Sequence[Line], connection: str) -> datetime | None:
    """When the number a marketplace shows was reckoned: as the file with it left, or as its list showed it."""
    mine = [line.entry for line in lines if line.entry.connection == connection]
    last = next((entry for entry in reversed(mine) if entry.kind in _SETS), None)
    if last is None:
        return None
    if last.kind == Told.SHOWN:
        return last.at
    sent = [entry.at for entry in mine if entry.kind == Told.SENT and entry.at <= last.at]
    return sent[-1] if sent else last.at


def _showed(line: Line) -> str:
    if line.showed is None:
        return f"Nobody knows what {line.entry.connection} showed then."
    return f"{line.entry.connection} showed {line.showed}."


def _why(lines: Sequence[Line], number: int, change: Line | None) -> str:
    line = lines[number]
    sale = line.entry
    if change is None:
        if line.showed is not None and sale.pieces > line.showed:
            return f"It sold {sale.pieces} at once: more than it showed by what we know."
        known_at = _reckoned_at(lines[:number], sale.connection)
        if line.showed is None or known_at is None:
            return "No change is known that had not arrived."
        return f"That number was too high when it was reckoned, {span(sale.at - known_at)} before."
    told = change.entry
    age = span(sale.at - told.at)
    if told.learned_at > sale.at:
        return f"{_what(told)} {age} before; we learned of it {span(told.learned_at - sale.at)} after the sale."
    return f"{_what(told)} {age} before. {_file(lines, sale, told)}"


def _what(told: Entry) -> str:
    match told.kind:
        case Told.SOLD:
            return f"{told.connection} had sold {told.pieces} ({told.ref})"
        case Told.LEVEL:
            return f"The shop had gone from {told.before} to {told.after}"
        case Told.FELT:
            return f"The shop had subtracted order {told.ref}"
    return f"{told.connection or 'The shelf'} had changed ({told.kind})"


def _file(lines: Sequence[Line], sale: Entry, told: Entry) -> str:
    """What became of the change on its way to the marketplace that sold."""
    sent = _first(lines, Told.SENT, sale.connection, told.learned_at)
    learned = f"We knew {span(told.learned_at - told.at)} after it happened. " if told.learned_at > told.at else ""
    if sent is None:
        return f"{learned}No file has carried it there since."
    if sent.at > sale.at:
        return f"{learned}The file with it left {span(sent.at - sale.at)} after the sale."
    arrived = _first(lines, Told.ACCEPTED, sale.connection, sent.at)
    on_its_way = f"{learned}The file with {sent.after} had left {span(sale.at - sent.at)} before the sale"
    if arrived is None:
        return f"{on_its_way}; that it arrived is not known."
    return f"{on_its_way} and was worked off {span(arrived.at - sale.at)} after it."


def _first(lines: Sequence[Line], kind: Told, connection: str, since: datetime) -> Entry | None:
    found = (line.entry for line in lines if line.entry.kind == kind and line.entry.connection == connection)
    return next((entry for entry in found if entry.at >= since), None)


def _learned(entry: Entry) -> str:
    late = entry.learned_at - entry.at
    return f"We learned of it {span(late)} later." if late > timedelta() else "We learned of it at once."
