"""Values as the database and the JSON have them: exact decimals inside, plain numbers outside, dates without a zone."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

ZERO = Decimal(0)
PLACES = Decimal("0.0001")
"""Money and quantities are DECIMAL(…, 4) in the database."""
NO_DATE = "0000-00-00 00:00:00"
LEADING_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)")
DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")


def decode(raw: bytes) -> Any:
    """JSON with exact decimals. Raises ValueError."""
    return json.loads(raw, parse_float=Decimal)


def encode(body: Any) -> str:
    """JSON as PHP prints it: slashes escaped, a whole number without its zeros."""
    return json.dumps(body, separators=(",", ":"), default=_plain).replace("/", "\\/")


def _plain(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} has no JSON")
    return int(value) if value == value.to_integral_value() else float(value)


def number(value: Any) -> Decimal:
    """A value as MySQL reads a number: what is none counts as 0, four decimals are kept."""
    if isinstance(value, bool) or value is None:
        return Decimal(int(value or 0))
    found = LEADING_NUMBER.match(str(value))
    try:
        return Decimal(found[0].strip()).quantize(PLACES) if found else ZERO
    except InvalidOperation:
        return ZERO


def plain_text(value: Any) -> str:
    """A scalar as PHP turns it into a string."""
    if isinstance(value, bool):
        return "1" if value else ""
    return str(_plain(value)) if isinstance(value, Decimal) else str(value)


def stamp(moment: datetime) -> str:
    """UTC to the second, without a zone marker."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def date_text(value: Any) -> str:
    """A date of a filter or a body; nonsense is the zero date, below every other one (observed, reference 99.2)."""
    found = DATE.match(str(value))
    if not found:
        return NO_DATE
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def folded(text: Any) -> str:
    """Text as the database compares it: whatever the case, spaces at the end do not count."""
    return plain_text(text).casefold().rstrip(" ")
