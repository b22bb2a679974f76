"""The calls our clients make, noted one by one as they are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from mirakl_sync.http.client import HttpTransport
from mirakl_sync.http.contract import Answer, Auth, Operation


@dataclass(frozen=True, slots=True)
class Call:
    """One call as our client made it. ``told`` is its answer's JSON where it was kept; ``refused``: no 2xx.

    ``points`` are what Shopify took for it.
    """

    line: int
    method: str
    path: str
    params: Mapping[str, Any] | None
    json: Any
    headers: Mapping[str, str]
    size: int = 0
    told: Any = None
    points: float = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The client waited for the shop."""

    seconds: float


Steps = list[Call | Pause]


@dataclass
class Note:
    """What was asked, in the order of asking; what a thread asks within ``mine`` is kept apart.

    The JSON of answers up to ``keep`` bytes is kept: ids in later calls come from there.
    """

    keep: int = 20_000
    _steps: Steps = field(default_factory=list)
    _own: threading.local = field(default_factory=threading.local)

    def add(self, step: Call | Pause) -> None:
        """One more."""
        own: Steps | None = getattr(self._own, "steps", None)
        (self._steps if own is None else own).append(step)

    def pause(self, seconds: float) -> None:
        """Sleeps, and remembers it."""
        self.add(Pause(seconds))
        time.sleep(seconds)

    @contextmanager
    def mine(self) -> Iterator[Steps]:
        """What this thread asks meanwhile."""
        found: Steps = []
        self._own.steps = found
        try:
            yield found
        finally:
            self._own.steps = None

    def taken(self) -> Steps:
        """What was noted until now; from here on a new page."""
        taken, self._steps = self._steps, []
        return taken


class Line:
    """A transport that notes what it was asked, but for logins."""

    def __init__(self, plain: HttpTransport, auth: Auth, number: int, note: Note) -> None:
        self.plain, self.auth = plain, auth
        self._number, self._note = number, note

    def call(self, operation: Operation, method: str, path: str, **more: Any) -> Answer:
        """See ``Transport``."""
        if more.get("upload") is not None:
            # shops take none of ours; a file is read while it is sent, so that a note of it could not be sent again
            raise ValueError(f"{operation.code} uploads a file, which cannot be noted for the bare script")
        try:
            answer = self.plain.call(operation, method, path, **more)
        except Exception:
            self._add(method, path, more, refused=True)
            raise
        size = len(answer.body)
        told = answer.json if size <= self._note.keep else None
        self._add(method, path, more, size=size, told=told, points=_points(answer.json))
        return answer

    def download(self, operation: Operation, url: str, to: BinaryIO, **more: Any) -> Answer:
        """See ``Transport``."""
        answer = self.plain.download(operation, url, to, **more)
        self._add("GET", url, more, size=to.tell())
        return answer

    def _add(self, method: str, path: str, more: Mapping[str, Any], **known: Any) -> None:
        if more.get("fields") is not None:
            # a login, which is good for half an hour or a day
            return
        asked = (more.get("params"), more.get("json"), dict(more.get("headers") or {}))
        self._note.add(Call(self._number, method, path, *asked, **known))


def _points(answer: Any) -> float:
    told = answer.get("extensions") if isinstance(answer, Mapping) else None
    return float(told["cost"]["actualQueryCost"]) if isinstance(told, Mapping) and "cost" in told else 0.0
