"""The rows of the simulated shop. Times are aware UTC in whole seconds, money is Decimal before printing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
SHIPPING_ADDRESS = (*ADDRESS, "phone")
BILLING_ADDRESS = (*ADDRESS, "email", "phone")
ZERO = Decimal(0)


@dataclass(slots=True)
class Meta:
    id: int
    key: str
    value: Any


@dataclass(slots=True)
class LineItem:
    """One order line; `total` and `subtotal` are for the whole line and without tax."""

    id: int
    name: str = ""
    product_id: int = 0
    variation_id: int = 0
    quantity: int = 1
    tax_class: str = ""
    tax_status: str = "taxable"
    subtotal: Decimal = ZERO
    total: Decimal = ZERO
    subtotal_taxes: dict[int, Decimal] = field(default_factory=dict)
    taxes: dict[int, Decimal] = field(default_factory=dict)
    subtotal_tax: Decimal = ZERO
    total_tax: Decimal = ZERO
    meta: list[Meta] = field(default_factory=list)

    @property
    def sold_id(self) -> int:
        """The variation, or the product that has none; 0 for a line the shop could not join to its catalogue."""
        return self.variation_id or self.product_id


@dataclass(slots=True)
class ShippingLine:
    id: int
    method_id: str = ""
    method_title: str = ""
    instance_id: str = ""
    total: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)
    total_tax: Decimal = ZERO
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class FeeLine:
    id: int
    name: str = ""
    tax_class: str = ""
    tax_status: str = "taxable"
    amount: Decimal = ZERO
    total: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)
    total_tax: Decimal = ZERO
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class TaxLine:
    id: int
    rate_id: int
    rate_code: str
    label: str
    compound: bool
    percent: Decimal
    tax_total: Decimal = ZERO
    shipping_tax_total: Decimal = ZERO


@dataclass(slots=True)
class Order:
    id: int
    created: datetime
    modified: datetime
    order_key: str
    currency: str
    status: str = "pending"
    created_via: str = "rest-api"
    parent_id: int = 0
    customer_id: int = 0
    customer_note: str = ""
    transaction_id: str = ""
    payment_method: str = ""
    payment_method_title: str = ""
    billing: dict[str, str] = field(default_factory=lambda: dict.fromkeys(BILLING_ADDRESS, ""))
    shipping: dict[str, str] = field(default_factory=lambda: dict.fromkeys(SHIPPING_ADDRESS, ""))
    prices_include_tax: bool = True
    discount_total: Decimal = ZERO
    discount_tax: Decimal = ZERO
    shipping_total: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    cart_tax: Decimal = ZERO
    total: Decimal = ZERO
    paid: datetime | None = None
    completed: datetime | None = None
    meta: list[Meta] = field(default_factory=list)
    lines: list[LineItem] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    fees: list[FeeLine] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    refund_ids: list[int] = field(default_factory=list)
    note_ids: list[int] = field(default_factory=list)
    stock_reduced: bool = False
    history: list[tuple[str, datetime]] = field(default_factory=list)
    """Every status this order ever had, with the time it began (books only)."""


@dataclass(slots=True)
class Refund:
    id: int
    order_id: int
    created: datetime
    amount: Decimal
    reason: str
    lines: list[LineItem] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    fees: list[FeeLine] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class Note:
    id: int
    order_id: int
    created: datetime
    text: str
    customer_note: bool = False
    author: str = "WooCommerce"


@dataclass(slots=True)
class Product:
    """A simple product, a variable parent (`variation_ids`) or a variation (`parent_id`)."""

    id: int
    created: datetime
    modified: datetime
    name: str
    type: str = "simple"
    status: str = "publish"
    sku: str = ""
    global_unique_id: str = ""
    regular_price: str = ""
    sale_price: str = ""
    sale_from: datetime | None = None
    sale_to: datetime | None = None
    tax_status: str = "taxable"
    tax_class: str = ""
    manage_stock: bool = False
    stock: int | None = None
    stock_status: str = "instock"
    backorders: str = "no"
    parent_id: int = 0
    variation_ids: list[int] = field(default_factory=list)
    attributes: list[dict[str, Any]] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    plain: dict[str, Any] = field(default_factory=dict)
    """Fields the shop only keeps and gives back (weight, description, dimensions …)."""
    total_sales: int = 0


@dataclass(slots=True)
class Webhook:
    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    status: str = "active"
    modified: datetime | None = None
    failures: int = 0
    pending_ping: bool = True
