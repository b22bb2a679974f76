"""Time as Mirakl writes it, and the end of an acceptance window. Inside, time is milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SATURDAY = 5


def text(moment: int | None) -> str | None:
    """ISO 8601 in UTC with Z; the milliseconds are left out when they are zero (General Notes)."""
    if moment is None:
        return None
    seconds, millis = divmod(moment, 1000)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{millis:03d}Z" if millis else f"{whole}Z"


def moment(value: str) -> int:
    """The moment meant by an ISO 8601 date of a request. ValueError when it is none or has no zone."""
    read = datetime.fromisoformat(value)
    if read.tzinfo is None:
        raise ValueError("a date needs a zone")
    return round(read.timestamp() * 1000)


def window_end(start: int, window: dict[str, Any], timezone: str) -> int:
    """When an order placed at `start` is refused for want of an answer.

    `window` is {"seconds": n} or {"working_days": n, "holidays": ["2026-12-25", …]}: the same wall-clock time
    n working days (Monday to Friday, no holiday) later, in the marketplace's `timezone`.
    """
    if "working_days" not in window:
        return start + round(float(window["seconds"]) * 1000)
    local = datetime.fromtimestamp(start / 1000, ZoneInfo(timezone))
    left = int(window["working_days"])
    while left > 0:
        local += timedelta(days=1)
        if local.weekday() < SATURDAY and local.date().isoformat() not in window.get("holidays", ()):
            left -= 1
    return round(local.timestamp() * 1000)
