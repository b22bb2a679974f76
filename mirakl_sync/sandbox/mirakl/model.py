"""What the simulated marketplace remembers: orders, lines, refunds. Times are milliseconds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mirakl_sync.sandbox.mirakl.shipment_model import Shipment, Tracking

CENT = Decimal("0.01")
ZERO = Decimal(0)

STATES = (
    "STAGING",
    "WAITING_ACCEPTANCE",
    "WAITING_DEBIT",
    "WAITING_DEBIT_PAYMENT",
    "SHIPPING",
    "SHIPPED",
    "TO_COLLECT",
    "RECEIVED",
    "CLOSED",
    "REFUSED",
    "CANCELED",
)
DEAD = ("REFUSED", "CANCELED")
REFUNDABLE = ("SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED", "INCIDENT_OPEN")


def cents(amount: Decimal) -> Decimal:
    """Rounded to two decimals, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Taxed:
    """An amount and the tax on it, so that both views of an order agree to the cent."""

    net: Decimal
    tax: Decimal

    def shown(self, mode: str) -> Decimal:
        """The amount as a reader in `mode` (TAX_INCLUDED or TAX_EXCLUDED) sees it."""
        return self.net + self.tax if mode == "TAX_INCLUDED" else self.net

    @classmethod
    def of(cls, amount: Decimal, rate: Decimal, mode: str) -> Taxed:
        """Split `amount`, given in `mode`, at `rate` percent; only the tax is rounded."""
        if mode == "TAX_INCLUDED":
            tax = cents(amount * rate / (100 + rate))
            return cls(amount - tax, tax)
        return cls(amount, cents(amount * rate / 100))

    def share(self, amount: Decimal, mode: str) -> Taxed:
        """The part of this that shows as `amount` in `mode`, with its proportional tax."""
        whole = self.shown(mode)
        tax = cents(self.tax * amount / whole) if whole else ZERO
        return Taxed(amount - tax, tax) if mode == "TAX_INCLUDED" else Taxed(amount, tax)


@dataclass
class MoneyBack:
    """A refund or a cancelation of (a part of) a line."""

    number: int
    group: str  # order_refund_id; empty for cancelations
    price: Taxed
    shipping: Taxed
    quantity: int
    reason_code: str
    commission: Decimal
    commission_tax: Decimal
    created: int
    excluded: bool = False  # its pieces need not be shipped any more
    state: str = "WAITING_REFUND"
    paid: int | None = None


@dataclass
class Line:
    """One line of an order."""

    line_id: str
    index: int
    offer_id: int
    sku: str
    title: str
    quantity: int
    unit: Decimal  # in the tenant's tax mode, promotions deducted
    origin_unit: Decimal
    rate: Decimal
    price: Taxed
    shipping: Taxed
    commission: Decimal
    commission_rate: Decimal
    commission_tax: Decimal
    state: str
    promotion: str | None = None
    decided: int | None = None
    shipped: int | None = None  # when its last piece left
    refunds: list[MoneyBack] = field(default_factory=list)
    cancelations: list[MoneyBack] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """Not refused and not cancelled."""
        return self.state not in DEAD

    def left(self) -> tuple[Taxed, Taxed]:
        """Price and shipping not yet refunded or cancelled."""
        back = [*self.refunds, *self.cancelations]
        return (
            _less(self.price, [one.price for one in back]),
            _less(self.shipping, [one.shipping for one in back]),
        )


def _less(whole: Taxed, parts: list[Taxed]) -> Taxed:
    return Taxed(
        whole.net - sum((part.net for part in parts), ZERO),
        whole.tax - sum((part.tax for part in parts), ZERO),
    )


@dataclass
class Order:
    """One logistic order of one shop."""

    order_id: str
    commercial_id: str
    shop_id: int
    sequence: int
    state: str
    created: int
    updated: int
    currency: str
    workflow: str
    country: str  # alpha-3
    customer: dict[str, Any]
    address: dict[str, Any]
    lines: list[Line]
    channel: str | None
    fulfillment_center: str
    shipping_type: str
    payment: str  # ok | refused | never
    payment_seconds: float
    staging_end: str  # ok | fraud
    staging_seconds: float | None = None  # None = as the tenant says, like the window
    window: dict[str, Any] | None = None
    accept_by: int | None = None
    decided: int | None = None
    accepted: int | None = None
    accepted_by: str | None = None
    refused_by: str | None = None
    cancelled_by: str | None = None
    debited: int | None = None
    shipped: int | None = None
    shipped_by: str | None = None
    received: int | None = None
    reached_shipping: int | None = None
    reference_for_seller: str | None = None
    acceptances: int = 0
    answer_calls: int = 0
    ship_calls: int = 0
    trackings: list[Tracking] = field(default_factory=list)  # of the whole order (OR23); the last one counts
    shipments: list[Shipment] = field(default_factory=list)  # deleted ones included
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)  # of shipping: (operation, message)
    reason: tuple[str, str] | None = None
    additional_fields: list[dict[str, Any]] = field(default_factory=list)
    broken: str | None = None
    turn: int = 0  # raised with every change of state, so that an overtaken timer can tell
    rendered: dict[str, str] = field(default_factory=dict)  # tax mode → JSON, until something changes

    @property
    def tracking(self) -> Tracking | None:
        """The tracking of the whole order that counts."""
        return self.trackings[-1] if self.trackings else None

    def total(self, mode: str) -> Decimal:
        """Price and shipping of all lines in `mode`."""
        return sum((line.price.shown(mode) + line.shipping.shown(mode) for line in self.lines), ZERO)
