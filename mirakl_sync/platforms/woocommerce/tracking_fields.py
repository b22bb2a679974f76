"""What tracking plugins write, read tolerantly: lists that PHP made objects of, numbers as text, dates of any kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

NUMBER_PLACES = ("%1$s", "%s", "%number%", "{tracking_number}")
OTHER_PLACE = re.compile(r"%\d+\$s|%[a-z]+_[a-z]+%|\{[a-z_]+\}")
# Fewer digits are no Unix time since 1973 but a date without hyphens.
UNIX_DIGITS = 9
MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of an order line, by the shop's line id (``item``) or only by ``product``."""

    item: str
    product: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Told:
    """A parcel in a plugin's words; ``key`` is the plugin's own id, empty where it gives none."""

    number: str
    carrier: str = ""
    url: str = ""
    key: str = ""
    left_at: datetime | None = None
    pieces: tuple[Piece, ...] | None = None


def rows(value: Any, *, mark: str) -> Iterator[Mapping[str, Any] | None]:
    """The entries of a field that should be a list of objects; None for each thing that is none.

    PHP shows a list with a gap as an object of entries, plugins store JSON text, and a single entry (told by its key
    ``mark``) may stand without its list.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal) if value.strip() else None
        except (ValueError, RecursionError):
            value = [None]
    if isinstance(value, Mapping):
        value = [value] if mark in value else list(value.values())
    if value and not isinstance(value, list):
        value = [None]
    for row in value or ():
        yield row if isinstance(row, Mapping) and row else None


def pieces(value: Any, *, item: str, product: str, quantity: str) -> tuple[Piece, ...] | None:
    """What is inside, by the plugin's names of the three; None where it does not say so."""
    inside = []
    for row in rows(value, mark=quantity):
        count = whole(row.get(quantity)) if row else None
        if row and count:
            inside.append(Piece(text(row.get(item)), text(row.get(product)), count))
    return tuple(inside) or None


def text(value: Any) -> str:
    """A word or number as one trimmed line, without what no eye sees (copied numbers bring it); empty for the rest."""
    told = value if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""
    return "".join(map(_visible, str(told))).strip()


def _visible(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else ""


def whole(value: Any) -> int | None:
    """A count of pieces; None for what is not a whole number above nought, or is one no parcel holds."""
    try:
        count = Decimal(text(value))
    except InvalidOperation:
        return None
    return int(count) if count.is_finite() and 0 < count <= MOST_PIECES and count == int(count) else None


def moment(value: Any) -> datetime | None:
    """Unix seconds, as number or text, or a date, which is meant as UTC; None where it is neither."""
    told = text(value)
    unix = told.isdigit() and len(told) >= UNIX_DIGITS
    try:
        at = datetime.fromtimestamp(int(told), UTC) if unix else datetime.fromisoformat(told)
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def link(template: str, number: str) -> str:
    """A whole address with the number in its place. Empty where it wants more than that or is no web address."""
    at = template
    for place in NUMBER_PLACES:
        at = at.replace(place, quote(number, safe=""))
    return at if at.startswith(("https://", "http://")) and not OTHER_PLACE.search(at) else ""
