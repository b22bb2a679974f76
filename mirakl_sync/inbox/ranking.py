"""What costs most while it waits comes first: what is at stake, what happens when nobody acts, and how soon.

Amounts are not converted: those of different currencies are compared by their figures alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from mirakl_sync.inbox.kind import Loss

# How much of what is at stake is lost when nobody acts.
_SHARE = {
    Loss.SALE: Decimal(1),
    Loss.MONEY: Decimal(1),
    Loss.UNSEEN: Decimal(1),
    Loss.UNTOLD: Decimal(1),
    Loss.NEXT: Decimal("0.5"),
    Loss.LATE: Decimal("0.5"),
    Loss.NOTHING: Decimal("0.02"),
}
# What is at stake where no order says it, as a figure: a feed that stands still hides orders nobody has counted.
_AT_LEAST = {
    Loss.SALE: Decimal(50),
    Loss.MONEY: Decimal(50),
    Loss.UNSEEN: Decimal(2000),
    Loss.NEXT: Decimal(500),
    Loss.UNTOLD: Decimal(500),
    Loss.LATE: Decimal(50),
    Loss.NOTHING: Decimal(50),
}
# Nearer than this counts as now; later than this, or at no known time, as far away.
_NOW = timedelta(minutes=5)
_FAR = timedelta(days=14)
_HOUR = timedelta(hours=1)
_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


@dataclass(frozen=True, slots=True)
class Stake:
    """What waits for an answer: how many orders, what they are worth by currency, what is lost and when.

    ``lost_at`` is the nearest promise of the orders, None where none is known; ``due_at`` when an answer is wanted.
    """

    loss: Loss
    orders: int = 0
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    lost_at: datetime | None = None
    due_at: datetime | None = None


def cost(stake: Stake, now: datetime) -> Decimal:
    """The cost of waiting an hour more, as a figure to rank by. More money or less time never make it smaller."""
    figure = sum(stake.amounts.values(), _AT_LEAST[stake.loss])
    until = min(filter(None, (stake.lost_at, stake.due_at)), default=None)
    left = _FAR if until is None else min(max(until - now, _NOW), _FAR)
    return figure * _SHARE[stake.loss] / Decimal(left / _HOUR)


def by_cost(stakes: Mapping[int, Stake], now: datetime) -> list[int]:
    """The keys, what costs most first; equal ones by due time, then by key."""

    def place(key: int) -> tuple[Decimal, bool, datetime, int]:
        due = stakes[key].due_at
        return -cost(stakes[key], now), due is None, due or now, key

    return sorted(stakes, key=place)


def said(stake: Stake, now: datetime) -> str:
    """ "3 orders, 412.00 EUR, the sale is lost in 2 h"."""
    parts = [f"{stake.orders} {'order' if stake.orders == 1 else 'orders'}"] if stake.orders else []
    parts += [f"{amount:,.2f} {currency}" for currency, amount in sorted(stake.amounts.items())]
    return ", ".join([*parts, _loss(stake, now)])


def _loss(stake: Stake, now: datetime) -> str:
    if stake.lost_at is None or stake.loss is Loss.NOTHING:
        return stake.loss.value
    seconds = (stake.lost_at - now).total_seconds()
    return f"{stake.loss.value} {f'in {_span(seconds)}' if seconds >= 0 else f'since {_span(-seconds)}'}"


def _span(seconds: float) -> str:
    """A length of time in its greatest unit, rounded down: nobody is promised more than there is."""
    return next((f"{int(seconds // size)} {name}" for size, name in _STEPS if seconds >= size), "less than a minute")
