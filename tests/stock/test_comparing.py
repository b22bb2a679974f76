"""Marketplace against shop: both sides told afresh, every offer once, each difference with its cause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import (
    Connection,
    Heartbeat,
    LevelFeed,
    Offer,
    OfferReading,
    StockComparison,
    StockDrift,
    StockLane,
    StockPush,
)
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.shelf import story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import comparing, drift, queries
from mirakl_sync.stock.sighting import LOWERED, RAISED
from mirakl_sync.stock.views import ComparisonRow
from tests.stock.orders import sell
from tests.stock.shop_floor import Floor, shop_floor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def floor(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Floor]:
    """A store that was read as a whole this morning."""
    with shop_floor(db, clock, bells) as made:
        made.read(read_at=clock() - HOUR, read_full_at=clock() - HOUR)
        yield made


@pytest.fixture
def acme(floor: Floor) -> int:
    """A connection whose list of offers was read this morning."""
    number = floor.connect("acme")
    with floor.db.transaction() as tx:
        tx.add(OfferReading(connection_id=number, read_at=floor.clock() - HOUR, read_full_at=floor.clock() - HOUR))
    return number


def _ask(floor: Floor, connection: int, *, full: bool = False) -> int:
    with floor.db.transaction() as tx:
        return comparing.ask(tx, connection, "ann", floor.clock(), full).id


def _both_told(floor: Floor, *, full: bool = False) -> None:
    """Both sides told their numbers since."""
    now = floor.clock()
    with floor.db.transaction() as tx:
        tx.execute(update(LevelFeed).values(read_at=now))
        tx.execute(update(OfferReading).values(read_at=now, wanted_at=None, wanted_full=False))
        if full:
            tx.execute(update(OfferReading).values(read_full_at=now))


def _row(floor: Floor, number: int) -> ComparisonRow:
    with floor.db.reading() as tx:
        found = queries.comparison(tx, number)
    assert found is not None
    return found


def _compared(floor: Floor, connection: int) -> ComparisonRow:
    number = _ask(floor, connection)
    _both_told(floor)
    comparing.compare(number, floor.wiring)
    return _row(floor, number)


def _drifts(floor: Floor, number: int) -> dict[str, tuple[str, int | None, int | None, int | None]]:
    with floor.db.reading() as tx:
        rows = queries.drifts(tx, number, size=1000).rows
    return {row.sku: (row.cause, row.theirs, row.wanted, row.level) for row in rows}


def _offer(floor: Floor, connection: int, sku: str, **columns: Any) -> None:
    """An offer as a comparison finds it: weighed, and with these columns. Sent before, unless said otherwise."""
    floor.offer(connection, sku, latency=20.0, theirs=10)
    floor.weigh()
    columns = {"theirs": 10, **columns}
    with floor.db.transaction() as tx:
        tx.execute(update(Offer).where(Offer.connection_id == connection, Offer.sku == sku).values(**columns))


def _told(floor: Floor, connection: int, sku: str, kind: Told, words: str = "") -> None:
    now = floor.clock()
    with floor.db.transaction() as tx:
        story.write(tx, [story.line(floor.store, sku, kind, now, now, connection_id=connection, words=words)])


# what it finds


def test_where_both_sides_agree_it_says_so(floor: Floor, acme: int):
    for number in range(5):
        floor.count(f"S{number}", number)
        _offer(floor, acme, f"S{number}", theirs=number, due=False)

    row = _compared(floor, acme)

    assert (row.standing, row.offers, row.agree, row.disagree, row.causes) == ("finished", 5, 5, 0, {})
    assert (row.words, row.full) == ("their list is kept up by changes", False)
    with floor.db.reading() as tx:
        beat = tx.get_one(Heartbeat, "compare:acme")
    assert (beat.words, beat.every_seconds) == ("5 offers, 5 agree. their list is kept up by changes", 86_400)


def test_every_difference_is_found_with_its_cause(floor: Floor, acme: int):
    skus = ("AGREES", "NEVER", "WAITS", "FLIES", "HELD", "REFUSED", "FOREIGN", "SOLD", "LOWERED", "UNKNOWN", "OLD")
    for sku in skus:
        floor.count(sku, 10)
        _offer(floor, acme, sku)
    floor.count("ALONE", 4)
    floor.count("NONE LEFT", 0)
    _offer(floor, acme, "GHOST", theirs=2)
    floor.count("GHOST", None, matches=0)
    floor.weigh()
    changes: dict[str, dict[str, Any]] = {
        "NEVER": {"theirs": 1, "latency": None, "due": True},
        "WAITS": {"theirs": 7, "due": True},
        "FLIES": {"theirs": 7, "sent": 10, "push_id": _push(floor, acme)},
        "HELD": {"theirs": 7, "held": "somebody set it there"},
        "REFUSED": {"theirs": None, "refused": 10, "refusal": "no price"},
        "FOREIGN": {"theirs": 70, "due": True},
        "SOLD": {"theirs": 8, "due": True},
        "LOWERED": {"theirs": 8, "due": True},
        "UNKNOWN": {"theirs": None, "due": True},
        "OLD": {"theirs": 10, "active": False, "listed": False},
    }
    with floor.db.transaction() as tx:
        for sku, columns in changes.items():
            tx.execute(update(Offer).where(Offer.sku == sku).values(**columns))
    _told(floor, acme, "FOREIGN", Told.SHOWN, RAISED)
    _told(floor, acme, "LOWERED", Told.SHOWN, LOWERED)
    _told(floor, acme, "SOLD", Told.SHOWN, RAISED)
    _told(floor, acme, "SOLD", Told.SOLD)
    _told(floor, acme, "WAITS", Told.SHOWN, RAISED)
    _told(floor, acme, "WAITS", Told.ACCEPTED)

    row = _compared(floor, acme)

    assert _drifts(floor, row.id) == {
        "NEVER": ("never_sent", 1, 10, 10),
        "WAITS": ("waiting", 7, 10, 10),
        "FLIES": ("in_flight", 7, 10, 10),
        "HELD": ("held", 7, 10, 10),
        "REFUSED": ("refused", None, 10, 10),
        "FOREIGN": ("changed_there", 70, 10, 10),
        "SOLD": ("sold_meanwhile", 8, 10, 10),
        "LOWERED": ("sold_meanwhile", 8, 10, 10),
        "UNKNOWN": ("unknown_number", None, 10, 10),
        "GHOST": ("without_product", 2, None, None),
        "ALONE": ("without_offer", None, None, 4),
        "OLD": ("without_offer", None, None, 10),
    }
    assert (row.offers, row.agree, row.disagree) == (11, 1, 10)
    assert sum(row.causes.values()) == 12
    assert row.causes["sold_meanwhile"] == row.causes["without_offer"] == 2


def _push(floor: Floor, connection: int) -> int:
    with floor.db.transaction() as tx:
        push = StockPush(connection_id=connection, state="sent", asked_at=floor.clock())
        tx.add(push)
        tx.flush()
        return push.id


def test_a_lower_number_no_order_explains_was_set_by_somebody(floor: Floor, acme: int):
    floor.count("MUG", 10)
    _offer(floor, acme, "MUG", theirs=8, due=True)
    _told(floor, acme, "MUG", Told.SHOWN, LOWERED)
    with floor.db.transaction() as tx:
        tx.add(StockLane(connection_id=acme, pulled_at=floor.clock() + timedelta(seconds=30)))

    assert _compared(floor, acme).causes == {"changed_there": 1}


def test_a_number_we_believed_wrongly_is_found_and_weighed_again(floor: Floor, acme: int):
    for sku in ("MOVED", "MISSED", "BELIEVED"):
        floor.count(sku, 10)
        _offer(floor, acme, sku, theirs=10)
    floor.count("MOVED", 6)
    with floor.db.transaction() as tx:
        tx.execute(update(Offer).where(Offer.sku == "MISSED").values(theirs=3, due=False))
        tx.execute(update(Offer).where(Offer.sku == "BELIEVED").values(wanted=99))

    row = _compared(floor, acme)

    assert _drifts(floor, row.id) == {"MOVED": ("shop_changed", 10, 6, 6), "MISSED": ("overlooked", 3, 10, 10)}
    # the one both sides agree on was wrong in our books all the same
    assert {sku: floor.seen(sku, acme).touched_at is not None for sku in ("MOVED", "MISSED", "BELIEVED")} == {
        "MOVED": True, "MISSED": True, "BELIEVED": True,
    }  # fmt: skip
    floor.weigh()
    assert [(floor.seen(sku, acme).wanted, floor.seen(sku, acme).due) for sku in ("MOVED", "MISSED", "BELIEVED")] == [
        (6, True), (10, True), (10, False),
    ]  # fmt: skip


def test_a_sku_the_shelf_never_heard_of_is_not_put_there_by_looking_but_by_weighing(floor: Floor, acme: int):
    floor.offer(acme, "GHOST", touched_at=None)

    assert _compared(floor, acme).causes == {"unseen": 1}
    assert floor.seen("GHOST", acme).touched_at is not None


def test_an_inactive_offer_is_counted_beside_its_number(floor: Floor, acme: int):
    floor.count("MUG", 10)
    _offer(floor, acme, "MUG", active=False, theirs=10)

    row = _compared(floor, acme)

    assert (row.agree, row.disagree, row.causes) == (1, 0, {"inactive": 1})


def test_sales_and_rules_count_as_in_weighing(floor: Floor, acme: int):
    other = floor.connect("other", StockPolicy(send=True, buffer=2))
    for sku in ("MUG", "RUG"):
        floor.count(sku, 10)
        _offer(floor, acme, sku, theirs=10)
        _offer(floor, other, sku, theirs=8)
    sell(floor, acme, "MUG", 3)
    floor.weigh()

    assert (_compared(floor, acme).agree, _compared(floor, acme).causes) == (2, {})
    drifted = _compared(floor, other)
    assert _drifts(floor, drifted.id) == {"MUG": ("waiting", 8, 5, 10)}


def test_of_a_large_drift_all_are_counted_and_the_first_are_kept(
    floor: Floor, acme: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(drift, "AT_ONCE", 7)
    monkeypatch.setattr(drift, "WRITE_EVERY", 10)
    monkeypatch.setattr(drift, "MOST_ROWS", 12)
    monkeypatch.setattr(drift, "MOST_BESIDE", 3)
    monkeypatch.setattr(drift, "_PAGE", drift._PAGE.limit(7))
    monkeypatch.setattr(drift, "_SELLABLE_ALONE", drift._SELLABLE_ALONE.limit(7))
    skus = [f"S{number:02}" for number in range(40)]
    for sku in skus:
        floor.count(sku, 10)
    floor.offer(acme, *skus[:30], latency=20.0)
    floor.weigh()

    row = _compared(floor, acme)

    assert (row.offers, row.agree, row.causes) == (30, 0, {"waiting": 30, "without_offer": 10})
    kept = _drifts(floor, row.id)
    assert sorted(kept) == [*skus[:12], *skus[30:33]]


# when it compares


def _rung(bells: RecordingDispatcher) -> list[Wake]:
    rung = [wake for wake in bells.sent if wake.task != "stock.push"]
    bells.sent.clear()
    return rung


def test_both_sides_are_asked_first(floor: Floor, acme: int, bells: RecordingDispatcher):
    number = _ask(floor, acme)

    assert {wake.task for wake in _rung(bells)} == {"stock.poll", "stock.read_offers", "stock.compare"}
    assert comparing.compare(number, floor.wiring).sentence() == "waits for the marketplace's list of offers"
    assert _rung(bells) == [Wake("stock.compare", (number,), 10.0)]
    assert (_row(floor, number).standing, _row(floor, number).words) == (
        "waits", "waits for the marketplace's list of offers",
    )  # fmt: skip
    with floor.db.transaction() as tx:
        tx.execute(update(OfferReading).values(read_at=floor.clock(), wanted_at=None))
        tx.execute(update(LevelFeed).values(read_at=floor.clock() - HOUR))
    assert comparing.compare(number, floor.wiring).sentence() == "waits for the shop's numbers"
    _both_told(floor)
    assert comparing.compare(number, floor.wiring).sentence() == "0 offers, 0 agree"
    assert comparing.compare(number, floor.wiring).sentence() == "there is nothing to compare any more"


def test_a_shop_not_read_as_a_whole_for_a_day_is_read_so(floor: Floor, acme: int, bells: RecordingDispatcher):
    floor.read(read_at=floor.clock() - HOUR, read_full_at=floor.clock() - DAY - HOUR)
    number = _ask(floor, acme)
    _both_told(floor)

    assert Wake("stock.read_levels", (floor.store,)) in _rung(bells)
    assert comparing.compare(number, floor.wiring).sentence() == "waits for the shop's numbers"
    floor.read(read_full_at=floor.clock())
    assert comparing.compare(number, floor.wiring).sentence() == "0 offers, 0 agree"


def test_a_full_list_is_waited_for_and_said_to_be_one(floor: Floor, acme: int):
    number = _ask(floor, acme, full=True)
    with floor.db.transaction() as tx:
        assert tx.get_one(OfferReading, acme).wanted_full
        tx.execute(update(OfferReading).values(read_at=floor.clock()))
    assert comparing.compare(number, floor.wiring).sentence() == "waits for the marketplace's list of offers"
    _both_told(floor, full=True)
    comparing.compare(number, floor.wiring)

    assert (_row(floor, number).full, _row(floor, number).words) == (True, "every offer of theirs was read for it")


def test_where_the_days_full_list_is_spent_the_kept_one_is_taken_and_said(floor: Floor, acme: int):
    number = _ask(floor, acme, full=True)
    spent = "What changed was read instead of every offer: OF52 may be called again in 20 h"
    with floor.db.transaction() as tx:
        tx.execute(update(OfferReading).values(trouble=spent))
    _both_told(floor)
    comparing.compare(number, floor.wiring)

    row = _row(floor, number)
    assert (row.full, row.offers_read_at) == (False, floor.clock())
    assert row.words == f"their list is kept up by changes ({spent})"


def test_after_three_hours_it_goes_on_with_what_is_known_and_says_what_that_is(floor: Floor, acme: int):
    floor.count("MUG", 5)
    _offer(floor, acme, "MUG", theirs=5)
    number = _ask(floor, acme)
    floor.clock.advance(3 * HOUR)
    comparing.compare(number, floor.wiring)
    assert _row(floor, number).finished_at is None
    floor.clock.advance(timedelta(seconds=1))
    comparing.compare(number, floor.wiring)

    row = _row(floor, number)
    assert (row.standing, row.agree) == ("finished", 1)
    assert row.words == "their list could not be read for it; the shop could not be read for it"


def test_who_asks_while_one_is_under_way_gets_that_one(floor: Floor, acme: int):
    number = _ask(floor, acme)

    assert _ask(floor, acme) == number
    assert _ask(floor, acme, full=True) == number
    with floor.db.reading() as tx:
        assert tx.get_one(StockComparison, number).full
        assert tx.get_one(OfferReading, acme).wanted_full


# killed, or done by two


def test_an_interrupted_one_starts_again_and_counts_nothing_twice(
    floor: Floor, acme: int, monkeypatch: pytest.MonkeyPatch
):
    floor.count("MUG", 5)
    _offer(floor, acme, "MUG", theirs=4, due=True)
    number = _ask(floor, acme)
    _both_told(floor)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(drift, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            comparing.compare(number, floor.wiring)
    assert (_row(floor, number).standing, _row(floor, number).offers) == ("compares", 1)
    assert comparing.compare(number, floor.wiring).sentence() == "somebody else is comparing"
    floor.clock.advance(floor.wiring.config.lease)
    comparing.compare(number, floor.wiring)

    row = _row(floor, number)
    assert (row.standing, row.offers, row.causes) == ("finished", 1, {"waiting": 1})
    assert len(_drifts(floor, number)) == 1


def test_who_lost_the_lease_writes_nothing_more(floor: Floor, acme: int, monkeypatch: pytest.MonkeyPatch):
    floor.count("MUG", 5)
    _offer(floor, acme, "MUG", theirs=4, due=True)
    number = _ask(floor, acme)
    _both_told(floor)
    read_offers = drift.read_offers

    def slow(visit: drift.Visit, now: datetime) -> None:
        monkeypatch.setattr(drift, "read_offers", read_offers)
        floor.clock.advance(floor.wiring.config.lease)
        comparing.compare(number, floor.wiring)
        read_offers(visit, now)

    monkeypatch.setattr(drift, "read_offers", slow)

    assert comparing.compare(number, floor.wiring).sentence() == "somebody else took over"
    assert (_row(floor, number).standing, _row(floor, number).offers) == ("finished", 1)
    assert len(_drifts(floor, number)) == 1


# the clock


def _due(floor: Floor) -> str:
    return comparing.compare_due(floor.wiring).sentence()


def test_each_connection_is_compared_once_a_night_whenever_the_tick_comes(floor: Floor, acme: int):
    _compared(floor, acme)
    floor.clock.at = datetime(2026, 3, 3, 1, 59, tzinfo=UTC)
    assert _due(floor) == "0 comparisons asked for, 0 under way"
    floor.clock.at = datetime(2026, 3, 3, 4, 59, tzinfo=UTC)
    assert _due(floor) == "1 comparisons asked for, 0 under way"
    _finish_all(floor)
    assert _due(floor) == "0 comparisons asked for, 0 under way"
    with floor.db.reading() as tx:
        rows = tx.execute(select(StockComparison).order_by(StockComparison.id)).scalars().all()
    assert [(row.asked_by, row.full) for row in rows] == [("ann", False), ("the clock", True)]


def test_a_night_that_was_missed_is_made_up_for_by_day(floor: Floor, acme: int):
    _compared(floor, acme)
    floor.clock.at = datetime(2026, 3, 3, 11, 59, tzinfo=UTC)
    assert _due(floor) == "0 comparisons asked for, 0 under way"
    floor.clock.at = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert _due(floor) == "1 comparisons asked for, 0 under way"


def test_at_night_they_come_one_behind_the_other_the_longest_uncompared_first(floor: Floor, acme: int):
    others = [floor.connect(f"other{number}") for number in range(3)]
    _compared(floor, acme)
    floor.clock.at = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)

    assert _due(floor) == "2 comparisons asked for, 0 under way"
    assert _due(floor) == "0 comparisons asked for, 2 under way"
    _finish_all(floor)
    assert _due(floor) == "2 comparisons asked for, 0 under way"
    with floor.db.reading() as tx:
        asked = select(StockComparison.connection_id).where(StockComparison.asked_by == "the clock")
        assert list(tx.execute(asked.order_by(StockComparison.id)).scalars()) == [*others, acme]


@pytest.mark.parametrize("columns", [{"paused": ["stock"]}, {"stopped_because": "a wrong key"}])
def test_what_rests_is_not_compared_by_the_clock(floor: Floor, acme: int, columns: dict[str, Any]):
    floor.clock.at = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
    with floor.db.transaction() as tx:
        tx.execute(update(Connection).values(**columns))

    assert _due(floor) == "0 comparisons asked for, 0 under way"


def test_one_that_nobody_is_at_is_rung_for(floor: Floor, acme: int, bells: RecordingDispatcher):
    number = _ask(floor, acme)
    _rung(bells)

    assert _due(floor) == "0 comparisons asked for, 1 under way"
    assert _rung(bells) == [Wake("stock.compare", (number,))]


def _finish_all(floor: Floor) -> None:
    with floor.db.transaction() as tx:
        tx.execute(update(StockComparison).values(finished_at=floor.clock()))


def test_the_last_thirty_of_a_connection_are_kept(floor: Floor, acme: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(drift, "KEPT", 3)
    floor.count("MUG", 5)
    _offer(floor, acme, "MUG", theirs=4, due=True)

    numbers = [_compared(floor, acme).id for _ in range(5)]

    with floor.db.reading() as tx:
        assert [row.id for row in queries.comparisons(tx, "acme")] == numbers[:1:-1]
        assert set(tx.execute(select(StockDrift.comparison_id)).scalars()) == set(numbers[2:])
