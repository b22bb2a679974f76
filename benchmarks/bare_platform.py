"""The bare script of a shop: the very calls our client made, sent again by plain sessions, with nothing around them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import requests

from benchmarks.platform_calls import Call, Line, Pause
from mirakl_sync.http.auth import signer

GID = "gid://"


class Bare:
    """Sends noted calls to the shop these lines lead to, which may be another one than they were noted at."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = [(line.plain.base_url, signer(line.auth)) for line in lines]
        self._thread = threading.local()

    def run(self, steps: Sequence[Call | Pause]) -> None:
        """All of them in their order. Ids this shop gives stand where those of the first shop stood."""
        ids: dict[str, Any] = {}
        for step in steps:
            if isinstance(step, Pause):
                time.sleep(step.seconds)
                continue
            answer = self._send(step, ids)
            if not step.refused:
                answer.raise_for_status()
            if step.told is not None:
                # the first and outermost is the order's own, whatever else is numbered alike
                for _, before, after in sorted(_moved(step.told, answer.json()), key=lambda each: each[0]):
                    ids.setdefault(before, after)

    def _send(self, call: Call, ids: Mapping[str, Any]) -> requests.Response:
        base, auth = self._lines[call.line]
        path = "/".join(str(ids.get(part, part)) for part in call.path.split("/"))
        handed_out = path.startswith(("http://", "https://"))
        headers, body = {"Accept": "application/json", **call.headers}, None
        if call.json is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(_with(call.json, ids), default=_plain)
        return self._session().request(
            call.method,
            path if handed_out else base + path,
            params=_query(call.params),
            data=body,
            headers=headers,
            auth=None if handed_out else auth,
            timeout=600,
        )

    def _session(self) -> requests.Session:
        if not hasattr(self._thread, "session"):
            self._thread.session = requests.Session()
            self._thread.session.trust_env = False
        session: requests.Session = self._thread.session
        return session


def _moved(before: Any, after: Any, depth: int = 0) -> Iterator[tuple[int, str, Any]]:
    """How deep in the answer, what it was, and what it is here: of every value that is another one here."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in before.keys() & after.keys():
            yield from _moved(before[name], after[name], depth + 1)
    elif isinstance(before, list) and isinstance(after, list):
        for one, other in zip(before, after, strict=False):
            yield from _moved(one, other, depth + 1)
    elif isinstance(before, str | int) and isinstance(after, str | int) and before != after:
        yield depth, str(before), after


def _with(body: Any, ids: Mapping[str, Any], name: str = "") -> Any:
    """The body with this shop's ids."""
    if isinstance(body, Mapping):
        return {key: _with(value, ids, key) for key, value in body.items()}
    if isinstance(body, list | tuple):
        return [_with(value, ids, name) for value in body]
    is_id = isinstance(body, str | int) and (name.lower().endswith("id") or str(body).startswith(GID))
    return ids.get(str(body), body) if is_id else body


def _query(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in (params or {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
