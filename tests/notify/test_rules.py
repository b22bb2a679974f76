"""Who is told what and when, as a table: urgent at once, the rest in a digest, others when nobody acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mirakl_sync.inbox.kind import Urgency
from mirakl_sync.notify import rules
from mirakl_sync.notify.rules import Draft, Key, Past, Question, RouteTo
from tests.conftest import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MAIL = "email:ops@shop.example"
OPS = RouteTo("operations", (MAIL,), digest=("09:00",), escalate_after=30 * MINUTE, escalate_to="admin")
ADMIN = RouteTo("admin", ("webhook",))
URGENT = Question(1, "operations", Urgency.NOW, NOON, due_at=NOON + 4 * HOUR)
CALM = Question(2, "operations", Urgency.SOON, NOON, due_at=NOON + 20 * HOUR)

Said = list[tuple[str, str, list[tuple[int, str]]]]


class Office:
    """Lets time pass and keeps what was told, as the tables do."""

    def __init__(self, *routes: RouteTo) -> None:
        self.routes = routes or (OPS, ADMIN)
        self.told: dict[Key, object] = {}
        self.last: dict[tuple[str, str], object] = {}

    def at(self, now, *questions: Question) -> Said:
        made = rules.drafts(questions, self.routes, Past.of(self.told, self.last), now)
        for draft in made:
            self.told.update(dict.fromkeys(draft.keys, now))
            if draft.kind == rules.ALERT:
                self.last[draft.role, draft.address] = now
        return [short(draft) for draft in made]

    def day(self, *questions: Question, until=24 * HOUR, every=MINUTE) -> list[tuple[int, str, str]]:
        """(minute, role, reason) of everything told of the first question."""
        found = []
        for step in range(int(until / every)):
            for role, _, keys in self.at(NOON + step * every, *questions):
                found += [
                    (int(step * every / MINUTE), role, reason) for item, reason in keys if item == questions[0].id
                ]
        return found


def short(draft: Draft) -> tuple[str, str, list[tuple[int, str]]]:
    return draft.role, draft.kind, [(key.item, key.reason) for key in draft.keys]


def test_what_is_urgent_is_told_its_owner_at_once_and_once() -> None:
    office = Office()
    assert office.at(NOON + MINUTE, URGENT) == [("operations", "alert", [(1, "alert")])]
    assert office.at(NOON + 10 * MINUTE, URGENT) == []


def test_what_closes_within_seconds_is_nobodys_business() -> None:
    office = Office()
    assert office.at(NOON + timedelta(seconds=29), URGENT) == []
    assert office.at(NOON + timedelta(seconds=30), URGENT) != []


def test_what_is_not_urgent_waits_for_the_digest_and_is_told_once_in_it() -> None:
    office = Office()
    assert office.at(NOON + 20 * HOUR, CALM) == []
    assert office.at(NOON + 21 * HOUR, CALM) == [("operations", "digest", [(2, "digest 2026-03-03 09:00")])]
    assert office.at(NOON + 22 * HOUR, CALM) == []
    assert office.at(NOON + 45 * HOUR, CALM) == [("operations", "digest", [(2, "digest 2026-03-04 09:00")])]


def test_a_digest_that_could_not_be_made_in_time_is_made_later_but_not_half_a_day_later() -> None:
    assert Office().at(NOON + 32 * HOUR, CALM) != []
    assert Office().at(NOON + 34 * HOUR, CALM) == []


def test_a_question_younger_than_the_digest_waits_for_the_next() -> None:
    assert Office().at(NOON + 22 * HOUR, replace(CALM, opened_at=NOON + 21 * HOUR + MINUTE)) == []


def test_nobody_acts_then_others_are_told_and_the_owner_is_reminded_twice_at_most() -> None:
    assert Office().day(URGENT) == [
        (1, "operations", "alert"),
        (31, "operations", "reminder 1"),
        (31, "admin", "escalation"),
        (240, "operations", "reminder 2"),
    ]


def test_little_time_left_escalates_at_half_of_it() -> None:
    soon = replace(URGENT, due_at=NOON + 11 * MINUTE)
    assert [(minute, reason) for minute, role, reason in Office().day(soon) if role == "admin"] == [(6, "escalation")]


@pytest.mark.parametrize("due", [NOON - HOUR, NOON + timedelta(seconds=90)])
def test_however_late_it_is_whoever_was_told_has_a_minute(due) -> None:
    late = replace(URGENT, due_at=due)
    first, *then = Office().day(late, until=HOUR)
    assert first == (1, "operations", "alert")
    assert (2, "admin", "escalation") in then


def test_without_a_due_time_others_are_told_after_the_time_of_the_route() -> None:
    endless = replace(URGENT, due_at=None)
    assert [entry for entry in Office().day(endless) if entry[1] == "admin"] == [(31, "admin", "escalation")]


def test_somebody_who_acted_stops_alert_reminder_and_escalation() -> None:
    office = Office()
    assert office.at(NOON + MINUTE, replace(URGENT, acted_at=NOON)) == []
    office.at(NOON + MINUTE, URGENT)
    assert office.at(NOON + 5 * HOUR, replace(URGENT, acted_at=NOON + 10 * MINUTE)) == []
    assert office.at(NOON + 5 * HOUR, URGENT) != [], "given back, it goes on"


def test_nobody_is_escalated_to_where_the_route_names_nobody() -> None:
    alone = Office(replace(OPS, escalate_to=""), ADMIN)
    assert {role for _, role, _ in alone.day(URGENT)} == {"operations"}


def test_a_role_without_a_route_is_told_nothing_and_stops_nobody() -> None:
    assert Office(ADMIN).day(URGENT) == []


class TestQuietHours:
    QUIET = replace(OPS, quiet="11:00-15:00")

    def test_what_can_wait_until_they_end_waits(self) -> None:
        assert Office(self.QUIET, ADMIN).day(URGENT)[0] == (180, "operations", "alert")

    def test_what_is_due_before_they_end_is_told_all_the_same(self) -> None:
        soon = replace(URGENT, due_at=NOON + 2 * HOUR)
        assert Office(self.QUIET, ADMIN).day(soon)[0] == (1, "operations", "alert")

    def test_nobody_is_escalated_over_who_was_not_told_yet(self) -> None:
        assert min(minute for minute, role, _ in Office(self.QUIET, ADMIN).day(URGENT) if role == "admin") > 180

    def test_the_one_who_is_escalated_to_has_quiet_hours_too(self) -> None:
        asleep = replace(ADMIN, quiet="12:00-16:30")
        late = replace(URGENT, due_at=NOON + 8 * HOUR)
        assert [entry[0] for entry in Office(OPS, asleep).day(late) if entry[1] == "admin"] == [270]


class TestStorms:
    def many(self, count: int, *, due=4 * HOUR) -> list[Question]:
        return [replace(URGENT, id=number, due_at=NOON + due) for number in range(1, count + 1)]

    def test_many_at_once_are_one_message(self) -> None:
        ((_, _, keys),) = Office().at(NOON + MINUTE, *self.many(300))
        assert len(keys) == 300

    def test_what_comes_while_the_last_message_is_fresh_waits_and_comes_together(self) -> None:
        office = Office()
        office.at(NOON + MINUTE, *self.many(1))
        assert office.at(NOON + 2 * MINUTE, *self.many(2)) == []
        assert office.at(NOON + 5 * MINUTE, *self.many(3)) == []
        assert office.at(NOON + 6 * MINUTE, *self.many(4)) == [
            ("operations", "alert", [(n, "alert") for n in (2, 3, 4)])
        ]

    def test_what_is_due_at_once_waits_a_minute_at_most(self) -> None:
        office = Office()
        office.at(NOON + MINUTE, *self.many(1))
        pressing = self.many(2, due=14 * MINUTE)
        assert office.at(NOON + 1.5 * MINUTE, *pressing) == []
        assert office.at(NOON + 2 * MINUTE, *pressing) != []

    def test_an_hour_of_storm_is_twelve_messages(self) -> None:
        office = Office(OPS)
        made = [
            office.at(NOON + step * timedelta(seconds=20), *self.many(step + 1, due=40 * HOUR)) for step in range(180)
        ]
        assert sum(map(len, made)) <= 13


def test_each_address_is_told_for_itself() -> None:
    both = replace(OPS, addresses=(MAIL, "webhook"))
    first = rules.drafts([URGENT], [both], Past(), NOON + MINUTE)
    assert [draft.address for draft in first] == [MAIL, "webhook"]
    half = Past.of(dict.fromkeys(first[0].keys, NOON + MINUTE), {("operations", MAIL): NOON + MINUTE})
    again = rules.drafts([URGENT], [both], half, NOON + 2 * MINUTE)
    assert [draft.address for draft in again] == ["webhook"], "the one that is missing"
