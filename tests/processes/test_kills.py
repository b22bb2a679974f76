"""For every step of an order and every moment of it: kill the process, let others go on, count what exists.

The test we would keep if we could keep one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mirakl_sync.policy.model import Acceptance, Verdict
from tests.conftest import TEST_KEY
from tests.flows.days import Day, a_day, exactly_once
from tests.processes.victim import MOMENTS, SURVIVED

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
KILLED = -9
CREATE, CHANGE = r"POST /wc/v3/orders$", r"PUT /wc/v3/orders/\d+$"


@dataclass(frozen=True)
class Step:
    """A call of the order's case: what it looks like on the wire, and the day it belongs to."""

    call: str
    policy: dict[str, Any] = field(default_factory=dict)
    basket: tuple[str, int] = ("MUG", 2)
    # the buyer's side of the story until the victim starts
    placed: bool = False
    # so many calls of the kind pass first
    skip: int = 0
    canceled: bool = False


CREATE_FIRST = {"accept": Acceptance.AFTER_CREATION}
STEPS = {
    "pull a page": Step("^OR11 "),
    "prove": Step(r"GET /wc/v3/products$"),
    "accept": Step("^OR21 "),
    "accept what is held": Step("^OR21 ", CREATE_FIRST),
    "refuse": Step("^OR21 ", {"insufficient_stock": Verdict.REFUSE}, ("RUG", 9)),
    "hold": Step(CREATE, CREATE_FIRST),
    "create": Step(CREATE),
    "release what was created": Step(CHANGE),
    "release what was held": Step(CHANGE, CREATE_FIRST),
    "withdraw": Step(CHANGE, placed=True, canceled=True),
    "tell the order number": Step("^OR04 "),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", STEPS)
def test_a_killed_worker_leaves_one_acceptance_and_one_shop_order(database_url: str, name: str, moment: str) -> None:
    step = STEPS[name]
    with a_day(database_url, call_timeout=1.0, **step.policy) as day:
        order = day.buy(step.basket)
        if step.placed:
            day.minutes(2)
        if step.canceled:
            day.do(order, "cancel")
        assert _killed(day, step, moment) == KILLED
        day.lose_messages()
        day.minutes(5)
        _ended_well(day, order, step)


def _killed(day: Day, step: Step, moment: str) -> int:
    """Run the victim to its end; answers its exit code."""
    return kill(day, step.call, moment, skip=step.skip)


def kill(day: Day, call: str, moment: str, *, skip: int = 0, store: int = 0, **more: Any) -> int:
    """A worker of everything dies at ``moment`` of the first call like ``call``; with a ``store`` it polls it too.

    ``more`` goes into the victim's plan: ``stock`` for a worker of stock, ``rounds``, ``stride``.
    """
    plan = {
        "database_url": day.wiring.config.database_url,
        "key": TEST_KEY,
        "connection": day.world.connection,
        "store": store,
        "call_timeout": day.wiring.config.call_timeout.total_seconds(),
        "ahead": day.clock.ahead.total_seconds(),
        "call": call,
        "moment": moment,
        "skip": skip,
        "rounds": 3,
        **more,
    }
    command = [sys.executable, "-m", "tests.processes.victim", json.dumps(plan)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != SURVIVED, f"the victim never came to {moment!r}"
    assert done.returncode == KILLED, done.stderr[-2000:]
    return done.returncode


def _ended_well(day: Day, order: str, step: Step) -> None:
    assert day.questions() == []
    if step.canceled:
        assert day.state(order) == "canceled"
        assert (day.shop_orders(order), day.stock("MUG")) == ([], 100)
    elif step.basket[0] == "RUG":
        assert (day.state(order), day.theirs(order)["refused_by"]) == ("refused", "shop")
        assert day.shop_orders(order, live=False) == []
    else:
        assert day.state(order) == "placed"
        exactly_once(day, order)
        assert day.theirs(order)["reference_for_seller"] == day.shop_orders(order)[0]["number"]
    assert len(day.shop_orders(order, live=False)) <= 1
    if not step.canceled:
        assert day.stock("MUG") == (98 if step.basket[0] == "MUG" else 100)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_puller_killed_between_two_pages_loses_no_order(database_url: str, moment: str) -> None:
    with a_day(database_url, call_timeout=1.0, market={"payment_seconds": 3600}) as day:
        day.set_stock("MUG", 130)
        orders = day.buy_many(130)
        # the first page is taken in whole; the second is the one that kills
        _killed(day, Step("^OR11 ", skip=1), moment)
        assert day.connection().orders_cursor is None
        day.lose_messages()
        day.minutes(3)
        assert {day.theirs(order)["acceptances"] for order in orders} == {1}
        assert day.questions() == []


def test_a_worker_that_is_not_killed_ends_the_same_way(database_url: str) -> None:
    with a_day(database_url, call_timeout=1.0) as day:
        order = day.buy(("MUG", 2))
        day.minutes(5)
        _ended_well(day, order, STEPS["accept"])
