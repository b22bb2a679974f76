"""Connections: a window of a sorted list, with cursors that name the row they stand behind."""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from mirakl_sync.sandbox.shopify.faults import BadRequest

MOST = 250
ALL = 2**31 - 1
"""What bulk operations ask for; nobody else can pay for it."""


class Page:
    """What a connection field answers."""

    def __init__(self, nodes: list[Any], cursors: list[str], *, more_after: bool, more_before: bool) -> None:
        self.nodes, self._cursors = nodes, cursors
        self._more_after, self._more_before = more_after, more_before

    @property
    def edges(self) -> list[dict[str, Any]]:
        return [{"cursor": cursor, "node": node} for cursor, node in zip(self._cursors, self.nodes, strict=True)]

    @property
    def page_info(self) -> dict[str, Any]:
        return {
            "hasNextPage": self._more_after,
            "hasPreviousPage": self._more_before,
            "startCursor": self._cursors[0] if self._cursors else None,
            "endCursor": self._cursors[-1] if self._cursors else None,
        }


def page(
    rows: Sequence[Any],
    key: Callable[[Any], tuple[Any, ...]],
    view: Callable[[Any], Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
) -> Page:
    """A window of `rows`, which are sorted by `key` (plain JSON values, unique)."""
    _refuse_odd(first, last)
    if reverse:
        low = bisect_right(rows, _decoded(before), key=key) if before else 0
        high = bisect_left(rows, _decoded(after), key=key) if after else len(rows)
    else:
        low = bisect_right(rows, _decoded(after), key=key) if after else 0
        high = bisect_left(rows, _decoded(before), key=key) if before else len(rows)
    count = max(0, high - low)
    wanted = min(count, first if first is not None else last or 0)
    from_start = (first is not None) != reverse
    chosen = list(rows[low : low + wanted] if from_start else rows[high - wanted : high])
    if reverse:
        chosen.reverse()
    more = count > wanted
    return Page(
        [view(row) for row in chosen],
        [_encoded(key(row)) for row in chosen],
        more_after=more if first is not None else before is not None,
        more_before=after is not None if first is not None else more,
    )


def whole(rows: Sequence[Any], view: Callable[[Any], Any], **window: Any) -> Page:
    """A window of a short list kept in its own order, such as the lines of an order."""
    numbered = list(enumerate(rows, 1))
    return page(numbered, lambda row: (row[0],), lambda row: view(row[1]), **window)


def _refuse_odd(first: int | None, last: int | None) -> None:
    if first is None and last is None:
        raise BadRequest("you must provide one of first or last")
    if first is not None and last is not None:
        raise BadRequest("providing both first and last is not supported")
    count = first if first is not None else last or 0
    if not 0 <= count <= MOST and count != ALL:
        raise BadRequest(f"{count} is out of range: first and last are between 0 and {MOST}")


def _encoded(key: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _decoded(cursor: str) -> tuple[Any, ...]:
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(cursor.encode())))
    except ValueError:
        raise BadRequest(f"Invalid cursor '{cursor}'", "INVALID_CURSOR") from None
