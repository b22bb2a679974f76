"""A planner beside the shop: whatever becomes of a sale, on both sides and on the way, it counts once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from mirakl_sync.db.models import Connection, Order, PlannerFile, Store
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.planning import reading, sending, settings, watch
from mirakl_sync.planning.windows import Nights
from mirakl_sync.stores import full_look
from tests.fakes_planner import FakePlanner
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once

RULES = {"promotion_chance": 0, "duplicate_sku_chance": 0}


@dataclass
class Planned:
    """A day with a planner."""

    day: Day
    planner: FakePlanner
    pk: int

    @property
    def nights(self) -> Nights:
        """When it works."""
        return settings.read("ip", {}).nights

    def evening(self) -> None:
        """The clock's ticks in the evening, with the work they ring for; trouble passes, and ticks come again."""
        run = self.nights.next(self.day.clock())
        self._until(self.nights.due(run) + timedelta(minutes=1))
        for _ in range(12):
            self._ticks("planning.send")
            self.day.later(minutes=2)

    def night(self) -> None:
        """The planner's night."""
        self._until(self.nights.next(self.day.clock()))
        self.planner.night(self.day.clock())

    def morning(self) -> None:
        """It is read, and people are asked."""
        self._until(self.nights.last(self.day.clock()) + timedelta(hours=3, minutes=1))
        for _ in range(3):
            self._ticks("planning.read")
            self.day.later(minutes=20)
        watch.watch(self.day.wiring)

    def through_the_night(self) -> None:
        """From one day to the next."""
        self.evening()
        self.night()
        self.morning()

    def _until(self, moment: Any) -> None:
        rest = moment - self.day.clock()
        if rest > timedelta(0):
            self.day.later(seconds=rest.total_seconds())

    def _ticks(self, task: str) -> None:
        waiting = self.day.world.workers.waiting
        waiting.clear()
        sending.due(self.day.wiring)
        rung = [bell for bell in waiting if bell.task == task]
        waiting.clear()
        for _ in rung:
            work = sending.send if task == "planning.send" else reading.read
            try:
                work(self.pk, self.day.wiring)
            except MiraklSyncError:
                continue

    def files(self) -> list[PlannerFile]:
        """Its files, the oldest first."""
        with self.day.wiring.db.reading() as tx:
            return list(tx.execute(select(PlannerFile).order_by(PlannerFile.id)).scalars())

    def refund(self, order_id: str, pieces: int, amount: float) -> None:
        """The shop's staff give money back in the marketplace's portal (OR28)."""
        shop = self.day.world.sandbox["acme"]["shops"][0]
        with self.day.wiring.db.reading() as tx:
            line = tx.execute(select(Order).where(Order.order_id == order_id)).scalar_one().lines[0]
        item = {"order_line_id": line.line_id, "reason_code": "15", "amount": amount, "shipping_amount": 0}
        body = {"order_tax_mode": "TAX_INCLUDED", "refunds": [{**item, "quantity": pieces, "currency_iso_code": "EUR"}]}
        answer = requests.put(
            f"{self.day.world.sandbox['acme']['url']}/api/orders/refund",
            json=body,
            headers={"Authorization": shop["key"]},
            timeout=5,
        )
        assert answer.ok, answer.text


@pytest.fixture
def planned(begin: Begin) -> Planned:
    day = begin(market=RULES)
    planner = FakePlanner()
    with day.wiring.db.transaction() as tx:
        store = Store(key="ip", platform="planner", url="https://ip.example", credentials={}, settings={})
        tx.add(store)
        tx.flush()
        joined = tx.get_one(Connection, day.world.connection)
        joined.planner_pk = store.id
        shop = joined.store_pk
    day.wiring.connections.planner = lambda _store: planner  # type: ignore[method-assign, assignment]  # in place of a client
    full_look.read_levels(shop, day.wiring)
    return Planned(day, planner, store.id)


def test_a_sale_is_told_in_the_evening_and_proven_in_the_morning(planned: Planned) -> None:
    order = planned.day.buy(("MUG", 2))
    planned.day.minutes(2)
    exactly_once(planned.day, order)
    planned.through_the_night()

    assert planned.planner.demand("MUG") == 2
    assert planned.planner.variants["MUG"].title == "Mug"
    assert {file.state for file in planned.files()} == {"proven"}
    assert planned.day.questions() == []


def test_a_sale_refused_by_us_is_never_told(planned: Planned) -> None:
    order = planned.day.buy(("RUG", 9))
    planned.day.pull()
    planned.day.change(order, answer_by_hand="refuse")
    planned.day.minutes(3)
    assert planned.day.state(order) == "refused"
    planned.through_the_night()

    assert planned.planner.sales == {}


@pytest.mark.parametrize("when", ["the same day", "the next day"])
def test_a_cancelled_sale_is_no_demand(planned: Planned, when: str) -> None:
    order = planned.day.buy(("MUG", 4))
    planned.day.minutes(2)
    if when == "the next day":
        planned.through_the_night()
        assert planned.planner.demand("MUG") == 4
    planned.day.do(order, "cancel")
    planned.day.minutes(2)
    planned.through_the_night()

    assert planned.planner.demand("MUG") == 0


def test_goods_that_come_back_are_taken_off_the_demand_once(planned: Planned) -> None:
    order = planned.day.buy(("MUG", 3))
    planned.day.minutes(2)
    planned.through_the_night()
    planned.day.do(order, "ship")
    planned.refund(order, 1, 12.50)
    planned.day.minutes(2)
    for _ in range(2):
        planned.through_the_night()

    assert planned.planner.demand("MUG") == 2
    assert sorted(row.quantity for row in planned.planner.sales.values()) == [-1, 3]


def test_money_without_goods_changes_no_demand(planned: Planned) -> None:
    order = planned.day.buy(("MUG", 3))
    planned.day.minutes(2)
    planned.refund(order, 0, 2.00)
    planned.day.minutes(2)
    planned.through_the_night()

    assert planned.planner.demand("MUG") == 3


def test_what_sold_is_off_the_stock_that_is_told_before_the_shop_has_felt_it(planned: Planned) -> None:
    planned.day.buy(("LAMP", 2))
    planned.day.pull()
    planned.through_the_night()

    assert planned.planner.stock["LAMP", "ip"].in_stock == 3


def test_days_without_news_make_no_file(planned: Planned) -> None:
    planned.day.buy(("MUG", 2))
    planned.day.minutes(2)
    planned.through_the_night()
    made = len(planned.files())
    for _ in range(3):
        planned.through_the_night()

    assert len(planned.files()) == made
    assert planned.planner.demand("MUG") == 2
    assert planned.day.questions() == []


def test_orders_pulled_after_an_outage_of_days_are_told_all_the_same(planned: Planned) -> None:
    planned.day.buy(("MUG", 1))
    planned.day.minutes(2)
    planned.through_the_night()
    # sold, accepted by hand and paid days before anybody looks
    planned.day.do(planned.day.buy(("MUG", 2)), "accept")
    for _ in range(3):
        planned.through_the_night()
    planned.day.minutes(4)
    planned.through_the_night()

    assert planned.planner.demand("MUG") == 3


@pytest.mark.parametrize(
    ("what", "times"), [("fail", 1), ("fail", 4), ("lose_answer", 1), ("lose_answer", 2), ("forbid", 2)]
)
@pytest.mark.parametrize("call", ["bring", "brought", "planned", "incoming"])
def test_every_call_may_fail_and_a_sale_still_counts_once(planned: Planned, call: str, times: int, what: str) -> None:
    order = planned.day.buy(("MUG", 2), ("LAMP", 1))
    planned.day.minutes(2)
    planned.planner.trouble = [("bring", "lose_answer"), *[(call, what)] * times]
    planned.through_the_night()
    planned.day.do(order, "touch")
    planned.day.minutes(2)
    planned.through_the_night()

    assert planned.planner.trouble == []
    if (call, what) != ("brought", "forbid"):
        # where nobody may look for a whole night, a file that was read already comes again
        assert sorted(planned.planner.read) == sorted(set(planned.planner.read))
    assert (planned.planner.demand("MUG"), planned.planner.demand("LAMP")) == (2, 1)
    assert {file.state for file in planned.files()} == {"proven"}
    assert planned.day.questions() == []
