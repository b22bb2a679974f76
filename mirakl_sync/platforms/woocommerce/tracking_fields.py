"""Tracking as WooCommerce plugins keep it in an order's fields: one reader a plugin, tolerant of PHP's shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from mirakl_sync.platforms.woocommerce.schemas import ShopOrder

ANOTHER_PLACE = re.compile(r"%\d+\$s")


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


# What an order tells, entry by entry; None stands for an entry that cannot be read.
Reader = Callable[[ShopOrder], Iterator[Told | None]]


def field(name: str, read: Callable[[Mapping[str, Any]], Told], *, mark: str) -> Reader:
    """The reader of a field of the order that holds one entry a parcel; ``mark`` is a key every entry has."""

    def reader(order: ShopOrder) -> Iterator[Told | None]:
        for row in rows(order.meta.get(name), mark=mark):
            yield None if row is None else read(row)

    return reader


def shipment_tracking(row: Mapping[str, Any]) -> Told:
    """An entry of WooCommerce Shipment Tracking or Advanced Shipment Tracking; only the latter says what is inside."""
    number = text(row.get("tracking_number"))
    return Told(
        number=number,
        carrier=text(row.get("tracking_provider")) or text(row.get("custom_tracking_provider")),
        url=link(text(row.get("custom_tracking_link")), number),
        key=text(row.get("tracking_id")),
        left_at=moment(row.get("date_shipped")),
        pieces=pieces(row.get("products_list"), item="item_id", product="product", quantity="qty"),
    )


READERS: dict[str, Reader] = {
    "Shipment Tracking": field("_wc_shipment_tracking_items", shipment_tracking, mark="tracking_number"),
}


def rows(value: Any, *, mark: str) -> Iterator[Mapping[str, Any] | None]:
    """The entries of a field that should be a list of objects; None for each thing that is none.

    PHP shows a list with a gap as an object of entries, plugins store JSON text, and a single entry (told by its key
    ``mark``) may stand without its list.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else None
        except ValueError:
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
    """A word or number as trimmed text; empty for anything else."""
    told = value if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""
    return str(told).strip()


def whole(value: Any) -> int | None:
    """A count of pieces; None for what is not a whole number above nought."""
    try:
        count = Decimal(text(value))
    except InvalidOperation:
        return None
    return int(count) if count.is_finite() and count > 0 and count == count.to_integral_value() else None


def moment(value: Any) -> datetime | None:
    """Unix seconds, as number or text, or a date, which is meant as UTC; None where it is neither."""
    told = text(value)
    try:
        at = datetime.fromtimestamp(int(told), UTC) if told.isdigit() else datetime.fromisoformat(told)
    except (ValueError, OverflowError, OSError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if at.timestamp() > 0 else None


def link(template: str, number: str) -> str:
    """A whole address: ``%1$s`` stands for the number. Empty where it wants more than that or is no web address."""
    at = template.replace("%1$s", quote(number, safe="")).replace("%s", quote(number, safe=""))
    return at if at.startswith(("https://", "http://")) and not ANOTHER_PLACE.search(at) else ""
