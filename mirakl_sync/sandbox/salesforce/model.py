"""Rows of the instance: products, inventory records, orders with their lines, shipments and parcels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
CANCELLED = "c_cancelledQty"
NOT_COUNTING = ("cancelled", "failed")
"""An order in one of these is no double of another."""


@dataclass(slots=True)
class Product:
    """A product; its id is the SKU and there is never a second one with it."""

    id: str
    name: str
    price: Decimal
    created: datetime
    modified: datetime
    online: bool = True
    type: str = "item"
    categories: tuple[str, ...] = ()


@dataclass(slots=True)
class Record:
    """One product_inventory_record: stock level = allocation - turnover; ATS also less what is on order."""

    product_id: str
    created: datetime
    modified: datetime
    amount: float = 0
    reset: datetime | None = None
    turnover: float = 0
    on_order: float = 0
    perpetual: bool = False
    back_order: str = "none"
    back_order_amount: float = 0
    revision: int = 1

    @property
    def stock_level(self) -> float:
        return self.amount - self.turnover

    @property
    def ats(self) -> float:
        return self.amount + self.back_order_amount - self.turnover - self.on_order


@dataclass(slots=True)
class Item:
    """A product line; `shipment_id` as it is read back."""

    item_id: str
    product_id: str
    name: str
    quantity: Decimal
    base: Decimal
    net: Decimal
    gross: Decimal
    tax: Decimal
    shipment_id: str
    tax_rate: Decimal = ZERO
    adjustments: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    external_status: str = ""

    @property
    def cancelled(self) -> int:
        """Pieces the OMS has written off."""
        return int(self.custom.get(CANCELLED, 0))


@dataclass(slots=True)
class Parcel:
    """What the warehouse sent: known to the books whole, to the API only as far as the tracking style tells it."""

    tracking_id: str
    carrier: str
    number: str
    link: str
    shipment_id: str
    items: list[dict[str, Any]]
    at: datetime


@dataclass(slots=True)
class Execution:
    """One run of a job; `due` is when it will have finished."""

    id: str
    job: str
    client: str
    parameters: list[dict[str, str]]
    started: datetime
    due: datetime
    finished: datetime | None = None
    exit_code: str = ""
    written: str = ""

    def parameter(self, name: str) -> str:
        return next((one["value"] for one in self.parameters if one["name"] == name), "")


@dataclass(slots=True)
class Shipment:
    shipment_id: str
    number: str
    method: str
    address: dict[str, Any]
    shipping_total: Decimal
    tax_total: Decimal
    item_id: str
    status: str = "not_shipped"
    tracking_number: str = ""
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Order:
    order_no: str
    currency: str
    taxation: str
    order_total: Decimal
    tax_total: Decimal
    billing: dict[str, Any]
    items: list[Item]
    shipments: list[Shipment]
    payments: list[dict[str, Any]]
    created: datetime
    modified: datetime
    adjustments: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    status: str = "created"
    export_status: str = "not_exported"
    confirmation_status: str = "not_confirmed"
    payment_status: str = "not_paid"
    shipping_status: str = "not_shipped"
    external_status: str = ""
    channel_type: str = "storefront"
    business_type: str = "b2c"
    locale: str = "default"
    created_by: str = "storefront"
    invoice_no: str = ""
    placed: datetime | None = None
    ready: datetime | None = None
    email: str = ""
    cancel_code: str = ""
    cancel_description: str = ""
    holds: str = "nothing"
    """What the order did to inventory: nothing, on_order, turnover, or booked (taken off the allocation by the OMS)."""
    parcels: list[Parcel] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    history: list[tuple[str, str, datetime]] = field(default_factory=list)
    revision: int = 1

    @property
    def reference(self) -> str | None:
        """ "marketplace/shop/order" as the connector writes it."""
        told = self.custom.get("c_miraklReference")
        return None if told is None else str(told)

    @property
    def live(self) -> bool:
        """May the warehouse work on it?"""
        return self.status in ("new", "open", "completed") and self.export_status in ("ready", "exported")
