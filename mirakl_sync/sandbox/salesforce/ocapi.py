"""What OCAPI's documents and lists have in common: marks, paging, selectors, resource states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mirakl_sync.sandbox.salesforce import selector
from mirakl_sync.sandbox.salesforce.errors import VERSION, Fault
from mirakl_sync.sandbox.salesforce.routing import Call

MOST = 200
USUAL = 25
DATA = "/s/-/dw/data/v25_6"


def bounds(given: dict[str, Any]) -> tuple[int, int]:
    """start and count of a query or a search request. Raises 400 beyond 200."""
    try:
        start, count = int(given.get("start", 0)), int(given.get("count", USUAL))
    except (TypeError, ValueError):
        raise Fault(400, "InvalidParameterException", "start and count are whole numbers.") from None
    if start < 0 or not 1 <= count <= MOST:
        words = f"The value of 'count' must be between 1 and {MOST}, 'start' must not be negative."
        raise Fault(400, "InvalidParameterException", words)
    return start, count


def page(
    call: Call, kind: str, rows: Sequence[Any], shown: Callable[[Any], dict[str, Any]], plain: Callable[[Any], Any]
) -> dict[str, Any]:
    """A page of a GET list. Without a selector its elements are only named (`plain`), not told."""
    start, count = bounds(call.query)
    wanted = call.query.get("select")
    tree = tree_of(wanted) if wanted else None
    element = tree is not None and tree.takes("data")
    data = [shown(row) if element else plain(row) for row in rows[start : start + count]]
    body: dict[str, Any] = {"_v": VERSION, "_type": kind, "count": len(data), "data": data}
    if wanted:
        body["select"] = wanted
    if start + count < len(rows):
        body["next"] = _link(call, start + count, count)
    if start:
        body["previous"] = _link(call, max(start - count, 0), count)
    body |= {"start": start, "total": len(rows)}
    return selector.keep(body, tree) if tree else body


def search_result(
    kind: str,
    given: dict[str, Any],
    window: tuple[int, int],
    found: Sequence[Any],
    hit: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """The `<kind>_search_result` of a search request; `window` is its start and count, `hit` shows one of the found."""
    start, count = window
    hits = [hit(row) for row in found[start : start + count]]
    body: dict[str, Any] = {
        "_v": VERSION,
        "_type": f"{kind}_search_result",
        "count": len(hits),
        "hits": hits,
        "query": given.get("query"),
        "start": start,
        "total": len(found),
    }
    if start + count < len(found):
        body["next"] = {"_type": "result_page", "start": start + count, "count": count}
    return selector.keep(body, tree_of(given["select"])) if given.get("select") else body


def tree_of(wanted: str) -> selector.Tree:
    try:
        return selector.parse(wanted)
    except ValueError:
        words = f"The property selector '{wanted}' is malformed."
        raise Fault(400, "MalformedPropertySelectorException", words, selector=wanted) from None


def check_state(call: Call, known: str) -> None:
    """The state last seen, in the body or the header, is optional; a wrong one is a conflict."""
    body = call.json if isinstance(call.json, dict) else {}
    sent = body.get("_resource_state") or call.headers.get("X-Dw-Resource-State")
    if sent and sent != known:
        words = "The resource has been modified since the given resource state."
        raise Fault(409, "ResourceStateConflictException", words)


def own_members(given: Any) -> dict[str, Any]:
    """A body without OCAPI's marks."""
    if not isinstance(given, dict):
        raise Fault(400, "MalformedRequestBodyException", "A JSON object is expected.")
    return {name: value for name, value in given.items() if name not in selector.MARKS}


def _link(call: Call, start: int, count: int) -> str:
    select = f"&select={call.query['select']}" if "select" in call.query else ""
    return f"{call.base}{call.path}?start={start}&count={count}{select}"
