"""A marketplace order as its marketplace tells it, in exact amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from mirakl_sync.money import Money, total
from mirakl_sync.records.shipment import Tracking

# Line states that take part in nothing any more (Mirakl order line states).
DEAD_LINE_STATES = frozenset({"REFUSED", "CANCELED"})


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """A tax on a whole line quantity. ``rate`` is in percent where the marketplace tells it."""

    code: str
    amount: Money
    rate: Decimal | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``country_code`` is ISO 3166-1 alpha-2, empty when it could not be told."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street_1: str = ""
    street_2: str = ""
    zip_code: str = ""
    city: str = ""
    state: str = ""
    country_code: str = ""
    country_label: str = ""
    phone: str = ""
    additional_info: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought. Addresses are None until the marketplace shows them, as a rule from SHIPPING on."""

    customer_id: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    notification_email: str = ""
    billing: Address | None = None
    shipping: Address | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line. ``price``, taxes and commission are for the whole quantity, after promotions.

    ``price`` and ``shipping_price`` contain the taxes under TAX_INCLUDED and lack them under TAX_EXCLUDED.
    """

    line_id: str
    state: str
    sku: str
    quantity: int
    unit_price: Money
    price: Money
    shipping_price: Money
    title: str = ""
    index: int = 0
    offer_id: str = ""
    taxes: tuple[TaxAmount, ...] = ()
    shipping_taxes: tuple[TaxAmount, ...] = ()
    commission_fee: Money | None = None
    commission_taxes: tuple[TaxAmount, ...] = ()
    total_commission: Money | None = None

    @property
    def alive(self) -> bool:
        """False for lines that were refused or cancelled."""
        return self.state not in DEAD_LINE_STATES


@dataclass(frozen=True, slots=True)
class MarketplaceOrder:
    """An order as OR11 shows it. Enumerations keep Mirakl's spelling; unknown values are kept as they came.

    ``tracking`` is what the marketplace knows of the whole order's parcel (OR23), whoever told it.
    """

    order_id: str
    state: str
    created_at: datetime
    updated_at: datetime
    currency: str
    lines: tuple[OrderLine, ...]
    price: Money
    shipping_price: Money
    total_price: Money
    buyer: Buyer = field(default_factory=Buyer)
    commercial_id: str = ""
    tax_mode: str = "TAX_INCLUDED"
    payment_workflow: str = ""
    payment_type: str = ""
    acceptance_decided_at: datetime | None = None
    debited_at: datetime | None = None
    shipping_deadline: datetime | None = None
    fulfillment_center: str = "DEFAULT"
    channel: str = ""
    can_cancel: bool = False
    can_ship: bool = True
    fully_refunded: bool = False
    total_commission: Money | None = None
    shipping_type_code: str = ""
    shipping_type_label: str = ""
    shipping_zone_code: str = ""
    reference_for_seller: str = ""
    tracking: Tracking | None = None
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def live_lines(self) -> tuple[OrderLine, ...]:
        """The lines that still count."""
        return tuple(line for line in self.lines if line.alive)

    def commission(self) -> Money:
        """What the marketplace keeps, with its taxes, over the live lines."""
        return total((line.total_commission for line in self.live_lines if line.total_commission), self.currency)

    def taxes(self) -> Money:
        """Taxes of goods and shipping over the live lines."""
        every = (tax for line in self.live_lines for tax in (*line.taxes, *line.shipping_taxes))
        return total((tax.amount for tax in every), self.currency)

    def gross(self) -> Money:
        """What the buyer pays for the live lines, shipping and taxes included, whatever the tax mode."""
        bare = total((part for line in self.live_lines for part in (line.price, line.shipping_price)), self.currency)
        return bare if self.tax_mode == "TAX_INCLUDED" else bare + self.taxes()


@dataclass(frozen=True, slots=True)
class UnreadableOrder:
    """An order of a page that could not be read: what is wrong with it, in words, and what came."""

    order_id: str
    problems: str
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of OR11. A bad order never stops the others."""

    orders: tuple[MarketplaceOrder, ...]
    unreadable: tuple[UnreadableOrder, ...] = ()
    total_count: int = 0


@dataclass(frozen=True, slots=True)
class MarketplaceFacts:
    """What PC01 says of the operator, as far as we obey it."""

    name: str = ""
    timezone: str = "UTC"
    order_acceptance: str = "NOT_AUTOMATIC"
    addresses_before_acceptance: bool = False
    multi_shipment: bool = False
    alternative_carrier_forbidden: bool = False
    tax_mode: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
