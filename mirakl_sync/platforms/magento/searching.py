"""``searchCriteria`` written and paged through. Pure, but for the asking that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mirakl_sync.clock import Clock
from mirakl_sync.errors import Unreadable
from mirakl_sync.platforms.batches import by_call

PAGE = 100
# Long transactions end after the second they are dated with.
OVERLAP = timedelta(seconds=120)

Filter = tuple[str, Any, str]
Ask = Callable[[dict[str, Any]], Mapping[str, Any]]
Page = tuple[datetime, list[Mapping[str, Any]]]


def criteria(
    *filters: Filter | tuple[Filter, ...], sort: Iterable[str] = (), size: int = PAGE, page: int = 1, fields: str = ""
) -> dict[str, Any]:
    """Query parameters: filters are ANDed, those within a tuple of filters ORed; sorted upwards.

    Magento sorts downwards, or not at all, where nobody says otherwise.
    """
    params: dict[str, Any] = {}
    for group, either in enumerate(filters):
        members: tuple[Any, ...] = either if isinstance(either[0], tuple) else (either,)
        for place, (name, value, condition) in enumerate(members):
            start = f"searchCriteria[filter_groups][{group}][filters][{place}]"
            params |= {f"{start}[field]": name, f"{start}[value]": str(value), f"{start}[condition_type]": condition}
    for place, name in enumerate(sort):
        start = f"searchCriteria[sortOrders][{place}]"
        params |= {f"{start}[field]": name, f"{start}[direction]": "ASC"}
    params |= {"searchCriteria[pageSize]": size, "searchCriteria[currentPage]": page}
    return params | ({"fields": f"items[{fields}],total_count"} if fields else {})


def one_of(name: str, values: Iterable[Any]) -> Filter:
    """A filter for a list; a value with a comma must come alone."""
    told = [str(value) for value in values]
    return (name, told[0], "eq") if len(told) == 1 else (name, ",".join(told), "in")


def stamp(at: datetime) -> str:
    """A date as filters want it: UTC, whole seconds, without a zone. A nonsense date would match everything."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def rows_of(answer: Mapping[str, Any], what: str) -> list[Mapping[str, Any]]:
    """The rows of a list; with ``fields`` an empty one is null. ``Unreadable`` where it is no list."""
    # an empty page trimmed by ``fields`` may lose even its count, and is an empty list then
    told = {"items": answer} if isinstance(answer, list) else answer
    rows = (told.get("items") or []) if isinstance(told, Mapping) and "items" in told else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Unreadable(f"Magento's list of {what} is no list.", payload=answer)
    return rows


def every(ask: Ask, what: str, key: str, *filters: Filter, fields: str = "") -> Iterator[list[Any]]:
    """Every row by its id, page by page, each asked for by the last id: complete also where rows come and go."""
    last = 0
    while True:
        where = (*filters, (key, last, "gt"))
        rows = rows_of(ask(criteria(*where, sort=(key,), fields=fields)), what)
        numbers = [_number(row, what) for row in rows]
        if numbers != sorted(set(numbers)) or (numbers and numbers[0] <= last):
            raise Unreadable(f"Magento's list of {what} is not sorted by id.", payload=numbers)
        yield rows
        if len(rows) < PAGE:
            return
        last = numbers[-1]


def _number(row: Mapping[str, Any], what: str) -> int:
    number = row.get("entity_id", row.get("id"))
    if not isinstance(number, int):
        raise Unreadable(f"A row of Magento's {what} has no id.", payload=row)
    return number


def paged(ask: Ask, what: str, *filters: Filter | tuple[Filter, ...], sort: str, fields: str = "") -> Iterator[Any]:
    """Every row of a short list, by page number: 2.3 repeats its last page for ever, so the total count ends it."""
    page = 1
    while True:
        answer = ask(criteria(*filters, sort=(sort,), page=page, fields=fields))
        rows = rows_of(answer, what)
        yield from rows
        total = answer.get("total_count")
        if not rows or len(rows) < PAGE or (isinstance(total, int) and page * PAGE >= total):
            return
        page += 1


def changed(ask: Ask, what: str, since: datetime, clock: Clock, *filters: Filter, fields: str = "") -> Iterator[Page]:
    """Rows changed at or after ``since`` less some overlap, oldest first, each state once, with the moment of asking.

    A list sorted by date moves while it is paged: every page starts anew from the last second seen, and only a page
    that lies within one second is followed by its next page.
    """
    seen: set[tuple[Any, Any]] = set()
    start, page = stamp(since - OVERLAP), 1
    while True:
        asked = clock()
        where = (*filters, ("updated_at", start, "gteq"))
        answer = ask(criteria(*where, sort=("updated_at", "entity_id"), page=page, fields=fields))
        rows = rows_of(answer, what)
        fresh = [row for row in rows if (row.get("entity_id"), row.get("updated_at")) not in seen]
        seen.update((row.get("entity_id"), row.get("updated_at")) for row in fresh)
        yield asked, fresh
        total = answer.get("total_count")
        over = page * PAGE >= total if isinstance(total, int) else page > 1 and not fresh
        if len(rows) < PAGE or over:
            return
        last = str(rows[-1].get("updated_at") or start)
        start, page = (last, 1) if last > start else (start, page + 1)
        seen = {known for known in seen if str(known[1]) >= start}


def hundreds(ids: Iterable[int]) -> Iterator[list[int]]:
    """Ids by the call, each once."""
    known = sorted(set(ids))
    for start in range(0, len(known), PAGE):
        yield known[start : start + PAGE]


def chunks(skus: Iterable[str]) -> Iterator[list[str]]:
    """SKUs by the call: at most a hundred; one with a comma alone, lists split there."""
    return by_call(skus, PAGE, alone=lambda sku: "," in sku)
