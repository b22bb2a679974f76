"""Stock as people look at it: connections at a glance, offers by what is the matter with them, files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import Offer, StockLane, StockLatency, StockPush
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.errors import Misconfigured
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.stock import latency, queries
from mirakl_sync.stock.views import ONLY, Counts, OfferFilter, StockRow
from tests.stock.shop_floor import Floor, shop_floor

MINUTE = timedelta(minutes=1)


@pytest.fixture
def floor(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Floor]:
    """A store without connections."""
    with shop_floor(db, clock, bells) as made:
        made.read()
        yield made


@pytest.fixture
def acme(floor: Floor) -> int:
    """A connection with an offer of every kind."""
    now, number = floor.clock(), floor.connect("acme")
    file = _push(floor, number, state="done", finished_at=now - 9 * MINUTE, rows=3, rows_refused=1)
    flying = _push(floor, number, state="sent", rows=1)
    floor.count("AGREES", 7)
    floor.offer(number, "AGREES", theirs=7, touched_at=None, wanted=7, proved_at=now - 3 * MINUTE)
    floor.offer(number, "DUE", touched_at=None, wanted=4, due=True, since=now - 5 * MINUTE, proved_at=now - MINUTE)
    floor.offer(number, "DUE_TOO", touched_at=None, wanted=0, due=True, since=now - 8 * MINUTE)
    floor.offer(number, "FLIES", touched_at=None, wanted=3, sent=3, push_id=flying, proved_at=now - 2 * MINUTE)
    floor.offer(number, "REFUSED", touched_at=None, wanted=3, theirs=None, refused=3, refusal="no price")
    floor.offer(number, "HELD", touched_at=None, wanted=3, theirs=9, held="somebody set it")
    floor.offer(number, "HIDDEN", touched_at=None, active=False, theirs=None, wanted=None)
    floor.offer(number, "GONE", touched_at=None, listed=False, theirs=None)
    with floor.db.transaction() as tx:
        tx.add(StockLane(connection_id=number, push_id=flying, delay=42.0))
        for day in ("2026-03-02", "2026-03-01", "2026-02-28"):
            tx.add(StockLatency(connection_id=number, day=day, counts=latency.add({}, [50.0] * 10)))
    assert file < flying
    return number


def _push(floor: Floor, connection: int, **columns: object) -> int:
    with floor.db.transaction() as tx:
        push = StockPush(connection_id=connection, asked_at=floor.clock() - 10 * MINUTE, **columns)
        tx.add(push)
        tx.flush()
        return push.id


def _overview(floor: Floor) -> dict[str, StockRow]:
    with floor.db.reading() as tx:
        return {row.connection: row for row in queries.overview(tx, floor.clock())}


def test_a_connection_is_told_at_a_glance(floor: Floor, acme: int):
    floor.connect("watcher", StockPolicy(send=False))

    rows, now = _overview(floor), floor.clock()

    told = rows["acme"]
    assert (told.standing, told.store, told.marketplace) == ("sends", "webshop", "Acme")
    assert told.counts == Counts(
        offers=8, listed=7, gone=1, inactive=1, unknown=2, left_alone=1, due=2, refused=1, held=1
    )  # fmt: skip
    assert told.oldest_due == now - 8 * MINUTE
    assert (told.latency.changes, told.latency.p50, told.latency.p99) == (20, 52.5, pytest.approx(59.85))
    assert (told.proof.oldest, told.proof.median, told.proof.unproven) == (now - 3 * MINUTE, now - 2 * MINUTE, 4)
    assert told.on_its_way is not None
    assert (told.on_its_way.rows, told.delay, told.sides.levels_read_at) == (1, 42.0, now)
    assert told.last_file is not None
    assert (told.last_file.rows_refused, told.last_file.took) == (1, MINUTE)
    assert (rows["watcher"].standing, rows["watcher"].counts, rows["watcher"].last_file) == ("watches", Counts(), None)


def test_the_middle_proof_of_many_is_that_of_some(floor: Floor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "SAMPLED", 10)
    number, now = floor.connect(), floor.clock()
    for minutes in range(101):
        floor.offer(number, f"S{minutes:03}", proved_at=now - minutes * MINUTE)

    proof = _overview(floor)["acme"].proof

    assert proof.oldest == now - 100 * MINUTE
    assert proof.median is not None
    assert abs(proof.median - (now - 50 * MINUTE)) <= 10 * MINUTE


def _skus(floor: Floor, wanted: OfferFilter, number: int = 1, size: int = 50) -> list[str]:
    with floor.db.reading() as tx:
        return [row.sku for row in queries.offers(tx, wanted, floor.clock(), number, size).rows]


@pytest.mark.parametrize(
    ("only", "skus"),
    [
        ("due", ["DUE_TOO", "DUE"]),
        ("travelling", ["FLIES"]),
        ("refused", ["REFUSED"]),
        ("held", ["HELD"]),
        ("unknown", ["HIDDEN", "REFUSED"]),
        ("left_alone", ["HIDDEN"]),
        ("none", ["DUE_TOO"]),
        ("inactive", ["HIDDEN"]),
        ("gone", ["GONE"]),
    ],
)
def test_offers_are_narrowed_to_what_is_the_matter_with_them(floor: Floor, acme: int, only: str, skus: list[str]):
    assert _skus(floor, OfferFilter(only=only)) == skus
    assert only in ONLY


def test_offers_come_in_pages_by_connection_text_store_and_rule(floor: Floor, acme: int):
    other = floor.connect("other")
    floor.offer(other, "DUE_%")
    with floor.db.transaction() as tx:
        tx.execute(update(Offer).where(Offer.sku == "HELD").values(because="buffer"))

    assert _skus(floor, OfferFilter(connection="other")) == ["DUE_%"]
    assert _skus(floor, OfferFilter(text="due_")) == ["DUE_TOO", "DUE_%"]
    assert _skus(floor, OfferFilter(text="_%")) == ["DUE_%"]
    assert _skus(floor, OfferFilter(because="buffer")) == ["HELD"]
    assert _skus(floor, OfferFilter(store="webshop"), number=2, size=8) == ["DUE_%"]
    with floor.db.reading() as tx:
        page = queries.offers(tx, OfferFilter(connection="acme"), floor.clock(), 99, 3)
        assert (page.number, page.pages, page.total, len(page.rows)) == (3, 3, 8, 2)
        agrees = queries.offer(tx, acme, "AGREES", floor.clock())
        due = queries.offer(tx, acme, "DUE", floor.clock())
        assert queries.offer(tx, acme, "NOBODY", floor.clock()) is None
    assert agrees is not None
    assert due is not None
    assert (agrees.level, agrees.waits, due.level, due.waits) == (7, None, None, 5 * MINUTE)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (OfferFilter(only="odd"), "There is no kind of offers 'odd'."),
        (OfferFilter(connection="nowhere"), "There is no connection 'nowhere'."),
        (OfferFilter(store="nowhere"), "There is no store 'nowhere'."),
    ],
)
def test_a_filter_nobody_knows_is_refused_with_what_there_is(floor: Floor, acme: int, wanted: OfferFilter, words: str):
    with floor.db.reading() as tx, pytest.raises(Misconfigured) as refused:
        queries.offers(tx, wanted, floor.clock())

    assert refused.value.words == words
    assert refused.value.way_out


def test_files_come_newest_first_in_pages(floor: Floor, acme: int):
    other = floor.connect("other")
    newest = _push(floor, other, state="asked")

    with floor.db.reading() as tx:
        first, mine = queries.pushes(tx, "", 1, 2), queries.pushes(tx, "acme")
        assert queries.file(tx, newest) == first.rows[0]
        assert queries.file(tx, 999) is None

    assert [(row.connection, row.state) for row in first.rows] == [("other", "asked"), ("acme", "sent")]
    assert ([row.state for row in mine.rows], first.total, mine.total) == (["sent", "done"], 3, 2)
