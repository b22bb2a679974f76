"""The full look: what programs wrote past the shop is seen, what is gone is taken off, a great loss is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from mirakl_sync.db.models import InboxItem, LevelFeed, Offer
from mirakl_sync.errors import Unavailable
from mirakl_sync.inbox import desk
from mirakl_sync.policy.model import InDoubt
from mirakl_sync.stores import full_look
from tests.flows.stocking import StockDay, a_stock_day

Begin = Callable[..., StockDay]


@pytest.fixture
def begin(database_url: str) -> Iterator[Begin]:
    """A day at a shop with so many things, all offered."""
    with ExitStack() as closing:

        def day(count: int, **wishes: Any) -> StockDay:
            things = [{"sku": f"T-{n}", "price": 5.0, "quantity": 10, "title": f"Thing {n}"} for n in range(count)]
            shops = [{"shop_id": 2000, "offers": things}]
            made = a_stock_day(
                database_url, market={"shops": shops}, webshop={"products": things}, missing=InDoubt.ZERO, **wishes
            )
            return closing.enter_context(made)

        yield day


def look(day: StockDay) -> str:
    return full_look.read_levels(day.connection().store_pk, day.wiring).sentence()


def throw_away(day: StockDay, numbers: range) -> None:
    """Somebody deletes products for good; webhooks are not set up."""
    shop = day.world.sandbox["webshop"]
    keys = (shop["consumer_key"], shop["consumer_secret"])
    base = f"{shop['url']}/wp-json/wc/v3/products"
    for n in numbers:
        found = requests.get(base, params={"sku": f"T-{n}"}, auth=keys, timeout=5).json()
        assert requests.delete(f"{base}/{found[0]['id']}", params={"force": "true"}, auth=keys, timeout=5).ok


def feed(day: StockDay) -> LevelFeed:
    (row,) = day.rows(LevelFeed)
    return row


def settle(day: StockDay) -> None:
    with day.wiring.db.transaction() as tx:
        item = tx.query(InboxItem).filter(InboxItem.kind == full_look.KIND, InboxItem.closed_at.is_(None)).one()
        desk.close(item, day.clock(), who="erin", answer="they are gone")


def test_a_number_written_past_the_shop_is_seen(begin: Begin) -> None:
    day = begin(3)
    day.later(seconds=5)
    day.count("T-1", 4, silent=True)
    assert look(day) == "3 SKUs seen"
    assert day.shelf("T-1").quantity == 4


def test_what_is_gone_is_taken_off(begin: Begin) -> None:
    day = begin(5)
    throw_away(day, range(2))
    day.later(minutes=5)
    assert look(day) == "3 SKUs seen, 2 gone"
    assert [day.shelf(f"T-{n}").matches for n in range(5)] == [0, 0, 1, 1, 1]
    day.minutes(3)
    assert [day.shown(f"T-{n}") for n in range(5)] == [0, 0, 10, 10, 10]


def test_a_look_that_breaks_off_concludes_nothing_and_is_repeated_soon(begin: Begin) -> None:
    day = begin(5)
    before = feed(day).read_full_at
    day.later(minutes=5)
    throw_away(day, range(2))
    day.webshop.trouble({"what": "fail", "status": 503})
    with pytest.raises(Unavailable):
        look(day)
    day.webshop.trouble()
    assert feed(day).read_full_at == before
    assert day.shelf("T-0").matches == 1
    assert 250 < (feed(day).next_full_at - day.clock()).total_seconds() <= 300, "not at every tick"


class TestBrake:
    """More than a twentieth of what is sellable, and more than twenty, is not taken off before a person has spoken."""

    def test_a_great_loss_is_asked_about_and_nothing_is_taken_off(self, begin: Begin) -> None:
        day = begin(40)
        throw_away(day, range(21))
        day.later(minutes=5)
        assert look(day) == "19 SKUs seen, 21 missing: a person is asked"
        assert day.questions() == ["levels_vanished"]
        assert {row.matches for row in [day.shelf("T-0"), day.shelf("T-20")]} == {1}
        assert {row.wanted for row in day.rows(Offer)} == {10}
        assert (feed(day).next_full_at - day.clock()).total_seconds() <= 3600, "looked at again within the hour"

    def test_settled_by_a_person_they_are_taken_off_once(self, begin: Begin) -> None:
        day = begin(70)
        throw_away(day, range(21))
        day.later(minutes=5)
        look(day)
        settle(day)
        day.later(minutes=5)
        assert look(day) == "49 SKUs seen, 21 gone"
        throw_away(day, range(21, 43))
        day.later(minutes=5)
        assert look(day) == "27 SKUs seen, 22 missing: a person is asked", "the answer was about the others"

    def test_back_again_the_question_closes_by_itself(self, begin: Begin) -> None:
        day = begin(40)
        day.later(minutes=5)
        throw_away(day, range(21))
        look(day)
        things = [{"sku": f"T-{n}", "price": 5.0, "stock": 7, "name": f"Thing {n}"} for n in range(21)]
        day.webshop.post("products", {"products": things})
        day.later(minutes=5)
        assert look(day) == "40 SKUs seen"
        assert day.questions() == []
        assert day.item("levels_vanished").closed_by == desk.ITSELF
