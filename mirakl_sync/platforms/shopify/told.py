"""What Shopify tells of orders and products, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order; ``current`` is what is left of ``quantity`` after edits and refunds."""

    id: str
    quantity: int
    current: int
    sku: str = ""
    title: str = ""
    attributes: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    """What one place shall send. ``ours`` are the holds this app placed."""

    id: str
    status: str
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tracked:
    """A number of a fulfilment."""

    company: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """What was sent at once: perhaps in several parcels; ``inside`` are line ids and pieces."""

    id: str
    status: str
    created_at: datetime | None
    tracked: tuple[Tracked, ...] = ()
    inside: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Pieces of a line in a refund; ``tax`` is beside ``subtotal`` unless the order's prices hold it."""

    line_id: str
    sku: str
    quantity: int
    restock: str
    subtotal: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund, with or without money. ``shipping`` are amounts and their taxes."""

    id: str
    total: Decimal
    currency: str
    at: datetime | None = None
    note: str = ""
    lines: tuple[RefundLine, ...] = ()
    shipping: tuple[tuple[Decimal, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as Shopify tells it. ``reference`` is our unique metafield: no copy of the order carries it. ``current``
    is what is left of ``total`` after edits and refunds."""

    id: str
    name: str
    updated_at: datetime
    cancelled_at: datetime | None
    paid: str
    sent: str
    total: Decimal
    current: Decimal
    currency: str
    taxes_included: bool
    attributes: Mapping[str, str]
    reference: str
    claims: str
    released: str
    lines: tuple[Line, ...]
    fulfillment_orders: tuple[FulfillmentOrder, ...]
    fulfillments: tuple[Fulfillment, ...]
    refund_ids: tuple[str, ...]
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """The pieces for sale at one place."""

    location: str
    available: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Variant:
    """A product as it is sold: ``tracked`` False is not counted."""

    id: str
    item_id: str
    product_id: str
    sku: str
    tracked: bool
    policy: str
    status: str
    price: Decimal | None
    updated_at: datetime | None
    requires_shipping: bool
    categories: tuple[str, ...]
    levels: tuple[Level, ...]
