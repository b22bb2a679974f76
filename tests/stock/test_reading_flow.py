"""The list of offers read from a simulated marketplace, over the wire: its exports, its people, its weaknesses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mirakl_sync.db.models import Offer, StockEvent
from mirakl_sync.errors import Unavailable
from mirakl_sync.stock import reading
from tests.flows.stocking import StockDay, a_stock_day


@pytest.fixture
def day(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StockDay]:
    """A shop with three offers, large enough for exports, whose files last a minute; nothing is sent."""
    monkeypatch.setattr(reading, "FEW", 1)
    market = {"export_seconds": 2, "export_file_seconds": 60}
    with a_stock_day(database_url, market=market, begun=False, send=False) as fresh:
        yield fresh


def _visit(day: StockDay) -> str:
    return reading.read_offers(day.world.connection, day.wiring).sentence()


def _read(day: StockDay, *, full: bool = False) -> str:
    """Want the list now, and visit until it is read."""
    with day.wiring.db.transaction() as tx:
        reading.want(tx, day.world.connection, day.clock(), full)
    for _ in range(20):
        words = _visit(day)
        if " read: " in words:
            return words
        day.later(seconds=61)
    raise AssertionError(words)


def _theirs(day: StockDay) -> dict[str, int | None]:
    return {row.sku: row.theirs for row in day.rows(Offer, Offer.listed)}


def test_a_small_shop_is_read_page_by_page(day: StockDay, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "FEW", 1000)
    day.market.post("offers", {"generate": 250, "prefix": "S", "quantity": 4})
    assert _visit(day) == "every offer read: 253 seen, 253 new, 0 changed, 0 gone"
    assert _theirs(day) == day.market.get("offers")["2000"]


def test_a_large_shop_is_read_by_an_export(day: StockDay):
    day.market.post("offers", {"generate": 2500, "prefix": "S", "quantity": 4})
    assert _read(day) == "every offer read: 2503 seen, 2503 new, 0 changed, 0 gone"
    assert _theirs(day) == day.market.get("offers")["2000"]


def test_what_people_do_in_the_portal_is_seen(day: StockDay):
    _read(day)
    day.later(seconds=300)
    day.market.post("portal/offers", {"sku": "MUG", "quantity": 7, "who": "the night shift"})
    day.market.post("offers/delete", {"skus": ["RUG"]})
    day.market.post("offers/deactivate", {"skus": ["LAMP"], "reason": "PRODUCT_DISABLED"})
    day.market.post("offers", {"offers": [{"sku": "HAT", "quantity": 2, "price": 9}]})
    assert "1 new, 1 changed (1 by others), 1 gone" in _read(day)
    assert _theirs(day) == {"LAMP": 5, "MUG": 7, "HAT": 2}
    assert not day.offer("LAMP").active
    (event,) = day.rows(StockEvent, StockEvent.kind == "shown", StockEvent.sku == "MUG")
    assert (event.before, event.after) == (100, 7)


def test_an_answer_that_was_lost_costs_nothing(day: StockDay):
    day.market.trouble({"what": "lose_answer", "match": "OF52", "times": 1})
    with pytest.raises(Unavailable):
        _visit(day)
    day.later(seconds=61)
    assert "3 new" in _read(day)


def test_an_export_that_fails_is_made_anew(day: StockDay):
    _read(day)
    day.later(seconds=300)
    day.market.post("exports/fail_next", {"times": 1})
    day.market.post("portal/offers", {"sku": "MUG", "quantity": 7})
    assert _visit(day) == "what changed was asked for"
    day.later(seconds=11)
    assert _visit(day).startswith("The marketplace's export failed: ")
    day.later(seconds=300)
    assert "1 changed" in _read(day)


def test_files_that_expired_are_made_anew(day: StockDay):
    assert _visit(day) == "every offer was asked for"
    day.later(seconds=90)
    assert "anew" in _visit(day)
    day.later(seconds=61)
    # the day's full export is spent: what changed since long before the first offer is everything as well
    assert _visit(day).startswith("what changed was asked for. What changed was read instead of every offer")
    day.later(seconds=11)
    assert "3 new" in _visit(day)
    assert _theirs(day) == day.market.get("offers")["2000"]


def test_only_a_full_list_gives_up_what_it_lacks(day: StockDay):
    _read(day)
    with day.wiring.db.transaction() as tx:
        row = day.offer("MUG")
        tx.add(Offer(connection_id=row.connection_id, store_pk=row.store_pk, sku="GHOST", theirs=1))
    day.later(seconds=300)
    _read(day)
    assert day.offer("GHOST").listed
    # full exports are allowed once a day
    day.later(seconds=86_400)
    assert "1 gone" in _read(day, full=True)
    assert not day.offer("GHOST").listed
