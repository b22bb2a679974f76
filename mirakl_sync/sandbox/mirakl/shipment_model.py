"""What leaves a shop: the tracking of a parcel, and shipments of some pieces of an order. Times are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SHIPMENT_STATES = (
    "SHIPPING",
    "READY_FOR_PICK_UP",
    "SHIPMENT_PREPARED",
    "SHIPPED",
    "TO_COLLECT",
    "RECEIVED",
    "CLOSED",
    "CANCELED",
)
GONE = ("SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED")  # its pieces have left the shop
DEBIT_STATES = (
    "NO_DEBIT",
    "NOT_STARTED",
    "WAITING_TAX_CONFIRMATION",
    "WAITING_OPERATOR_SYSTEM_CONTACT",
    "WAITING_DEBIT_CONFIRMATION",
    "DEBIT_OK",
    "CANCELED",
)
VALIDITIES = ("MISSING_TRACKING", "UNVERIFIED", "UNCOVERED", "INVALID", "VERIFIED")


@dataclass(frozen=True)
class Tracking:
    """Who carries a parcel under which number; `code` is None for a carrier that is not registered."""

    code: str | None
    name: str | None
    standard_code: str | None
    number: str | None
    url: str | None
    at: int  # when it was told
    by: str = "shop"  # shop (API) | portal (by hand)


@dataclass(frozen=True)
class ShipmentLine:
    """Some pieces of an order line in a shipment."""

    line_id: str
    sku: str
    quantity: int
    package_reference: str | None = None


@dataclass
class Shipment:
    """A shipment of one order (ST*)."""

    shipment_id: str
    order_id: str
    shop_id: int
    sequence: int
    created: int
    updated: int
    state: str
    debit: str
    lines: tuple[ShipmentLine, ...]
    invoice_reference: str | None = None
    additional_information: list[Any] = field(default_factory=list)
    warehouse: str | None = None
    trackings: list[Tracking] = field(default_factory=list)  # the last one counts
    of_order: bool = False  # made by OR24: a correction by OR23 is meant for it
    validity: str = "MISSING_TRACKING"
    shipped: int | None = None
    shipped_by: str | None = None
    debited: int | None = None
    deleted: int | None = None

    @property
    def tracking(self) -> Tracking | None:
        """The tracking that counts."""
        return self.trackings[-1] if self.trackings else None

    @property
    def holds(self) -> bool:
        """Do its pieces belong to it, so that no other shipment can have them?"""
        return self.deleted is None and self.state != "CANCELED"
