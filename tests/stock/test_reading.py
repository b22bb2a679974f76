"""Our copy of a marketplace's list of offers: filled once, kept up by changes, whatever is lost or killed meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import Offer, StockEvent
from mirakl_sync.dispatch import Wake
from mirakl_sync.records.stock import OfferSeen
from mirakl_sync.shelf import story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import directory, reading
from mirakl_sync.stock.sighting import DELETED, LOWERED, RAISED, RETURNED
from tests.conftest import NOON
from tests.stock.fake_list import AWAY, Bench


def _many(market: Bench, count: int) -> None:
    for number in range(count):
        market.market.set(f"S{number:05}", number % 7)


def _listed(market: Bench) -> list[str]:
    with market.db.reading() as tx:
        return list(tx.execute(select(Offer.sku).where(Offer.listed).order_by(Offer.sku)).scalars())


# the first reading


def test_a_small_shop_is_read_at_once_page_by_page(market: Bench):
    assert market.read() == "every offer read: 3 seen, 3 new, 0 changed, 0 gone"
    assert market.market.calls == ["count", "V01", "OF21", "V01"]
    mug = market.offer("MUG")
    assert (mug.theirs, mug.listed, mug.active, mug.offer_id, mug.reading) == (100, True, True, "2", 1)
    assert (mug.theirs_at, mug.proved_at) == (NOON + AWAY + timedelta(seconds=1), NOON)
    assert market.touched() == ["LAMP", "MUG", "RUG"]
    assert market.story() == []
    assert market.row().offers == 3


def test_a_large_shop_is_read_by_an_export(market: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "FEW", 2)
    assert market.read() == "every offer was asked for"
    market.later(4)
    assert market.read() == "not before 12:00:10"
    market.later(6)
    assert market.read() == "every offer read: 3 seen, 3 new, 0 changed, 0 gone"
    assert market.market.calls == ["count", "OF52_FULL", "OF53", "OF54"]
    row = market.row()
    # ready at 12:00:05 of theirs, and it took no longer than from our asking to our seeing it
    assert (row.shown_at, row.cursor) == (NOON + AWAY + timedelta(seconds=5), NOON + AWAY - timedelta(seconds=5))
    assert (row.read_at, row.read_full_at) == (NOON, NOON)


def test_an_export_that_is_not_ready_is_looked_at_every_ten_seconds(market: Bench, monkeypatch, bells):
    monkeypatch.setattr(reading, "FEW", 2)
    market.market.takes = 25
    market.read()
    market.later(10)
    assert market.read() == "the export is not ready yet"
    assert bells.sent[-1] == Wake("stock.read_offers", (market.connection,), 10.0)
    assert "3 new" in market.whole()


def test_many_offers_are_kept_in_short_transactions(market: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(directory, "AT_ONCE", 300)
    _many(market, 2500)
    assert market.whole() == "every offer read: 2503 seen, 2503 new, 0 changed, 0 gone"
    assert market.row().offers == 2503 == len(_listed(market))


# what changes


def test_only_what_changed_is_asked_for_from_then_on_by_their_clock(known: Bench):
    known.market.set("MUG", 90)
    assert known.next() == "what changed read: 1 seen, 0 new, 1 changed (1 by others), 0 gone"
    assert known.market.calls == ["OF52", "OF53", "OF54"]
    (export,) = known.market.exports.values()
    assert export.since == NOON + AWAY - reading.OVERLAP
    assert known.touched() == ["MUG"]
    assert known.story() == [("MUG", 100, 90, LOWERED)]
    with known.db.reading() as tx:
        # told when it happened, as far as they say, and no later than we learned it
        assert tx.execute(select(StockEvent.at)).scalar_one() == known.clock()


def test_differential_readings_overlap_and_tell_nothing_twice(known: Bench):
    known.market.set("MUG", 200)
    known.next()
    before, cursor = known.story(), known.row().cursor
    assert before == [("MUG", 100, 200, RAISED)]
    known.weighed()
    known.next()
    newest = list(known.market.exports.values())[-1]
    assert newest.since == cursor - reading.OVERLAP
    assert known.story() == before
    assert known.touched() == []


def test_a_change_during_an_export_is_in_the_next(known: Bench):
    known.later(301)
    known.read()
    # too late for this one
    known.later(1)
    known.market.set("MUG", 7)
    known.later(10)
    assert "0 changed" in known.read()
    assert "1 changed" in known.next()
    assert known.offer("MUG").theirs == 7


def test_new_deleted_and_returning_offers(known: Bench):
    known.market.set("HAT", 4)
    known.market.set("RUG", None, deleted=True, active=False)
    assert known.next() == "what changed read: 1 seen, 1 new, 0 changed, 1 gone"
    rug = known.offer("RUG")
    assert (rug.listed, rug.theirs, rug.due) == (False, None, False)
    assert known.touched() == ["HAT"]
    assert known.row().offers == 3
    known.market.set("RUG", 8, deleted=False, active=True)
    known.next()
    assert known.offer("RUG").listed
    assert known.touched() == ["HAT", "RUG"]
    assert known.story() == [("RUG", 3, None, DELETED), ("RUG", None, 8, RETURNED)]
    assert known.row().offers == 4


def test_the_end_of_an_earlier_offer_of_a_sku_does_not_hide_the_living_one(known: Bench):
    known.market.set("MUG", 101)
    ended = OfferSeen("MUG", offer_id="77", deleted=True, active=False, updated_at=known.market.time())
    known.market.listed["MUG, as it was offered before"] = ended
    known.next()
    assert known.offer("MUG").listed
    assert known.story() == [("MUG", 100, 101, RAISED)]


def test_a_new_offer_whose_number_is_not_told_is_known_without_one(known: Bench):
    known.market.set("HAT", None)
    known.market.set("CAP", 2)
    known.next()
    hat = known.offer("HAT")
    assert (hat.theirs, hat.proved_at, hat.listed) == (None, None, True)
    assert known.offer("CAP").theirs == 2
    assert known.touched() == ["CAP", "HAT"]


def test_an_inactive_offer_stays_listed(known: Bench):
    known.market.set("MUG", 0, active=False, inactive_because=("ZERO_QUANTITY",))
    known.next()
    mug = known.offer("MUG")
    assert (mug.listed, mug.active, mug.theirs) == (True, False, 0)


def test_what_a_file_carries_is_left_alone(known: Bench):
    known.change("MUG", sent=40, due=True)
    known.market.set("MUG", 40)
    known.next()
    mug = known.offer("MUG")
    assert (mug.theirs, mug.sent, mug.due) == (40, 40, True)


def test_a_sku_nobody_can_keep_is_left_out(known: Bench):
    known.market.set("", 1)
    known.market.set("x" * 121, 1)
    known.market.set("a\x00b", 1)
    assert "0 new" in known.next()


# older lists and newer words of ours


def _sell(market: Bench, sku: str, quantity: int) -> None:
    """A sale there, which we know of at once."""
    at = market.market.time()
    market.market.set(sku, (market.market.listed[sku].quantity or 0) - quantity)
    line = story.line(
        market.offer(sku).store_pk, sku, Told.SOLD, at, at, connection_id=market.connection, after=quantity, ref="O-1"
    )
    with market.db.transaction() as tx:
        story.write(tx, [line])
    market.change(sku, theirs=(market.offer(sku).theirs or 0) - quantity)


def test_an_export_older_than_a_sale_does_not_give_the_pieces_back(known: Bench):
    known.market.set("MUG", 101)
    known.change("MUG", theirs=101)
    known.later(301)
    known.read()
    known.later(6)
    _sell(known, "MUG", 2)
    known.later(6)
    known.read()
    assert known.offer("MUG").theirs == 99
    assert known.story() == []
    known.next()
    assert known.offer("MUG").theirs == 99
    assert known.story() == []


def test_an_export_older_than_an_accepted_file_does_not_overwrite_it(known: Bench):
    known.market.set("MUG", 60)
    known.later(301)
    known.read()
    known.later(6)
    known.market.set("MUG", 30)
    known.change("MUG", theirs=30, theirs_at=known.market.time())
    known.later(6)
    known.read()
    assert known.offer("MUG").theirs == 30
    known.next()
    assert (known.offer("MUG").theirs, known.story()) == (30, [])


def test_what_was_passed_over_for_a_file_is_seen_by_the_next_list(known: Bench):
    known.later(301)
    known.read()
    known.later(6)
    known.change("MUG", theirs=30, theirs_at=known.market.time())
    known.later(1)
    known.market.set("MUG", 500)
    known.later(6)
    known.read()
    assert known.offer("MUG").theirs == 30
    known.next()
    assert known.offer("MUG").theirs == 500
    assert known.story() == [("MUG", 30, 500, RAISED)]


def test_changes_at_the_end_of_a_slow_export_are_not_passed_over(known: Bench):
    """Two lists close behind each other: the second shows nothing older than the first, whatever our delay in
    seeing it."""
    known.market.takes = 600
    known.later(301)
    known.market.set("MUG", 50)
    known.read()
    known.later(60)
    known.market.set("MUG", 70)
    known.later(545)
    known.market.takes = 1
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock())
    known.read()
    assert known.offer("MUG").theirs == 50
    known.later(1)
    known.whole()
    assert known.offer("MUG").theirs == 70


# gone


def test_what_a_full_list_no_longer_shows_is_gone(known: Bench):
    del known.market.listed["RUG"]
    assert "0 gone" in known.next()
    assert known.offer("RUG").listed
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock(), full=True)
    assert known.whole() == "every offer read: 2 seen, 0 new, 0 changed, 1 gone"
    assert _listed(known) == ["LAMP", "MUG"]
    assert known.story() == [("RUG", 3, None, DELETED)]
    assert known.row().offers == 2


def test_a_full_list_that_lacks_what_they_count_gives_nothing_up(known: Bench):
    del known.market.listed["RUG"]
    known.market.told_count = 3
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock(), full=True)
    known.whole()
    assert _listed(known) == ["LAMP", "MUG", "RUG"]
    row = known.row()
    assert row.trouble == "The full list shows 2 offers and lacks 1 known ones, but OF21 counts 3: none is given up."
    assert row.read_full_at == NOON
    assert row.read_at > row.read_full_at


def test_a_full_list_with_rows_nobody_can_read_gives_nothing_up(known: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "FEW", 1)
    del known.market.listed["RUG"]
    known.market.unreadable = 1
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock(), full=True)
    known.whole()
    assert known.offer("RUG").listed
    assert known.row().trouble.startswith("1 rows of the full list cannot be read")


def test_many_gone_offers_are_given_up_in_short_transactions(market: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(directory, "AT_ONCE", 100)
    _many(market, 1200)
    market.whole()
    for number in range(0, 1200, 2):
        del market.market.listed[f"S{number:05}"]
    with market.db.transaction() as tx:
        reading.want(tx, market.connection, market.clock(), full=True)
    assert "600 gone" in market.whole()
    assert len(_listed(market)) == 603 == market.row().offers
