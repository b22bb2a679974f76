"""One document, one POST, one answer: or one of our errors, whichever of the three layers it came by."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from mirakl_sync.clock import Clock
from mirakl_sync.errors import RateLimited, Unreadable
from mirakl_sync.http.contract import Answer, Operation, Transport
from mirakl_sync.platforms.shopify import answers
from mirakl_sync.platforms.shopify.documents.document import Document
from mirakl_sync.platforms.shopify.pace import Pace

log = logging.getLogger(__name__)

# A wait that is slept; a longer one is told to whoever asked. Reads of many pages would otherwise never end.
SHORT, LONG = 2.0, 30.0
_FILE = Operation("shopify.bulk_file")
Sleep = Callable[[float], None]


class Asking:
    """The calls of one shop in one version of the API. Safe to share between threads."""

    def __init__(self, transport: Transport, clock: Clock, version: str, sleep: Sleep = time.sleep) -> None:
        self.clock = clock
        self.version = version
        self.served = version
        self.pace = Pace(time.monotonic)
        self.sleep = sleep
        self._transport = transport

    def now(self) -> datetime:
        """Our time."""
        return self.clock()

    def ask(self, document: Document, variables: Mapping[str, Any], *, patience: float = SHORT) -> Mapping[str, Any]:
        """The data of the answer. A throttled call was not run: it is made again, for waits of ``patience`` in all.

        ``Refused`` for what the one who asked did wrong (``userErrors``); everything else as in ``answers``.
        """
        while True:
            patience -= self._wait(document, self.pace.wait_for(document.name), patience)
            answer = self._post(document, variables)
            extensions = answer.get("extensions")
            wait = self.pace.learn(document.name, extensions if isinstance(extensions, Mapping) else {})
            errors = answer.get("errors")
            data = answer.get("data")
            if errors and not isinstance(errors, list):
                errors = [{"message": str(errors)}]
            if not errors:
                return _unrefused(document, data)
            if "THROTTLED" in answers.codes_of(errors):
                # other workers spend from the same points: whoever comes back at the same moment meets them again
                seconds = (1.0 if wait is None else wait) + random.uniform(0.05, 0.3)
                patience -= self._wait(document, seconds, patience)
                continue
            if document.operation.writes and isinstance(data, Mapping) and data.get(document.root):
                log.warning("Shopify did %s, but told not all of it: %s", document.name, answers.codes_of(errors))
                return _unrefused(document, data)
            raise answers.from_errors(document.operation, errors, wait or 0.0)

    def pages(self, document: Document, variables: Mapping[str, Any], path: str = "page") -> Iterator[list[Any]]:
        """The nodes of a list, page by page. ``path`` leads to it in the data, with dots between."""
        after, first = None, True
        while True:
            data: Any = self.ask(document, {**variables, "after": after}, patience=SHORT if first else LONG)
            for step in path.split("."):
                data = data.get(step) if isinstance(data, Mapping) else None
            if not isinstance(data, Mapping) or not isinstance(data.get("nodes"), list):
                raise Unreadable(f"Shopify's answer to {document.name} holds no list.", payload=data)
            yield data["nodes"]
            more = data.get("pageInfo") or {}
            if not more.get("hasNextPage"):
                return
            after, first = more.get("endCursor"), False

    def download(self, url: str, to: BinaryIO) -> None:
        """The file of a bulk operation, from the address it handed out."""
        self._transport.download(_FILE, url, to, headers={"Accept": "*/*"})

    def _post(self, document: Document, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        body = {"query": document.text, "variables": dict(variables), "operationName": document.name}
        path = f"/admin/api/{self.version}/graphql.json"
        answer = self._transport.call(document.operation, "POST", path, json=body)
        self._note_version(answer)
        if not isinstance(answer.json, Mapping):
            raise Unreadable(
                f"Shopify's answer to {document.name} is no object.",
                payload=answer.json,
                outcome_unknown=document.operation.writes,
            )
        return answer.json

    def _note_version(self, answer: Answer) -> None:
        served = answer.headers.get("x-shopify-api-version", "") or self.version
        if served != self.served:
            self.served = served
            if served != self.version:
                log.warning("Shopify answers in API version %s; we asked for %s.", served, self.version)

    def _wait(self, document: Document, seconds: float, patience: float) -> float:
        if seconds <= 0:
            return 0.0
        if seconds > patience:
            raise RateLimited(
                f"Shopify's points for this shop are spent; {document.name} waits {seconds:.1f} s.", after=seconds
            )
        self.sleep(seconds)
        return seconds


def _unrefused(document: Document, data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise Unreadable(
            f"Shopify's answer to {document.name} carries no data.",
            payload=data,
            outcome_unknown=document.operation.writes,
        )
    payload = data.get(document.root)
    if document.operation.writes and isinstance(payload, Mapping):
        told = [*(payload.get("userErrors") or ()), *(payload.get("orderCancelUserErrors") or ())]
        if told:
            raise answers.refused(document.operation, told)
    return data
