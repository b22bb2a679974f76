"""The gate every API call passes: latency, trouble, and the call log. Control calls walk around it."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.trouble import Rule, TroubleRules

CONTROL_PREFIX = "/_sandbox"

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]


class ConnectionCut(ConnectionError):
    """Raised through the WSGI server so that it closes the connection without another byte."""


@dataclass(frozen=True)
class Answer:
    """A whole WSGI answer, held back so that trouble can be made with it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    cut_short: bool = False

    @property
    def code(self) -> str:
        """The status code as text, e.g. "204"."""
        return self.status.partition(" ")[0]

    def with_body(self, body: bytes, status: str, content_type: str) -> Answer:
        """This answer with another body; its other headers stay."""
        kept = [(key, value) for key, value in self.headers if key.lower() not in ("content-type", "content-length")]
        return Answer(status, [*kept, ("Content-Type", content_type), ("Content-Length", str(len(body)))], body)


class Gate:
    """WSGI middleware: `operation_of(method, path)` names the call; None means no documented operation.

    `operation_in(environ)` names calls that only their body tells apart, and leaves the body readable.
    """

    def __init__(
        self,
        app: WsgiApp,
        operation_of: Callable[[str, str], str | None],
        calls: CallLog,
        trouble: TroubleRules,
        now: Callable[[], str],
        operation_in: Callable[[Environ], str | None] | None = None,
    ) -> None:
        self._app, self._operation_of, self._calls, self._trouble = app, operation_of, calls, trouble
        self._operation_in = operation_in
        self._now = now

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith(CONTROL_PREFIX):
            return self._app(environ, start_response)
        if self._trouble.latency_seconds:
            time.sleep(self._trouble.latency_seconds)
        told = self._operation_in(environ) if self._operation_in else None
        operation = told or self._operation_of(method, path) or "other"
        rule = self._trouble.firing(operation, f"{method} {path}")
        try:
            answer = run(self._app, environ) if rule is None else _with_trouble(rule, self._app, environ)
        except ConnectionCut:
            self._record(operation, rule.what if rule else "cut", environ)
            raise
        self._record(operation, "truncated" if answer.cut_short else answer.code, environ)
        start_response(answer.status, answer.headers)
        return _cut_in_half(answer.body) if answer.cut_short else [answer.body]

    def _record(self, operation: str, outcome: str, environ: Environ) -> None:
        self._calls.record(
            operation,
            outcome,
            at=self._now(),
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            query=environ.get("QUERY_STRING", ""),
        )


def run(app: WsgiApp, environ: Environ) -> Answer:
    """Run a WSGI application to its end and keep what it answered."""
    head: list[Any] = []
    unwanted: list[bytes] = []  # the old WSGI write(); Flask never uses it

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        head[:] = [status, headers]
        return unwanted.append

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return Answer(head[0], list(head[1]), body)


def _with_trouble(rule: Rule, app: WsgiApp, environ: Environ) -> Answer:
    if rule.what == "fail":
        return _failure(rule)
    if rule.what == "drop":
        raise _cut(rule)
    if rule.what == "late":
        _do_later(rule.seconds, app, environ)
        raise _cut(rule)
    if rule.what == "slow":
        time.sleep(rule.seconds)
    answer = run(app, environ)
    if rule.what == "lose_answer":
        raise _cut(rule)
    return _spoiled(rule, answer)


def _spoiled(rule: Rule, answer: Answer) -> Answer:
    if rule.what == "fail_after":
        return _failure(rule)
    if rule.what == "odd_json":
        page = b"<!DOCTYPE html><html><body><h1>One moment, please</h1></body></html>"
        return answer.with_body(page, "200 OK", "text/html; charset=utf-8")
    if rule.what == "truncated":
        return Answer(answer.status, answer.headers, answer.body, cut_short=True)
    if rule.what == "unknown_fields" and answer.body[:1] in (b"{", b"["):
        body = json.dumps(_with_unknown_fields(json.loads(answer.body), rule.values)).encode()
        return answer.with_body(body, answer.status, "application/json")
    return answer


def _cut(rule: Rule) -> ConnectionCut:
    if rule.hold:
        time.sleep(rule.hold)
    return ConnectionCut(rule.what)


def _cut_in_half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionCut("truncated")


def _failure(rule: Rule) -> Answer:
    body = json.dumps({"message": "The service is in trouble", "status": rule.status}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if rule.retry_after is not None:
        headers.append(("Retry-After", str(rule.retry_after)))
    return Answer(f"{rule.status} Trouble", headers, body)


def _do_later(seconds: float, app: WsgiApp, environ: Environ) -> None:
    """The body is read now: the connection it came on will be gone by then."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    copy = {**environ, "wsgi.input": io.BytesIO(environ["wsgi.input"].read(length))}
    timer = threading.Timer(seconds, run, (app, copy))
    timer.daemon = True
    timer.start()


def _with_unknown_fields(value: Any, values: Any) -> Any:
    if isinstance(value, list):
        return [_with_unknown_fields(item, values) for item in value]
    if not isinstance(value, dict):
        return value
    known = {key: values[key] if key in values else _with_unknown_fields(item, values) for key, item in value.items()}
    return {"field_added_yesterday": {"code": "NEW", "since": "2026-11-20"}, **known}
