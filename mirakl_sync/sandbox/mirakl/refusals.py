"""How Mirakl says no: JSON {"message", "status"} and, on newer operations, a string code."""

from __future__ import annotations

import json

from flask import Response


class Refusal(Exception):
    """Raised anywhere below an operation; becomes its answer."""

    def __init__(self, status: int, message: str, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.retry_after = status, message, code, retry_after

    def answer(self) -> Response:
        """The HTTP answer."""
        body = {"message": self.message, "status": self.status}
        if self.code:
            body = {"code": self.code, **body}
        response = Response(json.dumps(body), self.status, mimetype="application/json")
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        return response


def bad(message: str, code: str | None = None) -> Refusal:
    """400: a parameter is wrong, or the order is not in the expected state."""
    return Refusal(400, message, code)
