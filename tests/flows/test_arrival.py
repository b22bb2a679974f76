"""An order arrives, in every state, payment and workflow, and ends where it belongs."""

from __future__ import annotations

import pytest

from mirakl_sync.policy.model import Acceptance
from tests.flows.conftest import Begin
from tests.flows.days import exactly_once

WORKFLOWS = (
    "PAY_ON_ACCEPTANCE",
    "PAY_ON_SHIPMENT",
    "PAY_ON_DELIVERY",
    "PAY_ON_DUE_DATE",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
)


def test_an_order_is_accepted_and_placed(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 2), "LAMP")
    day.pull()
    assert day.theirs(order)["accepted_by"] == "shop"
    assert day.state(order) == "accepted"
    day.pull()
    assert day.state(order) == "placed"
    exactly_once(day, order)
    assert (day.stock("MUG"), day.stock("LAMP")) == (98, 4)
    assert day.questions() == []


def test_accept_first_makes_no_shop_order_before_the_money_is_there(begin: Begin) -> None:
    day = begin(market={"payment_seconds": 600})
    order = day.buy()
    day.pull()
    day.pull()
    assert day.state(order) == "accepted"
    assert day.shop_orders(order) == []
    assert day.stock("MUG") == 100
    assert day.order(order).waiting_for == "the marketplace to confirm and be paid"


def test_create_first_holds_the_goods_before_it_says_yes(begin: Begin) -> None:
    day = begin(accept=Acceptance.AFTER_CREATION, market={"payment_seconds": 600})
    order = day.buy(("MUG", 3))
    day.pull()
    (held,) = day.shop_orders(order)
    assert held["status"] == "on-hold"
    assert day.stock("MUG") == 97
    assert held["created"] < day.theirs(order)["accepted_at"]
    day.later(minutes=11)
    day.minutes(2)
    exactly_once(day, order)
    assert day.stock("MUG") == 97


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_payment_workflow_ends_in_the_shop(begin: Begin, accept: Acceptance, workflow: str) -> None:
    day = begin(accept=accept, market={"workflow": workflow})
    order = day.buy("MUG", workflow=workflow)
    day.minutes(3)
    exactly_once(day, order)
    assert day.state(order) == "placed"


def test_a_staged_order_waits_for_the_operators_checks(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy("MUG", staging_seconds=300)
    day.pull()
    assert (day.state(order), day.theirs(order)["answer_calls"]) == ("received", 0)
    assert day.order(order).waiting_for == "the operator's checks"
    assert day.shop_orders(order, live=False) == []
    day.later(minutes=6)
    day.minutes(2)
    exactly_once(day, order)


def test_a_fraud_found_while_staging_ends_the_order_quietly(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy("MUG", staging_seconds=300, staging_end="fraud")
    day.pull()
    day.later(minutes=6)
    day.minutes(2)
    assert day.state(order) == "canceled"
    assert day.shop_orders(order, live=False) == []
    assert day.questions() == []


def test_a_slow_payment_is_waited_for(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy("MUG", payment_seconds=7200)
    day.minutes(3)
    assert day.state(order) == "accepted"
    day.later(hours=2)
    day.minutes(2)
    exactly_once(day, order)


def test_a_payment_that_never_comes_never_ships(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy("MUG", payment="never")
    day.minutes(2)
    day.later(hours=70)
    day.minutes(2)
    assert day.state(order) == "accepted"
    assert [shop["status"] for shop in day.shop_orders(order)] in ([], ["on-hold"])


def test_a_refused_payment_gives_the_goods_back(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 2), payment="refused", payment_seconds=600)
    day.minutes(2)
    day.later(minutes=10)
    day.minutes(2)
    assert day.state(order) == "canceled"
    assert day.shop_orders(order) == []
    assert day.stock("MUG") == 100


def test_an_operator_that_accepts_automatically_is_believed(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept, market={"order_acceptance": "AUTOMATIC"})
    order = day.buy()
    day.minutes(2)
    theirs = day.theirs(order)
    assert (theirs["accepted_by"], theirs["answer_calls"]) == ("automatic", 0)
    assert [shop["total"] for shop in day.shop_orders(order)] == [theirs["total_price"]]
    assert day.state(order) == "placed"


@pytest.mark.parametrize(
    ("state", "ours", "live"),
    [
        ("WAITING_DEBIT", "accepted", 0),
        ("WAITING_DEBIT_PAYMENT", "accepted", 0),
        ("SHIPPING", "placed", 1),
        ("SHIPPED", "shipped", 0),
        ("RECEIVED", "closed", 0),
        ("CLOSED", "closed", 0),
        ("REFUSED", "refused", 0),
        ("CANCELED", "canceled", 0),
    ],
)
def test_an_order_first_seen_late_is_taken_from_there(begin: Begin, state: str, ours: str, live: int) -> None:
    day = begin(market={"debit_seconds": 86_400})
    order = day.buy("MUG", state=state, payment="never")
    day.pull()
    assert day.theirs(order)["state"] == state
    assert (day.state(order), len(day.shop_orders(order))) == (ours, live)
    assert day.theirs(order)["answer_calls"] == 0


def test_an_order_the_operator_fulfils_is_left_alone(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    order = day.buy("MUG", fulfillment_center="OPERATOR-1")
    day.minutes(2)
    assert day.state(order) == "closed"
    assert day.theirs(order)["answer_calls"] == 0
    assert day.shop_orders(order, live=False) == []


def test_thirty_orders_are_each_placed_once(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    orders = day.buy_many(30)
    day.minutes(3)
    exactly_once(day, orders)
    assert day.stock("MUG") == 70
