"""Facts, lines and products for tests of pure rules, and strategies that draw any of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from mirakl_sync.orders.facts import LineFacts, OrderFacts
from mirakl_sync.orders.states import State
from mirakl_sync.policy.model import Acceptance, OrderPolicy, TimeRunsOut, Unanswered, Verdict
from mirakl_sync.records.shop import ProductFacts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARKETPLACE_STATES = (
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
    "SOMETHING_NEW",
)


def product(sku: str = "MUG", **changes: Any) -> ProductFacts:
    """A product seen a minute ago, ten in stock, at 12.50."""
    values = {"observed_at": NOON - timedelta(minutes=1), "quantity": 10, "price": Decimal("12.50"), **changes}
    return ProductFacts(sku=sku, **values)


_SEEN = object()


def line(line_id: str = "1", sku: str = "MUG", quantity: int = 1, seen: Any = _SEEN, **changes: Any) -> LineFacts:
    """A line sold at the shop's price; ``available`` follows the product unless given."""
    seen = product(sku) if seen is _SEEN else seen
    values = {"unit_gross": Decimal("12.50"), "unit_net": Decimal("10.42"), "product": seen, **changes}
    values.setdefault("available", seen.quantity if seen else None)
    return LineFacts(line_id=line_id, sku=sku, quantity=quantity, **values)


def order(*lines: LineFacts, **changes: Any) -> OrderFacts:
    """An order that came an hour ago and must be answered within a day of its creation."""
    values = {
        "order_id": "O-1",
        "state": State.RECEIVED,
        "marketplace_state": "WAITING_ACCEPTANCE",
        "created_at": NOON - HOUR,
        "accept_by": NOON + 23 * HOUR,
        **changes,
    }
    return OrderFacts(lines=lines or (line(),), **values)


def _seen_ways() -> list[ProductFacts | None]:
    """What a shop may have said of a SKU, every kind of trouble with it once."""
    ages = [timedelta(minutes=1), timedelta(hours=2), timedelta(days=3)]
    changes: list[dict[str, Any]] = [
        {},
        {"matches": 0},
        {"matches": 2},
        {"sellable": False},
        {"quantity": None},
        {"quantity": None, "in_stock": False},
        {"quantity": 2},
        {"quantity": 0, "backorders": True},
        {"price": Decimal(30)},
        {"price": Decimal(30), "price_includes_tax": False},
        {"price": None},
    ]
    return [None, *(product(**change, observed_at=NOON - age) for age in ages for change in changes)]


LINES = [
    line("", quantity=quantity, seen=seen, held=held)
    for seen in _seen_ways()
    for quantity in (1, 4)
    for held in (True, False)
]
_SWITCHES = (
    "has_addresses",
    "has_platform_order",
    "platform_canceled",
    "cancel_refused",
    "partial_allowed",
    "store_silent",
    "store_failing",
    "proof_failed",
)


@st.composite
def any_order(draw: st.DrawFn, **fixed: Any) -> OrderFacts:
    """Any combination of facts, also those no sane world shows; rare ones rarely."""
    lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=3))
    dead = draw(st.sampled_from([None, None, None, 1, 2]))
    bits = draw(st.integers(0, 2 ** len(_SWITCHES) - 1))
    accept_in, ship_in = draw(st.sampled_from([None, -2, 0, 1, 5, 30])), draw(st.sampled_from([None, -2, 0, 30]))
    values = {
        "state": draw(st.sampled_from(State)),
        "marketplace_state": draw(st.sampled_from([*MARKETPLACE_STATES, *["WAITING_ACCEPTANCE", "SHIPPING"] * 6])),
        "accept_by": None if accept_in is None else NOON + accept_in * HOUR,
        "ship_by": None if ship_in is None else NOON + ship_in * HOUR,
        "answer_by_hand": draw(st.sampled_from(["", "", "", "accept", "refuse"])),
        "managed": draw(st.sampled_from([True, True, True, False])),
        "fulfilled_by_operator": draw(st.sampled_from([False, False, False, True])),
    }
    values |= {name: bool(bits >> place & 1) for place, name in enumerate(_SWITCHES)}
    numbered = [replace(each, line_id=str(n), alive=n != dead) for n, each in enumerate(lines)]
    return order(*numbered, **(values | fixed))


def any_policy(**fixed: Any) -> st.SearchStrategy[OrderPolicy]:
    """Any policy a person may set."""
    choices: dict[str, Any] = {
        "accept": st.sampled_from(Acceptance),
        "when_time_runs_out": st.sampled_from(TimeRunsOut),
        "unanswered": st.sampled_from(Unanswered),
        "unknown_sku": st.sampled_from(Verdict),
        "insufficient_stock": st.sampled_from(Verdict),
        "backorder": st.sampled_from(Verdict),
        "price_below": st.sampled_from(Verdict),
        "partial_forbidden": st.sampled_from(Verdict),
        "price_below_by": st.sampled_from([None, Decimal(10)]),
    }
    return st.builds(OrderPolicy, **(choices | fixed))
