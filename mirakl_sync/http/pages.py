"""Walking through lists that come in pages, without walking in circles.

A walk gives the parameters of the page to ask for and is turned with each answer; it ends by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, Protocol

from mirakl_sync.errors import Unreadable
from mirakl_sync.http.contract import Answer

_MOST_PAGES = 10_000
_NEXT = re.compile(r'<[^>]*>[^,]*;\s*rel="?next"?', re.IGNORECASE)


class Pages(Protocol):
    """A way of paging."""

    @property
    def params(self) -> dict[str, Any]:
        """Query parameters of the page to ask for now."""

    def turn(self, answer: Answer, rows: int) -> bool:
        """Note an answer that held ``rows``; True when there is another page. ``Unreadable`` on a circle."""


def walk(
    pages: Pages, ask: Callable[[dict[str, Any], bool], Answer], rows: Callable[[Answer], int]
) -> Iterator[Answer]:
    """Every page's answer. ``ask`` gets the paging parameters and whether it is the first page."""
    first = more = True
    while more:
        answer = ask(pages.params, first)
        more, first = pages.turn(answer, rows(answer)), False
        yield answer


class _NoCircles:
    """Remembers pages: the same rows twice, or pages without end, are a server's fault and ours to notice."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def check(self, answer: Answer) -> None:
        mark = blake2b(answer.body, digest_size=16).digest()
        if mark in self._seen:
            raise Unreadable("The server sent the same page of a list twice; reading it would never end.")
        self._seen.add(mark)
        if len(self._seen) > _MOST_PAGES:
            raise Unreadable(f"The server's list has more than {_MOST_PAGES} pages.")


class OffsetPages:
    """``max`` and ``offset``; more while the ``Link`` header names a next page or ``total_count`` is not reached."""

    def __init__(self, size: int = 100) -> None:
        self._size = size
        self._offset = 0
        self._circles = _NoCircles()

    @property
    def params(self) -> dict[str, Any]:
        return {"max": self._size, "offset": self._offset}

    def turn(self, answer: Answer, rows: int) -> bool:
        self._offset += rows
        if not rows:
            return False
        self._circles.check(answer)
        total = answer.json.get("total_count") if isinstance(answer.json, dict) else None
        if isinstance(total, int):
            return self._offset < total
        return bool(_NEXT.search(answer.headers.get("link", "")))


class NumberedPages:
    """``page`` and ``per_page``; the last page is told by ``X-WP-TotalPages``, else by not being full."""

    def __init__(self, size: int = 100) -> None:
        self._size = size
        self._page = 1
        self._circles = _NoCircles()

    @property
    def params(self) -> dict[str, Any]:
        return {"page": self._page, "per_page": self._size}

    def turn(self, answer: Answer, rows: int) -> bool:
        if not rows:
            return False
        self._circles.check(answer)
        told = answer.headers.get("x-wp-totalpages", "")
        more = self._page < int(told) if told.isdecimal() else rows >= self._size
        self._page += 1
        return more


class SeekPages:
    """``limit`` and ``page_token``; ``next_page_token`` is absent or null on the last page."""

    def __init__(self, size: int = 100) -> None:
        self._size = size
        self._token = ""
        self._tokens: set[str] = set()

    @property
    def params(self) -> dict[str, Any]:
        return {"limit": self._size} | ({"page_token": self._token} if self._token else {})

    def turn(self, answer: Answer, rows: int) -> bool:  # noqa: ARG002  # a page of a seek may be empty
        token = answer.json.get("next_page_token") if isinstance(answer.json, dict) else None
        if not token:
            return False
        if token in self._tokens or len(self._tokens) >= _MOST_PAGES:
            raise Unreadable("The server's list of pages runs in a circle or has no end.")
        self._tokens.add(token)
        self._token = token
        return True
