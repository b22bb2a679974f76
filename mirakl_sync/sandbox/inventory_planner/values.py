"""Values as this vendor prints and reads them: plain JSON numbers, dates in two styles, words for truth."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any


def number(value: float | Decimal) -> float | int:
    """A whole number without a point, anything else to four places."""
    exact = round(float(value), 4)
    return int(exact) if exact == int(exact) else exact


def printed(value: Any, style: str) -> Any:
    """`value` as JSON shows it: dates in the account's style, amounts as numbers."""
    if isinstance(value, dict):
        return {key: printed(inner, style) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [printed(inner, style) for inner in value]
    if isinstance(value, datetime):
        return format_datetime(value) if style == "rfc822" else value.isoformat(timespec="seconds")
    return number(value) if isinstance(value, Decimal) else value


def moment(text: str) -> datetime | None:
    """A date somebody wrote, ISO 8601 or RFC 822, in UTC; None when it is none. Without a zone it is UTC."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            read = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def wall_time(text: str) -> tuple[datetime, bool]:
    """A TIMESTAMP_NTZ: the figures count, a zone behind them is thrown away. Tells whether there was one.

    Raises ValueError when it is no time.
    """
    read = datetime.fromisoformat(text.strip())
    return read.replace(tzinfo=UTC), read.tzinfo is not None


def truth(text: str) -> bool:
    """A BOOLEAN; raises ValueError when it is none."""
    word = text.strip().lower()
    if word in ("true", "t", "yes", "y", "on", "1"):
        return True
    if word in ("false", "f", "no", "n", "off", "0"):
        return False
    raise ValueError(f"{text!r} is not true or false")


def amount(text: str) -> Decimal:
    """A FLOAT, exact; raises ValueError when it is none."""
    try:
        read = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number") from None
    if not read.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return read
