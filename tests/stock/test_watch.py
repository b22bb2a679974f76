"""Questions about stock: each is open while its state lasts, and closes by itself when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import Connection, ShelfComponent, StockLane, StockPush, StockRule
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.inbox import acting
from mirakl_sync.policy.model import InDoubt, StockPolicy
from mirakl_sync.shelf import offers, story
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import troubles
from mirakl_sync.stock.watch import watch
from tests.db import rows
from tests.stock.shop_floor import SENDS, Floor, shop_floor

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def floor(db: Database, clock: FixedClock, bells: RecordingDispatcher) -> Iterator[Floor]:
    with shop_floor(db, clock, bells) as made:
        made.read()
        yield made


@pytest.fixture
def acme(floor: Floor) -> int:
    return floor.connect("acme")


def look(floor: Floor) -> dict[str, str]:
    """Watch, and answer the open questions: kind to words."""
    floor.weigh()
    watch(floor.wiring)
    return {kind: row.question for (kind, _), row in floor.questions().items()}


def push(floor: Floor, connection: int, state: str, asked_at: datetime, **columns: Any) -> int:
    with floor.db.transaction() as tx:
        over = asked_at if state in ("done", "failed") else None
        row = StockPush(connection_id=connection, state=state, asked_at=asked_at, finished_at=over, **columns)
        tx.add(row)
        tx.flush()
        return row.id


def lane(floor: Floor, connection: int, **columns: Any) -> None:
    with floor.db.transaction() as tx:
        row = tx.get(StockLane, connection) or StockLane(connection_id=connection)
        tx.add(row)
        for name, value in columns.items():
            setattr(row, name, value)


def test_a_shop_where_all_is_well_asks_nothing(floor: Floor, acme: int) -> None:
    floor.count("MUG", 10)
    floor.offer(acme, "MUG", theirs=10)
    assert look(floor) == {}
    assert watch(floor.wiring).sentence() == "0 questions about stock, 0 closed by themselves"


class TestOffersNobodyCanDecideAbout:
    def test_each_cause_is_one_question_with_number_and_names_and_closes_by_itself(
        self, floor: Floor, acme: int
    ) -> None:
        names = [f"GONE-{number:02}" for number in range(60)]
        for sku in names:
            floor.count(sku, None, matches=0, sellable=False)
        floor.offer(acme, *names)
        floor.count("TWIN", 3, matches=2)
        floor.count("LOOSE", None)
        floor.offer(acme, "TWIN", "LOOSE", theirs=1)
        told = look(floor)
        assert told == {
            "stock_missing": "webshop does not know the SKU of offers of acme: "
            "GONE-00, GONE-01, GONE-02, GONE-03, GONE-04 and 55 more.",
            "duplicate_offer_sku": "Several products of webshop carry the SKU of an offer of acme: TWIN.",
            "stock_uncounted": "webshop sells without counting what acme offers: LOOSE.",
        }
        missing = floor.questions()["stock_missing", "acme"]
        assert (missing.connection_id, missing.facts) == (acme, {"count": 60, "skus": names[:50]})
        for sku in (*names, "TWIN", "LOOSE"):
            floor.count(sku, 2)
        with floor.db.transaction() as tx:
            offers.touch_all(tx, floor.clock(), connection_id=acme)
        assert look(floor) == {}
        assert dict(floor.closed())["stock_missing"] == "the shop knows them now, or they are no longer offered"

    @pytest.mark.parametrize(
        ("policy", "asked"),
        [
            (StockPolicy(), {"stock_missing", "stock_uncounted"}),
            (StockPolicy(missing=InDoubt.ZERO, uncounted=5), set()),
            (StockPolicy(missing=InDoubt.KEEP), {"stock_uncounted"}),
        ],
    )
    def test_what_the_policy_answers_is_not_asked(self, floor: Floor, policy: StockPolicy, asked: set[str]) -> None:
        floor.count("GONE", None, matches=0)
        floor.count("LOOSE", None)
        floor.offer(floor.connect("acme", policy), "GONE", "LOOSE")
        assert set(look(floor)) == asked

    def test_an_offer_that_is_no_longer_listed_is_nobodys_question(self, floor: Floor, acme: int) -> None:
        floor.count("GONE", None, matches=0)
        floor.offer(acme, "GONE", listed=False)
        assert look(floor) == {}

    def test_the_same_question_stays_one_item_however_often_it_is_looked_at(self, floor: Floor, acme: int) -> None:
        floor.count("GONE", None, matches=0)
        floor.offer(acme, "GONE")
        look(floor)
        first = floor.questions()["stock_missing", "acme"].id
        look(floor)
        assert floor.questions()["stock_missing", "acme"].id == first
        assert floor.closed() == []


class TestNumbersThatAreNotTaken:
    def test_refusals_are_asked_by_reason_whatever_sku_or_number_they_name(self, floor: Floor, acme: int) -> None:
        for number in range(3):
            sku = f"SKU-{number}"
            floor.count(sku, 5)
            refusal = f"Line {number}: the offer {sku} does not exist"
            floor.offer(acme, sku, theirs=None, refused=5, refusal=refusal)
        floor.count("OLD", 1)
        floor.offer(acme, "OLD", theirs=None, refused=1, refusal="The offer is archived")
        look(floor)
        asked = {key: row for (kind, key), row in floor.questions().items() if kind == "stock_refused"}
        assert set(asked) == {"Line #: the offer SKU does not exist", "The offer is archived"}
        first = asked["Line #: the offer SKU does not exist"]
        assert first.question == ("acme refuses 3 numbers: Line #: the offer SKU does not exist (SKU-0, SKU-1, SKU-2)")
        assert first.facts["skus"] == ["SKU-0", "SKU-1", "SKU-2"]

    def test_a_refused_number_that_is_tried_again_is_still_the_same_question(self, floor: Floor, acme: int) -> None:
        """While the new number travels nobody knows yet; closing and asking anew would only ring twice."""
        floor.count("MUG", 5)
        floor.offer(acme, "MUG", theirs=None, refused=None, refusal="no such offer", sent=4)
        assert set(look(floor)) == {"stock_refused"}

    def test_ten_reasons_are_questions_and_the_others_are_one_together(self, floor: Floor, acme: int) -> None:
        for letter in "ABCDEFGHIJKL":
            floor.count(f"SKU{letter}", 1)
            floor.offer(acme, f"SKU{letter}", theirs=None, refused=1, refusal=f"reason {letter}")
        look(floor)
        asked = sorted(key for kind, key in floor.questions() if kind == "stock_refused")
        assert asked == ["other reasons", *(f"reason {letter}" for letter in "ABCDEFGHIJ")]
        assert "2 numbers for 2 other reasons: SKUK, SKUL." in (
            floor.questions()["stock_refused", "other reasons"].question
        )

    def test_a_number_that_waits_for_a_person_is_told_with_both_numbers(self, floor: Floor, acme: int) -> None:
        floor.count("MUG", 5)
        floor.offer(acme, "MUG", theirs=9, held="changed by somebody else")
        assert look(floor) == {
            "stock_held": "Our numbers for 1 offer of acme wait: MUG. MUG: changed by somebody else; 9 is shown, ours "
            "would be 5."
        }


class TestFiles:
    def test_three_failures_in_a_row_are_asked_about_while_something_waits(self, floor: Floor, acme: int) -> None:
        floor.count("MUG", 5)
        floor.offer(acme, "MUG")
        for number in range(2):
            push(floor, acme, "failed", floor.clock() - (9 - number) * MINUTE, why="applied nothing")
        assert look(floor) == {}
        push(floor, acme, "failed", floor.clock() - MINUTE, why="applied nothing")
        assert look(floor) == {"stock_file_failed": "The last 3 stock files of acme came to nothing: applied nothing."}
        push(floor, acme, "done", floor.clock())
        assert look(floor) == {}

    def test_a_file_that_is_worked_on_without_end_is_asked_about(
        self, floor: Floor, acme: int, clock: FixedClock
    ) -> None:
        floor.count("MUG", 5)
        floor.offer(acme, "MUG", theirs=5)
        number = push(floor, acme, "sent", clock() - 30 * MINUTE, import_id="2001", their_state="RUNNING")
        lane(floor, acme, push_id=number)
        assert look(floor) == {}
        clock.advance(timedelta(seconds=1))
        floor.read()
        assert look(floor) == {"stock_file_failed": "acme works on 2001 since 2026-03-02 11:30 UTC (RUNNING)."}
        lane(floor, acme, push_id=None)
        assert look(floor) == {}


class TestLate:
    @pytest.fixture
    def waiting(self, floor: Floor, clock: FixedClock) -> Any:
        """A connection with a number that became due 20 minutes ago."""

        def make(policy: StockPolicy = SENDS, **columns: Any) -> int:
            made = floor.connect("acme", policy, **columns)
            floor.count("MUG", 5)
            floor.offer(made, "MUG", since=clock() - 20 * MINUTE)
            return made

        return make

    def test_an_old_number_is_asked_about_with_what_holds_it(self, floor: Floor, waiting: Any) -> None:
        made = waiting()
        (words,) = look(floor).values()
        assert words == (
            "MUG of acme has waited since 2026-03-02 11:40:00 UTC, with 1 numbers due; a change should need about "
            "3 min. Its lane was never opened: no worker serves the queue stock."
        )
        number = push(floor, made, "sent", floor.clock() - 10 * MINUTE)
        lane(floor, made, push_id=number)
        assert f"File {number} of 11:50:00 is on its way (sent)." in look(floor)["stock_late"]
        lane(floor, made, push_id=None, next_at=floor.clock() + MINUTE)
        assert "looked at again at 12:01:00" in look(floor)["stock_late"]

    @pytest.mark.parametrize(
        ("policy", "columns"),
        [
            (StockPolicy(), {}),
            (StockPolicy(send=True), {"paused": ["stock"]}),
            (StockPolicy(send=True), {"stopped_because": "the key is wrong"}),
            # a slow cadence is no lateness
            (StockPolicy(send=True, send_every=timedelta(minutes=15)), {}),
        ],
    )
    def test_nobody_is_asked_where_nothing_is_sent_or_the_lane_is_slow_on_purpose(
        self, floor: Floor, waiting: Any, policy: StockPolicy, columns: dict[str, Any]
    ) -> None:
        waiting(policy, **columns)
        assert look(floor) == {}

    def test_a_first_file_that_needs_many_files_is_not_late_for_that(self) -> None:
        side = troubles.Side(1, "acme", 1, "webshop", StockPolicy(send=True), False, MINUTE, MINUTE)
        assert troubles.lane_needs(side, None, 10) == 3 * MINUTE
        assert troubles.lane_needs(side, 90.0, 10) == 3 * MINUTE + timedelta(seconds=30)
        assert troubles.lane_needs(side, None, 1_000_000) == 22 * MINUTE


class TestStale:
    def test_it_is_asked_once_for_the_store_and_the_offers_are_weighed_for_it_and_back(
        self, floor: Floor, acme: int, clock: FixedClock
    ) -> None:
        floor.count("MUG", 5)
        floor.offer(acme, "MUG", theirs=5)
        floor.weigh()
        clock.advance(6 * HOUR)
        assert look(floor) == {}
        clock.advance(timedelta(seconds=1))
        assert look(floor) == {
            "stock_stale": "webshop has confirmed no number since 2026-03-02 12:00 UTC. "
            "acme: the numbers there are left as they are."
        }
        assert floor.feed().stale
        assert (floor.wanted("MUG", acme), floor.seen("MUG", acme).because) == (None, "stale")
        look(floor)
        assert floor.seen("MUG", acme).touched_at is None
        floor.read()
        assert look(floor) == {}
        assert not floor.feed().stale
        assert floor.wanted("MUG", acme) == 5

    def test_each_connection_has_its_own_patience(self, floor: Floor, clock: FixedClock) -> None:
        quick = floor.connect("quick", StockPolicy(send=True, stale=InDoubt.ZERO, stale_after=HOUR))
        slow = floor.connect("slow", StockPolicy(send=True))
        floor.count("MUG", 5)
        for each in (quick, slow):
            floor.offer(each, "MUG", theirs=5)
        floor.weigh()
        clock.advance(2 * HOUR)
        assert "quick: everything is shown as sold out." in look(floor)["stock_stale"]
        assert [floor.wanted("MUG", each) for each in (quick, slow)] == [0, 5]
        clock.advance(5 * HOUR)
        assert floor.questions()["stock_stale", "webshop"].facts["connections"] == ["quick"]
        look(floor)
        assert [floor.wanted("MUG", each) for each in (quick, slow)] == [0, None]
        assert floor.questions()["stock_stale", "webshop"].facts["connections"] == ["quick", "slow"]

    def test_settled_while_it_lasts_it_is_asked_anew_but_nothing_is_weighed_again(
        self, floor: Floor, acme: int, clock: FixedClock
    ) -> None:
        floor.count("MUG", 5)
        floor.offer(acme, "MUG", theirs=5)
        clock.advance(7 * HOUR)
        look(floor)
        floor.weigh()
        with floor.db.transaction() as tx:
            acting.settle(tx, floor.questions()["stock_stale", "webshop"].id, "ann", "I know", clock())
        watch(floor.wiring)
        assert ("stock_stale", "webshop") in floor.questions()
        assert floor.seen("MUG", acme).touched_at is None

    def test_a_store_that_was_never_read_is_as_old_as_its_last_word(
        self, floor: Floor, acme: int, clock: FixedClock
    ) -> None:
        floor.read(read_at=None)
        floor.offer(acme, "MUG", theirs=5)
        assert look(floor) == {}
        floor.count("MUG", 5)
        clock.advance(7 * HOUR)
        assert set(look(floor)) == {"stock_stale"}


class TestOversold:
    def sell(self, floor: Floor, connection: int, sku: str, pieces: int) -> None:
        with floor.db.transaction() as tx:
            row = tx.get_one(Connection, connection)
            line = rows.line(floor.store, sku, pieces)
            line.unfelt = True
            rows.order(tx, row, f"A-{sku}-{pieces}", line)

    def test_more_sold_than_counted_is_urgent_and_closes_when_there_is_enough(self, floor: Floor, acme: int) -> None:
        floor.count("MUG", 5)
        floor.count("LAMP", 5)
        floor.offer(acme, "MUG", "LAMP")
        self.sell(floor, acme, "MUG", 4)
        self.sell(floor, acme, "MUG", 3)
        self.sell(floor, acme, "LAMP", 5)
        told = look(floor)
        assert told["stock_oversold"] == "More was sold than webshop has: MUG: 2 too many."
        item = floor.questions()["stock_oversold", "webshop"]
        assert (item.owner, item.urgency, item.facts) == ("operations", 3, {"count": 1, "skus": {"MUG": 2}})
        floor.count("MUG", 7)
        assert "stock_oversold" not in look(floor)

    def test_pieces_the_shop_subtracted_below_zero_count_when_they_were_sold_here(
        self, floor: Floor, acme: int
    ) -> None:
        floor.count("MUG", -2)
        floor.count("RUG", -3)
        floor.offer(acme, "MUG", "RUG")
        with floor.db.transaction() as tx:
            now = floor.clock()
            story.write(tx, [story.line(floor.store, "MUG", Told.SOLD, now, now, connection_id=acme, after=2)])
        assert look(floor)["stock_oversold"] == "More was sold than webshop has: MUG: 2 too many."

    def test_what_may_be_owed_and_what_is_not_counted_is_not_oversold(self, floor: Floor, acme: int) -> None:
        floor.count("MUG", 1, backorders=True)
        floor.count("RUG", None)
        floor.offer(acme, "MUG", "RUG", theirs=1)
        self.sell(floor, acme, "MUG", 3)
        self.sell(floor, acme, "RUG", 3)
        assert "stock_oversold" not in look(floor)

    def test_a_bundle_takes_its_parts(self, floor: Floor, acme: int) -> None:
        floor.count("CUP", 5)
        floor.offer(acme, "CUP")
        with floor.db.transaction() as tx:
            tx.add(ShelfComponent(store_pk=floor.store, bundle="SET", component="CUP", pieces=4))
        self.sell(floor, acme, "SET", 2)
        assert look(floor)["stock_oversold"] == "More was sold than webshop has: CUP: 3 too many."


def test_rules_that_ended_long_ago_are_forgotten(floor: Floor, acme: int, clock: FixedClock) -> None:
    floor.count("MUG", 5)
    floor.offer(acme, "MUG")
    with floor.db.transaction() as tx:
        for ended in (clock() - timedelta(days=61), clock() - timedelta(days=59), None):
            rule = {"scope": "sku", "name": "MUG", "buffer": 1, "made_by": "ann", "made_at": clock()}
            tx.add(StockRule(store_pk=floor.store, until=ended, **rule))
    watch(floor.wiring)
    with floor.db.reading() as tx:
        assert [tx.get(StockRule, number) is None for number in (1, 2, 3)] == [True, False, False]


def test_a_lane_that_was_hurried_for_nothing_is_hurried_no_more(floor: Floor, acme: int) -> None:
    floor.count("MUG", 5)
    floor.offer(acme, "MUG", theirs=5)
    lane(floor, acme, hurry="ann")
    watch(floor.wiring)
    assert floor.lane(acme).hurry == "ann"
    floor.weigh()
    watch(floor.wiring)
    assert floor.lane(acme).hurry == ""
    floor.count("MUG", 4)
    with floor.db.transaction() as tx:
        offers.touch_all(tx, floor.clock(), connection_id=acme)
    floor.weigh()
    lane(floor, acme, hurry="ann")
    watch(floor.wiring)
    assert floor.lane(acme).hurry == "ann"
