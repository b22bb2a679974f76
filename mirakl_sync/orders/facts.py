"""What the rules may know of an order: plain values, no rows, no clients, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mirakl_sync.orders.heritage import Heritage
from mirakl_sync.orders.states import State
from mirakl_sync.records.shop import ProductFacts


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line with what the shop said of its SKU.

    ``available`` is what may still be promised: the shop's quantity less what other orders were promised and the shop
    has not felt yet; None where the shop does not count stock.
    """

    line_id: str
    sku: str
    quantity: int
    unit_gross: Decimal
    unit_net: Decimal
    alive: bool = True
    product: ProductFacts | None = None
    available: int | None = None
    # False for a line the provisional order was made without
    held: bool = True


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the rules see it."""

    order_id: str
    state: State
    marketplace_state: str
    created_at: datetime
    lines: tuple[LineFacts, ...]
    accept_by: datetime | None = None
    ship_by: datetime | None = None
    managed: bool = True
    fulfilled_by_operator: bool = False
    has_addresses: bool = False
    # when the marketplace last changed it
    changed_at: datetime | None = None
    has_platform_order: bool = False
    # the shop was asked for an order and never answered; looked at only when the sale is over
    creation_in_doubt: bool = False
    platform_canceled: bool = False
    # where the shop edits by replacing: what is known of the cancelled order's place
    heritage: Heritage | None = None
    # our reference still stands on the order this one replaced
    reference_left_behind: bool = False
    # other living orders of the shop that carry this sale's reference, and since when
    twins: tuple[str, ...] = ()
    twins_since: datetime | None = None
    cancel_refused: bool = False
    # somebody gave the marketplace an answer; False when the time ran out
    answered_by_somebody: bool = False
    partial_allowed: bool = True
    answer_by_hand: str = ""
    # we asked the marketplace to refuse every line, heard or not
    refusal_asked: bool = False
    # nobody may ask the store just now
    store_silent: bool = False
    # the store has not answered anybody for several calls in a row
    store_failing: bool = False
    # this order's own last attempt to ask the store failed
    proof_failed: bool = False

    @property
    def skus(self) -> tuple[str, ...]:
        """Every SKU that still counts, once."""
        return tuple(dict.fromkeys(line.sku for line in self.lines if line.alive))
