"""Several workers at once on the same rows: duplicates of every message, and the last piece sold twice."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Order
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders import flow, intake
from mirakl_sync.policy.model import Acceptance
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once


def _crowd(day: Day, *, seed: int, copies: int = 4) -> None:
    """Every order is rung for on both lanes by several workers at the same time."""
    day.lose_messages()
    with day.wiring.db.reading() as tx:
        rows = list(tx.execute(select(Order.id)).scalars())
    bells = [(row, lane) for row in rows for lane in ("acceptance", "orders") for _ in range(copies)]
    random.Random(seed).shuffle(bells)
    with ThreadPoolExecutor(6) as workers:
        for done in [workers.submit(flow.advance, row, day.wiring, lane) for row, lane in bells]:
            done.result()
    day.lose_messages()


def test_a_message_delivered_to_many_workers_is_worked_on_by_one(begin: Begin, accept: Acceptance) -> None:
    day = begin(accept=accept)
    orders = day.buy_many(6)
    for seed in range(4):
        intake.pull(day.world.connection, day.wiring)
        _crowd(day, seed=seed)
        day.later(seconds=10)
    day.minutes(2)
    exactly_once(day, orders)
    assert {day.theirs(order)["answer_calls"] for order in orders} == {1}
    assert all(len(day.shop_orders(order, live=False)) == 1 for order in orders)
    assert day.stock("MUG") == 94


@pytest.mark.parametrize("seed", range(3))
def test_workers_at_once_never_promise_the_same_piece_twice(begin: Begin, accept: Acceptance, seed: int) -> None:
    day = begin(accept=accept, market={"payment_seconds": 600})
    day.set_stock("RUG", 2)
    orders = day.buy_many(5, "RUG")
    intake.pull(day.world.connection, day.wiring)
    _crowd(day, seed=seed, copies=2)
    day.minutes(3)
    accepted = [order for order in orders if day.theirs(order)["accepted_at"]]
    assert len(accepted) == 2
    day.later(minutes=10)
    day.minutes(3)
    exactly_once(day, accepted)
    assert day.stock("RUG") == 0


def test_many_pullers_take_each_order_in_once(begin: Begin) -> None:
    day = begin(market={"payment_seconds": 600})
    day.buy_many(120)

    def look(_: int) -> str:
        try:
            return intake.pull(day.world.connection, day.wiring).sentence()
        except MiraklSyncError as trouble:
            return trouble.words

    with ThreadPoolExecutor(4) as workers:
        said = list(workers.map(look, range(4)))
    assert sum("120 new" in sentence for sentence in said) == 1
    with day.wiring.db.reading() as tx:
        assert len(tx.execute(select(Order.order_id)).scalars().all()) == 120
