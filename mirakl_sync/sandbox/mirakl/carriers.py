"""Who may carry a parcel and how it may be sent, as the operator registered it (SH21, SH12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import quote

PLACE_OF_NUMBER = "{trackingId}"


@dataclass(frozen=True)
class Carrier:
    """A registered carrier of SH21."""

    code: str
    label: str
    standard_code: str | None = None
    tracking_url: str | None = None  # with the number's place in it

    @property
    def needs_number(self) -> bool:
        """Can its tracking URL not be made without a number?"""
        return PLACE_OF_NUMBER in (self.tracking_url or "")

    def url_of(self, number: str | None) -> str | None:
        """Where the parcel with this number can be followed; None when the carrier has no such page."""
        return self.tracking_url and self.tracking_url.replace(PLACE_OF_NUMBER, quote(number or "", safe=""))


@dataclass(frozen=True)
class ShippingType:
    """A way of shipping of SH12."""

    code: str
    label: str
    description: str | None = None
    click_and_collect: bool = False
    delivery_by_operator: bool = False  # the shop only hands over
    mandatory_tracking: bool = False  # no shipping before there is tracking
    ignore_lead_time_to_ship: bool = False
    standard_code: str | None = None


CARRIERS = (
    Carrier("UPS", "UPS", "UPS", "https://track.example/ups?n={trackingId}"),
    Carrier("DHL", "DHL Paket", "DHL", "https://track.example/dhl?n={trackingId}"),
    Carrier("COL", "Colissimo", "COLISSIMO", "https://track.example/colissimo?n={trackingId}"),
    Carrier("PICKUP", "Collected by the customer"),
)
SHIPPING_TYPES = (
    ShippingType("STD", "Standard", "3-5 days", mandatory_tracking=True, standard_code="CU_ADD-STD"),
    ShippingType("LET", "Letter", "5-8 days", standard_code="CU_ADD-ECO"),
)


def carriers_from(given: Iterable[Any]) -> tuple[Carrier, ...]:
    """Carriers as a plan or control gives them: objects with at least a `code`. ValueError names the mistake."""
    return tuple(_read(Carrier, one) for one in given)


def shipping_types_from(given: Iterable[Any]) -> tuple[ShippingType, ...]:
    """Shipping types as a plan or control gives them; the first is what orders have unless they say otherwise."""
    found = tuple(_read(ShippingType, one) for one in given)
    if not found:
        raise ValueError("a marketplace has at least one shipping type")
    return found


def _read(kind: Any, given: Any) -> Any:
    if not isinstance(given, dict) or not given.get("code"):
        raise ValueError(f"a {kind.__name__} is an object with a code")
    unknown = set(given) - {one.name for one in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} does not know {', '.join(sorted(unknown))}")
    return kind(**{"label": str(given["code"]), **given})


def as_json(one: Carrier | ShippingType) -> dict[str, Any]:
    """As SH21 or SH12 lists it."""
    return asdict(one)
