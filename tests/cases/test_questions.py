"""Cases and the inbox: a row is blocked by one question, alarms and complaints stand beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mirakl_sync.cases.advance import Machinery, advance
from mirakl_sync.cases.outcome import Blocked, Finished, Waiting
from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import InboxItem, TimelineEntry
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.inbox import desk
from tests.cases.toys import Make, Toy, ToyCase, Workshop, make_then_tell, new_toy, read

MUG = Ask("unknown_sku", "MUG", "What is a MUG?")
LAMP = Ask("unknown_sku", "LAMP", "What is a LAMP?")


def open_keys(db: Database) -> list[str]:
    with db.reading() as tx:
        return list(
            tx.execute(select(InboxItem.key).where(InboxItem.closed_at.is_(None)).order_by(InboxItem.id)).scalars()
        )


def closed(db: Database, key: str) -> InboxItem:
    with db.reading() as tx:
        return tx.execute(select(InboxItem).where(InboxItem.key == key, InboxItem.closed_at.is_not(None))).scalar_one()


def raise_alarm(db: Database, toy: int, clock: FixedClock) -> None:
    with db.transaction() as tx:
        tx.get_one(Toy, toy).questioned = True
        desk.open_item(tx, None, Ask("acceptance_waiting", "alarm", "half the time is gone"), "toy", toy, clock.at)


def test_a_question_blocks_the_row_and_names_whose_turn_it_is(
    toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, bells: RecordingDispatcher
) -> None:
    again = clock.at + timedelta(minutes=5)
    case.rule = lambda row, now: Ask("unknown_sku", "MUG", "What is a MUG?", until=again)
    toy = new_toy(toys)
    assert advance(case, toy, going) == Blocked("What is a MUG?")
    row = read(toys, toy)
    assert (row.waiting_for, row.next_attempt_at, row.leased_until, row.claims) == ("ecommerce", again, None, 0)
    assert row.blocked_by is not None
    with toys.reading() as tx:
        entry = tx.execute(select(TimelineEntry)).scalar_one()
    assert (entry.who, entry.sentence) == ("ecommerce", "asked: What is a MUG?")


def test_asking_the_same_again_is_no_news(toys: Database, going: Machinery, case: ToyCase) -> None:
    case.rule = lambda row, now: MUG
    toy = new_toy(toys)
    for _ in range(3):
        advance(case, toy, going)
    with toys.reading() as tx:
        assert len(tx.execute(select(TimelineEntry)).all()) == 1
        assert tx.execute(select(InboxItem)).scalar_one().times_seen == 3


def test_five_hundred_rows_are_one_question_and_the_last_closes_it(
    toys: Database, going: Machinery, case: ToyCase
) -> None:
    case.rule = lambda row, now: MUG
    rows = [new_toy(toys) for _ in range(5)]
    for toy in rows:
        advance(case, toy, going)
    assert open_keys(toys) == ["MUG"]
    case.rule = make_then_tell
    for toy in rows:
        assert open_keys(toys) == ["MUG"]
        assert isinstance(advance(case, toy, going), Finished)
    assert open_keys(toys) == []
    assert closed(toys, "MUG").answer == "made as T-5"


def test_another_question_of_the_same_kind_takes_the_place_of_the_first(
    toys: Database, going: Machinery, case: ToyCase
) -> None:
    case.rule = lambda row, now: MUG
    toy = new_toy(toys)
    advance(case, toy, going)
    case.rule = lambda row, now: LAMP
    assert advance(case, toy, going) == Blocked("What is a LAMP?")
    assert open_keys(toys) == ["LAMP"]
    assert closed(toys, "MUG").answer == "another question took its place"


def test_a_row_that_only_waits_now_takes_its_question_back(toys: Database, going: Machinery, case: ToyCase) -> None:
    case.rule = lambda row, now: MUG
    toy = new_toy(toys)
    advance(case, toy, going)
    case.rule = lambda row, now: Wait("payment")
    assert advance(case, toy, going) == Waiting("payment")
    assert (open_keys(toys), read(toys, toy).blocked_by) == ([], None)


@pytest.mark.parametrize("then", [MUG, LAMP, Wait("the shop")], ids=["asking again", "asking anew", "waiting"])
def test_an_alarm_stands_until_the_row_moves(
    toys: Database, going: Machinery, case: ToyCase, clock: FixedClock, then: Ask | Wait
) -> None:
    case.rule = lambda row, now: MUG
    toy = new_toy(toys)
    advance(case, toy, going)
    raise_alarm(toys, toy, clock)
    case.rule = lambda row, now: then
    advance(case, toy, going)
    assert "alarm" in open_keys(toys)
    case.rule = make_then_tell
    advance(case, toy, going)
    assert open_keys(toys) == []


def test_settling_takes_every_question_along_and_may_leave_one(
    toys: Database, going: Machinery, case: ToyCase, clock: FixedClock
) -> None:
    case.rule = lambda row, now: MUG
    toy = new_toy(toys)
    advance(case, toy, going)
    raise_alarm(toys, toy, clock)
    left = Ask("window_missed", "O-1", "nobody answered")
    case.rule = lambda row, now: Settle("lost", "too late", tell=left if row.state == "new" else None)
    assert advance(case, toy, going) == Finished("too late")
    assert (open_keys(toys), read(toys, toy).blocked_by) == (["O-1"], None)
    assert advance(case, toy, going) == Finished("too late")
    assert open_keys(toys) == ["O-1"]


def test_a_step_may_turn_into_a_question_or_a_wait_when_it_is_prepared(
    toys: Database, going: Machinery, workshop: Workshop
) -> None:
    class Unprepared(ToyCase):
        def deed(self, tx: object, row: Toy, step: object, now: object) -> Ask | Wait:  # type: ignore[override]  # as the protocol allows
            return MUG if row.why else Wait("the workshop")

    case = Unprepared(workshop, rule=lambda row, now: Make())
    assert advance(case, new_toy(toys), going) == Waiting("the workshop")
    assert advance(case, new_toy(toys, why="asked"), going) == Blocked("What is a MUG?")
    assert workshop.made == []
