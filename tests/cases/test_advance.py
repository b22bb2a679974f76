"""The loop: claim, ask once, record behind the fence, hand over, rest until due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.cases.advance import POISON_CLAIMS, Machinery, advance
from mirakl_sync.cases.outcome import Blocked, Finished, HandedOver, Taken, Trouble, Waiting
from mirakl_sync.cases.step import Settle, Wait
from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import Effect, InboxItem, TimelineEntry
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.errors import Misconfigured, NeedsAnswer, Refused, Unavailable, Unreadable
from tests.cases.toys import CALL_TIMEOUT, LEASE, SETTLING, Make, Read, ToyCase, Workshop, new_toy, read, resting

LOST = Unavailable("no answer came", outcome_unknown=True)
NEVER_SENT = Unavailable("could not connect")


class Killed(BaseException):
    """The worker dies here."""


def effect(db: Database, key: str) -> Effect:
    with db.reading() as tx:
        return tx.execute(select(Effect).where(Effect.key == key)).scalar_one()


def story(db: Database) -> list[str]:
    with db.reading() as tx:
        return list(tx.execute(select(TimelineEntry.sentence).order_by(TimelineEntry.id)).scalars())


def open_items(db: Database) -> list[InboxItem]:
    with db.reading() as tx:
        return list(tx.execute(select(InboxItem).where(InboxItem.closed_at.is_(None))).scalars())


class TestTheStraightWay:
    def test_a_case_goes_as_far_as_it_can_in_one_visit(
        self, toys: Database, going: Machinery, case: ToyCase, workshop: Workshop
    ) -> None:
        toy = new_toy(toys)
        assert advance(case, toy, going) == Finished("made and told")
        row = read(toys, toy)
        assert (row.state, row.made_as, row.leased_until, row.next_attempt_at) == ("done", "T-1", None, None)
        assert (workshop.made, workshop.told, workshop.looks) == ([toy], [toy], 0)
        assert story(toys) == ["made as T-1", "told", "made and told"]

    def test_each_change_stands_in_the_ledger_with_their_number(
        self, toys: Database, going: Machinery, case: ToyCase
    ) -> None:
        toy = new_toy(toys)
        advance(case, toy, going)
        made = effect(toys, f"make:{toy}")
        assert (made.state, made.their_id, made.asks, made.kind) == ("confirmed", "T-1", 1, "make")
        assert made.asked_at == made.answered_at == going.now()

    def test_the_ask_is_committed_before_the_call(self, toys: Database, going: Machinery, case: ToyCase) -> None:
        toy, seen = new_toy(toys), []

        def look_into_the_ledger(row_id: int) -> None:
            seen.append((effect(toys, f"make:{row_id}").state, read(toys, row_id).leased_until))
            raise NEVER_SENT

        case.workshop.make = look_into_the_ledger
        advance(case, toy, going)
        assert seen == [("asked", going.now() + LEASE)]

    def test_a_finished_row_may_be_visited_again_without_harm(
        self, toys: Database, going: Machinery, workshop: Workshop
    ) -> None:
        toy = new_toy(toys, state="done")
        case = ToyCase(workshop, rule=lambda row, now: Settle("done", "over"))
        assert advance(case, toy, going) == Finished("over")
        assert story(toys) == []

    def test_a_row_that_does_not_exist_is_nobodys(self, toys: Database, going: Machinery, case: ToyCase) -> None:
        assert advance(case, 4711, going) == Taken()


class TestLanes:
    def test_a_deed_of_another_lane_is_handed_to_its_workers(
        self, toys: Database, going: Machinery, case: ToyCase, bells: RecordingDispatcher
    ) -> None:
        toy = new_toy(toys)
        assert advance(case, toy, going, lane="makers") == HandedOver("tellers", "tell")
        assert bells.sent == [Wake("toys.tellers", (toy,))]
        row = read(toys, toy)
        assert (row.state, row.leased_until, row.next_attempt_at) == ("made", None, going.now())
        assert advance(case, toy, going, lane="tellers") == Finished("made and told")

    def test_the_ledger_knows_nothing_of_a_deed_handed_over(
        self, toys: Database, going: Machinery, case: ToyCase
    ) -> None:
        toy = new_toy(toys, state="made")
        advance(case, toy, going, lane="makers")
        with toys.reading() as tx:
            assert tx.execute(select(Effect)).first() is None


class TestClaimAndFence:
    def test_a_row_somebody_holds_is_left_to_him(
        self, toys: Database, going: Machinery, case: ToyCase, workshop: Workshop
    ) -> None:
        toy = new_toy(toys, leased_until=going.now() + timedelta(seconds=1))
        assert advance(case, toy, going) == Taken()
        assert workshop.made == []

    def test_a_dead_workers_lease_expires(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock
    ) -> None:
        toy = new_toy(toys, leased_until=going.now())
        assert isinstance(advance(case, toy, going), Finished)

    def test_what_a_slow_worker_brings_too_late_is_thrown_away(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        toy = new_toy(toys)
        others = []

        def slow(row_id: int) -> Any:
            clock.advance(LEASE)
            case.workshop = workshop
            others.append(advance(case, toy, going))
            return workshop.make(row_id)

        case.workshop = Workshop()
        case.workshop.make = slow
        assert advance(case, toy, going) == Taken("somebody else took over while the call was under way")
        assert others == [Waiting("certainty whether it did make", going.now() - LEASE + CALL_TIMEOUT + SETTLING)]
        assert read(toys, toy).state == "new"
        clock.advance(timedelta(minutes=1))
        assert isinstance(advance(case, toy, going), Finished)
        assert workshop.made == [toy]


class TestLostAnswers:
    def test_nothing_is_asked_again_before_it_has_settled_and_then_it_is_looked_up(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("after", LOST))
        toy, asked_at = new_toy(toys), clock.at
        assert isinstance(advance(case, toy, going), Trouble)
        assert effect(toys, f"make:{toy}").state == "unknown"
        clock.advance(timedelta(seconds=5))
        outcome = advance(case, toy, going)
        assert resting(outcome) == asked_at + CALL_TIMEOUT + SETTLING
        assert workshop.looks == 0
        clock.at = resting(outcome)
        assert isinstance(advance(case, toy, going), Finished)
        assert (workshop.made, workshop.looks, read(toys, toy).made_as) == ([toy], 1, "T-found")
        assert effect(toys, f"make:{toy}").their_id == "T-found"

    def test_a_look_that_finds_nothing_asks_again_with_a_new_time(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", LOST))
        toy = new_toy(toys)
        advance(case, toy, going)
        clock.advance(timedelta(minutes=2))
        assert isinstance(advance(case, toy, going), Finished)
        made = effect(toys, f"make:{toy}")
        assert (workshop.made, workshop.looks, made.asks, made.asked_at) == ([toy], 1, 2, clock.at)

    def test_after_the_look_the_rules_say_again_whether_it_is_wanted(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", LOST))
        toy = new_toy(toys)
        advance(case, toy, going)
        clock.advance(timedelta(minutes=2))
        found = workshop.find

        def canceled_meanwhile(row_id: int) -> Any:
            case.rule = lambda row, now: Settle("lost", "nobody wants it any more")
            return found(row_id)

        case.workshop.find = canceled_meanwhile
        assert advance(case, toy, going) == Finished("nobody wants it any more")
        assert workshop.made == []

    def test_a_call_that_never_left_is_asked_again_without_a_look(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", NEVER_SENT))
        toy = new_toy(toys)
        outcome = advance(case, toy, going)
        clock.at = resting(outcome)
        assert isinstance(advance(case, toy, going), Finished)
        assert (workshop.made, workshop.looks) == ([toy], 0)

    def test_a_look_without_an_answer_proves_nothing(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.extend([("after", LOST), ("look", NEVER_SENT)])
        toy = new_toy(toys)
        advance(case, toy, going)
        clock.advance(timedelta(minutes=2))
        assert isinstance(advance(case, toy, going), Trouble)
        assert effect(toys, f"make:{toy}").state == "unknown"
        clock.advance(timedelta(minutes=2))
        assert isinstance(advance(case, toy, going), Finished)
        assert workshop.made == [toy]

    def test_a_refused_look_is_complained_about_and_never_taken_for_a_no(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.extend([("after", LOST), ("look", Refused("not with this key", status=403))])
        toy = new_toy(toys)
        advance(case, toy, going)
        clock.advance(timedelta(minutes=2))
        assert resting(advance(case, toy, going)) == clock.at + timedelta(minutes=5)
        assert [item.kind for item in open_items(toys)] == ["refused_look"]
        assert effect(toys, f"make:{toy}").state == "unknown"
        clock.advance(timedelta(minutes=5))
        assert isinstance(advance(case, toy, going), Finished)
        assert (workshop.made, open_items(toys)) == ([toy], [])

    def test_a_deed_without_a_look_is_simply_asked_again(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        case.looks = False
        workshop.script.append(("before", LOST))
        toy = new_toy(toys)
        clock.at = resting(advance(case, toy, going))
        assert isinstance(advance(case, toy, going), Finished)
        assert effect(toys, f"make:{toy}").asks == 2

    def test_what_was_confirmed_once_is_looked_up_rather_than_made_again(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        toy = new_toy(toys)
        advance(case, toy, going)
        with toys.transaction() as tx:
            tx.get_one(case.model, toy).state = "new"
        clock.advance(timedelta(minutes=2))
        assert isinstance(advance(case, toy, going), Finished)
        assert (workshop.made, workshop.looks) == ([toy], 1)


class TestDeath:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_worker_killed_in_a_call_leaves_a_row_the_sweep_finds(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop, when: str
    ) -> None:
        workshop.script.append((when, Killed()))
        toy = new_toy(toys)
        with pytest.raises(Killed):
            advance(case, toy, going)
        row = read(toys, toy)
        assert row.leased_until == row.next_attempt_at == clock.at + LEASE
        assert advance(case, toy, going) == Taken()
        clock.advance(LEASE)
        clock.at = resting(advance(case, toy, going))
        assert isinstance(advance(case, toy, going), Finished)
        assert workshop.made == [toy]

    def test_a_worker_killed_while_writing_down_leaves_the_ask_in_doubt(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        def die() -> None:
            case.before_record = lambda: None
            raise Killed

        case.before_record = die
        toy = new_toy(toys)
        with pytest.raises(Killed):
            advance(case, toy, going)
        assert effect(toys, f"make:{toy}").state == "asked"
        clock.advance(timedelta(minutes=2))
        assert isinstance(advance(case, toy, going), Finished)
        assert (workshop.made, workshop.looks) == ([toy], 1)


class TestPoison:
    def visits_until_aside(self, visit: Callable[[], Any], clock: FixedClock) -> int:
        for number in range(1, 3 * POISON_CLAIMS):
            try:
                outcome = visit()
            except (Killed, KeyError):
                clock.advance(LEASE + timedelta(minutes=2))
                continue
            assert isinstance(outcome, Blocked)
            return number
        raise AssertionError("never put aside")

    def test_a_row_that_kills_its_worker_is_put_aside(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        def die(row_id: int) -> None:
            raise Killed

        case.workshop.make = case.workshop.find = die
        toy = new_toy(toys)
        assert self.visits_until_aside(lambda: advance(case, toy, going), clock) == POISON_CLAIMS + 1
        assert [(item.kind, item.key) for item in open_items(toys)] == [("stuck", f"toy-{toy}")]
        assert read(toys, toy).next_attempt_at is None

    def test_a_row_whose_rules_fail_is_put_aside_too(
        self, toys: Database, going: Machinery, workshop: Workshop, clock: FixedClock
    ) -> None:
        case = ToyCase(workshop, rule=lambda row, now: {}["a bug"])
        toy = new_toy(toys, next_attempt_at=going.now())
        assert self.visits_until_aside(lambda: advance(case, toy, going), clock) == POISON_CLAIMS + 1

    def test_a_row_whose_rules_fail_rests_for_a_lease(
        self, toys: Database, going: Machinery, workshop: Workshop
    ) -> None:
        case = ToyCase(workshop, rule=lambda row, now: {}["a bug"])
        toy = new_toy(toys)
        with pytest.raises(KeyError):
            advance(case, toy, going)
        assert advance(case, toy, going) == Taken()

    def test_rules_that_walk_in_a_circle_are_a_bug(self, toys: Database, going: Machinery, workshop: Workshop) -> None:
        turn = {"new": "old", "old": "new"}
        case = ToyCase(workshop, rule=lambda row, now: Settle(turn[row.state], "round and round"))
        with pytest.raises(RuntimeError, match="walks in a circle"):
            advance(case, new_toy(toys), going)

    def test_failures_that_are_recorded_never_count_as_poison(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.extend([("before", NEVER_SENT)] * 3 * POISON_CLAIMS)
        toy = new_toy(toys)
        for _ in range(3 * POISON_CLAIMS):
            clock.at = resting(advance(case, toy, going))
        assert isinstance(advance(case, toy, going), Finished)


class TestTrouble:
    def test_attempts_are_counted_and_forgotten_with_the_first_success(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.extend([("before", NEVER_SENT)] * 3)
        toy = new_toy(toys)
        for attempt in (1, 2, 3):
            clock.at = resting(advance(case, toy, going))
            row = read(toys, toy)
            assert (row.attempts, row.claims, row.last_problem) == (attempt, 0, "could not connect")
        assert case.silences == ["Make"] * 3
        advance(case, toy, going)
        row = read(toys, toy)
        assert (row.attempts, row.last_problem) == (0, "")
        assert story(toys)[:2] == ["make: could not connect", "made as T-1"]

    def test_what_the_other_side_demands_is_waited_for(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", Unavailable("busy", after=300)))
        until = resting(advance(case, new_toy(toys, promised_by=clock.at + timedelta(minutes=1)), going))
        assert until >= clock.at + timedelta(seconds=300)

    @pytest.mark.parametrize(
        ("error", "kind", "key"),
        [
            (Misconfigured("the key is wrong", way_out="take the right one"), "misconfigured", "calls of makers"),
            (Unreadable("a page of nonsense", payload={"a": 1}), "unreadable_answer", "make"),
        ],
    )
    def test_trouble_somebody_must_mend_is_told_once_and_tried_again(
        self,
        toys: Database,
        going: Machinery,
        case: ToyCase,
        clock: FixedClock,
        workshop: Workshop,
        error: Exception,
        kind: str,
        key: str,
    ) -> None:
        workshop.script.extend([("before", error)] * 2)
        toy = new_toy(toys)
        assert resting(advance(case, toy, going)) == clock.at + timedelta(minutes=5)
        clock.advance(timedelta(minutes=5))
        advance(case, toy, going)
        assert [(item.kind, item.key, item.times_seen) for item in open_items(toys)] == [(kind, key, 2)]
        clock.advance(timedelta(minutes=5))
        assert isinstance(advance(case, toy, going), Finished)
        assert open_items(toys) == []

    def test_trouble_somebody_must_mend_never_sleeps_through_the_promise(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", Misconfigured("the key is wrong")))
        toy = new_toy(toys, promised_by=clock.at + timedelta(minutes=4))
        assert resting(advance(case, toy, going)) == clock.at + timedelta(minutes=1)

    def test_an_answer_that_could_not_be_read_may_have_worked(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("after", Unreadable("half a page", outcome_unknown=True)))
        toy = new_toy(toys)
        advance(case, toy, going)
        clock.advance(timedelta(minutes=5))
        assert isinstance(advance(case, toy, going), Finished)
        assert workshop.made == [toy]

    def test_a_missing_decision_blocks_the_row(
        self, toys: Database, going: Machinery, case: ToyCase, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", NeedsAnswer("two of them", kind="doubled_in_shop", key="T")))
        toy = new_toy(toys)
        assert advance(case, toy, going) == Blocked("two of them")
        row = read(toys, toy)
        assert (row.blocked_by, row.next_attempt_at) == (open_items(toys)[0].id, None)

    def test_a_no_is_written_down_and_the_case_says_what_follows(
        self, toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", Refused("not this colour")))
        case.follow = lambda row, error: Wait("another colour", clock.at + timedelta(hours=1))
        toy = new_toy(toys)
        assert advance(case, toy, going) == Waiting("another colour", clock.at + timedelta(hours=1))
        assert (effect(toys, f"make:{toy}").state, effect(toys, f"make:{toy}").words) == ("refused", "not this colour")
        assert (story(toys), read(toys, toy).last_problem) == (["make refused: not this colour"], "not this colour")
        clock.advance(timedelta(hours=1))
        assert isinstance(advance(case, toy, going), Finished)
        assert (workshop.made, workshop.looks) == ([toy], 0)

    def test_after_a_no_the_rules_may_be_asked_at_once(
        self, toys: Database, going: Machinery, case: ToyCase, workshop: Workshop
    ) -> None:
        workshop.script.append(("before", Refused("not this colour")))
        assert isinstance(advance(case, new_toy(toys), going), Finished)

    def test_a_read_leaves_no_trace_in_the_ledger(
        self, toys: Database, going: Machinery, case: ToyCase, workshop: Workshop
    ) -> None:
        case.rule = lambda row, now: Read() if row.state == "new" else Settle("done", "read")
        assert advance(case, new_toy(toys), going) == Finished("read")
        with toys.reading() as tx:
            assert tx.execute(select(Effect)).first() is None


class TestBells:
    @pytest.mark.parametrize(("seconds", "rung"), [(0.0, 0.05), (-5.0, 0.05), (30.0, 30.0), (59.0, 59.0)])
    def test_what_is_due_within_a_minute_is_rung_for(
        self,
        toys: Database,
        going: Machinery,
        case: ToyCase,
        clock: FixedClock,
        bells: RecordingDispatcher,
        seconds: float,
        rung: float,
    ) -> None:
        until = clock.at + timedelta(seconds=seconds)
        case.rule = lambda row, now: Wait("better days", until)
        toy = new_toy(toys)
        assert advance(case, toy, going) == Waiting("better days", until)
        assert bells.sent == [Wake("toys.makers", (toy,), countdown=rung)]
        row = read(toys, toy)
        assert (row.next_attempt_at, row.rung_at, row.waiting_for) == (until, until, "better days")

    @pytest.mark.parametrize("seconds", [60.0, 3600.0, None])
    def test_what_is_due_later_is_left_to_the_sweep(
        self,
        toys: Database,
        going: Machinery,
        case: ToyCase,
        clock: FixedClock,
        bells: RecordingDispatcher,
        seconds: float | None,
    ) -> None:
        until = None if seconds is None else clock.at + timedelta(seconds=seconds)
        case.rule = lambda row, now: Wait("better days", until)
        toy = new_toy(toys)
        advance(case, toy, going)
        assert bells.sent == []
        assert (read(toys, toy).next_attempt_at, read(toys, toy).rung_at) == (until, None)


def test_an_ask_in_doubt_waits_in_the_open(
    toys: Database, going: Machinery, case: ToyCase, workshop: Workshop, clock: FixedClock
) -> None:
    workshop.script.append(("after", LOST))
    toy = new_toy(toys)
    advance(case, toy, going)
    advance(case, toy, replace(going, who="another"))
    assert read(toys, toy).waiting_for == "certainty whether it did make"
    assert isinstance(case.rule(read(toys, toy), clock.at), Make)
