"""Asked, then lost: whatever becomes of a call or its answer, one acceptance and one live shop order remain."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mirakl_sync.policy.model import Acceptance
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once

LATE = 0.2
TROUBLES: dict[str, dict[str, Any]] = {
    "lose_answer": {"what": "lose_answer"},
    "fail_after": {"what": "fail_after", "status": 502},
    "late": {"what": "late", "seconds": LATE},
    "drop": {"what": "drop"},
    "fail": {"what": "fail", "status": 503},
    "odd_json": {"what": "odd_json"},
    "truncated": {"what": "truncated"},
}
ANSWER = "OR21"
CREATE = r"^POST /wp-json/wc/v3/orders$"
CHANGE = r"^PUT /wp-json/wc/v3/orders/\d+$"
PROOF = r"^GET /wp-json/wc/v3/products$"


@pytest.fixture(params=TROUBLES)
def trouble(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What goes wrong, once."""
    return {**TROUBLES[request.param], "times": 1}


def _recover(day: Day, trouble: dict[str, Any]) -> None:
    """Let a late call arrive, then let minutes of ticks pass."""
    if trouble["what"] == "late":
        time.sleep(LATE + 0.1)
    day.minutes(4)


def test_our_yes(begin: Begin, accept: Acceptance, trouble: dict[str, Any]) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 2))
    day.market.trouble({**trouble, "match": ANSWER})
    day.pull()
    _recover(day, trouble)
    exactly_once(day, order)
    assert day.stock("MUG") == 98
    assert day.effects()["accept"][0] == "confirmed"
    assert day.questions() == []


def test_our_no(begin: Begin, trouble: dict[str, Any]) -> None:
    from mirakl_sync.policy.model import Verdict

    day = begin(insufficient_stock=Verdict.REFUSE)
    order = day.buy(("RUG", 9))
    day.market.trouble({**trouble, "match": ANSWER})
    day.pull()
    _recover(day, trouble)
    assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "shop")
    assert day.shop_orders(order, live=False) == []
    assert day.questions() == [], "our own no is no missed window"


def test_making_the_shop_order(begin: Begin, accept: Acceptance, trouble: dict[str, Any]) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 2))
    day.webshop.trouble({**trouble, "match": CREATE})
    day.pull()
    day.pull()
    _recover(day, trouble)
    exactly_once(day, order)
    assert len(day.shop_orders(order, live=False)) == 1
    assert day.stock("MUG") == 98


def test_releasing_the_shop_order(begin: Begin, accept: Acceptance, trouble: dict[str, Any]) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 2))
    day.pull()
    day.webshop.trouble({**trouble, "match": CHANGE})
    day.pull()
    _recover(day, trouble)
    exactly_once(day, order)
    assert day.stock("MUG") == 98
    assert day.shop_orders(order)[0]["shipping"]["country"] != ""


def test_withdrawing_the_shop_order(begin: Begin, accept: Acceptance, trouble: dict[str, Any]) -> None:
    day = begin(accept=accept)
    order = day.buy(("MUG", 2))
    day.minutes(2)
    exactly_once(day, order)
    day.do(order, "cancel")
    day.webshop.trouble({**trouble, "match": CHANGE})
    day.pull()
    _recover(day, trouble)
    assert day.state(order) == "canceled"
    assert (day.shop_orders(order), day.stock("MUG")) == ([], 100)


def test_telling_the_order_number(begin: Begin, trouble: dict[str, Any]) -> None:
    day = begin()
    order = day.buy()
    day.market.trouble({**trouble, "match": "OR04"})
    day.minutes(2)
    _recover(day, trouble)
    assert day.theirs(order)["reference_for_seller"] == day.shop_orders(order)[0]["number"]
    exactly_once(day, order)


def test_proving_the_goods(begin: Begin, accept: Acceptance, trouble: dict[str, Any]) -> None:
    day = begin(accept=accept)
    order = day.buy()
    day.webshop.trouble({**trouble, "match": PROOF, "times": 2})
    day.pull()
    _recover(day, trouble)
    exactly_once(day, order)


def test_looking_at_the_marketplace(begin: Begin, accept: Acceptance, trouble: dict[str, Any]) -> None:
    day = begin(accept=accept)
    order = day.buy()
    day.market.trouble({**trouble, "match": "OR11"})
    day.minutes(1)
    _recover(day, trouble)
    exactly_once(day, order)


def test_looking_for_the_shop_order_after_a_lost_answer(begin: Begin, trouble: dict[str, Any]) -> None:
    day = begin()
    order = day.buy()
    day.pull()
    look = {**trouble, "match": r"^GET /wp-json/wc/v3/orders$"}
    day.webshop.trouble({"what": "lose_answer", "match": CREATE, "times": 1}, look)
    day.pull()
    _recover(day, trouble)
    exactly_once(day, order)
    assert len(day.shop_orders(order, live=False)) == 1


def test_a_call_still_under_way_is_not_judged_before_its_time_is_over(begin: Begin) -> None:
    day = begin(call_timeout=5)
    order = day.buy()
    day.pull()
    day.webshop.trouble({"what": "late", "seconds": LATE, "match": CREATE, "times": 1})
    day.pull()
    day.change(order)
    assert day.order(order).waiting_for == "certainty whether it did create"
    assert day.effects()["create"] == ("unknown", 1)
    time.sleep(LATE + 0.1)
    day.minutes(2)
    exactly_once(day, order)
    assert day.effects()["create"] == ("confirmed", 1)


def test_a_creation_that_never_arrived_is_asked_again_after_the_look(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.pull()
    day.webshop.trouble({"what": "drop", "match": CREATE, "times": 1})
    day.pull()
    day.minutes(2)
    exactly_once(day, order)
    assert day.effects()["create"] == ("confirmed", 2)


@pytest.mark.parametrize("seed", range(3))
def test_everything_goes_wrong_at_times(begin: Begin, accept: Acceptance, seed: int) -> None:
    day = begin(accept=accept, call_timeout=1.0)
    orders = day.buy_many(12)
    kinds = ("lose_answer", "fail_after", "drop", "fail", "truncated", "odd_json")
    rules = [{"what": kind, "chance": 0.06} for kind in kinds]
    for remote in (day.market, day.webshop):
        remote.post("trouble", {"seed": seed, "rules": rules})
    day.minutes(6)
    day.market.trouble()
    day.webshop.trouble()
    day.minutes(12)
    exactly_once(day, orders)
    assert day.stock("MUG") == 88
