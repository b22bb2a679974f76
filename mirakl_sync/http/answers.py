"""The table from what came back, or did not, to the error that says who moves next."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError, ReadTimeoutError

from mirakl_sync.errors import MiraklSyncError, Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.http.redact import redact_url

_LONGEST_WAIT = 86_400.0
_USUAL_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as people read it: whom we asked for what. ``url`` is free of secrets."""

    server: str
    operation: Operation
    method: str
    url: str

    @property
    def request(self) -> str:
        """``OR21 PUT /api/orders/O-1-A/accept``."""
        return f"{self.operation.code} {self.method} {urlsplit(self.url).path}"

    @property
    def place(self) -> str:
        """``Demo (demo.mirakl.net)``."""
        return f"{self.server} ({urlsplit(self.url).netloc})"

    @property
    def doubt(self) -> str:
        """The half sentence a person needs after a write without an answer."""
        return "; it may have been done all the same" if self.operation.writes else ""


def from_answer(asked: Asked, answer: Answer, now: datetime) -> MiraklSyncError | None:
    """None for any 2xx, else the error of its status."""
    if 200 <= answer.status < 300:
        return None
    return _BY_STATUS.get(answer.status, _BY_HUNDRED.get(answer.status // 100, _unavailable))(asked, answer, now)


def not_json(asked: Asked, answer: Answer) -> Unavailable:
    """A 2xx whose body is no JSON: a cache page, a login page, a notice of a broken plugin."""
    kind = answer.headers.get("content-type", "").split(";")[0] or "no stated type"
    return Unavailable(
        f"{asked.place} answered {asked.request} with something that is not JSON ({kind}, {len(answer.body)} bytes)"
        f"{asked.doubt}. If this lasts, look for a cache, firewall or plugin that answers in its place.",
        outcome_unknown=asked.operation.writes,
    )


def too_large(asked: Asked, most: int) -> Unreadable:
    """An answer beyond the size we are willing to hold in memory."""
    return Unreadable(
        f"{asked.place} answered {asked.request} with more than {most} bytes{asked.doubt}.",
        outcome_unknown=asked.operation.writes,
    )


def not_whole(asked: Asked) -> Unavailable:
    """A file whose end is its connection's end: nobody can tell it from half a file."""
    return Unavailable(
        f"{asked.place} did not say how long its answer to {asked.request} is, so nobody knows whether it is whole. "
        "If this lasts, look for a proxy that takes the length away."
    )


def no_room(asked: Asked, trouble: OSError) -> Unavailable:
    """Our own disk took the file only in part."""
    return Unavailable(f"The answer to {asked.request} could not be kept on our disk: {trouble.strerror or 'full'}.")


def no_address(asked: Asked) -> Unreadable:
    """They handed out an address that is none."""
    return Unreadable(f"{asked.server} handed out an address for {asked.operation.code} that cannot be asked.")


def without_our_key(asked: Asked, answer: Answer) -> Refused:
    """A 401 or 403 of a server that was not shown our key: the address it came with is what it does not accept."""
    return _refused(asked, answer)


def too_busy(asked: Asked, parallel: int) -> Unavailable:
    """All the simultaneous calls we allow ourselves are taken. Nothing was sent."""
    return Unavailable(f"All {parallel} simultaneous calls to {asked.place} are taken; {asked.request} was not sent.")


def from_trouble(asked: Asked, trouble: Exception, *, sent: bool, total: float) -> MiraklSyncError:
    """The error of a call without a complete answer. ``sent`` False proves that nothing was done."""
    unknown = sent and asked.operation.writes
    doubt = asked.doubt if sent else " and nothing was sent"
    if not sent and isinstance(trouble, ValueError):
        return Misconfigured(
            f"{asked.request} cannot be sent to {asked.server}: its address ({asked.url}) or a header is malformed.",
            way_out="Correct the address and the key of the connection.",
        )
    return Unavailable(
        f"{asked.place} did not answer {asked.request}: {_what(trouble, sent, total)}{doubt}.",
        outcome_unknown=unknown,
    )


def _what(trouble: Exception, sent: bool, total: float) -> str:
    # Never the text of the exception: it holds the whole address, with keys.
    reason = _reason(trouble)
    if isinstance(reason, NameResolutionError):
        return "the name of the host is unknown (check the address, or our DNS)"
    if isinstance(trouble, requests.exceptions.SSLError):
        return "the encrypted connection failed (check the server's certificate)"
    if isinstance(trouble, requests.exceptions.ProxyError):
        return "the proxy did not let us through"
    if isinstance(trouble, requests.exceptions.Timeout) or isinstance(reason, TimeoutError | ReadTimeoutError):
        return f"no complete answer within {total:g} s" if sent else "no connection in time"
    if isinstance(reason, NewConnectionError) or not sent:
        return "the connection was refused"
    if isinstance(trouble, requests.exceptions.ContentDecodingError):
        return "the compressed answer is damaged"
    return "the connection broke before the answer was complete"


def _reason(trouble: Exception) -> object:
    inner = trouble.args[0] if trouble.args else None
    return getattr(inner, "reason", None) or inner or trouble


def _moved(asked: Asked, answer: Answer, _now: datetime) -> MiraklSyncError:
    return Misconfigured(
        f"{asked.place} says that {asked.request} moved to {_location(answer)}.",
        way_out="Put the new address into the connection; we do not follow, because a key would travel along.",
    )


def _elsewhere(asked: Asked, answer: Answer, _now: datetime) -> MiraklSyncError:
    return Unavailable(
        f"{asked.place} sent {asked.request} elsewhere (HTTP {answer.status}, to {_location(answer)}){asked.doubt}. "
        "If this lasts, look for a login or maintenance page in front of it.",
        outcome_unknown=asked.operation.writes,
    )


def _no_credentials(asked: Asked, answer: Answer, _now: datetime) -> MiraklSyncError:
    return Misconfigured(
        f"{asked.place} does not accept our credentials for {asked.request} (HTTP 401{_quote(answer)}).",
        way_out="Renew the key or password of the connection, then check the connection.",
    )


def _no_permission(asked: Asked, answer: Answer, _now: datetime) -> MiraklSyncError:
    return Misconfigured(
        f"{asked.place} does not permit {asked.request} (HTTP {answer.status}{_quote(answer)}).",
        way_out="Give the user of this key the permission or role it lacks, then check the connection.",
    )


def _refused(asked: Asked, answer: Answer, _now: datetime | None = None) -> Refused:
    code, _ = their_words(answer.json)
    return Refused(
        f"{asked.place} refused {asked.request} (HTTP {answer.status}{_quote(answer)}).",
        code=code,
        status=answer.status,
        request=asked.request,
    )


def _limited(asked: Asked, answer: Answer, now: datetime) -> MiraklSyncError:
    after = retry_after(answer, now)
    if after is None:
        after = asked.operation.seconds or _USUAL_WAIT
    return RateLimited(f"{asked.place} asks us to wait {after:g} s before {asked.request} (HTTP 429).", after=after)


def _unavailable(asked: Asked, answer: Answer, now: datetime) -> MiraklSyncError:
    return Unavailable(
        f"{asked.place} could not answer {asked.request} (HTTP {answer.status}{_quote(answer)}){asked.doubt}.",
        after=retry_after(answer, now),
        outcome_unknown=asked.operation.writes,
    )


_Family = Callable[[Asked, Answer, datetime], MiraklSyncError]
_BY_HUNDRED: dict[int, _Family] = {3: _elsewhere, 4: _refused, 5: _unavailable}
_BY_STATUS: dict[int, _Family] = {
    301: _moved,
    308: _moved,
    401: _no_credentials,
    403: _no_permission,
    407: _no_permission,
    408: _unavailable,
    425: _unavailable,
    429: _limited,
}


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds from ``Retry-After`` (a number, or an HTTP date measured by their clock), at most a day."""
    words = answer.headers.get("retry-after", "").strip()
    if not words:
        return None
    try:
        seconds = float(words)
    except ValueError:
        then, theirs = _http_date(words), _http_date(answer.headers.get("date", ""))
        seconds = (then - (theirs or now)).total_seconds() if then else math.nan
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_WAIT)


def their_words(json: Any) -> tuple[str, str]:
    """(code, message) of an error body, each empty where it has none. Bodies differ; all of it is optional."""
    if isinstance(json, list) and json:
        json = json[0]
    if not isinstance(json, dict):
        return "", ""
    errors = json.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return _text(json.get("code") or first.get("code")), _text(json.get("message") or first.get("message"))


def _text(value: Any) -> str:
    return str(value)[:300] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _quote(answer: Answer) -> str:
    said = ": ".join(part for part in their_words(answer.json) if part)
    return f", “{said}”" if said else ""


def _location(answer: Answer) -> str:
    return redact_url(answer.headers.get("location", "")) or "nowhere"


def _http_date(words: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(words)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
