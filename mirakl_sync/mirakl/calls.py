"""How a shop asks Mirakl, shared by everything it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

from mirakl_sync.errors import Unreadable
from mirakl_sync.http.contract import Answer, Transport, Upload
from mirakl_sync.http.pages import Pages, walk
from mirakl_sync.http.redact import redact
from mirakl_sync.mirakl import schemas
from mirakl_sync.mirakl.limits import PUBLISHED, Operations

_SPEAKS_LOCALE = frozenset({"OR11", "SH12", "RE01"})


class Calls:
    """Requests of one shop: every one carries ``shop_id``, because a key's default shop can be changed there.

    ``pages_count`` True takes a place of the operation's budget for further pages of a list too.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        shop_id: int | str,
        operations: Operations = PUBLISHED,
        locale: str | None = None,
        pages_count: bool = False,
    ) -> None:
        self._transport = transport
        self._shop_id = shop_id
        self._operations = operations
        self._locale = locale
        self._pages_count = pages_count

    def period(self, code: str) -> float:
        """Seconds that lie at least between two calls of this operation; 0 where no limit is known."""
        operation = self._operations[code]
        return operation.seconds / operation.times if operation.times else 0.0

    def _get(self, code: str, path: str, params: Mapping[str, Any] | None = None, *, budget: bool = True) -> Answer:
        asked = {**(params or {}), "shop_id": self._shop_id}
        if self._locale and code in _SPEAKS_LOCALE:
            asked["locale"] = self._locale
        return self._transport.call(self._operations[code], "GET", path, params=asked, budget=budget)

    def _put(self, code: str, path: str, json: Any = None) -> Answer:
        return self._transport.call(self._operations[code], "PUT", path, params={"shop_id": self._shop_id}, json=json)

    def _post(self, code: str, path: str, json: Any) -> Answer:
        return self._transport.call(self._operations[code], "POST", path, params={"shop_id": self._shop_id}, json=json)

    def _upload(self, code: str, path: str, file: Upload) -> Answer:
        return self._transport.call(
            self._operations[code], "POST", path, params={"shop_id": self._shop_id}, upload=file
        )

    def _fetch(self, code: str, url: str, to: BinaryIO) -> Answer:
        # An address they handed out is complete as it is.
        params = {"shop_id": self._shop_id} if url.startswith("/") else None
        kinds = {"Accept": "text/csv, application/octet-stream;q=0.9, */*;q=0.5"}
        return self._transport.download(self._operations[code], url, to, params=params, headers=kinds)

    def _pages(
        self, code: str, path: str, filters: Mapping[str, Any], pages: Pages, count: Callable[[Answer], int]
    ) -> Iterator[Answer]:
        def ask(paging: dict[str, Any], first: bool) -> Answer:
            return self._get(code, path, {**filters, **paging}, budget=first or self._pages_count)

        return walk(pages, ask, count)


def read(code: str, schema: Any, data: Any, *, outcome_unknown: bool = False) -> Any:
    """What ``schema`` finds in the answer to ``code``; ``Unreadable`` with the redacted answer otherwise."""
    try:
        return schemas.loaded(schema, data)
    except ValueError as problem:
        raise Unreadable(
            f"The answer to {code} cannot be read: {problem}.", payload=redact(data), outcome_unknown=outcome_unknown
        ) from None


def their_clock(answer: Answer) -> datetime | None:
    """The time of an answer's ``Date`` header, None without a readable one."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else None


def rows(json: Any, name: str) -> list[Any] | None:
    """The list an answer holds under ``name``, None where there is none."""
    found = json.get(name) if isinstance(json, Mapping) else None
    return found if isinstance(found, list) else None
