"""When to try again: what they asked for, else growing delays that never sleep through a promise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.cases.retry import FIRST_DELAY, LONGEST_DELAY, SHARE_OF_REMAINING, shortened, when
from mirakl_sync.errors import RateLimited, Unavailable
from tests.rules.making import NOON

chances = st.floats(0, 1, exclude_max=True)


@given(st.floats(0, 86_400), st.integers(1, 50), chances, st.integers(-60, 600))
def test_what_the_other_side_demands_is_honoured_whatever_the_deadline(
    after: float, attempts: int, chance: float, left: int
) -> None:
    at = when(RateLimited("busy", after=after), attempts, NOON + timedelta(seconds=left), NOON, lambda: chance)
    # a datetime knows microseconds
    assert timedelta(seconds=after) <= at - NOON <= timedelta(seconds=after * 1.1 + 0.2, microseconds=1)


@given(st.integers(1, 500), chances)
def test_our_own_delays_grow_to_a_ceiling(attempts: int, chance: float) -> None:
    delay = when(Unavailable("down"), attempts, None, NOON, lambda: chance) - NOON
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts, 12))
    assert ceiling / 2 <= delay <= ceiling


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 4), (2, 8), (5, 64), (8, 512), (9, 600), (99, 600)])
def test_the_longest_delay_after_so_many_attempts(attempts: int, seconds: int) -> None:
    assert when(Unavailable("down"), attempts, None, NOON, lambda: 1.0) == NOON + timedelta(seconds=seconds)


@given(st.integers(1, 50), chances, st.integers(2, 100_000))
def test_never_more_than_a_share_of_what_is_left_is_slept_away(attempts: int, chance: float, left: int) -> None:
    deadline = NOON + timedelta(seconds=left)
    at = when(Unavailable("down"), attempts, deadline, NOON, lambda: chance)
    assert NOON < at < deadline
    assert at - NOON <= max((deadline - NOON) * SHARE_OF_REMAINING, timedelta(seconds=0.5))


def test_a_promise_already_broken_hurries_nobody() -> None:
    assert when(Unavailable("down"), 9, NOON - timedelta(hours=1), NOON, lambda: 1.0) == NOON + LONGEST_DELAY


def test_a_dead_side_is_asked_often_enough_before_the_deadline() -> None:
    now, deadline, asks = NOON, NOON + timedelta(hours=24), 0
    while now < deadline:
        asks += 1
        now = when(Unavailable("down"), asks, deadline, now, lambda: 0.5)
    assert 140 < asks < 300


def test_shortening_never_lengthens_and_never_reaches_nothing() -> None:
    five = timedelta(minutes=5)
    assert shortened(five, None, NOON) == five
    assert shortened(five, NOON + timedelta(hours=10), NOON) == five
    assert shortened(five, NOON + timedelta(minutes=4), NOON) == timedelta(minutes=1)
    assert shortened(five, NOON + timedelta(milliseconds=1), NOON) == timedelta(seconds=0.5)
