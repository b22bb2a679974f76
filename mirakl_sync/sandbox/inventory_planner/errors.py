"""How this vendor says no: an envelope with a message, under whatever status."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers

    def body(self) -> dict[str, Any]:
        return {"result": {"status": "error", "message": self.message}}


def refused(message: str) -> ApiError:
    """A write that is not valid: seen as HTTP 500 with a useful message."""
    return ApiError(500, message)


def not_found(what: str) -> ApiError:
    return ApiError(404, f"{what} not found")
