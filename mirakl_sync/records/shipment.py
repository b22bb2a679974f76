"""What leaves the house: parcels as shops tell them, tracking as marketplaces are told, shipments as they show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """How many pieces of an order line are in a parcel; ``line_id`` is the marketplace's."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as the shop tells it.

    ``parcel_id`` stays the same when its number is corrected and is unique within the shop's order. ``carrier`` is
    spelled as the shop spells it, empty where it names none. ``url`` is only what the shop itself knows. ``lines`` is
    None where the shop does not say what is inside.
    """

    parcel_id: str
    carrier: str = ""
    number: str = ""
    url: str = ""
    left_at: datetime | None = None
    lines: tuple[ParcelLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier on the marketplace's list (SH21). ``tracking_url`` holds the placeholder ``{trackingId}``."""

    code: str
    label: str
    standard_code: str = ""
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class ShippingType:
    """A way to ship (SH12). ``by_operator``: we only hand over; ``tracking_needed``: tracking before shipping."""

    code: str
    label: str
    standard_code: str = ""
    click_and_collect: bool = False
    by_operator: bool = False
    tracking_needed: bool = False


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a marketplace is told of a parcel: a carrier of its list by ``carrier_code``, any other by
    ``carrier_name`` with a whole ``url`` where one is known."""

    carrier_code: str = ""
    carrier_name: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """A line of a marketplace's shipment; ``package_reference`` is ours (ST01)."""

    line_id: str
    quantity: int
    package_reference: str = ""


@dataclass(frozen=True, slots=True)
class MarketplaceShipment:
    """A shipment as the marketplace shows it (ST11, ST01). States and ``validity`` keep Mirakl's spelling.

    ``validity`` is what the marketplace found out about the tracking number: MISSING_TRACKING, UNVERIFIED, UNCOVERED,
    INVALID or VERIFIED; empty where it does not tell.
    """

    shipment_id: str
    order_id: str
    state: str
    lines: tuple[ShipmentLine, ...] = ()
    tracking: Tracking | None = None
    validity: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderToShip:
    """What an order still has to ship, by the marketplace's own word (ST12)."""

    order_id: str
    lines: tuple[ShipmentLine, ...]
    entered_at: datetime | None = None
    ship_by: datetime | None = None
