"""Days of a SKU that sells fast on three marketplaces and in one shop, with every delay there is: what is sold twice?

Each marketplace is told by files, at most one a minute, worked off after a while, each behind a look at its orders. It
lowers its own number by what it sells; a file overwrites that. The shop feels the marketplaces' sales after up to a
quarter of an hour and tells of its own after up to half a minute. Delays are measured as they are in earnest.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest

from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.stock import latency, velocity
from mirakl_sync.stock.limits import limits
from mirakl_sync.stock.rules import Level, wanted

MORNING = datetime(2026, 11, 27, 8, tzinfo=UTC)
MARKETPLACES = 3
UNMEASURED = 180.0


@dataclass(slots=True)
class Marketplace:
    """What it shows, what it sold since its orders were last looked at, and what we last sent."""

    shown: int = 0
    sold_at: list[float] = field(default_factory=list)
    sent: int | None = None
    # the earliest change that no file has told
    since: float | None = None


class Day:
    """``pieces`` on the shelf, buyers by chance at ``speed`` a second, a part of them (``in_shop``) in the shop."""

    def __init__(self, seed: int, policy: StockPolicy, *, pieces: int, speed: float, in_shop: float) -> None:
        self.oversold = 0
        self._policy, self._speed, self._in_shop = policy, speed, in_shop
        self._chance, self._order = Random(seed), count()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._seconds = 0.0
        # what is there, and what we know of it
        self._left = self._quantity = self._available = pieces
        self._unfelt = 0
        self._velocity, self._velocity_at = 0.0, MORNING
        self._waits: dict[str, int] = {}
        self._places = [Marketplace() for _ in range(MARKETPLACES)]

    def run(self, hours: float) -> Day:
        """Let it pass."""
        self._after(self._chance.expovariate(self._speed), self._buyer)
        for place in self._places:
            self._after(self._chance.uniform(0, 60), self._turn_of(place))
        while self._coming[0][0] <= hours * 3600:
            self._seconds, _, happens = heapq.heappop(self._coming)
            happens()
        return self

    def _after(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (self._seconds + seconds, next(self._order), happens))

    def _buyer(self) -> None:
        self._after(self._chance.expovariate(self._speed), self._buyer)
        if self._chance.random() < self._in_shop:
            self._buys_in_shop()
        else:
            self._buys_at(self._chance.choice(self._places))

    def _buys_in_shop(self) -> None:
        if self._left > 0:
            self._left -= 1
            sold_at = self._seconds
            self._after(self._chance.uniform(1, 30), lambda: self._shop_tells(sold_at))

    def _buys_at(self, place: Marketplace) -> None:
        if place.shown <= 0:
            return
        place.shown -= 1
        place.sold_at.append(self._seconds)
        if self._left > 0:
            self._left -= 1
        else:
            self.oversold += 1

    def _shop_tells(self, sold_at: float) -> None:
        self._quantity -= 1
        self._changed(sold_at)

    def _shop_feels(self) -> None:
        self._quantity, self._unfelt = self._quantity - 1, self._unfelt - 1

    def _changed(self, at: float) -> None:
        for place in self._places:
            place.since = at if place.since is None else min(place.since, at)

    def _turn_of(self, place: Marketplace) -> Callable[[], None]:
        return lambda: self._turn(place)

    def _turn(self, place: Marketplace) -> None:
        """Its orders are looked at, then its number is sent if it differs."""
        believed = None if place.sold_at else place.sent
        for sold_at in place.sold_at:
            self._unfelt += 1
            self._after(self._chance.uniform(5, 900), self._shop_feels)
            self._changed(sold_at)
        place.sold_at = []
        place.sent, since = self._weighed(), place.since
        place.since = None
        if place.sent == believed:
            self._after(60, self._turn_of(place))
        else:
            sent, asked = place.sent, self._seconds
            self._after(self._chance.uniform(5, 40), lambda: self._arrives(place, sent, since, asked))

    def _arrives(self, place: Marketplace, number: int, since: float | None, asked: float) -> None:
        place.shown = number
        if since is not None:
            self._waits = latency.add(self._waits, [self._seconds - since])
        self._after(max(asked + 60 - self._seconds, 0), self._turn_of(place))

    def _weighed(self) -> int:
        now = MORNING + timedelta(seconds=self._seconds)
        available = self._quantity - self._unfelt
        if available < self._available:
            sold = self._available - available
            self._velocity = velocity.after_sale(self._velocity, self._velocity_at, sold, now)
            self._velocity_at, self._available = now, available
        delay = latency.percentile(self._waits, 0.95) or UNMEASURED
        speed = velocity.faded(self._velocity, self._velocity_at, now)
        growing = velocity.growing_buffer(speed, delay, self._policy)
        rules = limits(self._policy, (), sku="A1", categories=(), connection_id=1, now=now, growing=growing)
        number = wanted(Level(quantity=self._quantity, unfelt=self._unfelt), rules).quantity
        assert number is not None
        return number


@pytest.mark.parametrize(("speed", "pieces", "hours"), [(0.005, 60, 6), (0.02, 200, 4), (0.05, 400, 3)])
def test_a_buffer_that_grows_with_speed_and_delay_keeps_a_rush_from_selling_a_piece_twice(
    speed: float, pieces: int, hours: float
) -> None:
    def oversold(policy: StockPolicy) -> int:
        days = [Day(seed, policy, pieces=pieces, speed=speed, in_shop=0.25) for seed in range(20)]
        return sum(day.run(hours).oversold for day in days)

    assert oversold(StockPolicy(buffer_grows=True)) == 0
    assert oversold(StockPolicy()) > 0


def test_with_buyers_waiting_all_day_only_a_fixed_buffer_keeps_the_last_piece_from_being_shown_everywhere() -> None:
    # while nothing is offered nothing sells, and the speed that is forgotten is one that is still there
    def oversold(policy: StockPolicy) -> int:
        days = [Day(seed, policy, pieces=60, speed=0.02, in_shop=0) for seed in range(12)]
        return sum(day.run(hours=8).oversold for day in days)

    without, growing = oversold(StockPolicy()), oversold(StockPolicy(buffer_grows=True))

    assert oversold(StockPolicy(buffer_grows=True, buffer=MARKETPLACES - 1)) == 0
    assert 0 < growing < without
