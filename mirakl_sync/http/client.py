"""The transport: one request, sent once, answered or raised within its time."""

from __future__ import annotations

import contextlib
import json as json_library
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies, to_native_string
from urllib3.exceptions import HTTPError

from mirakl_sync import __version__
from mirakl_sync.clock import Clock
from mirakl_sync.clock import now as wall_clock
from mirakl_sync.errors import MiraklSyncError, RateLimited
from mirakl_sync.http import answers
from mirakl_sync.http.auth import signer
from mirakl_sync.http.contract import Answer, Auth, Budget, Interpret, Operation, Unlimited
from mirakl_sync.http.redact import GONE, redact_url
from mirakl_sync.http.wire import Exchange, OnceAdapter, current

log = logging.getLogger("mirakl_sync.http")

_CHUNK = 65_536
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: ``connect`` for reaching the server, ``total`` for the whole call up to the last byte."""

    connect: float = 5
    total: float = 30


class HttpTransport:
    """Implements ``mirakl_sync.http.contract.Transport`` with requests. Safe to share between threads.

    ``name`` is what people call the server. ``parallel`` caps simultaneous calls (0: no cap), ``pool`` the kept
    connections, ``max_bytes`` the size of an answer, ``patience`` the seconds a call waits for a place of ``budget``.
    With ``secret_address`` nothing of the address but its host is ever shown.
    """

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        auth: Auth = None,
        timeouts: Timeouts = Timeouts(),
        budget: Budget | None = None,
        interpret: Interpret | None = None,
        parallel: int = 0,
        user_agent: str = f"mirakl_sync/{__version__}",
        max_bytes: int = 32 * 1024 * 1024,
        pool: int = 64,
        patience: float = 2.0,
        clock: Clock = wall_clock,
        secret_address: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.name = name
        self.timeouts = timeouts
        self._signer = signer(auth)
        self._budget: Budget = budget or Unlimited()
        self._interpret = interpret
        self._parallel = parallel
        self._places = threading.BoundedSemaphore(parallel) if parallel else None
        self._user_agent = user_agent
        self._max_bytes = max_bytes
        self._patience = patience
        self._clock = clock
        self._secret_address = secret_address
        self._adapter = OnceAdapter(pool)
        self._thread = threading.local()

    def call(
        self,
        operation: Operation,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        budget: bool = True,
    ) -> Answer:
        """Ask once and answer any 2xx; everything else is raised as one of ``mirakl_sync.errors``.

        A 2xx must carry JSON or nothing, unless ``headers`` asks for another type by ``Accept``.
        """
        deadline = time.monotonic() + self.timeouts.total
        asked = answers.Asked(self.name, operation, method, self._shown(self.base_url + path))
        with self._place(asked, deadline):
            if budget:
                self._budget.take(operation, patience=min(self._patience, self.timeouts.total / 2))
            began = time.perf_counter()
            outcome = self._exchange(asked, path, deadline, params, json, headers)
        self._note(asked, outcome, began)
        if isinstance(outcome, Answer):
            return outcome
        if isinstance(outcome, RateLimited) and outcome.after is not None:
            self._budget.block(operation, outcome.after)
        raise outcome

    def close(self) -> None:
        """Let go of the kept connections; the transport may still be used."""
        self._adapter.close()

    def _exchange(
        self,
        asked: answers.Asked,
        path: str,
        deadline: float,
        params: Mapping[str, Any] | None,
        json: Any,
        headers: Mapping[str, str] | None,
    ) -> Answer | Exception:
        # Errors are answered, not raised, so that no traceback drags the library's exception with our keys along.
        exchange = current.exchange = Exchange(deadline)
        try:
            request = self._request(asked.method, self.base_url + path, params, json, headers)
            answer = self._send(asked, request, exchange)
            # signing with OAuth 1.0a turns the headers into bytes
            accept = to_native_string(request.headers.get("Accept", ""))
            return self._judge(asked, answer, accept) or answer
        except MiraklSyncError as error:
            return error
        except (requests.RequestException, HTTPError, OSError) as trouble:
            return answers.from_trouble(
                asked, trouble, sent=_may_have_left(exchange, trouble), total=self.timeouts.total
            )
        finally:
            current.exchange = None

    def _request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        json: Any,
        headers: Mapping[str, str] | None,
    ) -> requests.PreparedRequest:
        session = self._session()
        sent = {"Accept": _JSON, "User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"}
        body = None
        if json is not None:
            body = json_library.dumps(json, default=_plain, separators=(",", ":")).encode()
            sent["Content-Type"] = _JSON
        elif method in ("PUT", "POST", "PATCH"):
            sent["Content-Length"] = "0"
        request = requests.Request(
            method, url, headers={**sent, **(headers or {})}, params=_query(params), data=body, auth=self._signer
        )
        return session.prepare_request(request)

    def _send(self, asked: answers.Asked, request: requests.PreparedRequest, exchange: Exchange) -> Answer:
        left = exchange.remaining()
        exchange.begun = True
        response = self._session().send(
            request, stream=True, allow_redirects=False, timeout=(min(self.timeouts.connect, left), left)
        )
        try:
            body = self._body(asked, response)
        except BaseException:
            response.close()
            raise
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            json=_parsed(body),
            url=self._shown(request.url or ""),
        )

    def _shown(self, url: str) -> str:
        """The address as it may be told."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}/{GONE}" if self._secret_address else redact_url(url)

    def _body(self, asked: answers.Asked, response: requests.Response) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > self._max_bytes:
                raise answers.too_large(asked, self._max_bytes)
            chunks.append(chunk)
        return b"".join(chunks)

    def _judge(self, asked: answers.Asked, answer: Answer, accept: str) -> Exception | None:
        if self._interpret and 400 <= answer.status < 500 and answer.status != 429:
            theirs = self._interpret(asked.operation, answer)
            if theirs is not None:
                return theirs
        error = answers.from_answer(asked, answer, self._clock())
        if error is None and answer.json is None and _JSON in accept and _says_something(answer.body):
            return answers.not_json(asked, answer)
        return error

    @contextlib.contextmanager
    def _place(self, asked: answers.Asked, deadline: float) -> Iterator[None]:
        if self._places is None:
            yield
            return
        if not self._places.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise answers.too_busy(asked, self._parallel)
        try:
            yield
        finally:
            self._places.release()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._thread, "session", None)
        if session is None:
            session = self._thread.session = self._new_session()
        return session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()
        session.mount("http://", self._adapter)
        session.mount("https://", self._adapter)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # The environment's proxy and certificates once, not on every call; its .netrc never (it would replace keys).
        session.trust_env = False
        session.proxies = get_environ_proxies(self.base_url)
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        return session

    def _note(self, asked: answers.Asked, outcome: Answer | Exception, began: float) -> None:
        level = logging.DEBUG if isinstance(outcome, Answer) and not asked.operation.writes else logging.INFO
        if not log.isEnabledFor(level):
            return
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        told = outcome.status if isinstance(outcome, Answer) else type(outcome).__name__
        facts = {
            "server": self.name,
            "operation": asked.operation.code,
            "method": asked.method,
            "url": outcome.url if isinstance(outcome, Answer) else asked.url,
            "status": told,
            "ms": milliseconds,
        }
        log.log(level, "%s %s: %s in %s ms", self.name, asked.request, told, milliseconds, extra=facts)


def _may_have_left(exchange: Exchange, trouble: Exception) -> bool:
    if exchange.sent or not exchange.begun:
        return exchange.sent
    return not (exchange.connecting or isinstance(trouble, (requests.exceptions.ConnectTimeout, ValueError)))


def _query(params: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not params:
        return None
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()}


def _parsed(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json_library.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _says_something(body: bytes) -> bool:
    return bool(body.strip()) and body.strip() != b"null"


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
