"""The parcels of an order, by whichever convention the merchant's systems write them. Pure.

Salesforce itself has one text per shipment, the tracking number, and neither carrier nor address of tracking. Numbers
are told apart by themselves: a corrected number is another parcel, unless the parcels are kept as JSON with ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.platforms.salesforce.schemas import Shipment, ShopOrder
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.records.shipment import Parcel, ParcelLine

LONGEST_ID = 64
_NUMBER = ("number", "trackingNumber", "tracking_number")
_URL = ("url", "trackingUrl", "tracking_url", "link")
_CARRIER = ("carrier", "carrierName", "carrier_name")
_WHEN = ("occurredAt", "shippedAt", "date")
_PIECES = ("items", "lineItems", "lines")
_PIECE = ("itemId", "lineItemId", "id", "productId", "sku")


def parcels_of(order: ShopOrder, settings: StoreSettings) -> tuple[Parcel, ...]:
    """Every parcel of every shipment, each once; the same number in two shipments is one parcel."""
    kept: dict[str, Parcel] = {}
    for shipment in order.shipments:
        for parcel in _of_shipment(order, shipment, settings):
            kept.setdefault(parcel.parcel_id, parcel)
    return tuple(kept.values())


def _of_shipment(order: ShopOrder, shipment: Shipment, settings: StoreSettings) -> Iterator[Parcel]:
    told = _attribute(order, shipment, settings.parcels_attribute)
    if told:
        yield from _from_json(order, shipment, told, settings)
        return
    numbers = _split(shipment.tracking_number, settings.tracking_separator)
    carriers = _beside(_attribute(order, shipment, settings.carrier_attribute), len(numbers), settings)
    urls = _beside(_attribute(order, shipment, settings.url_attribute), len(numbers), settings)
    for number, carrier, url in zip(numbers, carriers, urls, strict=True):
        if number:
            yield Parcel(_id(number), carrier or settings.carriers.get(shipment.method, ""), number, url)


def _from_json(order: ShopOrder, shipment: Shipment, told: Any, settings: StoreSettings) -> Iterator[Parcel]:
    for entry in _entries(told):
        number, url = _first(entry, _NUMBER), _first(entry, _URL)
        carrier = _first(entry, _CARRIER) or settings.carriers.get(shipment.method, "")
        if number or url or carrier:
            key = _first(entry, ("id",)) or number or url or carrier
            yield Parcel(_id(key), carrier, number, url, _when(entry), _lines(order, entry, settings))


def _entries(told: Any) -> list[Mapping[str, Any]]:
    """What the attribute holds; text that is no JSON is as if it were not there."""
    try:
        value = json.loads(told, parse_constant=_no_number) if isinstance(told, str) else told
    except (ValueError, RecursionError):
        return []
    value = value if isinstance(value, list) else [value]
    return [entry for entry in value if isinstance(entry, Mapping)]


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _lines(order: ShopOrder, entry: Mapping[str, Any], settings: StoreSettings) -> tuple[ParcelLine, ...] | None:
    """What is inside by our line ids; None where nobody says, or nothing named is a line of ours."""
    pieces: list[Any] = next((entry[name] for name in _PIECES if isinstance(entry.get(name), list)), [])
    inside: dict[str, int] = {}
    for piece in pieces:
        if not isinstance(piece, Mapping):
            continue
        line_id = _line_id(order, _first(piece, _PIECE), settings)
        quantity = piece.get("quantity", 1)
        if line_id and isinstance(quantity, int | float | Decimal) and int(quantity) > 0:
            inside[line_id] = inside.get(line_id, 0) + int(quantity)
    return tuple(ParcelLine(line_id, quantity) for line_id, quantity in inside.items()) or None


def _line_id(order: ShopOrder, named: str, settings: StoreSettings) -> str:
    """Ours, of the line with that item id or our id, else of the only line that sells that product."""
    own = settings.attribute("line")
    by_id = [item for item in order.items if named and named in (item.item_id, str(item.custom.get(own, "")))]
    found = by_id or [item for item in order.items if item.product_id == named]
    return str(found[0].custom.get(own, "")) if len(found) == 1 else ""


def _attribute(order: ShopOrder, shipment: Shipment, name: str) -> Any:
    """Of the shipment, else of the order."""
    return (shipment.custom.get(name) or order.custom.get(name)) if name else None


def _beside(told: Any, count: int, settings: StoreSettings) -> list[str]:
    """One for each number where there are as many, else the same for all."""
    text = str(told or "")
    parts = _split(text, settings.tracking_separator)
    return parts if len(parts) == count else [text.strip()] * count


def _split(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator)]


def _first(entry: Mapping[str, Any], names: tuple[str, ...]) -> str:
    found = (entry[name] for name in names if isinstance(entry.get(name), str | int))
    return next((str(value).strip() for value in found), "")


def _when(entry: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(_first(entry, _WHEN))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _id(key: str) -> str:
    return key if len(key) <= LONGEST_ID else hashlib.sha256(key.encode()).hexdigest()[:32]
