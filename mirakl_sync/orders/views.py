"""What people look at, as plain values: an order in a list, a page of them, one order whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mirakl_sync.cases.story import EffectView, EntryView, QuestionView
from mirakl_sync.orders.states import UNANSWERED, State

# Accepted and not yet on its way: the promise to ship runs.
TO_SHIP = frozenset({State.ACCEPTED, State.PLACED})


@dataclass(frozen=True, slots=True)
class Promise:
    """A time given to us that still runs: ``deed`` is "answer" or "ship"."""

    deed: str
    by: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of a list."""

    id: int
    order_id: str
    connection: str
    state: str
    marketplace_state: str
    created_at: datetime
    accept_by: datetime | None
    ship_by: datetime | None
    gross: Decimal
    currency: str
    waiting_for: str
    last_problem: str
    blocked: bool
    managed: bool
    shop_order: str

    @property
    def promise(self) -> Promise | None:
        """What we owe next, or None when nothing is owed or no time is known."""
        if self.state in UNANSWERED:
            return Promise("answer", self.accept_by) if self.accept_by else None
        return Promise("ship", self.ship_by) if self.ship_by and self.state in TO_SHIP else None


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as we and both sides know it."""

    line_id: str
    sku: str
    title: str
    quantity: int
    gross: Decimal
    state: str
    decision: str
    why: str
    shop_line: str


@dataclass(frozen=True, slots=True)
class ShopOrderView:
    """The shop's order, or one that stood for this sale before."""

    order_id: str
    number: str
    url: str
    total: Decimal | None
    current: bool


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order with everything ever said about it."""

    row: OrderRow
    commercial_id: str
    why: str
    platform_state: str
    answer_by_hand: str
    answered_by: str
    commission: Decimal
    accepted_at: datetime | None
    placed_at: datetime | None
    reference_told_at: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    has_addresses: bool
    lines: tuple[LineView, ...] = ()
    shop_orders: tuple[ShopOrderView, ...] = ()
    effects: tuple[EffectView, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    timeline: tuple[EntryView, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class LineMoney:
    """What a line costs a piece and what the marketplace keeps of it."""

    unit_price: Decimal
    commission: Decimal


@dataclass(frozen=True, slots=True)
class Particulars:
    """What only the page of one order has room for. ``moneys`` by line id."""

    marketplace: str
    store: str
    looked_at: datetime
    fulfilled_by_operator: bool
    moneys: Mapping[str, LineMoney]
