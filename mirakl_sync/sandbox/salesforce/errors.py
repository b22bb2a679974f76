"""How the doors refuse: RFC 7807 problems (SCAPI), faults (OCAPI), OAuth errors (tokens)."""

from __future__ import annotations

from typing import Any

ERRORS = "https://api.commercecloud.salesforce.com/documentation/error/v1/errors/"
VERSION = "25.6"


class Refusal(Exception):
    """An error answer: no failure of ours."""

    media = "application/json"

    def __init__(self, status: int, body: dict[str, Any], **headers: str) -> None:
        super().__init__(str(body))
        self.status, self.body, self.headers = status, body, headers


class Problem(Refusal):
    """SCAPI: `type` from the title unless given; more members beside the three."""

    media = "application/problem+json"

    def __init__(self, status: int, title: str, detail: str, name: str = "", **more: Any) -> None:
        kind = name or title.lower().replace(" ", "-")
        super().__init__(status, {"title": title, "type": ERRORS + kind, "detail": detail, **more})


class Fault(Refusal):
    """OCAPI: an exception's name, a sentence, arguments."""

    def __init__(self, status: int, kind: str, message: str, **arguments: Any) -> None:
        fault: dict[str, Any] = {"arguments": arguments} if arguments else {}
        super().__init__(status, {"_v": VERSION, "fault": {**fault, "type": kind, "message": message}})


class OAuthError(Refusal):
    """Account Manager and SLAS."""

    media = "application/problem+json"

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(status, {"error": error, "error_description": description})


class FileRefused(Refusal):
    """WebDAV answers no JSON."""

    media = "text/plain"

    def __init__(self, status: int, words: str, **headers: str) -> None:
        super().__init__(status, {"text": words}, **headers)


class StatusConflict(Exception):
    """A change of status the platform does not make; `kind` is OCAPI's name for it."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


def bad_request(detail: str) -> Problem:
    return Problem(400, "Bad Request", detail)


def order_not_found(order_no: str) -> Problem:
    return Problem(404, "Order Not Found", f"No order with number '{order_no}' was found.")


def no_order(order_no: str) -> Fault:
    return Fault(404, "OrderNotFoundException", f"No order with number '{order_no}' was found.", orderNo=order_no)


def site_not_found(site: str) -> Problem:
    return Problem(404, "Site Not Found", f"No site with ID '{site}' was found.")
