"""Promises running out: alarms, last calls, missed windows, and shops or marketplaces away for a day."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from mirakl_sync.db.models import Order
from mirakl_sync.policy.model import Acceptance, TimeRunsOut
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once

CREATE = r"^POST /wp-json/wc/v3/orders$"
AWAY = {"what": "fail", "status": 503}


def test_a_missed_window_is_told_once(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy()
    day.market.trouble({"what": "drop", "match": "OR21"})
    day.minutes(2)
    day.later(hours=24)
    day.market.trouble()
    day.minutes(3)
    assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "timeout")
    assert day.questions() == ["window_missed"]
    assert day.shop_orders(order) == []
    assert day.stock("MUG") == 100


def test_alarms_at_half_and_at_four_fifths_of_the_window(begin: Begin) -> None:
    day = begin()
    day.webshop.trouble({"what": "drop"})
    order = day.buy()
    day.minutes(1)
    day.later(hours=11, minutes=50)
    day.ticks()
    assert "acceptance_waiting" not in day.questions()
    day.later(minutes=10)
    day.ticks()
    assert "acceptance_waiting" in day.questions()
    day.later(hours=7)
    day.ticks()
    assert "acceptance_at_risk" not in day.questions()
    day.later(minutes=15)
    day.ticks()
    item = day.item("acceptance_at_risk")
    assert item.owner == "operations"
    assert item.due_at <= day.order(order).accept_by
    day.webshop.trouble()
    day.minutes(3)
    assert (day.state(order), "acceptance_at_risk" in day.questions()) == ("placed", False)


def test_an_alarm_is_raised_once(begin: Begin) -> None:
    day = begin()
    day.webshop.trouble({"what": "drop"})
    day.buy()
    day.minutes(1)
    day.later(hours=13)
    day.minutes(5)
    assert day.item("acceptance_waiting").times_seen == 1


def test_a_shop_away_for_a_day_costs_no_order_that_was_proven(begin: Begin) -> None:
    day = begin()
    seen = day.buy()
    day.minutes(2)
    exactly_once(day, seen)
    day.webshop.trouble(AWAY)
    order = day.buy()
    day.minutes(6)
    day.later(hours=20)
    day.minutes(3)
    assert day.theirs(order)["accepted_by"] == "shop"
    assert (day.state(order), day.shop_orders(order)) == ("accepted", [])
    day.later(hours=4)
    day.webshop.trouble()
    day.minutes(12)
    exactly_once(day, order)
    assert day.stock("MUG") == 98


def test_a_proof_seen_before_the_silence_is_enough_to_accept_at_once(begin: Begin) -> None:
    day = begin()
    day.buy()
    day.minutes(2)
    day.webshop.trouble(AWAY)
    day.later(minutes=6)
    orders = day.buy_many(3)
    day.minutes(15)
    assert [day.theirs(order)["accepted_by"] for order in orders] == ["shop"] * 3


def test_create_first_accepts_when_the_time_runs_out(begin: Begin) -> None:
    day = _away_until_the_last_call(begin, TimeRunsOut.ACCEPT)
    (order,) = (theirs["order_id"] for theirs in day.market.get("books")["orders"])
    assert day.theirs(order)["accepted_by"] == "shop"
    assert day.state(order) == "accepted"
    day.webshop.trouble()
    day.minutes(12)
    exactly_once(day, order)


def test_create_first_leaves_it_when_the_seller_wishes(begin: Begin) -> None:
    day = _away_until_the_last_call(begin, TimeRunsOut.LEAVE)
    (order,) = (theirs["order_id"] for theirs in day.market.get("books")["orders"])
    assert (day.theirs(order)["accepted_by"], day.state(order)) == (None, "received")
    assert "acceptance_at_risk" in day.questions()
    day.later(hours=3)
    day.minutes(2)
    assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "timeout")
    assert "window_missed" in day.questions()


def _away_until_the_last_call(begin: Begin, runs_out: TimeRunsOut) -> Day:
    """The shop proves the goods, but never takes the order."""
    day = begin(accept=Acceptance.AFTER_CREATION, when_time_runs_out=runs_out, last_call=timedelta(hours=2))
    day.webshop.trouble({**AWAY, "match": CREATE})
    day.buy()
    day.minutes(2)
    day.later(hours=21)
    day.minutes(1)
    assert day.market.get("books")["orders"][0]["accepted_by"] is None
    day.later(hours=1, minutes=1)
    day.minutes(2)
    return day


def test_a_slow_shop_delays_nothing_but_its_own_orders(begin: Begin) -> None:
    day = begin(call_timeout=1.2)
    day.webshop.trouble({"what": "slow", "seconds": 1.8, "match": CREATE, "times": 1})
    order = day.buy()
    day.pull()
    assert day.theirs(order)["accepted_by"] == "shop"
    day.pull()
    assert day.order(order).last_problem != ""
    # a real shop has minutes to finish before it is looked at; here its own clock must not be outrun
    over = time.monotonic() + 10
    while not day.shop_orders(order) and time.monotonic() < over:
        time.sleep(0.05)
    day.later(seconds=30)
    day.minutes(3)
    exactly_once(day, order)


def test_a_marketplace_away_is_asked_again_and_nothing_is_missed(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    day.market.trouble({"what": "fail", "status": 502})
    order = day.buy()
    day.minutes(5)
    day.market.trouble()
    day.minutes(4)
    exactly_once(day, order)


def test_retry_after_is_honoured(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.pull()
    again = day.buy()
    day.market.trouble({"what": "fail", "status": 429, "retry_after": 600, "match": "OR21", "times": 1})
    day.pull()
    assert day.theirs(again)["accepted_by"] is None
    wait = (day.order(again).next_attempt_at - day.clock()).total_seconds()
    assert 590 < wait < 670
    calls = day.theirs(again)["answer_calls"]
    day.minutes(8)
    assert day.theirs(again)["answer_calls"] == calls
    day.minutes(5)
    exactly_once(day, [order, again])


def test_a_look_too_many_waits_as_long_as_it_is_told(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.market.trouble({"what": "fail", "status": 429, "retry_after": 300, "match": "OR11", "times": 1})
    day.minutes(4)
    assert day.market.get("calls")["by_operation"]["OR11"]["total"] == 1
    day.minutes(4)
    exactly_once(day, order)


@pytest.mark.parametrize("minutes", [0, 6])
def test_accepted_meanwhile_by_somebody_else(begin: Begin, accept: Acceptance, minutes: int) -> None:
    day = begin(accept=accept)
    order = day.buy()
    day.world.pull()
    day.do(order, "accept")
    if minutes:
        day.later(minutes=minutes)
    day.work()
    day.minutes(4)
    theirs = day.theirs(order)
    assert theirs["accepted_by"] == "operator"
    assert [shop["status"] for shop in day.shop_orders(order)] == ["processing"]
    assert day.questions() == []


def test_timed_out_while_we_answered(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept, market={"acceptance_window": {"seconds": 60}})
    order = day.buy()
    day.world.pull()
    day.market.post("clock", {"advance": 61})
    day.work()
    day.minutes(4)
    assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "timeout")
    assert (day.shop_orders(order), day.stock("MUG")) == ([], 100)


def test_a_yes_that_never_arrived_though_it_was_answered_is_given_again(begin: Begin, accept: Acceptance) -> None:
    """A proxy between us may say 204 on its own: the next looks still show the order waiting."""
    day = begin(accept=accept)
    order = day.buy()
    day.world.pull()
    with day.wiring.db.transaction() as tx:
        row = tx.get_one(Order, day.order(order).id)
        row.state, row.accepted_at = "accepted", day.clock()
    day.work()
    assert day.theirs(order)["accepted_at"] is None
    day.minutes(8)
    exactly_once(day, order)
