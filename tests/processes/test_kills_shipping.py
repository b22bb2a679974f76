"""For every step of a parcel and every moment of it: kill the process, let others go on, count the confirmations."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import requests

from tests.flows.days import Day, a_day
from tests.flows.parcels import UPS, UPS_2, Packing
from tests.processes.test_kills import KILLED, kill
from tests.processes.victim import MOMENTS

pytestmark = pytest.mark.processes

POLL = r"GET /wc/v3/orders$"


@dataclass(frozen=True)
class Step:
    """A call of a parcel's case, and the day it belongs to."""

    call: str
    multi: bool = False
    corrected: bool = False
    # the marketplace made the shipment without counting it as shipped
    half_made: bool = False


STEPS = {
    "see the parcel": Step(POLL),
    "tell the number": Step("^OR23 "),
    "ship the order": Step("^OR24 "),
    "create the shipment": Step("^ST01 ", multi=True),
    "ship the shipment": Step("^ST24 ", multi=True, half_made=True),
    "correct the order's number": Step("^OR23 ", corrected=True),
    "correct the shipment's number": Step("^ST23 ", multi=True, corrected=True),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", STEPS)
def test_a_killed_worker_leaves_one_confirmation(database_url: str, name: str, moment: str) -> None:
    step = STEPS[name]
    market = {"multi_shipment": step.multi}
    with a_day(database_url, call_timeout=1.0, market=market, webshop={"tracking_plugin": "ast"}) as day:
        table = Packing(day)
        table.learn()
        order = table.placed("MUG")
        (parcel,) = table.ship(order, carrier="UPS", number=UPS)
        if step.corrected:
            table.seen()
            _correct(day, order, parcel["tracking_id"])
        if step.half_made:
            table.poll()
            table.half_make(order, {f"{order}-1": 1})
        assert kill(day, step.call, moment, store=day.connection().store_pk) == KILLED
        day.lose_messages()
        for _ in range(5):
            day.minutes(1)
            table.poll()
            table.ticks()
        _confirmed_once(table, order, step)


def _confirmed_once(table: Packing, order: str, step: Step) -> None:
    number = UPS_2 if step.corrected else UPS
    known = table.confirmed(order)
    assert table.row(order).state == "told", table.story(table.row(order))
    assert known["state"] == "SHIPPED"
    assert table.day.questions() == []
    if step.multi:
        assert known["shipments"] == [("SHIPPED", {f"{order}-1": 1}, ("UPS", number))]
        assert known["ship_calls"] == 0
        return
    assert known["ship_calls"] == 1
    assert known["trackings"][-1] == ("UPS", number)
    assert set(known["trackings"]) <= {("UPS", UPS), ("UPS", number)}


def _correct(day: Day, order: str, tracking_id: str) -> None:
    shop_order = day.shop_orders(order, live=False)[0]["id"]
    path = f"{day.webshop.url}/_sandbox/orders/{shop_order}/parcels/{tracking_id}"
    assert requests.put(path, json={"number": UPS_2}, timeout=5).ok
    day.later(seconds=2)
