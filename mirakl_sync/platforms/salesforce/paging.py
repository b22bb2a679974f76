"""Lists that change while they are read: complete all the same, or said to be incomplete. Pure but for the asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from mirakl_sync.errors import Unavailable

T = TypeVar("T")

# How often one walk may lose its place before it gives up.
_PATIENCE = 20


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a list from some place on, by id, and how many rows the list has."""

    rows: list[tuple[str, object]]
    total: int


def walk(ask: Callable[[int], Slice], size: int, what: str) -> Iterator[list[tuple[str, object]]]:
    """Every row of a list that is asked for by offset, page by page.

    Each page begins with the last row of the one before. Where it does not, rows came or went before it, and we go back
    until something known is seen. ``Unavailable`` where the place is lost, or fewer rows were seen than there ever
    were meanwhile.
    """
    start, seen, lost = 0, 0, 0
    before: set[str] = set()
    least: int | None = None
    while True:
        page = ask(start)
        least = page.total if least is None else min(least, page.total)
        if not page.rows and start < page.total:
            break
        known = [place for place, (name, _) in enumerate(page.rows) if name in before]
        if before and not known:
            lost += 1
            if start == 0 or lost > _PATIENCE:
                raise Unavailable(f"Salesforce's {what} changed so much while we read it that we lost our place.")
            start = max(0, start - size + 1)
            continue
        fresh = page.rows[known[-1] + 1 :] if known else page.rows
        seen += len(fresh)
        yield fresh
        if start + len(page.rows) >= page.total:
            break
        start += max(1, len(page.rows) - 1)
        before = {name for name, _ in page.rows}
    if seen < least:
        raise Unavailable(f"Salesforce's {what} has {least} rows, but we saw {seen}.")
