"""The steps of a shipment that change something on the marketplace, as data. What they do is in ``deeds.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mirakl_sync.cases.step import Ask
from mirakl_sync.records.shipment import Tracking


@dataclass(frozen=True, slots=True)
class TellTracking:
    """Tell the order's carrier and number (OR23). ``also`` is asked beside it, holding nothing back."""

    tracking: Tracking
    also: Ask | None = None


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """Say that the whole order has left (OR24)."""


@dataclass(frozen=True, slots=True)
class CreateShipment:
    """Say that this parcel has left, with what is in it (ST01)."""

    lines: Mapping[str, int]
    tracking: Tracking | None
    also: Ask | None = None


@dataclass(frozen=True, slots=True)
class FindShipment:
    """Nobody answered whether the parcel's shipment was made, and that decides what follows: look for it (ST11)."""


@dataclass(frozen=True, slots=True)
class ShipShipment:
    """A shipment was made but is not counted as shipped: say that it has left (ST24)."""


@dataclass(frozen=True, slots=True)
class CorrectTracking:
    """Replace the tracking of a shipment that was told (ST23)."""

    tracking: Tracking
    also: Ask | None = None


@dataclass(frozen=True, slots=True)
class DeleteShipment:
    """The shop took the parcel back before its shipment was counted as shipped: take that back too (ST06)."""


ShipmentStep = (
    TellTracking | ShipOrder | CreateShipment | FindShipment | ShipShipment | CorrectTracking | DeleteShipment
)
