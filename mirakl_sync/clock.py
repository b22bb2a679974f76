"""The time, always aware and in UTC, and replaceable in tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and for replays."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward and answer the new time."""
        self.at += by
        return self.at
