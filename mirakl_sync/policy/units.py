"""Durations, percentages and counts as people write them in a file."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PARTS = re.compile(r"(\d+(?:\.\d+)?)\s*([dhms])")
_LONGEST = 366 * 86400


def read_duration(value: object) -> timedelta:
    """ "90s", "5m", "2h", "1d", "1h 30m" as a timedelta above zero; ``ValueError`` for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    parts = _PARTS.findall(text)
    seconds = sum((Decimal(number) * _UNITS[unit] for number, unit in parts), Decimal(0))
    if _PARTS.sub("", text).strip() or not 0 < seconds <= _LONGEST:
        raise ValueError('expected a duration such as "90s", "5m", "2h" or "1d"')
    return timedelta(microseconds=int(seconds * 1_000_000))


def write_duration(value: timedelta) -> str:
    """The text ``read_duration`` reads back as the same, in the largest whole unit: "1d", "90m", "1.5s"."""
    seconds = Decimal(value // timedelta(microseconds=1)) / 1_000_000
    for unit, size in _UNITS.items():
        if seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds.normalize():f}s"


def read_percent(value: object) -> Decimal | None:
    """ "10%", "2.5" or 10 as a number from 0 to 100; "off" is None; ``ValueError`` for anything else."""
    if value == "off":
        return None
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value).strip().removesuffix("%").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 100:
        raise ValueError('expected a percentage from 0 to 100 such as "10%", or "off"')
    return number


def write_percent(value: Decimal | None) -> str:
    """The text ``read_percent`` reads back as the same."""
    return "off" if value is None else f"{value.normalize():f}%"


def read_share(value: object) -> Decimal:
    """``read_percent`` where there is no "off"."""
    number = None if value == "off" else read_percent(value)
    if number is None:
        raise ValueError('expected a percentage from 0 to 100 such as "10%"')
    return number


def read_count(value: object) -> int:
    """A whole number from 0 on; ``ValueError`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("expected a whole number from 0 on")
    return value


def read_whole(value: object) -> int | None:
    """A whole number from 0 on, or "off", which is None."""
    if value == "off":
        return None
    try:
        return read_count(value)
    except ValueError:
        raise ValueError('expected a whole number from 0 on, or "off"') from None


def write_whole(value: int | None) -> int | str:
    """What ``read_whole`` reads back as the same."""
    return "off" if value is None else value
