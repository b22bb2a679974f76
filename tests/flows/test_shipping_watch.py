"""Promises to ship are watched, and what left the shop unnoticed is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mirakl_sync.shipments import watch
from tests.flows.parcels import UPS, Packing

Pack = Callable[..., Packing]


def test_a_promise_near_its_end_is_told_once_for_all_orders(pack: Pack) -> None:
    table = pack(shipments={"warn_before": timedelta(hours=4)})
    orders = [table.placed("MUG"), table.placed("MUG")]
    by = table.day.order(orders[0]).ship_by
    assert by is not None
    watch.watch(table.day.wiring)
    assert table.day.questions() == []
    table.day.later(seconds=(by - timedelta(hours=4) - table.day.clock()).total_seconds() + 60)
    watch.watch(table.day.wiring)
    watch.watch(table.day.wiring)
    item = table.day.item("ship_by_near")
    assert (item.times_seen, item.due_at) == (2, by)


def test_an_order_leaves_the_question_when_it_is_shipped_and_the_last_one_closes_it(pack: Pack) -> None:
    table = pack(shipments={"warn_before": timedelta(hours=4)})
    orders = [table.placed("MUG"), table.placed("LAMP")]
    by = table.day.order(orders[0]).ship_by
    assert by is not None
    table.day.later(seconds=(by - timedelta(hours=1) - table.day.clock()).total_seconds())
    watch.watch(table.day.wiring)
    for order, number in zip(orders, (UPS, "1Z5R89390357567127"), strict=True):
        assert "ship_by_near" in table.day.questions()
        table.ship(order, carrier="UPS", number=number)
        table.seen()
        table.day.pull()
    assert table.day.questions() == []
    assert "SHIPPED" in table.day.item("ship_by_near").answer


def test_a_missed_promise_is_louder(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    by = table.day.order(order).ship_by
    assert by is not None
    table.day.later(seconds=(by - table.day.clock()).total_seconds() + 60)
    report = watch.watch(table.day.wiring)
    assert report.missed == 1
    assert table.day.questions() == ["ship_by_missed"]
    assert watch.watch(table.day.wiring).missed == 0


def test_what_left_the_shop_but_is_open_on_the_marketplace_is_found_and_says_what_holds_it(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.day.market.trouble({"what": "fail", "status": 503, "match": "OR23"})
    table.seen()
    table.day.later(hours=1, minutes=20)
    watch.watch(table.day.wiring)
    (item,) = table.day.items("left_but_open")
    assert order in item.question
    assert "503" in item.question
    table.day.market.trouble()
    table.day.later(minutes=15)
    table.ticks()
    table.day.pull()
    assert table.confirmed(order)["ship_calls"] == 1
    assert table.day.questions() == []


def test_where_a_person_was_asked_already_nothing_more_is_said(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="Nobody knows", number=UPS)
    table.seen()
    table.day.later(hours=2)
    watch.watch(table.day.wiring)
    assert table.day.questions() == ["carrier_unmapped"]
