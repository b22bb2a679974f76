"""What costs most while it waits comes first, and says so in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.inbox import ranking
from mirakl_sync.inbox.kind import Loss, Urgency
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.inbox.ranking import Stake
from tests.conftest import NOON

HOUR = timedelta(hours=1)


def stake(loss: Loss = Loss.SALE, amount: str = "100", hours: float | None = 2, **more: Any) -> Stake:
    lost_at = None if hours is None else NOON + hours * HOUR
    return Stake(loss, 1, {"EUR": Decimal(amount)}, lost_at, **more)


def first(**both: Stake) -> str:
    names = list(both)
    (number, *_) = ranking.by_cost(dict(enumerate(both.values())), NOON)
    return names[number]


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (stake(amount="1000"), stake(amount="900")),
        (stake(hours=1), stake(hours=2)),
        (stake(hours=-1), stake(hours=2)),
        (stake(Loss.SALE), stake(Loss.LATE)),
        (stake(Loss.LATE), stake(Loss.NOTHING)),
        (stake(hours=2), stake(hours=None)),
        # a lost sale of today goes before a thousand that wait for days with nothing lost
        (stake(amount="20", hours=3), stake(Loss.NOTHING, amount="5000", hours=100)),
        # nobody has counted the orders that a silent feed hides
        (Stake(Loss.UNSEEN, due_at=NOON + HOUR), stake(amount="200", hours=2)),
        # one expensive order with hours left may wait for a cheap one in its last minutes
        (stake(amount="30", hours=0.1), stake(amount="500", hours=20)),
    ],
)
def test_the_dearer_wait_comes_first(winner: Stake, loser: Stake) -> None:
    assert first(loser=loser, winner=winner) == "winner"


def test_equal_costs_go_by_due_time_then_by_age() -> None:
    sooner, later = stake(due_at=NOON + 5 * HOUR), stake(due_at=NOON + 6 * HOUR)
    assert ranking.by_cost({1: later, 2: sooner, 3: sooner, 4: stake()}, NOON) == [2, 3, 1, 4]


amounts = st.decimals(0, 1_000_000, places=2)
hours = st.floats(-1000, 1000)
losses = st.sampled_from(list(Loss))


@given(loss=losses, less=amounts, more=amounts, left=hours)
def test_more_money_never_ranks_lower(loss: Loss, less: Decimal, more: Decimal, left: float) -> None:
    low, high = sorted((less, more))
    assert cost(loss, {"EUR": high}, left) >= cost(loss, {"EUR": low}, left)


@given(loss=losses, amount=amounts, one=hours, other=hours)
def test_less_time_never_ranks_lower(loss: Loss, amount: Decimal, one: float, other: float) -> None:
    soon, late = sorted((one, other))
    assert cost(loss, {"EUR": amount}, soon) >= cost(loss, {"EUR": amount}, late)


@given(loss=losses, here=amounts, there=amounts, left=hours)
def test_another_currency_never_makes_it_cheaper(loss: Loss, here: Decimal, there: Decimal, left: float) -> None:
    assert cost(loss, {"EUR": here, "GBP": there}, left) >= cost(loss, {"EUR": here}, left)


def cost(loss: Loss, amounts: Mapping[str, Decimal], left: float) -> Decimal:
    return ranking.cost(Stake(loss, 1, amounts, NOON + left * HOUR), NOON)


@pytest.mark.parametrize(
    ("at_stake", "words"),
    [
        (Stake(Loss.SALE, 3, {"EUR": Decimal(412)}, NOON + 2 * HOUR), "3 orders, 412.00 EUR, the sale is lost in 2 h"),
        (stake(amount="1234.5", hours=-0.2), "1 order, 1,234.50 EUR, the sale is lost since 12 min"),
        (
            Stake(Loss.LATE, 2, {"GBP": Decimal(5), "EUR": Decimal("7.1")}, NOON + 50 * HOUR),
            "2 orders, 7.10 EUR, 5.00 GBP, the parcel is late in 2 d",
        ),
        (Stake(Loss.UNSEEN, due_at=NOON + HOUR), "orders are missed"),
        (Stake(Loss.NOTHING, lost_at=NOON), "nothing is lost yet"),
        (stake(hours=0.001), "1 order, 100.00 EUR, the sale is lost in less than a minute"),
    ],
)
def test_it_is_said_in_words(at_stake: Stake, words: str) -> None:
    assert ranking.said(at_stake, NOON) == words


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_urgent_says_what_is_lost(kind: Any) -> None:
    assert (kind.urgency is not Urgency.NOW) or kind.loss is not Loss.NOTHING
