"""What a client of somebody's API needs from the transport, free of any HTTP library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Operation:
    """A named call of a vendor's API with its published frequency.

    ``times`` calls per ``seconds`` are allowed; ``times`` 0 means no limit is published. ``writes`` operations change
    something: an answer that never came leaves their outcome unknown.
    """

    code: str
    times: int = 0
    seconds: float = 0
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with lower-case names, the body as bytes and, where it is JSON, parsed.

    JSON numbers with a fraction are ``Decimal``.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    json: Any = field(default=None, repr=False)
    url: str = ""


class Budget(Protocol):
    """Call limits shared by every worker."""

    def take(self, operation: Operation, *, patience: float = 0) -> None:
        """Take one place, waiting at most ``patience`` seconds for it; ``RateLimited`` (with ``after``) if spent."""

    def block(self, operation: Operation, seconds: float) -> None:
        """The other side said ``Retry-After``: nobody calls this operation before."""


class Unlimited:
    """A budget that always has room, for servers that publish no limits."""

    def take(self, operation: Operation, *, patience: float = 0) -> None:
        """Always granted."""

    def block(self, operation: Operation, seconds: float) -> None:
        """Nothing to remember."""


@dataclass(frozen=True, slots=True)
class RawKey:
    """``Authorization: <key>`` (Mirakl)."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP Basic."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueryKeys:
    """Credentials as query parameters, for servers that drop the ``Authorization`` header."""

    params: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OAuth1:
    """One-legged OAuth 1.0a; with the token pair, the four-key form."""

    client_key: str
    client_secret: str = field(repr=False)
    token: str = ""
    token_secret: str = field(default="", repr=False)
    signature: str = "HMAC-SHA256"


class TokenSource(Protocol):
    """Where a call's token comes from. Shared between threads."""

    def token(self) -> str:
        """One that is valid now; may ask for a new one, and raise what that raises."""

    def refused(self, token: str) -> bool:
        """The server did not take this one. True when the next ``token`` may be another."""


@dataclass(frozen=True, slots=True)
class TokenHeader:
    """A token that may change, in a header of the vendor's choice.

    A 401 proves that nothing was done: the token is thrown away and the call is made once more with another.
    """

    source: TokenSource = field(repr=False)
    header: str = "Authorization"
    scheme: str = "Bearer"


Auth = RawKey | Basic | QueryKeys | OAuth1 | TokenHeader | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send as the only part of a form (multipart/form-data).

    ``part`` is the form's name for it, ``name`` the file's own; both are US-ASCII. ``content`` is bytes, or a file that
    can seek: it is read from its beginning, a piece at a time, and stays open.
    """

    part: str
    name: str
    content: bytes | BinaryIO = field(repr=False)
    content_type: str = "application/octet-stream"


class Transport(Protocol):
    """Sends one request, once. Never repeats anything by itself, but for ``TokenHeader``."""

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
        """Ask and answer any 2xx; everything else is raised as one of ``mirakl_sync.errors``.

        ``params`` values that are lists are repeated. ``json`` None sends no body (with ``Content-Length: 0`` on
        PUT and POST), ``fields`` a form (application/x-www-form-urlencoded) and ``upload`` a file instead
        (``ValueError`` for names that cannot be sent). ``budget`` False skips the call limit: for further pages of one
        read.
        """

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
        """GET into the file ``to`` and answer any 2xx without its body; everything else is raised as by ``call``.

        ``url`` is a path of this server or a whole address it handed out; credentials go to this server alone. What
        is not provably whole is ``Unavailable``, an address that is none or a file beyond the size we take
        ``Unreadable``. After an error ``to`` holds nothing of worth.
        """


# Turns a refused answer (4xx) into the error a vendor's client wants raised, or None for the common table.
Interpret = Callable[[Operation, Answer], Exception | None]


class Dial(Protocol):
    """Builds the transport to one server; wiring supplies it with timeouts, the shared budget and logging."""

    def __call__(
        self, base_url: str, *, auth: Auth, interpret: Interpret | None = None, parallel: int = 0
    ) -> Transport:
        """``parallel`` caps simultaneous calls of this worker to the server; 0 means no cap."""
