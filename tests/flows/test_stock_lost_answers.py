"""Every call of stock, asked and then lost: whatever becomes of it or its answer, both sides agree in the end."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.flows.conftest import BeginStock
from tests.flows.stocking import StockDay
from tests.flows.test_lost_answers import LATE, TROUBLES

FILES = ("STO01", "STO02", "STO03")
LISTS = ("OF52", "OF53", "OF54")


@pytest.fixture(params=TROUBLES)
def trouble(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What goes wrong, once."""
    return {**TROUBLES[request.param], "times": 1}


@pytest.mark.parametrize("call", FILES)
def test_a_file(begin_stock: BeginStock, call: str, trouble: dict[str, Any]) -> None:
    day = begin_stock()
    day.later(seconds=5)
    day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": "locked"})
    day.market.trouble({**trouble, "match": call})
    day.count("MUG", 42)
    day.count("LAMP", 2)
    _recover(day, trouble, call)
    day.count("RUG", 0)
    day.minutes(3)
    day.agree({"MUG": 42, "RUG": 0})
    assert (day.shown("LAMP"), day.offer("LAMP").refused, day.offer("LAMP").due) == (5, 2, False)
    assert {push.state for push in day.pushes()} <= {"done", "failed"}


@pytest.mark.parametrize("call", LISTS)
def test_a_list_of_changes(begin_stock: BeginStock, call: str, trouble: dict[str, Any]) -> None:
    day = begin_stock()
    day.later(seconds=5)
    day.market.trouble({**trouble, "match": call})
    day.market.post("portal/offers", {"sku": "RUG", "quantity": 77})
    day.market.post("offers/delete", {"skus": ["LAMP"]})
    _recover(day, trouble, call, minutes=12)
    day.agree({"MUG": 100, "RUG": 3})
    assert not day.offer("LAMP").listed


def test_the_first_list(begin_stock: BeginStock, trouble: dict[str, Any]) -> None:
    offers = [{"sku": sku, "price": 5.0, "quantity": 7} for sku in ("MUG", "LAMP", "GONE")]
    day = begin_stock(begun=False, market={"shops": [{"shop_id": 2000, "offers": offers}]})
    day.market.trouble({**trouble, "match": "OF21", "times": 2})
    day.ticks()
    _recover(day, trouble, "OF21", minutes=8)
    day.agree({"MUG": 100, "LAMP": 5})
    assert (day.offer("GONE").because, day.shown("GONE")) == ("missing", 7)


@pytest.mark.parametrize("seed", range(2))
def test_everything_goes_wrong_at_times(begin_stock: BeginStock, seed: int) -> None:
    day = begin_stock(call_timeout=1.0)
    day.later(seconds=5)
    kinds = ("lose_answer", "fail_after", "drop", "fail", "truncated", "odd_json")
    rules = [{"what": kind, "chance": 0.06} for kind in kinds]
    for remote in (day.market, day.webshop):
        remote.post("trouble", {"seed": seed, "rules": rules})
    for turn in range(10):
        day.count("MUG", 50 + turn)
        day.count("LAMP", turn % 3)
        day.buy_at("acme", "MUG", 1)
        day.minutes(1)
    for remote in (day.market, day.webshop):
        remote.trouble()
    day.minutes(20)
    day.agree({sku: day.stock(sku) for sku in ("MUG", "LAMP", "RUG")})
    assert day.unfelt("MUG") == 0


def _recover(day: StockDay, trouble: dict[str, Any], call: str, minutes: int = 6) -> None:
    """Let a late call arrive, then let minutes of ticks pass; the trouble must have happened."""
    for _ in range(minutes):
        day.minutes(1)
        if trouble["what"] == "late":
            time.sleep((LATE + 0.1) / minutes)
    outcomes = day.market.get("calls")["by_operation"][call]["status"]
    assert trouble["what"] == "odd_json" or any(not outcome.startswith("20") for outcome in outcomes), outcomes
