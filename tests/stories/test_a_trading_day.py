"""A trading day, as the people who live it would tell it.

Read it from morning to night: every sentence is a line of the test. It is told twice, once for a seller who accepts
first and once for one whose shop holds the goods before the marketplace hears a yes. No technical word is needed to
follow it; "the books" are what marketplace and shop themselves say in the evening.
"""

from __future__ import annotations

from datetime import timedelta

from mirakl_sync.policy.model import Acceptance
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once
from tests.flows.doors import open_hooks


def test_a_trading_day(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept, last_call=timedelta(hours=2), market={"payment_seconds": 300})
    with open_hooks(day):
        sold = _morning(day)
        sold += _noon(day)
        sold += _afternoon(day)
        _evening(day, sold)


def _morning(day: Day) -> list[str]:
    """08:00. Two orders came overnight: one is plain, one sells four rugs where three are in stock."""
    plain, too_many = day.buy(("MUG", 2)), day.buy(("RUG", 4))
    day.minutes(1)

    # The plain one is answered within the minute; nobody had to do anything.
    assert day.theirs(plain)["accepted_by"] == "shop"

    # The other is a question for operations, with the numbers in it and the way out beside it.
    assert day.questions() == ["insufficient_stock"]
    question = day.item("insufficient_stock")
    assert question.owner == "operations"
    assert question.question == "4 × RUG sold, the shop has 3 left to promise."
    assert "orders accept|refuse" in question.way_out

    # The buyer of the mugs pays, and the warehouse finds the order in the shop, addresses and all.
    day.minutes(7)
    exactly_once(day, plain)
    assert day.shop_orders(plain)[0]["shipping"]["address_1"] != ""

    # The finance department finds the shop's number on the marketplace's order.
    assert day.theirs(plain)["reference_for_seller"] == day.shop_orders(plain)[0]["number"]

    # The warehouse counts again: there are six rugs. The shop tells us, and the question is gone by itself.
    day.set_stock("RUG", 6)
    day.webshop.post("webhooks/flush")
    day.work()
    assert day.questions() == []
    assert day.item("insufficient_stock").closed_by == "by itself"
    day.minutes(7)
    exactly_once(day, too_many)
    assert day.stock("RUG") == 2
    return [plain, too_many]


def _noon(day: Day) -> list[str]:
    """12:00. The shop is being updated and answers nobody, and a rush begins."""
    day.later(hours=3)
    day.webshop.post("maintenance", {"on": True})
    rush = day.buy_many(6, "MUG")
    day.minutes(10)

    # Nothing is lost and nothing is refused. It is only told later.
    assert [day.theirs(order)["refused_by"] for order in rush] == [None] * 6
    assert [day.shop_orders(order) for order in rush] == [[]] * 6

    # An hour later the shop is back, and every order is in it once.
    day.later(hours=1)
    day.webshop.post("maintenance", {"on": False})
    day.minutes(20)
    exactly_once(day, rush)
    assert day.stock("MUG") == 92
    return rush


def _afternoon(day: Day) -> list[str]:
    """15:00. The lines are bad, a buyer changes their mind, and somebody mistyped a price."""
    # The marketplace does what we ask and its answers do not reach us. Nothing is done twice.
    for remote in (day.market, day.webshop):
        remote.post("trouble", {"seed": 15, "rules": [{"what": "lose_answer", "chance": 0.15}]})
    unheard = day.buy_many(4, "LAMP")
    day.minutes(12)
    day.market.trouble()
    day.webshop.trouble()
    day.minutes(15)
    exactly_once(day, unheard)
    assert day.stock("LAMP") == 1

    # A buyer cancels after the order reached the shop: it is cancelled there, and the lamp is back on the shelf.
    regretted = unheard.pop()
    day.do(regretted, "cancel")
    day.minutes(2)
    assert day.state(regretted) == "canceled"
    assert (day.shop_orders(regretted), day.stock("LAMP")) == ([], 2)

    # A mug for one euro twenty-five: the e-commerce team is asked before anything is promised, and says no.
    mistyped = day.buy(lines=[{"sku": "MUG", "quantity": 1, "price_unit": "1.25"}])
    day.minutes(2)
    assert day.questions() == ["price_below"]
    assert day.item("price_below").owner == "ecommerce"
    day.change(mistyped, answer_by_hand="refuse")
    day.minutes(2)
    assert (day.state(mistyped), day.theirs(mistyped)["refused_by"]) == ("refused", "shop")
    assert day.shop_orders(mistyped, live=False) == []
    return unheard


def _evening(day: Day, sold: list[str]) -> None:
    """19:00. The parcels leave, one question nobody answered is decided by the policy, and the books agree."""
    for order in sold:
        day.do(order, "ship")
    forgotten = day.buy(("RUG", 9))
    day.minutes(2)
    assert {day.state(order) for order in sold} == {"shipped"}
    assert day.questions() == ["insufficient_stock"]

    # The night passes. Half of the time is gone, then nearly all of it, and each is told once.
    day.later(hours=12)
    day.minutes(2)
    assert "acceptance_waiting" in day.questions()
    day.later(hours=8)
    day.minutes(2)
    assert "acceptance_at_risk" in day.questions()

    # Two hours before the end nobody is waited for any more: the policy refuses what the shop does not have.
    day.later(hours=2)
    day.minutes(2)
    assert (day.state(forgotten), day.theirs(forgotten)["refused_by"]) == ("refused", "shop")

    # The books: every sale accepted once and shipped from one shop order, no window missed, no question left.
    totals = day.market.get("books")["totals"]
    assert (totals["acceptances"], totals["late"]) == (len(sold) + 1, 0)
    assert totals["refused_by"] == {"shop": 2}
    assert day.webshop.get("books")["totals"]["doubled_references"] == 0
    exactly_once(day, sold)
    assert day.questions() == []
    assert (day.stock("MUG"), day.stock("LAMP"), day.stock("RUG")) == (92, 2, 2)
