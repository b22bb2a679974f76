"""Single values as Mirakl sends them: read exactly, or refused with a sentence (``ValueError``)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import pycountry

_MOST_DIGITS = 15
_FINEST = -12
_MOST_PIECES = 2**31
# Used by marketplaces, absent from ISO 3166-1.
_BESIDE_ISO = {"XKX": "XK", "XK": "XK"}


def text(value: Any) -> str:
    """A text; ids and codes that came as numbers are spelled out."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else _storable(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"expected a text, got {_shown(value)}")


def amount(value: Any) -> Decimal:
    """An exact number, also when it came in quotes. Binary floats are read by their shortest spelling."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise ValueError(f"expected a number, got {_shown(value)}") from None
    else:
        raise ValueError(f"expected a number, got {_shown(value)}")
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS or int(number.as_tuple().exponent) < _FINEST:
        raise ValueError(f"no sensible amount: {_shown(value)}")
    return number


def count(value: Any) -> int:
    """A whole number that is not negative."""
    number = amount(value)
    if number != number.to_integral_value() or not 0 <= number < _MOST_PIECES:
        raise ValueError(f"expected a whole number, got {_shown(value)}")
    return int(number)


def pieces(value: Any) -> int | None:
    """A quantity, None for what is none: an offer is there even if nobody can read how many it has."""
    try:
        return count(value)
    except ValueError:
        return None


def moment(value: Any) -> datetime:
    """A time in UTC, with or without milliseconds; without an offset it is taken as UTC."""
    if not isinstance(value, str):
        raise ValueError(f"expected a time, got {_shown(value)}")
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"expected a time, got {_shown(value)}") from None


def flag(value: Any) -> bool:
    """True or false, also when it came in quotes."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError(f"expected true or false, got {_shown(value)}")


@lru_cache(maxsize=1024)
def country_code(iso_code: str, label: str) -> str:
    """ISO 3166-1 alpha-2 from Mirakl's alpha-3, else from the free label; "" when neither tells."""
    for spoken in (iso_code.strip(), label.strip()):
        if not spoken:
            continue
        if spoken.upper() in _BESIDE_ISO:
            return _BESIDE_ISO[spoken.upper()]
        try:
            return str(pycountry.countries.lookup(spoken).alpha_2)
        except LookupError:
            continue
    return ""


def written(at: datetime) -> str:
    """A time for a query: UTC to the second, rounded down."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _storable(value: str) -> str:
    # JSON may hold NUL and lone surrogates; no database does.
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _shown(value: Any) -> str:
    if isinstance(value, str | int | float | Decimal):
        return repr(value if isinstance(value, bool) else str(value)[:40])
    return {dict: "an object", list: "a list", type(None): "nothing"}.get(type(value), "something else")
