"""A connection that is unusually quiet is asked about; a young, a small or a resting one never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.db.models import Connection, Order
from mirakl_sync.inbox import acting
from mirakl_sync.upkeep import heartbeat, quiet
from mirakl_sync.upkeep.quiet import ENOUGH, Quiet, unusual
from tests.conftest import NOON
from tests.flows.days import Day, a_day

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
LONG_AGO = NOON - 10 * WEEK


def judged(per_week: list[list[float]], *, first: datetime | None = LONG_AGO) -> Quiet | None:
    """``per_week``: how many hours before the same hour now (0), one week ago (1) … each order was made."""
    orders = [NOON - week * WEEK - hours * HOUR for week, made in enumerate(per_week) for hours in made]
    return unusual(first, lambda begin, end: sum(begin < at <= end for at in orders), NOON)


BUSY = [0.1 * number for number in range(ENOUGH)]
SLOW = [2.5 * number + 0.5 for number in range(ENOUGH)]


@pytest.mark.parametrize(
    ("weeks", "window"),
    [
        ([[], BUSY, BUSY, BUSY, BUSY], 1),
        ([[], SLOW, SLOW, SLOW, SLOW], 24),
        # one order now, and nothing is unusual
        ([[0.5], BUSY, BUSY, BUSY, BUSY], None),
        # the last one came two hours ago: the hour is quiet, and usually is not
        ([[2], BUSY, BUSY, BUSY, BUSY], 1),
        # a holiday among the weeks changes little: the median counts
        ([[], [], BUSY, BUSY, BUSY], 1),
        ([[], [], [], BUSY, BUSY], None),
        # one campaign long ago is not usual
        ([[], [], [], [], BUSY * 50], None),
        ([[], BUSY[1:], BUSY[1:], BUSY[1:], BUSY[1:]], None),
        ([[], [], [], [], []], None),
    ],
)
def test_no_order_where_orders_usually_come_is_noticed(weeks: list[list[float]], window: int | None) -> None:
    found = judged(weeks)
    assert (found and found.window / HOUR) == window


@pytest.mark.parametrize("first", [None, NOON, NOON - 4 * WEEK])
def test_a_new_connection_is_never_asked_about(first: datetime | None) -> None:
    assert judged([[], BUSY, BUSY, BUSY, BUSY], first=first) is None


@given(st.lists(st.lists(st.floats(0, 23), max_size=30), min_size=4, max_size=4), st.floats(0, 0.99))
def test_an_order_within_the_hour_means_that_nothing_is_wrong(weeks: list[list[float]], hours: float) -> None:
    assert judged([[hours], *weeks]) is None


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    """A day with four busy weeks behind it."""
    with a_day(database_url) as fresh:
        fresh.buy()
        fresh.minutes(1)
        with fresh.wiring.db.transaction() as tx:
            made = tx.get_one(Order, 1)
            kept = {each.name: getattr(made, each.key) for each in Order.__mapper__.columns if each.name != "id"}
            for week in range(6):
                for number in range(ENOUGH + 2):
                    at = fresh.clock() + timedelta(hours=6) - week * WEEK - number * timedelta(minutes=4)
                    if week:
                        again = {"order_id": f"W{week}-{number}", "created_at": at, "seen_at": at}
                        tx.add(Order(**{**kept, **again}))
        yield fresh


def look(day: Day) -> tuple[str, ...]:
    with day.wiring.db.transaction() as tx:
        heartbeat.beat(tx, "orders:acme-webshop", day.clock(), timedelta(seconds=60))
    return quiet.watch(day.wiring).quiet


def test_it_is_asked_once_and_closed_by_the_next_order(day: Day) -> None:
    assert look(day) == ()
    day.later(hours=6)
    assert look(day) == ("acme-webshop",)
    look(day)
    item = day.item("unusually_quiet")
    assert (item.owner, item.times_seen, item.closed_at) == ("ecommerce", 2, None)
    assert item.question.startswith("acme-webshop had no order in the last 1 h; in the same hours")
    order = day.buy()
    day.pull()
    look(day)
    closed = day.item("unusually_quiet")
    assert (closed.closed_by, closed.answer) == ("by itself", f"order {order} came")


@pytest.mark.parametrize("rest", [{"paused": ["orders"]}, {"stopped_because": "the key was taken back"}])
def test_a_connection_at_rest_is_not_asked_about_and_its_question_closes(day: Day, rest: dict[str, object]) -> None:
    day.later(hours=6)
    look(day)
    with day.wiring.db.transaction() as tx:
        for name, value in rest.items():
            setattr(tx.get_one(Connection, day.world.connection), name, value)
    assert look(day) == ()
    assert day.item("unusually_quiet").answer == "it was stopped or paused on purpose"


def test_a_persons_word_that_all_is_well_counts_for_a_day(day: Day) -> None:
    day.later(hours=6)
    look(day)
    with day.wiring.db.transaction() as tx:
        acting.settle(tx, day.item("unusually_quiet").id, "ann", "a holiday", day.clock())
    day.later(minutes=5)
    assert look(day) == ()
    day.item("unusually_quiet")
    day.later(days=7, minutes=-5)
    assert look(day) == ("acme-webshop",)


def test_a_feed_that_stopped_is_asked_about_as_such(day: Day) -> None:
    day.later(hours=6)
    assert quiet.watch(day.wiring).quiet == ()
    assert quiet.watch(day.wiring).sentence() == "0 of 1 connections are unusually quiet"
