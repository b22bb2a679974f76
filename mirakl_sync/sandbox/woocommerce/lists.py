"""Lists: filters, order, page, and the headers that go with them (reference 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from mirakl_sync.sandbox.woocommerce import dates
from mirakl_sync.sandbox.woocommerce.arguments import (
    Check,
    boolean,
    comma_list,
    date_time,
    integer,
    list_of,
    one_of,
    string,
    truth,
    whole,
)
from mirakl_sync.sandbox.woocommerce.indexes import TimeIndex
from mirakl_sync.sandbox.woocommerce.settings import ShopSettings

T = TypeVar("T")

LIST_ARGUMENTS: dict[str, Check] = {
    "page": integer(low=1),
    "per_page": integer(1, 100),
    "offset": integer(),
    "search": string,
    "after": date_time,
    "before": date_time,
    "modified_after": date_time,
    "modified_before": date_time,
    "dates_are_gmt": boolean,
    "include": list_of(integer()),
    "exclude": list_of(integer()),
    "parent": list_of(integer()),
    "order": one_of("asc", "desc"),
    "orderby": one_of("date", "id", "include", "title", "slug", "modified"),
}


@dataclass(frozen=True)
class Window:
    """The time filters of a request as moments; bounds are exclusive."""

    after: datetime | None
    before: datetime | None
    modified_after: datetime | None
    modified_before: datetime | None


def window(args: Mapping[str, str], settings: ShopSettings, *, of_orders: bool) -> Window:
    gmt = truth(args.get("dates_are_gmt", "false"))

    def moment(name: str) -> datetime | None:
        given = args.get(name)
        if not given:
            return None
        return dates.filter_moment(given, settings.zone, are_gmt=gmt, of_orders=of_orders)

    return Window(moment("after"), moment("before"), moment("modified_after"), moment("modified_before"))


def in_window(span: Window, args: Mapping[str, str], created: TimeIndex, modified: TimeIndex) -> list[int]:
    """Ids inside the window, in the order asked for (by `modified`, else by creation), from the indexes alone."""
    by_modified = args.get("orderby") == "modified"
    first, second = (modified, created) if by_modified else (created, modified)
    bounds = [(span.after, span.before), (span.modified_after, span.modified_before)]
    if by_modified:
        bounds.reverse()
    ids = first.between(*bounds[0])
    if any(bounds[1]):
        other = set(second.between(*bounds[1]))
        ids = [number for number in ids if number in other]
    if args.get("order", "desc") == "desc":
        ids.reverse()
    return ids


def narrowed(ids: list[int], args: Mapping[str, str]) -> list[int]:
    """`include`, `exclude` and the orders that need no row: by id, by the include list."""
    descending = args.get("order", "desc") == "desc"
    if args.get("include"):
        wanted = [int(number) for number in comma_list(args["include"])]
        kept = set(wanted)
        ids = [number for number in ids if number in kept]
        if args.get("orderby") == "include":
            ids.sort(key=wanted.index)
    if args.get("exclude"):
        unwanted = {int(number) for number in comma_list(args["exclude"])}
        ids = [number for number in ids if number not in unwanted]
    if args.get("orderby") == "id":
        ids.sort(reverse=descending)
    return ids


def page_of(ids: Sequence[T], args: Mapping[str, str]) -> tuple[Sequence[T], int]:
    """The ids, or rows, of the page asked for, and the number of pages. A page past the end is empty."""
    per_page = whole(args.get("per_page", 10))
    pages = -(-len(ids) // per_page)
    start = whole(args["offset"]) if args.get("offset") else (whole(args.get("page", 1)) - 1) * per_page
    return ids[start : start + per_page], pages


def list_headers(url: str, args: Mapping[str, str], total: int, pages: int) -> dict[str, str]:
    """X-WP-Total, X-WP-TotalPages and, where there is a neighbour, Link with `prev` and `next` only."""
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    page = whole(args.get("page", 1))
    links = []
    if page > 1 and pages:
        links.append(f'<{_at_page(url, args, min(page - 1, pages))}>; rel="prev"')
    if page < pages:
        links.append(f'<{_at_page(url, args, page + 1)}>; rel="next"')
    if links:
        headers["Link"] = ", ".join(links)
    return headers


def _at_page(url: str, args: Mapping[str, str], page: int) -> str:
    changed = {**args, "page": str(page)}
    return url + "?" + "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in changed.items())


def keep_fields(body: Any, wanted: str | None) -> Any:
    """`_fields=id,meta_data,billing.email`: top level and `a.b`, for each object of a list too."""
    if not wanted:
        return body
    if isinstance(body, list):
        return [keep_fields(entry, wanted) for entry in body]
    if not isinstance(body, dict):
        return body
    return _picked(body, [name.split(".") for name in comma_list(wanted)])


def _picked(body: dict[str, Any], paths: list[list[str]]) -> dict[str, Any]:
    picked = {}
    for key, value in body.items():
        inner = [path[1:] for path in paths if path[0] == key]
        if not inner:
            continue
        deeper = all(inner) and isinstance(value, dict)
        picked[key] = _picked(value, inner) if deeper else value
    return picked


def matching(ids: list[int], checks: list[Callable[[int], bool]]) -> list[int]:
    for check in checks:
        ids = [number for number in ids if check(number)]
    return ids
