"""Lost messages lose time, never work: sweeps, the look at unanswered and open orders, order numbers told later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Connection, Order
from mirakl_sync.orders import intake, references, sweep
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once


def _forgetful_minutes(day: Day, count: int) -> None:
    """The broker forgets every message at once; only what sweeps ring for within the tick is done."""
    for _ in range(count):
        day.later(seconds=20)
        sweep.sweep(day.wiring)
        bells = list(day.world.workers.waiting)
        day.work_only(bells)
        day.lose_messages()
        intake.pull(day.world.connection, day.wiring)
        day.lose_messages()


def test_every_message_lost_and_every_order_placed(begin: Begin, accept: object) -> None:
    day = begin(accept=accept)
    orders = day.buy_many(7, ("MUG", 2))
    _forgetful_minutes(day, 12)
    exactly_once(day, orders)
    assert day.stock("MUG") == 86


def test_a_sweep_does_not_ring_twice_for_a_bell_on_its_way(begin: Begin) -> None:
    day = begin()
    day.buy_many(3)
    intake.pull(day.world.connection, day.wiring)
    day.lose_messages()
    assert sweep.sweep(day.wiring).rung == 0
    day.later(seconds=16)
    assert sweep.sweep(day.wiring).rung == 3
    assert sweep.sweep(day.wiring).rung == 0
    day.work()
    day.later(seconds=16)
    assert sweep.sweep(day.wiring).rung == 0, "what waits for news is not rung for"


def test_a_sweep_begins_with_the_nearest_deadline(begin: Begin) -> None:
    day = begin()
    orders = day.buy_many(3)
    intake.pull(day.world.connection, day.wiring)
    day.lose_messages()
    with day.wiring.db.transaction() as tx:
        rows = {row.order_id: row for row in tx.execute(select(Order)).scalars()}
        for hours, order in zip((3, 1, 2), orders, strict=True):
            rows[order].accept_by = day.clock() + timedelta(hours=hours)
        wanted = [rows[order].id for order in (orders[1], orders[2], orders[0])]
    day.later(seconds=16)
    sweep.sweep(day.wiring)
    assert [pk for bell in day.world.workers.waiting for pk in bell.args] == wanted


def test_an_order_the_changes_never_showed_is_found_by_its_state(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    with day.wiring.db.transaction() as tx:
        # a cursor that ran ahead: a restored backup, an update that surfaced late
        tx.get_one(Connection, day.world.connection).orders_cursor = day.clock().replace(year=2030)
    day.minutes(3)
    with day.wiring.db.reading() as tx:
        assert tx.execute(select(Order)).scalars().all() == []
    assert intake.want_unanswered(day.wiring).sentence() == "1 connections will look at unanswered orders"
    day.minutes(1)
    assert day.theirs(order)["accepted_by"] == "shop"


def test_an_open_order_that_changed_unseen_is_found_at_night(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    day.minutes(3)
    exactly_once(day, order)
    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).orders_cursor = day.clock().replace(year=2030)
    day.do(order, "cancel")
    day.minutes(3)
    assert day.state(order) == "placed"
    intake.want_open(day.wiring)
    day.minutes(3)
    assert day.state(order) == "canceled"
    assert (day.shop_orders(order), day.stock("MUG")) == ([], 100)


def test_the_nightly_look_is_wanted_once_a_night(begin: Begin) -> None:
    day = begin()
    assert intake.want_open(day.wiring).sentence() == "1 connections will look at open orders"
    assert intake.want_open(day.wiring).sentence() == "already wanted tonight"
    day.later(hours=24)
    assert intake.want_open(day.wiring).sentence() == "1 connections will look at open orders"


def test_order_numbers_are_told_a_hundred_at_a_time(begin: Begin) -> None:
    day = begin()
    day.set_stock("MUG", 200)
    orders = day.buy_many(130)
    day.pull()
    day.pull()
    assert references.tell_due(day.wiring).sentence() == "100 order numbers told"
    assert references.tell_due(day.wiring).sentence() == "30 order numbers told"
    assert references.tell_due(day.wiring).sentence() == "0 order numbers told"
    assert day.market.get("calls")["by_operation"]["OR04"]["total"] == 2
    told = {theirs["order_id"]: theirs["reference_for_seller"] for theirs in day.market.get("books")["orders"]}
    numbers = {order["meta"]["_mirakl_order_id"]: order["number"] for order in day.world.shop_orders()}
    assert told == numbers
    assert set(told) == set(orders)


def test_a_number_the_marketplace_does_not_take_stops_no_other(begin: Begin) -> None:
    day = begin()
    good, gone = day.buy(), day.buy()
    day.pull()
    day.pull()
    with day.wiring.db.transaction() as tx:
        tx.execute(select(Order).where(Order.order_id == gone)).scalar_one().order_id = "GONE-1-A"
    assert references.tell_due(day.wiring).sentence() == "1 order numbers told, 1 refused"
    assert day.theirs(good)["reference_for_seller"] == day.shop_orders(good)[0]["number"]
    assert any("order number not taken" in sentence for sentence in day.story("GONE-1-A"))
    assert references.tell_due(day.wiring).sentence() == "0 order numbers told", "a convenience, told once"


@pytest.mark.parametrize("trouble", [{"what": "fail", "status": 429, "retry_after": 120}, {"what": "fail"}])
def test_order_numbers_wait_for_their_turn(begin: Begin, trouble: dict[str, object]) -> None:
    day = begin()
    order = day.buy()
    day.pull()
    day.pull()
    day.market.trouble({**trouble, "match": "OR04", "times": 1})
    assert references.tell_due(day.wiring).sentence() == "0 order numbers told, 1 connections later"
    day.minutes(4)
    assert day.theirs(order)["reference_for_seller"] == day.shop_orders(order)[0]["number"]
