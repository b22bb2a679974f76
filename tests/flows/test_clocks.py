"""Clocks that disagree, and workers that come back after their time."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from mirakl_sync.cases.outcome import Taken
from mirakl_sync.orders import flow, intake
from mirakl_sync.policy.model import Acceptance
from tests.flows.conftest import Begin
from tests.flows.days import exactly_once


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_marketplace_whose_clock_is_hours_off_loses_no_order(begin: Begin, accept: Acceptance, hours: int) -> None:
    day = begin(accept=accept)
    if hours > 0:
        day.market.post("clock", {"advance": hours * 3600})
    else:
        day.clock.ahead += timedelta(hours=-hours)
    orders = [day.buy() for _ in range(3)]
    day.minutes(3)
    orders += [day.buy() for _ in range(3)]
    day.minutes(3)
    exactly_once(day, orders)
    assert day.questions() == []


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_shop_whose_clock_is_off_sells_no_piece_twice(begin: Begin, accept: Acceptance, seconds: int) -> None:
    day = begin(accept=accept, market={"payment_seconds": 600})
    if seconds > 0:
        day.webshop.post("clock", {"advance": seconds})
    else:
        day.clock.ahead += timedelta(seconds=-seconds)
    orders = day.buy_many(5, "RUG")
    day.minutes(4)
    assert sum(day.theirs(order)["accepted_at"] is not None for order in orders) == 3
    day.later(minutes=10)
    day.minutes(8)
    assert (day.stock("RUG"), sum(len(day.shop_orders(order)) for order in orders)) == (0, 3)
    later = day.buy("RUG")
    day.minutes(8)
    assert day.theirs(later)["accepted_at"] is None


def test_a_worker_back_after_its_lease_records_nothing(begin: Begin) -> None:
    day = begin(call_timeout=2.0)
    order = day.buy()
    intake.pull(day.world.connection, day.wiring)
    day.lose_messages()
    row = day.order(order).id
    day.market.trouble({"what": "slow", "seconds": 0.8, "match": "OR21", "times": 1})
    said: list[object] = []
    slow = threading.Thread(target=lambda: said.append(flow.advance(row, day.wiring, "acceptance")))
    slow.start()
    time.sleep(0.3)
    assert isinstance(flow.advance(row, day.wiring, "acceptance"), Taken), "its lease still runs"
    day.clock.ahead += timedelta(seconds=10)
    flow.advance(row, day.wiring, "acceptance")
    accepted_at = day.order(order).accepted_at
    assert accepted_at is not None
    slow.join(5)
    assert said == [Taken("somebody else took over while the call was under way")]
    assert day.order(order).accepted_at == accepted_at
    assert not any("refused" in sentence for sentence in day.story(order))
    day.minutes(3)
    exactly_once(day, order)
