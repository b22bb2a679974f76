"""A question is asked once, closes itself when its cause is gone, and is answered by hand or at the last call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mirakl_sync.policy.model import Unanswered
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once
from tests.flows.doors import open_hooks


def _asked(begin: Begin, **policy: object) -> tuple[Day, str]:
    day = begin(**policy)
    order = day.buy(("RUG", 4))
    day.pull()
    assert day.questions() == ["insufficient_stock"]
    day.later(seconds=2)  # shops date their changes by the second
    return day, order


def test_stock_mended_in_the_shop_is_told_by_webhook(begin: Begin) -> None:
    day, order = _asked(begin)
    with open_hooks(day):
        day.set_stock("RUG", 10)
        day.webshop.post("webhooks/flush")
        day.work()
    assert (day.state(order), day.questions()) == ("accepted", [])
    assert day.item("insufficient_stock").closed_by == "by itself"
    day.minutes(2)
    exactly_once(day, order)


def test_stock_mended_in_the_shop_is_found_by_the_poll(begin: Begin) -> None:
    day, order = _asked(begin)
    day.set_stock("RUG", 10)
    day.minutes(2)
    assert day.questions() == []
    exactly_once(day, order)


def test_stock_mended_in_the_shop_is_found_without_any_word_of_it(begin: Begin) -> None:
    day, order = _asked(begin)
    day.set_stock("RUG", 10)
    day.webshop.trouble({"what": "fail", "match": r"^GET /wp-json/wc/v3/orders$"})
    day.minutes(8)
    assert (day.state(order), day.questions()) == ("placed", [])
    exactly_once(day, order)


def test_a_product_made_later_closes_the_question_about_its_sku(begin: Begin) -> None:
    day = begin()
    order = day.buy(lines=[{"sku": "NEW", "quantity": 1, "price_unit": "5.00"}])
    day.minutes(1)
    assert day.questions() == ["unknown_sku"]
    day.webshop.post("products", {"products": [{"sku": "NEW", "price": 5, "stock": 7}]})
    day.minutes(8)
    assert day.questions() == []
    exactly_once(day, order)
    assert day.stock("NEW") == 6


def test_a_price_mended_in_the_shop_closes_the_question(begin: Begin) -> None:
    day = begin()
    order = day.buy(lines=[{"sku": "MUG", "quantity": 1, "price_unit": "5.00"}])
    day.minutes(1)
    assert day.questions() == ["price_below"]
    day.later(seconds=2)
    day.edit_product("MUG", regular_price="5.00")
    day.minutes(2)
    assert day.questions() == []
    exactly_once(day, order)


def test_many_orders_ask_one_question(begin: Begin) -> None:
    day = begin()
    orders = day.buy_many(5, ("RUG", 4))
    day.pull()
    assert day.questions() == ["insufficient_stock"]
    assert day.item("insufficient_stock").times_seen == 5
    day.later(seconds=2)
    day.set_stock("RUG", 100)
    day.minutes(8)
    exactly_once(day, orders)
    assert (day.questions(), day.stock("RUG")) == ([], 80)


def test_a_question_asked_again_and_again_is_still_one(begin: Begin) -> None:
    day, order = _asked(begin)
    day.minutes(20)
    assert len(day.items("insufficient_stock")) == 1
    assert sum("asked:" in sentence for sentence in day.story(order)) == 1


@pytest.mark.parametrize(("answer", "state"), [("accept", "placed"), ("refuse", "refused")])
def test_a_person_answers_by_hand(begin: Begin, answer: str, state: str) -> None:
    day, order = _asked(begin)
    day.change(order, answer_by_hand=answer)
    day.minutes(2)
    assert (day.state(order), day.questions()) == (state, [])
    assert (day.theirs(order)["accepted_by"], day.theirs(order)["refused_by"]) == (
        ("shop", None) if answer == "accept" else (None, "shop")
    )


@pytest.mark.parametrize("answer", ["accept", "refuse"])
def test_a_person_answers_an_order_whose_shop_is_silent(begin: Begin, answer: str) -> None:
    day = begin()
    day.webshop.trouble({"what": "drop"})
    order = day.buy()
    day.minutes(1)
    assert day.state(order) == "received"
    day.change(order, answer_by_hand=answer)
    assert day.state(order) == {"accept": "accepted", "refuse": "refused"}[answer]


@pytest.mark.parametrize(
    ("unanswered", "state"),
    [(Unanswered.REFUSE, "refused"), (Unanswered.ACCEPT, "placed"), (Unanswered.LEAVE, "received")],
)
def test_at_the_last_call_the_policy_decides(begin: Begin, unanswered: Unanswered, state: str) -> None:
    day, order = _asked(begin, unanswered=unanswered, last_call=timedelta(hours=2))
    day.later(hours=21, minutes=50)
    day.minutes(3)
    assert day.state(order) == "received"
    day.later(minutes=10)
    day.minutes(3)
    assert day.state(order) == state
    assert day.questions() == (["acceptance_at_risk", "insufficient_stock"] if unanswered is Unanswered.LEAVE else [])


def test_a_window_left_to_lapse_is_a_missed_one(begin: Begin) -> None:
    day, order = _asked(begin, unanswered=Unanswered.LEAVE)
    day.later(hours=24, minutes=1)
    day.minutes(2)
    assert day.theirs(order)["refused_by"] == "timeout"
    assert (day.state(order), day.questions()) == ("refused", ["window_missed"])
