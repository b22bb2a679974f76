"""Questions: one per cause, merged, urgent by the nearest promise, closed by themselves when nobody waits."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import InboxItem, InboxSubject
from mirakl_sync.db.transaction import Database
from mirakl_sync.inbox import desk
from mirakl_sync.inbox.kinds import KINDS
from tests.conftest import NOON

HOUR = timedelta(hours=1)
SHORT = Ask("insufficient_stock", "MUG", "2 × MUG sold, the shop has 1.", facts={"sku": "MUG"})


def ask(db: Database, question: Ask, subject_id: int | None, now: Any = NOON) -> int:
    with db.transaction() as tx:
        return desk.open_item(tx, None, question, "order", subject_id, now).id


def withdraw(db: Database, subject_id: int, **only: int) -> int:
    with db.transaction() as tx:
        return desk.withdraw(tx, "order", subject_id, NOON + HOUR, "it was mended", **only)


def item(db: Database, number: int) -> InboxItem:
    with db.reading() as tx:
        return tx.get_one(InboxItem, number)


def waiting(db: Database, number: int) -> list[int]:
    with db.reading() as tx:
        return sorted(desk.subjects_of(tx, tx.get_one(InboxItem, number), "order"))


def test_a_question_carries_its_owner_urgency_and_way_out(db: Database) -> None:
    asked = item(db, ask(db, SHORT, 1))
    kind = KINDS["insufficient_stock"]
    assert (asked.owner, asked.urgency, asked.way_out) == (kind.owner, kind.urgency, kind.way_out)
    assert (asked.question, asked.facts, asked.times_seen) == (SHORT.question, {"sku": "MUG"}, 1)
    assert (asked.opened_at, asked.due_at, asked.closed_at) == (NOON, NOON + kind.answer_within, None)


def test_equal_questions_of_many_rows_are_one(db: Database) -> None:
    numbers = {ask(db, SHORT, subject) for subject in (1, 2, 3)}
    assert len(numbers) == 1
    assert waiting(db, numbers.pop()) == [1, 2, 3]


def test_a_row_that_asks_again_is_counted_and_not_doubled(db: Database) -> None:
    ask(db, SHORT, 1)
    number = ask(db, Ask("insufficient_stock", "MUG", "Now it has 0."), 1, NOON + HOUR)
    again = item(db, number)
    assert (again.times_seen, again.last_seen_at, again.question) == (2, NOON + HOUR, "Now it has 0.")
    assert (again.opened_at, again.facts) == (NOON, {"sku": "MUG"})
    assert waiting(db, number) == [1]


@pytest.mark.parametrize(
    "other", [Ask("insufficient_stock", "LAMP", ""), Ask("backorder", "MUG", "")], ids=["another key", "another kind"]
)
def test_another_cause_is_another_question(db: Database, other: Ask) -> None:
    assert ask(db, SHORT, 1) != ask(db, other, 1)


def test_it_is_due_with_the_nearest_promise_of_all_who_wait(db: Database) -> None:
    for subject, due in ((1, NOON + 3 * HOUR), (2, NOON + HOUR), (3, NOON + 2 * HOUR)):
        number = ask(db, Ask("insufficient_stock", "MUG", "", due=due), subject)
    assert item(db, number).due_at == NOON + HOUR


def test_an_unknown_kind_is_a_bug(db: Database) -> None:
    with pytest.raises(KeyError):
        ask(db, Ask("whatever", "MUG", ""), 1)


class TestWithdrawing:
    def test_the_last_who_waits_closes_it_with_the_proof(self, db: Database) -> None:
        number = ask(db, SHORT, 1)
        ask(db, SHORT, 2)
        assert withdraw(db, 1) == 0
        assert item(db, number).closed_at is None
        assert withdraw(db, 2) == 1
        closed = item(db, number)
        assert (closed.closed_at, closed.closed_by, closed.answer) == (NOON + HOUR, "by itself", "it was mended")

    def test_all_questions_of_a_row_go_at_once_or_only_one(self, db: Database) -> None:
        first, second = ask(db, SHORT, 1), ask(db, Ask("insufficient_stock", "LAMP", ""), 1)
        assert withdraw(db, 1, only=first) == 1
        assert (item(db, first).closed_at is None, item(db, second).closed_at is None) == (False, True)
        assert withdraw(db, 1) == 1

    def test_nothing_to_withdraw_is_no_error(self, db: Database) -> None:
        assert withdraw(db, 1) == 0

    def test_rows_of_another_kind_keep_waiting(self, db: Database) -> None:
        number = ask(db, SHORT, 1)
        with db.transaction() as tx:
            desk.open_item(tx, None, SHORT, "shipment", 1, NOON)
        withdraw(db, 1)
        assert item(db, number).closed_at is None

    def test_a_cause_that_comes_back_is_a_new_question(self, db: Database) -> None:
        first = ask(db, SHORT, 1)
        withdraw(db, 1)
        second = ask(db, SHORT, 1)
        assert first != second
        assert (item(db, second).times_seen, item(db, second).closed_at) == (1, None)


def test_a_cause_that_went_away_closes_its_question_by_key(db: Database) -> None:
    silent = Ask("feed_silent", "orders:acme", "nothing for an hour")
    number = ask(db, silent, None)
    with db.transaction() as tx:
        assert desk.close_by_key(tx, None, "feed_silent", "orders:acme", NOON + HOUR, "it beats again")
        assert not desk.close_by_key(tx, None, "feed_silent", "orders:acme", NOON + HOUR, "it beats again")
    assert item(db, number).answer == "it beats again"


def test_many_who_ask_and_withdraw_at_once_leave_nobody_behind_a_closed_question(db: Database) -> None:
    start = threading.Barrier(4)
    errors: list[BaseException] = []

    def restless(subject: int) -> None:
        start.wait()
        try:
            for _ in range(12):
                ask(db, SHORT, subject)
                withdraw(db, subject)
            ask(db, SHORT, subject)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=restless, args=(subject,)) for subject in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with db.reading() as tx:
        open_items = tx.execute(select(InboxItem).where(InboxItem.closed_at.is_(None))).scalars().all()
        subjects = tx.execute(select(InboxSubject.subject_id, InboxSubject.item_id)).all()
    assert len(open_items) == 1
    assert sorted(tuple(each) for each in subjects) == [(subject, open_items[0].id) for subject in range(4)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_says_what_it_blocks_and_how_to_get_out(kind: Any) -> None:
    assert kind.title
    assert kind.blocks
    assert kind.way_out.endswith(".")
    assert timedelta(0) < kind.answer_within <= timedelta(days=2)
    assert len(kind.name) <= 60
    assert len(kind.owner) <= 24
