"""Moments as the platform prints and reads them: UTC, milliseconds, a Z."""

from __future__ import annotations

from datetime import UTC, datetime


def printed(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def read(text: str) -> datetime:
    """A moment with its zone, or a date (midnight UTC). Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
