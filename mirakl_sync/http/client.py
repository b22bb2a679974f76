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
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

import requests
from requests.utils import get_environ_proxies, to_native_string
from urllib3.exceptions import HTTPError

from mirakl_sync import __version__
from mirakl_sync.clock import Clock
from mirakl_sync.clock import now as wall_clock
from mirakl_sync.errors import MiraklSyncError, RateLimited
from mirakl_sync.http import answers
from mirakl_sync.http.auth import TokenAuth, signer
from mirakl_sync.http.contract import Answer, Auth, Budget, Interpret, Operation, Unlimited, Upload
from mirakl_sync.http.places import Places
from mirakl_sync.http.redact import GONE, redact_url
from mirakl_sync.http.upload import Form
from mirakl_sync.http.wire import Exchange, OnceAdapter, current

log = logging.getLogger("mirakl_sync.http")

_CHUNK = 65_536
# An upload beyond this is a file that takes its time.
_SMALL = 1024 * 1024
_JSON = "application/json"
_NOT_KNOWN = 401


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: ``connect`` for reaching the server, ``total`` for the whole call up to the last byte.

    ``transfer`` takes the place of ``total`` for files: downloads, and uploads beyond a megabyte. Even then the other
    side may not be silent for longer than ``total``.
    """

    connect: float = 5
    total: float = 30
    transfer: float = 300


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as it is asked; ``seconds`` is all it may take.

    ``to`` is the file a download goes to, ``handed_out`` says that its address is not of our making.
    """

    asked: answers.Asked
    url: str
    seconds: float
    params: Mapping[str, Any] | None = None
    json: Any = None
    fields: Mapping[str, str] | None = None
    upload: Upload | None = None
    headers: Mapping[str, str] | None = None
    to: BinaryIO | None = None
    handed_out: bool = False


class HttpTransport:
    """Implements ``mirakl_sync.http.contract.Transport`` with requests. Safe to share between threads.

    ``name`` is what people call the server. ``parallel`` caps simultaneous calls (0: no cap), ``pool`` the kept
    connections, ``max_bytes`` the size of an answer, ``max_file_bytes`` that of a download, ``patience`` the seconds a
    call waits for a place of ``budget``.
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
        max_file_bytes: int = 1024 * 1024 * 1024,
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
        self._places = Places(parallel) if parallel else None
        self._user_agent = user_agent
        self._max_bytes = max_bytes
        self._max_file_bytes = max_file_bytes
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
        fields: Mapping[str, str] | None = None,
        upload: Upload | None = None,
        headers: Mapping[str, str] | None = None,
        budget: bool = True,
    ) -> Answer:
        """Ask once and answer any 2xx; everything else is raised as one of ``mirakl_sync.errors``.

        A 2xx must carry JSON or nothing, unless ``headers`` asks for another type by ``Accept``.
        """
        url = self.base_url + path
        seconds = self.timeouts.transfer if upload and len(Form(upload)) > _SMALL else self.timeouts.total
        asked = answers.Asked(self.name, operation, method, self._shown(url))
        return self._ask(_Call(asked, url, seconds, params, json, fields, upload, headers), budget)

    def download(
        self,
        operation: Operation,
        url: str,
        to: BinaryIO,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        budget: bool = True,
    ) -> Answer:
        """GET once into ``to``, as ``mirakl_sync.http.contract.Transport`` promises.

        Of an address on another server only the host is ever shown: such addresses carry their own keys.
        """
        handed_out = not url.startswith("/")
        whole = url if handed_out else self.base_url + url
        kinds = {"Accept": "*/*", **(headers or {})}
        asked = answers.Asked(self.name, operation, "GET", self._shown(whole))
        if handed_out and (_origin(whole) or ("",))[0] not in ("http", "https"):
            raise answers.no_address(asked)
        seconds = self.timeouts.transfer
        return self._ask(_Call(asked, whole, seconds, params, headers=kinds, to=to, handed_out=handed_out), budget)

    def close(self) -> None:
        """Let go of the kept connections; the transport may still be used."""
        self._adapter.close()

    def _ask(self, call: _Call, budget: bool) -> Answer:
        asked, deadline = call.asked, time.monotonic() + call.seconds
        with self._place(asked, deadline):
            if budget:
                self._budget.take(asked.operation, patience=min(self._patience, self.timeouts.total / 2))
            began = time.perf_counter()
            outcome = self._exchange(call, deadline)
        self._note(asked, outcome, began)
        if isinstance(outcome, Answer):
            return outcome
        if isinstance(outcome, RateLimited) and outcome.after is not None:
            self._budget.block(asked.operation, outcome.after)
        raise outcome

    def _exchange(self, call: _Call, deadline: float) -> Answer | Exception:
        # Errors are answered, not raised, so that no traceback drags the library's exception with our keys along.
        exchange = current.exchange = Exchange(deadline, self.timeouts.total)
        began = time.monotonic()
        try:
            request, ours = self._signed(call)
            answer = self._send(call, request, exchange, ours)
            if answer.status == _NOT_KNOWN and ours and self._has_another(request):
                request, ours = self._signed(call)
                answer = self._send(call, request, exchange, ours)
            return self._judge(call, answer, request, ours) or answer
        except MiraklSyncError as error:
            return error
        except (requests.RequestException, HTTPError, OSError) as trouble:
            if call.handed_out and isinstance(trouble, ValueError) and not exchange.begun:
                return answers.no_address(call.asked)
            waited = min(call.seconds, round(time.monotonic() - began, 1))
            return answers.from_trouble(call.asked, trouble, sent=_may_have_left(exchange, trouble), total=waited)
        finally:
            current.exchange = None

    def _has_another(self, request: requests.PreparedRequest) -> bool:
        """The token this request showed was refused, and there may be another."""
        return isinstance(self._signer, TokenAuth) and self._signer.refused(request)

    def _signed(self, call: _Call) -> tuple[requests.PreparedRequest, bool]:
        """The request with our credentials, if it goes to our server; and whether it does."""
        request = self._request(call)
        ours = not call.handed_out or self._is_ours(request.url or "")
        if ours:
            request.prepare_auth(self._signer, request.url or "")
        return request, ours

    def _request(self, call: _Call) -> requests.PreparedRequest:
        method = call.asked.method
        sent = {"Accept": _JSON, "User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"}
        # a form is read as it is sent: each request has its own
        body: bytes | Form | None = Form(call.upload) if call.upload else None
        if isinstance(body, Form):
            sent["Content-Type"] = body.content_type
        elif call.fields is not None:
            body = urlencode(call.fields).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        elif call.json is not None:
            body = json_library.dumps(call.json, default=_plain, separators=(",", ":")).encode()
            sent["Content-Type"] = _JSON
        elif method in ("PUT", "POST", "PATCH"):
            sent["Content-Length"] = "0"
        return self._session().prepare_request(
            requests.Request(
                method, call.url, headers={**sent, **(call.headers or {})}, params=_query(call.params), data=body
            )
        )

    def _send(self, call: _Call, request: requests.PreparedRequest, exchange: Exchange, ours: bool) -> Answer:
        left = exchange.remaining()
        exchange.begun = True
        session = self._session()
        response = session.send(
            request,
            stream=True,
            allow_redirects=False,
            timeout=(min(self.timeouts.connect, left), left),
            # what the environment says of our server's proxy need not hold for another
            proxies=dict(session.proxies) if ours else get_environ_proxies(request.url or ""),
        )
        try:
            body = self._body(call, response)
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

    def _is_ours(self, url: str) -> bool:
        """Whether this address is on the server we were dialled to, scheme and port included."""
        return _origin(url) == _origin(self.base_url)

    def _shown(self, url: str) -> str:
        """The address as it may be told: of one elsewhere, and of a secret one, no more than its host."""
        if not self._secret_address and (url.startswith(self.base_url + "/") or self._is_ours(url)):
            return redact_url(url)
        scheme, host, _ = _origin(url) or ("", "", None)
        return f"{scheme}://{host}/{GONE}"

    def _body(self, call: _Call, response: requests.Response) -> bytes:
        if call.to is not None and 200 <= response.status_code < 300:
            self._keep(call.asked, response, call.to)
            return b""
        return b"".join(self._chunks(call.asked, response, self._max_bytes))

    def _keep(self, asked: answers.Asked, response: requests.Response, to: BinaryIO) -> None:
        chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
        if not chunked and "Content-Length" not in response.headers:
            raise answers.not_whole(asked)
        for chunk in self._chunks(asked, response, self._max_file_bytes):
            try:
                to.write(chunk)
            except OSError as trouble:
                raise answers.no_room(asked, trouble) from None

    @staticmethod
    def _chunks(asked: answers.Asked, response: requests.Response, most: int) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > most:
                raise answers.too_large(asked, most)
            yield chunk

    def _judge(self, call: _Call, answer: Answer, request: requests.PreparedRequest, ours: bool) -> Exception | None:
        asked = call.asked
        if answer.status in (401, 403) and not ours:
            return answers.without_our_key(asked, answer)
        if self._interpret and 400 <= answer.status < 500 and answer.status != 429:
            theirs = self._interpret(asked.operation, answer)
            if theirs is not None:
                return theirs
        error = answers.from_answer(asked, answer, self._clock())
        # signing with OAuth 1.0a turns the headers into bytes
        accept = to_native_string(request.headers.get("Accept", ""))  # type: ignore[no-untyped-call]  # not typed there
        if error is None and answer.json is None and _JSON in accept and _says_something(answer.body):
            return answers.not_json(asked, answer)
        return error

    @contextlib.contextmanager
    def _place(self, asked: answers.Asked, deadline: float) -> Iterator[None]:
        if self._places is None:
            yield
            return
        if not self._places.take(max(0.0, deadline - time.monotonic())):
            raise answers.too_busy(asked, self._parallel)
        try:
            yield
        finally:
            self._places.give_back()

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


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port, as the library that dials reads them; None for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None


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
