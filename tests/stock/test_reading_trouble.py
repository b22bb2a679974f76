"""Reading a list of offers when answers are lost, workers killed, exports gone, and others cannot wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mirakl_sync.db.models import Connection, Heartbeat, InboxItem, Offer, OfferReading, StockEvent
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable, Unreadable
from mirakl_sync.mirakl.refusals import EXPORT_GONE, EXPORT_NOT_FOUND
from mirakl_sync.stock import directory, reading
from mirakl_sync.stock.sighting import LOWERED
from mirakl_sync.upkeep import silence
from tests.conftest import NOON
from tests.stock.fake_list import AWAY, LOST, Bench


def _listed(market: Bench) -> list[str]:
    with market.db.reading() as tx:
        return list(tx.execute(select(Offer.sku).where(Offer.listed).order_by(Offer.sku)).scalars())


# lost, failed, killed


def test_an_answer_that_never_came_is_asked_for_again_and_the_running_export_is_used(
    market: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "FEW", 2)
    market.market.takes = 90
    market.market.trouble["OF52"] = LOST
    with pytest.raises(Unavailable):
        market.read()
    assert market.row().tracking_id == ""
    market.later(61)
    market.read()
    assert list(market.market.exports) == ["E1"]
    market.later(30)
    assert "3 new" in market.whole()
    # it began when it was asked for first
    row = market.row()
    assert row.read_at == NOON
    assert row.cursor <= NOON + AWAY


def test_a_call_that_was_never_made_leaves_no_trace(known: Bench):
    known.later(301)
    known.market.trouble["OF52?"] = RateLimited("OF52 may be called again in 30 s", after=30)
    with pytest.raises(RateLimited):
        known.read()
    row = known.row()
    assert (row.asked_at, row.tracking_id, row.leased_until, row.trouble) == (None, "", None, "")
    assert row.next_at == known.clock() + timedelta(seconds=30)


def test_a_failed_export_is_asked_for_anew_and_said(known: Bench):
    known.later(301)
    known.read()
    known.market.exports["E1"].state = "FAILED"
    known.later(10)
    assert known.read() == "The marketplace's export failed: Internal error"
    assert known.row().trouble == "The marketplace's export failed: Internal error"
    known.market.set("MUG", 1)
    assert "1 changed" in known.next()
    assert known.row().trouble == ""


def test_any_other_refusal_is_told_and_tried_again_by_and_by(known: Bench):
    known.later(301)
    known.read()
    known.later(10)
    known.market.trouble["OF54?"] = Refused("not today", status=400)
    with pytest.raises(Refused):
        known.read()
    row = known.row()
    assert (row.tracking_id, row.trouble, row.next_at) == ("E1", "not today", known.clock() + timedelta(minutes=5))


def test_a_page_in_the_files_place_passes_by_itself_and_is_not_waited_for_like_a_refusal(known: Bench):
    known.market.set("MUG", 1)
    known.later(301)
    known.read()
    known.later(10)
    known.market.trouble["OF54?"] = Unreadable("The export (OF54) holds no columns.")
    with pytest.raises(Unreadable):
        known.read()
    row = known.row()
    assert (row.tracking_id, row.next_at) == ("E1", known.clock() + timedelta(minutes=1))
    known.later(61)
    assert "1 changed" in known.read()
    assert known.row().trouble == ""


@pytest.mark.parametrize(("call", "code"), [("OF53?", EXPORT_NOT_FOUND), ("OF54?", EXPORT_GONE)])
def test_an_expired_export_is_asked_for_anew(known: Bench, call: str, code: str):
    known.market.set("MUG", 1)
    known.later(301)
    known.read()
    known.later(10)
    known.market.trouble[call] = Refused("gone", code=code)
    assert "anew" in known.read()
    known.later(61)
    assert "1 changed" in known.whole()
    assert list(known.market.exports) == ["E1", "E2"]


def test_an_export_that_never_becomes_ready_is_given_up(known: Bench):
    known.market.takes = 10**6
    known.later(301)
    known.read()
    known.later(7300)
    assert known.read() == "The marketplace's export never became ready; it is asked for anew."


def test_a_state_nobody_knows_is_waited_for(known: Bench):
    known.later(301)
    known.read()
    known.market.exports["E1"].state = "ARCHIVING"
    known.later(10)
    assert known.read() == "the export is not ready yet"


def test_killed_between_two_batches_the_list_is_kept_once(market: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "FEW", 2)
    monkeypatch.setattr(directory, "AT_ONCE", 2)
    market.read()
    market.later(10)
    write = directory.write

    def killed(*args):
        monkeypatch.setattr(directory, "write", write)
        done.append(write(*args))
        raise KeyboardInterrupt

    done: list[object] = []
    # the batch is rolled back with its worker, the one before stays
    monkeypatch.setattr(
        directory, "write", lambda *args: (monkeypatch.setattr(directory, "write", killed), write(*args))[1]
    )
    with pytest.raises(KeyboardInterrupt):
        market.read()
    assert done
    assert market.row().offers == 2
    assert market.read() == "somebody else is reading"
    market.later(601)
    assert market.read() == "every offer read: 3 seen, 1 new, 0 changed, 0 gone"
    assert market.row().offers == 3
    assert len(_listed(market)) == 3
    assert market.row().number == 1


def test_killed_before_the_end_was_recorded_the_list_is_read_again_without_a_trace(
    known: Bench, monkeypatch: pytest.MonkeyPatch
):
    known.market.set("MUG", 1)
    known.market.set("HAT", 2)
    known.later(301)
    known.read()
    known.later(10)
    finish = reading._finish
    monkeypatch.setattr(reading, "_finish", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        known.read()
    monkeypatch.setattr(reading, "_finish", finish)
    known.later(601)
    assert known.read() == "what changed read: 2 seen, 0 new, 0 changed, 0 gone"
    assert known.story() == [("MUG", 100, 1, LOWERED)]
    assert known.row().cursor > NOON + AWAY - timedelta(minutes=11)


def test_a_visit_that_breaks_off_is_repeated_soon(known: Bench, monkeypatch: pytest.MonkeyPatch):
    known.market.set("MUG", 1)
    known.later(301)
    known.read()
    known.later(10)
    with monkeypatch.context() as broken:
        broken.setattr(directory, "write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            known.read()
    assert known.row().trouble == "The visit broke off; the worker's log says why."
    known.later(61)
    assert "1 changed" in known.read()


def test_two_workers_read_a_list_once(known: Bench):
    said: list[str] = []
    known.market.meanwhile["OF52"] = lambda: said.append(known.read())
    known.later(301)
    assert known.read() == "what changed was asked for"
    assert said == ["somebody else is reading"]


def test_a_worker_that_was_away_too_long_records_nothing(known: Bench):
    """It comes back when another has taken the reading over and is still at it."""
    said: list[str] = []

    def other() -> None:
        known.later(3600)
        said.append(known.read())

    known.market.set("MUG", 1)
    known.market.meanwhile["OF52"] = other
    known.later(301)
    assert known.read() == "somebody else took over"
    assert said == ["what changed was asked for"]
    assert "1 changed" in known.next()
    assert known.row().number == 2


def test_a_worker_whose_lease_is_over_writes_no_offers(known: Bench):
    known.market.set("MUG", 1)
    known.later(301)
    known.read()
    known.later(10)

    def other() -> None:
        known.later(3600)
        known.read()

    known.market.meanwhile["OF54"] = other
    assert known.read() == "somebody else took over"
    assert known.story() == [("MUG", 100, 1, LOWERED)]


# what others want


def test_a_reading_begun_before_it_was_wanted_does_not_satisfy(known: Bench):
    known.later(301)
    known.read()
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock() + timedelta(seconds=1))
    known.later(10)
    known.read()
    row = known.row()
    assert row.wanted_at is not None
    assert row.next_at == known.clock()
    known.later(1)
    known.whole()
    assert known.row().wanted_at is None


def test_a_wanted_reading_rings_and_is_read_before_its_time(known: Bench, bells: RecordingDispatcher):
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock())
    assert bells.sent[-1] == Wake("stock.read_offers", (known.connection,))
    assert "0 changed" in known.whole()
    assert known.row().wanted_at is None


def test_where_the_days_full_export_is_spent_what_changed_is_read_and_said(known: Bench, monkeypatch):
    monkeypatch.setattr(reading, "FEW", 2)
    known.market.full_spent = True
    known.market.set("MUG", 1)
    with known.db.transaction() as tx:
        reading.want(tx, known.connection, known.clock(), full=True)
    known.whole()
    row = known.row()
    assert (row.wanted_at, row.wanted_full, row.read_full_at) == (None, False, NOON)
    assert row.trouble == "What changed was read instead of every offer: OF52_FULL may be called again in 20 h"
    assert known.offer("MUG").theirs == 1


def test_a_first_reading_whose_full_export_was_lost_does_not_wait_for_a_day(market: Bench, monkeypatch):
    monkeypatch.setattr(reading, "FEW", 2)
    market.market.full_spent = True
    assert market.whole().startswith("what changed read: 3 seen, 3 new")
    assert market.row().cursor is not None


# whose time has come


def test_every_connection_whose_time_has_come_is_rung_for(market: Bench, bells: RecordingDispatcher):
    assert reading.read_due(market.wiring).sentence() == "1 lists of offers due"
    assert bells.sent == [Wake("stock.read_offers", (market.connection,))]
    market.whole()
    assert reading.read_due(market.wiring).sentence() == "0 lists of offers due"
    market.later(300)
    assert reading.read_due(market.wiring).sentence() == "1 lists of offers due"


def _pause(tx, row: Connection) -> None:
    row.paused = ["stock"]


def _stop(tx, row: Connection) -> None:
    row.stopped_because = "wrong key"


def _lease(tx, row: Connection) -> None:
    tx.add(OfferReading(connection_id=row.id, leased_until=NOON + timedelta(minutes=1)))


@pytest.mark.parametrize("what", [_pause, _stop, _lease])
def test_nobody_is_rung_for_where_nothing_is_to_be_read(market: Bench, what: Callable[..., None]):
    with market.db.transaction() as tx:
        what(tx, tx.get_one(Connection, market.connection))
    assert reading.read_due(market.wiring).sentence() == "0 lists of offers due"
    market.read()
    assert market.market.calls == []


def test_a_paused_list_is_read_when_somebody_wants_it(market: Bench):
    with market.db.transaction() as tx:
        _pause(tx, tx.get_one(Connection, market.connection))
        reading.want(tx, market.connection, market.clock())
    assert reading.read_due(market.wiring).sentence() == "1 lists of offers due"
    assert "3 new" in market.whole()


# signs of life and of trouble


def test_every_visit_is_a_sign_of_life(known: Bench):
    known.later(301)
    known.read()
    with known.db.reading() as tx:
        beat = tx.get_one(Heartbeat, "offers:acme-webshop")
    assert (beat.beat_at, beat.every_seconds, beat.words) == (known.clock(), 300, "what changed was asked for")


def test_a_missing_permission_is_asked_about_and_stops_no_orders(known: Bench):
    known.later(301)
    known.market.trouble["OF52?"] = Misconfigured("The key may not read offers.", way_out="Give it the role.")
    with pytest.raises(Misconfigured):
        known.read()
    with known.db.reading() as tx:
        item = tx.execute(select(InboxItem)).scalar_one()
        assert (item.kind, item.key, item.closed_at) == ("misconfigured", "offers", None)
        assert item.question == "The offers of acme-webshop cannot be read: The key may not read offers."
        assert tx.get_one(Connection, known.connection).stopped_because == ""
    known.next()
    with known.db.reading() as tx:
        assert tx.execute(select(InboxItem)).scalar_one().closed_at is not None


def test_a_list_that_is_no_longer_read_is_a_silent_feed(known: Bench):
    known.later(3600)
    assert silence.watch(known.wiring).late == ("offers:acme-webshop",)
    known.next()
    assert silence.watch(known.wiring).late == ()


@pytest.mark.parametrize("rest", [_pause, _stop])
def test_a_list_at_rest_on_purpose_is_no_silent_feed(known: Bench, rest: Callable[..., None]):
    known.later(3600)
    with known.db.transaction() as tx:
        rest(tx, tx.get_one(Connection, known.connection))
    assert silence.watch(known.wiring).late == ()


def test_a_missing_permission_is_asked_about_once_not_also_as_silence(known: Bench):
    known.later(301)
    known.market.trouble["OF52?"] = Misconfigured("The key may not read offers.")
    with pytest.raises(Misconfigured):
        known.read()
    known.later(3600)
    assert silence.watch(known.wiring).late == ()


def test_a_connection_that_cannot_be_opened_is_asked_about(market: Bench):
    market.wiring.connections.trouble = Misconfigured("There is no such platform.")
    assert market.read() == "There is no such platform."
    with market.db.reading() as tx:
        assert tx.execute(select(InboxItem.key)).scalars().all() == ["offers"]


def test_trouble_leaves_the_list_as_it_was_and_is_tried_again(known: Bench):
    known.market.set("MUG", 1)
    known.later(301)
    known.read()
    known.later(10)
    known.market.trouble["OF53?"] = Unavailable("maintenance", after=120)
    with pytest.raises(Unavailable):
        known.read()
    row = known.row()
    assert (row.tracking_id, row.trouble, row.next_at) == ("E1", "maintenance", known.clock() + timedelta(seconds=120))
    known.later(120)
    assert "1 changed" in known.read()
    assert known.row().trouble == ""


def test_no_event_is_written_for_what_was_known(known: Bench):
    known.next()
    with known.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(StockEvent)).scalar_one() == 0
