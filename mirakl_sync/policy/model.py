"""The policy of a connection: closed choices, with the defaults we would choose ourselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from mirakl_sync.records.shop import CommissionShape


class Acceptance(StrEnum):
    """Which comes first: our yes to the marketplace, or a provisional order in the shop."""

    FIRST = "accept_first"
    AFTER_CREATION = "create_first"


class Verdict(StrEnum):
    """What to do with an order line in doubt."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    ASK = "ask"


class TimeRunsOut(StrEnum):
    """What happens to an order under ``create_first`` whose shop does not answer in time."""

    ACCEPT = "accept"
    LEAVE = "leave"


class Unanswered(StrEnum):
    """What happens at the last call to a line that nobody decided."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    LEAVE = "leave"


class Unmapped(StrEnum):
    """What happens to a parcel whose carrier is not on the marketplace's list and nobody has mapped."""

    HOLD = "hold"
    BY_NAME = "send_by_name"


class Partial(StrEnum):
    """When a marketplace that knows several shipments of an order is told of the first."""

    EACH = "each"
    COMPLETE = "when_complete"


class Doubt(StrEnum):
    """What to do with a parcel in doubt; a question never makes it late, at the last call it is told all the same."""

    ASK = "ask"
    TELL = "tell"


class InDoubt(StrEnum):
    """What becomes of an offer whose number in the shop nobody knows for sure."""

    ASK = "ask"
    ZERO = "zero"
    KEEP = "keep"


class Foreign(StrEnum):
    """What becomes of a quantity that somebody else set on the marketplace."""

    OVERWRITE = "overwrite"
    ASK = "ask"


class Customer(StrEnum):
    """Whose name the shop's order carries."""

    GENERIC = "generic"
    PROXY_EMAIL = "proxy_email"


@dataclass(frozen=True, slots=True)
class Window:
    """How long the marketplace waits for our answer: hours, or whole working days in its own time zone.

    ``holidays`` is an ISO country code whose public holidays do not count as working days; empty counts them.
    """

    hours: Decimal | None = None
    working_days: int | None = None
    timezone: str = "UTC"
    holidays: str = ""


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """How orders are answered and placed."""

    accept: Acceptance = Acceptance.FIRST
    when_time_runs_out: TimeRunsOut = TimeRunsOut.ACCEPT
    unanswered: Unanswered = Unanswered.REFUSE
    # before accept_by; never more than a fifth of the window, so that short windows keep time for a person
    last_call: timedelta = timedelta(hours=2)
    poll_every: timedelta = timedelta(minutes=1)
    unknown_sku: Verdict = Verdict.ASK
    insufficient_stock: Verdict = Verdict.ASK
    backorder: Verdict = Verdict.ACCEPT
    price_below: Verdict = Verdict.ASK
    # percent the marketplace price may lie under the shop's; None switches the guard off
    price_below_by: Decimal | None = Decimal(10)
    # the operator refuses answers that differ by line: refuse the whole order, or ask
    partial_forbidden: Verdict = Verdict.ASK
    # what the shop said of a SKU counts this long without asking again …
    proof_fresh: timedelta = timedelta(minutes=5)
    # … and this long when the shop cannot be asked
    proof_valid: timedelta = timedelta(hours=24)
    customer: Customer = Customer.GENERIC
    generic_customer: str = ""
    commission: CommissionShape = CommissionShape.ATTRIBUTE
    commission_target: str = "marketplace_commission"
    tax_exempt_business: bool = False
    # free country texts of the marketplace, as it writes them, to ISO alpha-2 codes
    countries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShipmentPolicy:
    """How the marketplace is told what left the house."""

    unmapped_carrier: Unmapped = Unmapped.HOLD
    partial: Partial = Partial.EACH
    # before ship_by: people are warned, and doubts no longer hold a parcel back
    warn_before: timedelta = timedelta(hours=4)
    # how long a parcel may lack its number before it is told, or asked about, without one
    number_patience: timedelta = timedelta(hours=1)
    without_number: Doubt = Doubt.TELL
    odd_number: Doubt = Doubt.ASK
    reused_number: Doubt = Doubt.ASK


# A warehouse's code, as the marketplace spells it.
WarehouseCode = NewType("WarehouseCode", str)


@dataclass(frozen=True, slots=True)
class StockPolicy:
    """What a marketplace is told of the shelf."""

    # False: everything is weighed and compared, and nothing is sent
    send: bool = False
    # percent of the shelf this marketplace may sell
    share: Decimal = Decimal(100)
    # pieces kept back from every offer …
    buffer: int = 0
    # … and as many more as sell while a change is on its way, with this certainty
    buffer_grows: bool = False
    buffer_cover: Decimal = Decimal("99.9")
    buffer_at_most: int = 25
    # how long a sale counts for that speed: shorter follows a rush sooner, and forgets it sooner
    buffer_remembers: timedelta = timedelta(minutes=30)
    # fewer than this are offered as none
    at_least: int = 1
    # never more than this are shown; None shows all
    at_most: int | None = None
    # offered of what the shop has without counting it; None asks
    uncounted: int | None = None
    # offered beyond the shelf where the product takes backorders
    backorders: int = 0
    # the shop has not confirmed its numbers for this long
    stale_after: timedelta = timedelta(hours=6)
    stale: InDoubt = InDoubt.ASK
    # the shop does not know the SKU of an offer
    missing: InDoubt = InDoubt.ASK
    foreign: Foreign = Foreign.OVERWRITE
    send_every: timedelta = timedelta(minutes=1)
    rows_at_once: int = 50_000
    # how often the marketplace's list of offers is read for changes
    offers_every: timedelta = timedelta(minutes=5)
    # the shop's places of stock to the marketplace's warehouses; "" is the shop as a whole
    warehouses: dict[str, WarehouseCode] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that may differ from one connection to the next."""

    orders: OrderPolicy = field(default_factory=OrderPolicy)
    shipments: ShipmentPolicy = field(default_factory=ShipmentPolicy)
    stock: StockPolicy = field(default_factory=StockPolicy)
