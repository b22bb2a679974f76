"""A sale ends on the marketplace, or the shop's order ends in the shop, at every moment of its life."""

from __future__ import annotations

import pytest

from mirakl_sync.policy.model import Acceptance
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once


def test_cancelled_before_we_saw_it_nothing_happens(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy()
    day.do(order, "cancel")
    day.minutes(2)
    assert day.state(order) == "canceled"
    assert day.shop_orders(order, live=False) == []
    assert day.questions() == []


def test_cancelled_while_a_person_was_asked_closes_the_question(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy(("RUG", 9))
    day.pull()
    assert day.questions() == ["insufficient_stock"]
    day.do(order, "cancel")
    day.minutes(2)
    assert (day.state(order), day.questions()) == ("canceled", [])
    assert day.item("insufficient_stock").closed_by == "by itself"


def test_cancelled_after_our_yes_is_withdrawn_and_the_stock_is_back(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept, market={"payment_seconds": 3600})
    order = day.buy(("MUG", 4))
    day.minutes(2)
    assert day.state(order) == "accepted"
    day.do(order, "cancel")
    day.minutes(2)
    assert day.state(order) == "canceled"
    assert day.shop_orders(order) == []
    assert day.stock("MUG") == 100


def test_cancelled_after_placing_is_cancelled_in_the_shop_with_a_note(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 4))
    day.minutes(2)
    exactly_once(day, order)
    assert day.stock("MUG") == 96
    day.do(order, "cancel")
    day.minutes(2)
    assert day.state(order) == "canceled"
    (dead,) = day.shop_orders(order, live=False)
    assert dead["status"] == "cancelled"
    assert any("is over" in note for note in dead["notes"])
    assert day.stock("MUG") == 100
    assert day.questions() == []


def test_cancelled_after_the_parcel_left_asks_customer_service(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.minutes(2)
    (placed,) = day.shop_orders(order)
    day.webshop.post(f"orders/{placed['id']}", {"status": "completed"})
    day.do(order, "cancel")
    day.minutes(2)
    assert day.state(order) == "canceled"
    assert day.questions() == ["canceled_after_leaving"]
    assert day.item("canceled_after_leaving").owner == "customer service"
    assert [order["status"] for order in day.shop_orders(order)] == ["completed"]


def test_refused_on_the_portal_by_somebody_else_ends_it_without_a_question(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy(("RUG", 9))
    day.pull()
    day.do(order, "refuse")
    day.minutes(2)
    assert day.state(order) == "refused"
    assert day.questions() == []
    assert "somebody refused it there" in day.order(order).why
    assert day.shop_orders(order, live=False) == []


def test_a_provisional_order_of_a_sale_refused_elsewhere_is_withdrawn(begin: Begin) -> None:
    day = begin(accept=Acceptance.AFTER_CREATION)
    order = day.buy(("MUG", 4))
    day.market.trouble({"what": "drop", "match": "OR21"})
    day.pull()
    assert (day.state(order), day.stock("MUG")) == ("reserved", 96)
    day.do(order, "refuse")
    day.market.trouble()
    day.minutes(2)
    assert day.state(order) == "refused"
    assert (day.shop_orders(order), day.stock("MUG")) == ([], 100)


def test_staff_cancelling_a_placed_order_is_asked_about_and_reopening_closes_it(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.minutes(2)
    number = day.shop_orders(order)[0]["id"]
    day.webshop.post(f"orders/{number}", {"status": "cancelled"})
    day.minutes(2)
    assert (day.state(order), day.questions()) == ("placed", ["canceled_in_shop"])
    day.webshop.post(f"orders/{number}", {"status": "processing"})
    day.minutes(2)
    assert day.questions() == []
    exactly_once(day, order)


def test_staff_throwing_a_placed_order_away_is_seen_by_the_poll(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.minutes(2)
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"trash": True})
    day.minutes(2)
    assert day.questions() == ["canceled_in_shop"]


def test_a_sale_cancelled_on_both_sides_is_simply_over(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.minutes(2)
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"status": "cancelled"})
    day.minutes(2)
    assert day.questions() == ["canceled_in_shop"]
    day.do(order, "cancel")
    day.minutes(2)
    assert (day.state(order), day.questions()) == ("canceled", [])


def _reserved(begin: Begin) -> tuple[Day, str]:
    """A provisional order whose yes has not reached the marketplace yet."""
    day = begin(accept=Acceptance.AFTER_CREATION)
    order = day.buy(("MUG", 4))
    day.market.trouble({"what": "drop", "match": "OR21"})
    day.pull()
    assert day.state(order) == "reserved"
    return day, order


def test_a_provisional_order_cancelled_in_the_shop_is_asked_about_before_the_yes(begin: Begin) -> None:
    day, order = _reserved(begin)
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"status": "cancelled"})
    day.ticks()
    day.market.trouble()
    day.minutes(2)
    assert day.questions() == ["canceled_in_shop"]
    assert day.theirs(order)["accepted_at"] is None
    day.later(hours=22)
    day.minutes(2)
    assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "shop")


def test_a_no_by_hand_to_a_reserved_order_gives_the_goods_back(begin: Begin) -> None:
    day, order = _reserved(begin)
    day.market.trouble()
    day.change(order, answer_by_hand="refuse")
    day.minutes(2)
    assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "shop")
    assert (day.shop_orders(order), day.stock("MUG")) == ([], 100)


def test_delivered_and_closed_ends_the_case(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy()
    day.minutes(2)
    for action, ours in (("ship", "shipped"), ("receive", "closed")):
        day.do(order, action)
        day.minutes(1)
        assert day.state(order) == ours
    exactly_once(day, order)


@pytest.mark.parametrize("what", ["lose_answer", "drop"])
def test_a_sale_that_ends_while_its_creation_is_in_doubt_leaves_no_order_behind(begin: Begin, what: str) -> None:
    day = begin(accept=Acceptance.AFTER_CREATION)
    order = day.buy(("MUG", 4))
    day.webshop.trouble({"what": what, "match": r"^POST /wp-json/wc/v3/orders$", "times": 1})
    day.pull()
    assert day.order(order).link is None
    day.do(order, "cancel")
    day.minutes(4)
    assert day.state(order) == "canceled"
    assert day.shop_orders(order) == []
    assert (day.stock("MUG"), day.questions()) == (100, [])
