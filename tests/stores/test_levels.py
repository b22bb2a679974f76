"""Numbers between full looks: the poll for changes, and asking about what somebody doubts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import LevelFeed, ShelfItem, Store
from mirakl_sync.errors import Misconfigured, Unavailable
from mirakl_sync.records.shop import Notice, NoticeKind, ProductFacts
from mirakl_sync.shelf import board
from mirakl_sync.stores import levels, notices
from tests.flows.days import Day, a_day

LOOK = r"^GET /wp-json/wc/v3/products$"


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A shop whose SKUs are on the shelf."""
    with a_day(database_url) as fresh:
        levels.poll(_store(fresh).id, fresh.wiring)
        fresh.later(seconds=30)
        yield fresh


def _store(day: Day) -> Store:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(Store)).scalar_one()


def _feed(day: Day) -> LevelFeed:
    with day.wiring.db.reading() as tx:
        return tx.get_one(LevelFeed, _store(day).id)


def _shelf(day: Day, sku: str = "MUG") -> ShelfItem:
    with day.wiring.db.reading() as tx:
        return tx.execute(select(ShelfItem).where(ShelfItem.sku == sku)).scalar_one()


def _doubt(day: Day, *skus: str) -> None:
    with day.wiring.db.transaction() as tx:
        board.doubt(tx, _store(day).id, skus, day.clock())


def _look(day: Day) -> str:
    return levels.look(_store(day).id, day.wiring).sentence()


def _webhook(day: Day, quantity: int, at: datetime) -> None:
    fact = replace(ProductFacts("MUG", at, product_id="11", quantity=quantity), dated_by_shop=True)
    with day.wiring.db.transaction() as tx:
        notices.apply(tx, _store(day).id, [Notice(NoticeKind.PRODUCT, "11", at, product=fact)], day.clock())


def test_every_change_up_to_a_poll_is_on_the_shelf(day: Day) -> None:
    day.set_stock("MUG", 42)
    before = day.clock()
    levels.poll(_store(day).id, day.wiring)
    assert _shelf(day).quantity == 42
    assert before <= _feed(day).read_at <= day.clock()


def test_a_poll_that_breaks_off_confirms_nothing(day: Day) -> None:
    before = _feed(day).read_at
    day.webshop.trouble({"what": "fail", "status": 503, "retry_after": 40})
    with pytest.raises(Unavailable):
        levels.poll(_store(day).id, day.wiring)
    feed = _feed(day)
    assert (feed.read_at, feed.leased_until) == (before, None)
    assert 38 < (feed.next_poll_at - day.clock()).total_seconds() <= 40


def test_a_wrong_key_is_asked_about(day: Day) -> None:
    day.change_store(credentials={**_store(day).credentials, "consumer_secret": "cs_wrong"})
    with pytest.raises(Misconfigured):
        levels.poll(_store(day).id, day.wiring)
    assert day.item("misconfigured").key == "levels:webshop"


class TestDoubts:
    def test_what_is_doubted_is_asked_about_and_answered(self, day: Day) -> None:
        day.webshop.post("stock", {"sku": "MUG", "quantity": 41, "silent": True})
        _doubt(day, "MUG")
        day.later(seconds=1)
        assert _look(day) == "1 SKUs asked about"
        assert (_shelf(day).quantity, _shelf(day).look_at) == (41, None)
        assert _look(day) == "0 SKUs asked about"

    def test_hundreds_are_asked_about_in_a_few_calls(self, day: Day) -> None:
        with day.wiring.db.transaction() as tx:
            board.ask_for(tx, _store(day).id, [f"UNKNOWN-{n}" for n in range(250)], day.clock())
        day.later(seconds=1)
        before = _calls(day)
        assert _look(day) == "250 SKUs asked about"
        assert _calls(day) - before <= 9
        assert (_shelf(day, "UNKNOWN-7").matches, _shelf(day, "UNKNOWN-7").look_at) == (0, None)

    def test_a_shop_in_trouble_is_not_asked_again_at_every_tick(self, day: Day) -> None:
        _doubt(day, "MUG")
        day.webshop.trouble({"what": "fail", "status": 503})
        with pytest.raises(Unavailable):
            _look(day)
        assert _look(day) == "somebody else is looking"
        day.webshop.trouble()
        day.later(seconds=20)
        assert _look(day) == "1 SKUs asked about"

    def test_two_do_not_look_at_once(self, day: Day) -> None:
        with day.wiring.db.transaction() as tx:
            tx.get_one(LevelFeed, _store(day).id).looking_until = day.clock() + timedelta(seconds=9)
        assert _look(day) == "somebody else is looking"

    def test_a_doubt_raised_while_the_shop_answers_stays(self, day: Day) -> None:
        """The answer may be older than what the doubt is about."""
        day.later(seconds=1)
        asked = day.clock()
        day.later(seconds=1)
        _doubt(day, "MUG")
        with day.wiring.db.transaction() as tx:
            board.observe(tx, _store(day).id, [ProductFacts("MUG", asked, quantity=100)], day.clock())
        assert _shelf(day).look_at is not None


class TestWebhooks:
    def test_of_the_same_second_the_later_is_asked_for(self, day: Day) -> None:
        at = (day.clock() + timedelta(seconds=1)).replace(microsecond=0)
        day.later(seconds=3)
        _webhook(day, 7, at)
        _webhook(day, 6, at)
        assert _shelf(day).quantity == 7
        assert _shelf(day).look_at is not None

    def test_an_echo_of_the_past_changes_nothing_for_good(self, day: Day) -> None:
        day.later(minutes=1)
        levels.poll(_store(day).id, day.wiring)
        _webhook(day, 7, day.clock() - timedelta(seconds=20))
        day.later(seconds=1)
        _look(day)
        assert _shelf(day).quantity == 100

    def test_of_a_shop_whose_clock_runs_far_ahead_is_asked_about(self, day: Day) -> None:
        """An echo of five minutes ago is dated in the future by it: only asking tells."""
        day.later(minutes=10)
        _webhook(day, 7, day.clock() + timedelta(minutes=5))
        assert _shelf(day).quantity == 7
        day.later(seconds=1)
        _look(day)
        assert _shelf(day).quantity == 100

    def test_of_a_shop_whose_clock_runs_far_behind_is_old_and_the_poll_tells(self, day: Day) -> None:
        day.set_stock("MUG", 7)
        _webhook(day, 7, day.clock() - timedelta(minutes=30))
        assert _shelf(day).quantity == 100
        levels.poll(_store(day).id, day.wiring)
        assert _shelf(day).quantity == 7


def _calls(day: Day) -> int:
    told = day.webshop.get("calls")["by_operation"]
    return sum(one["total"] for name, one in told.items() if "products" in name)
