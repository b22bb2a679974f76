"""Until when an order must be answered. The API tells no deadline, so it is computed from the marketplace's rule."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from mirakl_sync.policy.model import Window


def accept_by(created_at: datetime, window: Window | None) -> datetime | None:
    """The moment the marketplace stops waiting, or None where no rule is known.

    Hours count from creation. Working days end at the close of the n-th working day after the day of creation, in the
    marketplace's time zone; an order of a closed day counts as placed on the next working day's eve.
    """
    if window is None:
        return None
    if window.hours is not None:
        return created_at + timedelta(seconds=float(window.hours * Decimal(3600)))
    if window.working_days is None:
        return None
    zone = ZoneInfo(window.timezone)
    day = created_at.astimezone(zone).date()
    closed = _holidays(window.holidays)
    left = window.working_days
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            left -= 1
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def share_of_window(created_at: datetime, deadline: datetime, now: datetime) -> float:
    """How much of the time to answer is gone: 0 at creation, 1 at the deadline."""
    whole = (deadline - created_at).total_seconds()
    return 1.0 if whole <= 0 else (now - created_at).total_seconds() / whole


def moment_at(created_at: datetime, deadline: datetime, share: float) -> datetime:
    """When ``share`` of the time to answer will be gone."""
    return created_at + (deadline - created_at) * share


def last_call_at(created_at: datetime, deadline: datetime, last_call: timedelta) -> datetime:
    """From when on nobody is waited for any more: ``last_call`` before the deadline, at most a fifth of the window."""
    return deadline - min(last_call, (deadline - created_at) / 5)


@lru_cache(maxsize=32)
def _holidays(country: str) -> Any:
    return holidays.country_holidays(country) if country else {}
