"""Looking at the marketplace: pages, echoes, bad orders, lost cursors, orders that are not ours to keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Connection, Order, Store
from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.orders import intake, keeping
from mirakl_sync.sandbox.mirakl.broken import BREAKAGES
from tests.flows.conftest import Begin
from tests.flows.days import Day, exactly_once

# an order without a buyer can be answered, and waits for the address afterwards
HARMLESS = {"null_customer"}


def _known(day: Day) -> int:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(func.count()).select_from(Order)).scalar_one()


def test_more_than_a_page_of_orders_is_taken_in_whole(begin: Begin) -> None:
    day = begin(market={"payment_seconds": 3600})
    day.buy_many(230, acceptance_window={"seconds": 86_400})
    assert day.world.pull() == "230 orders seen, 230 new, 0 changed"
    assert _known(day) == 230


def test_orders_that_shift_between_pages_are_not_lost(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    day = begin(market={"payment_seconds": 3600})
    orders = day.buy_many(250)
    store, turned = intake._store, []

    def store_and_meanwhile(opened: OpenConnection, page: Any, *rest: Any) -> Any:
        if not turned:
            # between two pages a buyer cancels and others buy: the list under the paging moves
            turned.append(1)
            day.do(orders[5], "cancel")
            day.buy_many(20)
        return store(opened, page, *rest)

    monkeypatch.setattr(intake, "_store", store_and_meanwhile)
    day.world.pull()
    day.world.pull()
    day.world.pull()
    assert _known(day) == 270
    assert day.order(orders[5]).marketplace_state == "CANCELED"


def test_an_order_delivered_again_is_no_news(begin: Begin) -> None:
    day = begin(market={"payment_seconds": 3600})
    order = day.buy()
    day.pull()
    said = day.story(order)
    for _ in range(3):
        assert day.pull() in ("1 orders seen, 0 new, 1 changed", "1 orders seen, 0 new, 0 changed")
    assert day.world.pull() == "1 orders seen, 0 new, 0 changed"
    assert day.story(order)[: len(said)] == said
    assert _known(day) == 1


def test_an_order_touched_without_a_change_is_answered_once(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    for _ in range(4):
        day.pull()
        day.do(order, "touch")
    exactly_once(day, order)
    assert day.theirs(order)["answer_calls"] == 1


def test_older_news_never_overwrites_newer(begin: Begin) -> None:
    day = begin()
    order = day.buy()
    with day.wiring.db.reading() as tx:
        opened = day.wiring.connections.open(tx, day.world.connection)
    old = opened.shop.orders_by_id([order])
    assert old.orders[0].state == "WAITING_ACCEPTANCE"
    day.minutes(2)
    exactly_once(day, order)
    with day.wiring.db.transaction() as tx:
        changes = list(keeping.keep(tx, opened, old.orders, day.clock(), settled_before=day.clock()))
    assert changes == []
    assert (day.state(order), day.order(order).marketplace_state) == ("placed", "SHIPPING")


@pytest.mark.parametrize("broken", sorted(set(BREAKAGES) - HARMLESS))
def test_a_malformed_order_is_a_question_and_the_others_go_on(begin: Begin, broken: str) -> None:
    day = begin()
    before, bad, after = day.buy(), day.buy("MUG", broken=broken), day.buy()
    day.minutes(2)
    exactly_once(day, [before, after])
    assert day.questions() == ["unreadable_order"]
    item = day.item("unreadable_order")
    assert item.owner == "developers"
    assert bad in item.question or broken in ("no_order_id", "null_order_id")
    assert day.connection().orders_cursor is not None
    assert day.theirs(bad)["answer_calls"] == 0


def test_an_order_without_its_buyer_waits_for_the_address(begin: Begin) -> None:
    day = begin()
    order = day.buy("MUG", broken="null_customer")
    day.minutes(2)
    assert (day.state(order), day.order(order).waiting_for) == ("accepted", "the address")


def test_an_order_that_cannot_be_stored_does_not_stop_the_others(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    day = begin()
    good, bad, more = day.buy(), day.buy(), day.buy()
    insert = keeping._insert

    def fails(tx: Any, opened: Any, connection: Any, order: Any, now: datetime) -> Order:
        if order.order_id == bad:
            raise ValueError("a value the database refuses")
        return insert(tx, opened, connection, order, now)

    monkeypatch.setattr(keeping, "_insert", fails)
    day.minutes(2)
    exactly_once(day, [good, more])
    assert day.questions() == ["unreadable_order"]
    assert day.item("unreadable_order").facts["order"] == bad
    monkeypatch.undo()
    day.do(bad, "touch")
    day.minutes(3)
    exactly_once(day, bad)


def test_the_cursor_moves_only_behind_a_whole_window(begin: Begin) -> None:
    day = begin(market={"payment_seconds": 3600})
    day.buy_many(150)
    day.market.trouble({"what": "fail", "status": 500, "match": "OR11", "skip": 1, "times": 1})
    with pytest.raises(Unavailable):
        day.world.pull()
    assert (day.connection().orders_cursor, _known(day)) == (None, 100)
    assert day.connection().leased_until is None
    day.pull()
    assert _known(day) == 150
    assert day.connection().orders_cursor is not None


def test_a_later_look_reads_only_what_changed(begin: Begin) -> None:
    day = begin()
    day.buy_many(5)
    day.minutes(3)
    day.later(hours=1)
    fresh = day.buy()
    # the newest of the five is shown again, because the next look begins a little before it
    assert day.pull() in ("1 orders seen, 1 new, 0 changed", "6 orders seen, 1 new, 0 changed")
    day.minutes(3)
    exactly_once(day, fresh)
    day.later(hours=1)
    assert day.pull() == "1 orders seen, 0 new, 0 changed"


def test_orders_older_than_the_connection_are_kept_but_not_touched(begin: Begin, accept: Any) -> None:
    day = begin(accept=accept)
    old = day.buy()
    day.later(hours=1)
    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).orders_from = day.clock() - timedelta(minutes=5)
    new = day.buy()
    day.do(old, "touch")
    day.minutes(3)
    exactly_once(day, new)
    assert day.theirs(old)["answer_calls"] == 0
    assert not day.order(old).managed
    assert day.shop_orders(old, live=False) == []


def test_an_order_a_person_took_over_is_left_alone(begin: Begin) -> None:
    day = begin()
    order = day.buy(("RUG", 9))
    day.pull()
    day.change(order, managed=False)
    day.later(seconds=2)
    day.set_stock("RUG", 100)
    day.minutes(8)
    assert (day.state(order), day.theirs(order)["answer_calls"]) == ("received", 0)
    assert day.questions() == [], "nobody is asked about it any more"


def test_two_pullers_do_not_look_at_once(begin: Begin) -> None:
    day = begin()
    begun = intake._begin(day.world.connection, day.wiring)
    assert begun is not None
    assert day.world.pull() == "somebody else is looking, or the feed is paused"
    day.later(seconds=4)
    assert day.world.pull() == "0 orders seen, 0 new, 0 changed"


def test_a_paused_feed_is_not_looked_at(begin: Begin) -> None:
    day = begin()
    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).paused = ["orders"]
    order = day.buy()
    day.minutes(3)
    assert _known(day) == 0
    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).paused = []
    day.minutes(3)
    exactly_once(day, order)


def test_a_wrong_key_stops_the_feed_with_one_question_and_resuming_goes_on(begin: Begin) -> None:
    day = begin()
    key = day.world.sandbox["acme"]["shops"][0]["key"]
    order = day.buy()
    fresh = day.market.post("keys", {"revoke": key})["key"]
    day.minutes(5)
    assert day.questions() == ["misconfigured"]
    item = day.item("misconfigured")
    assert (item.owner, item.times_seen) == ("admin", 1)
    assert day.connection().stopped_because != ""
    assert day.market.get("calls")["by_operation"]["OR11"]["total"] == 1
    with day.wiring.db.transaction() as tx:
        connection = tx.get_one(Connection, day.world.connection)
        connection.shop.credentials = {"api_key": fresh}
        connection.stopped_because = ""
    day.wiring.connections.forget(day.world.connection)
    day.minutes(3)
    exactly_once(day, order)


def test_a_key_revoked_between_look_and_answer_loses_nothing(begin: Begin) -> None:
    day = begin()
    key = day.world.sandbox["acme"]["shops"][0]["key"]
    order = day.buy()
    day.world.pull()
    fresh = day.market.post("keys", {"revoke": key})["key"]
    day.work()
    assert day.questions() == ["misconfigured"]
    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).shop.credentials = {"api_key": fresh}
    day.wiring.connections.forget(day.world.connection)
    day.minutes(8)
    exactly_once(day, order)


def test_wrong_shop_keys_are_an_item_and_no_loss(begin: Begin) -> None:
    day = begin()
    with day.wiring.db.reading() as tx:
        good = tx.execute(select(Store)).scalar_one().credentials
    order = day.buy()
    day.change_store(credentials={**good, "consumer_secret": "cs_wrong"})
    day.wiring.connections.forget(day.world.connection)
    day.minutes(4)
    assert "misconfigured" in day.questions()
    assert day.theirs(order)["refused_by"] is None
    day.change_store(credentials=good)
    day.wiring.connections.forget(day.world.connection)
    day.minutes(12)
    exactly_once(day, order)
    assert day.questions() == []


def test_misconfigured_is_what_a_wrong_key_raises(begin: Begin) -> None:
    day = begin()
    day.market.post("keys", {"revoke": day.world.sandbox["acme"]["shops"][0]["key"]})
    with pytest.raises(Misconfigured):
        day.world.pull()
