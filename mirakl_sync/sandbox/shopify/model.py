"""The rows of an order and of everything that hangs on it. Plain data; ids are the numeric ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
Attributes = list[tuple[str, str]]


@dataclass(slots=True)
class App:
    """Who did something: our own app, the online store, an app that edits orders."""

    id: int
    name: str


@dataclass(slots=True)
class Tax:
    title: str
    rate: Decimal
    amount: Decimal
    """Of the whole line, as it was bought."""
    channel_liable: bool | None = False


@dataclass(slots=True)
class Line:
    id: int
    title: str
    quantity: int
    """As bought or added; what is removed later stays in it."""
    price: Decimal
    sku: str = ""
    variant_id: int | None = None
    variant_title: str | None = None
    product_id: int | None = None
    vendor: str | None = None
    taxes: list[Tax] = field(default_factory=list)
    attributes: Attributes = field(default_factory=list)
    requires_shipping: bool = True
    taxable: bool = True
    gift_card: bool = False
    removed: int = 0
    """Pieces taken off by edits and refunds."""
    claimed: int = 0
    """Pieces of stock this line holds as committed."""
    added: bool = False

    @property
    def current(self) -> int:
        return self.quantity - self.removed

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount for tax in self.taxes), ZERO)


@dataclass(slots=True)
class ShippingLine:
    id: int
    title: str
    price: Decimal
    code: str | None = None
    source: str | None = None
    taxes: list[Tax] = field(default_factory=list)
    refunded: Decimal = ZERO

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount for tax in self.taxes), ZERO)


@dataclass(slots=True)
class Transaction:
    id: int
    kind: str
    status: str
    amount: Decimal
    gateway: str
    created: datetime
    processed: datetime
    parent_id: int | None = None
    test: bool = False


@dataclass(slots=True)
class Hold:
    id: int
    reason: str
    notes: str
    app: App | None
    handle: str = ""


@dataclass(slots=True)
class FulfillmentOrderLine:
    id: int
    line: Line
    total: int
    remaining: int


@dataclass(slots=True)
class FulfillmentOrder:
    id: int
    order_id: int
    location_id: int
    created: datetime
    updated: datetime
    status: str = "OPEN"
    lines: list[FulfillmentOrderLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    fulfill_at: datetime | None = None

    @property
    def remaining(self) -> int:
        return sum(line.remaining for line in self.lines)


@dataclass(slots=True)
class Tracking:
    company: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(slots=True)
class FulfillmentLine:
    id: int
    line: Line
    quantity: int
    fulfillment_order_line: FulfillmentOrderLine


@dataclass(slots=True)
class Fulfillment:
    id: int
    order_id: int
    name: str
    location_id: int
    created: datetime
    updated: datetime
    status: str = "SUCCESS"
    lines: list[FulfillmentLine] = field(default_factory=list)
    tracking: list[Tracking] = field(default_factory=list)
    fulfillment_order_ids: list[int] = field(default_factory=list)
    delivered: datetime | None = None


@dataclass(slots=True)
class RefundLine:
    id: int
    line: Line
    quantity: int
    restock_type: str
    subtotal: Decimal
    tax: Decimal
    location_id: int | None = None


@dataclass(slots=True)
class Refund:
    id: int
    order_id: int
    created: datetime
    note: str = ""
    lines: list[RefundLine] = field(default_factory=list)
    shipping: list[tuple[int, ShippingLine, Decimal]] = field(default_factory=list)
    """(id, line, amount)"""
    transactions: list[Transaction] = field(default_factory=list)
    discrepancy: Decimal = ZERO
    discrepancy_reason: str | None = None

    @property
    def money(self) -> Decimal:
        return sum((each.amount for each in self.transactions if each.status == "SUCCESS"), ZERO)


@dataclass(slots=True)
class Agreement:
    """A step of an order's life that changed what was sold. `kind`: order, edit, refund."""

    id: int
    kind: str
    at: datetime
    app: App | None
    refund_id: int | None = None


@dataclass(slots=True)
class Metafield:
    id: int
    owner: str
    """The GID of the row it belongs to."""
    namespace: str
    key: str
    type: str
    value: str
    created: datetime
    updated: datetime


@dataclass(slots=True)
class Order:
    id: int
    number: int
    name: str
    created: datetime
    updated: datetime
    processed: datetime
    currency: str
    app: App
    taxes_included: bool = False
    test: bool = False
    source_name: str = ""
    source_identifier: str | None = None
    source_url: str | None = None
    po_number: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    attributes: Attributes = field(default_factory=list)
    billing: dict[str, Any] | None = None
    shipping: dict[str, Any] | None = None
    customer_id: int | None = None
    lines: list[Line] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    financial_status: str | None = None
    """As the creator said it; None = told by the transactions."""
    inventory_behaviour: str = "BYPASS"
    cancelled: datetime | None = None
    cancel_reason: str | None = None
    cancel_note: str | None = None
    closed: datetime | None = None
    edited: bool = False
    history: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return f"gid://shopify/Order/{self.id}"
