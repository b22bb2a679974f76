"""The second door: everything a webhook may have lost is found by the poll, and nothing is told twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Connection, Heartbeat, LevelFeed, ShelfItem, Store
from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.stores import levels, poll
from tests.flows.days import Day, a_day, exactly_once

NOTHING = "no order changed; no product changed"


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A fresh day."""
    with a_day(database_url) as fresh:
        yield fresh


def _poll(day: Day) -> str:
    """Both feeds: the shop's orders, and its SKUs."""
    orders = poll.poll(_store(day).id, day.wiring).sentence()
    return f"{orders}; {levels.poll(_store(day).id, day.wiring).sentence()}"


def _store(day: Day) -> Store:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(Store)).scalar_one()


def _on_the_shelf(day: Day, sku: str) -> ShelfItem | None:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(ShelfItem).where(ShelfItem.sku == sku)).scalar_one_or_none()


def test_every_sku_is_kept(day: Day) -> None:
    assert _poll(day) == "no order changed; 0 orders and 3 products changed, 0 notices of no concern"
    assert _on_the_shelf(day, "MUG").quantity == 100


def test_a_sku_is_followed(day: Day) -> None:
    _poll(day)
    day.later(seconds=5)
    day.set_stock("MUG", 42)
    day.later(seconds=5)
    _poll(day)
    assert _on_the_shelf(day, "MUG").quantity == 42


def test_an_order_of_ours_is_followed_and_others_are_ignored(day: Day) -> None:
    order = day.buy()
    day.pull()
    day.pull()
    day.later(seconds=5)
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"status": "completed"})
    day.later(seconds=5)
    assert _poll(day).startswith("1 orders and 0 products changed")
    assert day.order(order).platform_state == "completed"
    assert "shop order 14: processing became completed" in day.story(order)


def test_the_same_change_is_told_once(day: Day) -> None:
    order = day.buy()
    day.pull()
    day.pull()
    day.later(seconds=5)
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"status": "completed"})
    for _ in range(3):
        day.later(seconds=30)
        _poll(day)
    assert sum("became completed" in sentence for sentence in day.story(order)) == 1


def test_a_poll_beats_and_keeps_its_own_cadence(day: Day) -> None:
    day.change_store(settings={**_store(day).settings})
    assert poll.poll_due(day.wiring).sentence() == "1 stores due"
    assert poll.poll_due(day.wiring).sentence() == "0 stores due"
    day.work()
    with day.wiring.db.reading() as tx:
        beat = tx.get_one(Heartbeat, "store:webshop")
    assert beat.every_seconds == poll.DEFAULT_EVERY
    day.later(seconds=59)
    assert poll.poll_due(day.wiring).sentence() == "0 stores due"
    day.later(seconds=2)
    assert poll.poll_due(day.wiring).sentence() == "1 stores due"


def test_two_workers_do_not_poll_one_store_at_once(day: Day) -> None:
    from mirakl_sync.db.claim import take_lease

    levels.read_due(day.wiring)
    day.lose_messages()
    with day.wiring.db.transaction() as tx:
        assert take_lease(tx, Store, _store(day).id, day.clock(), day.wiring.config.lease)
        assert take_lease(tx, LevelFeed, _store(day).id, day.clock(), day.wiring.config.lease)
    assert _poll(day) == "somebody else is polling; somebody else is polling"
    day.later(seconds=4)
    assert "somebody else is polling" not in _poll(day)


def test_a_store_away_is_polled_from_where_it_stopped(day: Day) -> None:
    order = day.buy()
    day.minutes(3)
    exactly_once(day, order)
    cursors = _store(day).cursors
    day.webshop.trouble({"what": "fail", "status": 503, "retry_after": 40})
    day.webshop.post(f"orders/{day.shop_orders(order)[0]['id']}", {"status": "completed"})
    with pytest.raises(Unavailable):
        _poll(day)
    store = _store(day)
    assert (store.cursors, store.leased_until) == (cursors, None)
    assert 38 < (store.next_poll_at - day.clock()).total_seconds() <= 40
    day.webshop.trouble()
    day.minutes(2)
    assert day.order(order).platform_state == "completed"


def test_a_wrong_key_is_asked_about_once_and_closes_itself(day: Day) -> None:
    good = _store(day).credentials
    day.change_store(credentials={**good, "consumer_secret": "cs_wrong"})
    with pytest.raises(Misconfigured):
        _poll(day)
    day.minutes(12)
    items = {item.key: item for item in day.items("misconfigured")}
    assert set(items) == {"store:webshop", "levels:webshop"}, "what reads orders may not read products"
    assert {(item.owner, item.closed_at) for item in items.values()} == {("admin", None)}
    assert items["store:webshop"].times_seen == 3
    assert 3 <= items["levels:webshop"].times_seen <= 4
    day.change_store(credentials=good)
    day.minutes(6)
    assert day.questions() == []
    answers = {item.key: item.answer for item in day.items("misconfigured")}
    assert answers == {
        "store:webshop": "the store was polled again",
        "levels:webshop": "the store's numbers were read again",
    }


def test_a_shop_is_polled_though_the_marketplaces_key_is_wrong(day: Day) -> None:
    with day.wiring.db.transaction() as tx:
        tx.get_one(Connection, day.world.connection).stopped_because = "the key was taken back"
    assert poll.poll_due(day.wiring).sentence() == "1 stores due"
