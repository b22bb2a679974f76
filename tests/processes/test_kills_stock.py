"""For every call of stock and every moment of it: kill the process, let others go on, compare both sides' numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest

from mirakl_sync.stock import reading
from tests.flows.stocking import StockDay, a_stock_day
from tests.processes.test_kills import KILLED, kill
from tests.processes.victim import MOMENTS

pytestmark = pytest.mark.processes

ROUNDS, STRIDE = 8, 20
QUICK = {"import_waiting_seconds": 0, "import_seconds": 0, "export_seconds": 0}


@dataclass(frozen=True)
class Step:
    """A call of stock, and the day it belongs to."""

    call: str
    # a person's edit there is looked for
    listed: bool = False
    begun: bool = True


STEPS = {
    "see the change": Step(r"^\S+ GET /wc/v3/products$"),
    "look at the orders": Step("^OR11 "),
    "send the file": Step("^STO01 "),
    "follow the file": Step("^STO02 "),
    "read the refused lines": Step("^STO03 "),
    "read the first list": Step("^OF21 ", begun=False),
    "ask for what changed": Step("^OF52 ", listed=True),
    "follow the export": Step("^OF53 ", listed=True),
    "fetch the export": Step("^OF54 ", listed=True),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", STEPS)
def test_a_killed_worker_leaves_numbers_that_agree(database_url: str, name: str, moment: str) -> None:
    step = STEPS[name]
    with a_stock_day(database_url, call_timeout=1.0, market=QUICK, begun=step.begun) as day:
        if not step.begun:
            day.market.post("offers", {"offers": [{"sku": "MUG", "price": 12.5, "quantity": 3}]})
        day.later(seconds=60)
        _something_happens(day, step)
        died = kill(day, step.call, moment, store=day.connection().store_pk, stock=True, rounds=ROUNDS, stride=STRIDE)
        assert died == KILLED
        day.lose_messages()
        # the victim's clock ran ahead of ours
        day.later(seconds=ROUNDS * STRIDE)
        day.minutes(8)
        _agrees(day, step)


def _something_happens(day: StockDay, step: Step) -> None:
    day.count("MUG", 42)
    day.count("LAMP", 2)
    day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": "locked"})
    day.buy_at("acme", "MUG", 2)
    if step.listed:
        day.market.post("portal/offers", {"sku": "RUG", "quantity": 77})
        with day.wiring.db.transaction() as tx:
            reading.want(tx, day.world.connection, day.clock())


def _agrees(day: StockDay, step: Step) -> None:
    assert day.stock("MUG") == 40
    day.agree({"MUG": 40, "RUG": 3})
    assert (day.shown("LAMP"), day.offer("LAMP").refused, day.offer("LAMP").due) == (5, 2, False), day.account()
    assert {push.state for push in day.pushes()} <= {"done", "failed"}, day.account()
    files = day.imports()
    overlaps = [
        later["import_id"] for earlier, later in pairwise(files) if later["created_at"] < (earlier["ended_at"] or "9")
    ]
    assert overlaps == [], "one file on its way at a time"
    assert day.unfelt("MUG") == 0
