"""Small things a marketplace tells about the shop and itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShopAccount:
    """Our account there (A01). ``state`` is OPEN, CLOSE, SUSPENDED or TERMINATED."""

    shop_id: str
    name: str
    state: str
    currency: str
    channels: tuple[str, ...] = ()


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
class Carrier:
    """A registered carrier (SH21). ``tracking_url`` holds the placeholder ``{trackingId}``."""

    code: str
    label: str
    standard_code: str = ""
    tracking_url: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to give (RE01); only those that are ``ours`` may be used by a shop."""

    code: str
    label: str
    type: str
    ours: bool = False
