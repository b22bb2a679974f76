"""A door that answers what it was told to, and remembers what it was asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.http.contract import Answer
from mirakl_sync.platforms.shopify.asking import Asking

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Door:
    """Implements ``Transport`` as far as GraphQL needs it: one answer per call, in order; the last one stays."""

    def __init__(self, *answers: Any, version: str = "2026-10") -> None:
        self.answers = list(answers)
        self.version = version
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(self, operation: Any, method: str, path: str, *, json: Any = None, **_: Any) -> Answer:
        self.asked.append((json["operationName"], json["variables"]))
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, Exception):
            raise told
        return Answer(200, {"x-shopify-api-version": self.version}, b"", exact(told))

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]


def exact(told: Any) -> Any:
    """As the transport reads it: numbers with a fraction are exact."""
    return json.loads(json.dumps(told), parse_float=Decimal)


def asking(door: Door, slept: list[float] | None = None) -> Asking:
    return Asking(door, lambda: NOW, "2026-10", sleep=[].append if slept is None else slept.append)  # type: ignore[arg-type]


def cost(asked: int = 10, left: float = 1990, rate: float = 100, room: float = 2000) -> dict[str, Any]:
    status = {"maximumAvailable": room, "currentlyAvailable": left, "restoreRate": rate}
    return {"cost": {"requestedQueryCost": asked, "actualQueryCost": None, "throttleStatus": status}}


def failed(code: str, message: str = "no", data: Any = None, **extensions: Any) -> dict[str, Any]:
    error = {"message": message, "extensions": {"code": code, **extensions}}
    return {"data": data, "errors": [error], "extensions": cost()}
