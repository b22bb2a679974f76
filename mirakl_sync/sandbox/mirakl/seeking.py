"""Seek pages: an opaque token freezes the question and remembers the place (reference section 1.1)."""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import request

from mirakl_sync.sandbox.mirakl.queries import DEFAULT_PAGE, MAX_PAGE, number
from mirakl_sync.sandbox.mirakl.refusals import bad

Key = tuple[int, int]  # moment, sequence


@dataclass(frozen=True)
class Seek:
    """One question and the place in its answer; `filters` is plain JSON."""

    criterion: str
    filters: dict[str, Any]
    limit: int
    newest_first: bool
    after: Key | None = None  # the page begins behind this one …
    before: Key | None = None  # … or ends in front of this one


def asked(criterion: str, filters: Callable[[], dict[str, Any]]) -> Seek:
    """The question of this request. With a `page_token` nothing else is even read."""
    token = request.args.get("page_token")
    if token is not None:
        return _opened(token, criterion)
    sort = request.args.get("sort", criterion)
    name, _, direction = sort.partition(",")
    if name != criterion or direction not in ("", "ASC", "DESC"):
        raise bad(f"Invalid value '{sort}' for the parameter : sort")
    return Seek(criterion, filters(), number("limit", DEFAULT_PAGE, 1, MAX_PAGE), direction == "DESC")


def page(seek: Seek, found: list[tuple[Key, Any]]) -> tuple[list[Any], dict[str, str]]:
    """The items of the page, and the tokens to its neighbours as far as there are any.

    `found` is everything that fits, with its keys, oldest first.
    """
    keys = [_signed(key, seek.newest_first) for key, _ in found]
    items = [item for _, item in found]
    if seek.newest_first:
        keys.reverse()
        items.reverse()
    start, end = _slice(seek, keys)
    tokens = {}
    if end < len(keys) and end > 0:
        tokens["next_page_token"] = _closed(replace(seek, after=_signed(keys[end - 1], seek.newest_first), before=None))
    if start > 0:
        first = keys[start] if start < len(keys) else (keys[-1][0], keys[-1][1] + 1)
        tokens["previous_page_token"] = _closed(replace(seek, before=_signed(first, seek.newest_first), after=None))
    return items[start:end], tokens


def _slice(seek: Seek, keys: list[Key]) -> tuple[int, int]:
    if seek.before is not None:
        end = bisect_left(keys, _signed(seek.before, seek.newest_first))
        return max(0, end - seek.limit), end
    start = 0 if seek.after is None else bisect_right(keys, _signed(seek.after, seek.newest_first))
    return start, min(len(keys), start + seek.limit)


def _signed(key: Key, newest_first: bool) -> Key:
    """Keys in rising order, whichever way the list runs. Its own inverse."""
    return (-key[0], -key[1]) if newest_first else key


def _closed(seek: Seek) -> str:
    text = json.dumps([seek.criterion, seek.filters, seek.limit, seek.newest_first, seek.after, seek.before])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _opened(token: str, criterion: str) -> Seek:
    try:
        name, filters, limit, newest_first, after, before = json.loads(
            base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        )
    except (ValueError, TypeError) as error:
        raise bad("Invalid value for the parameter : page_token") from error
    if name != criterion:
        raise bad("Invalid value for the parameter : page_token")
    return Seek(name, filters, limit, newest_first, after and tuple(after), before and tuple(before))
