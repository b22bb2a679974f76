"""Shopify's refusals, sorted by who moves next: statuses, errors beside the data, errors of the one who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mirakl_sync.errors import MiraklSyncError, Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer, Operation

_LET_US_IN = (
    "Check client_id and client_secret of the app (or the access token of an older one), and that the app is installed "
    "in this store."
)
_BY_STATUS = {
    401: ("Shopify does not accept our token.", _LET_US_IN),
    402: ("The Shopify store is frozen: its bill is not paid.", "Settle the bill in the Shopify admin."),
    404: ("There is no Shopify store at this address.", "Enter the address that ends in .myshopify.com."),
    423: ("The Shopify store is locked.", "Ask Shopify's support why."),
}
TOO_COSTLY = "MAX_COST_EXCEEDED"
BAD_VALUE = "INVALID_VARIABLE"


def interpret(operation: Operation, answer: Answer) -> Exception | None:
    """The error for a refused answer (4xx), or None where the common table knows better."""
    del operation
    if answer.status not in _BY_STATUS:
        return None
    words, way_out = _BY_STATUS[answer.status]
    return Misconfigured(f"{words} (HTTP {answer.status})", way_out=way_out)


def no_token(operation: Operation, answer: Answer) -> Exception | None:
    """The error for a refused login: everything but a rate limit is somebody's to mend."""
    del operation
    if answer.status in (408, 425, 429):
        return None
    told = answer.json if isinstance(answer.json, Mapping) else {}
    code = str(told.get("error", ""))[:100] or f"HTTP {answer.status}"
    return Misconfigured(f"Shopify gives this app no token ({code}).", way_out=_LET_US_IN)


def codes_of(errors: Sequence[Any]) -> list[str]:
    """``extensions.code`` of each error."""
    return [str(_extensions(error).get("code", "")) for error in errors]


def from_errors(operation: Operation, errors: Sequence[Any], wait: float) -> MiraklSyncError:
    """The error of an answer whose errors stand beside the data, or in its place.

    Documents Shopify does not understand and what it will not run did nothing. Of anything else after a write nobody
    knows.
    """
    codes = codes_of(errors)
    if "THROTTLED" in codes:
        return RateLimited(f"Shopify asks us to wait {wait:.1f} s before {operation.code}.", after=wait)
    if "ACCESS_DENIED" in codes:
        return _denied(operation, errors[codes.index("ACCESS_DENIED")])
    if "SHOP_INACTIVE" in codes:
        return Misconfigured("The Shopify store is not active.", way_out="Open the store again in the Shopify admin.")
    if TOO_COSTLY in codes:
        return Refused(f"Shopify finds {operation.code} too costly.", code=TOO_COSTLY, request=operation.code)
    if any("INTERNAL_SERVER_ERROR" in code for code in codes) or not all(_not_understood(error) for error in errors):
        doubt = "; it may have been done all the same" if operation.writes else ""
        return Unavailable(
            f"Shopify failed at {operation.code}: {_said(errors)}{doubt}.", outcome_unknown=operation.writes
        )
    if set(codes) == {BAD_VALUE}:
        # a country or an amount the shop does not know: it comes with the order, and somebody can mend it there
        return Refused(
            f"Shopify refused {operation.code}: {_said(errors)}", code=BAD_VALUE.lower(), request=operation.code
        )
    return Unreadable(f"Shopify does not understand our {operation.code}: {_said(errors)}", payload=list(errors))


def _not_understood(error: Any) -> bool:
    """A document that does not fit their schema: refused before anything ran. Such codes are written undefinedField."""
    extensions = _extensions(error)
    code = str(extensions.get("code", ""))
    return bool(code[:1].islower() or extensions.get("problems") or code in (BAD_VALUE, "PARSE_FAILED"))


def _denied(operation: Operation, error: Any) -> Misconfigured:
    needed = str(_extensions(error).get("requiredAccess") or "").strip()
    words = needed or str(error.get("message", ""))
    return Misconfigured(
        f"Shopify does not permit {operation.code}: {words[:300]}",
        way_out="Give the app this access scope in its configuration, release it, and let the store accept it.",
    )


def refused(operation: Operation, told: Sequence[Mapping[str, Any]]) -> Refused:
    """``userErrors``: understood, refused, nothing changed."""
    first = told[0]
    said = "; ".join(f"{_field(each)}{each.get('message', '')}" for each in told)[:500]
    code = str(first.get("code") or "").lower() or "refused"
    return Refused(f"Shopify refused {operation.code}: {said}", code=code, request=operation.code)


def _field(error: Mapping[str, Any]) -> str:
    path = ".".join(str(part) for part in error.get("field") or ())
    return f"{path}: " if path else ""


def _extensions(error: Any) -> Mapping[str, Any]:
    found = error.get("extensions") if isinstance(error, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _said(errors: Sequence[Any]) -> str:
    words = "; ".join(str(error.get("message", "")) for error in errors if isinstance(error, Mapping))
    return words[:500] or "no reason told"
