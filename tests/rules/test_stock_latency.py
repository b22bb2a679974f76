"""Waits counted by steps of time: what is added, what adds up, and what can be told of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirakl_sync.stock.latency import STEPS, add, merged, percentile

WAITS = st.lists(st.floats(0, 5000), max_size=60)
COUNTS = st.dictionaries(st.sampled_from([*map(str, STEPS), "more"]), st.integers(0, 9))


@pytest.mark.parametrize(
    ("seconds", "step"),
    [
        (-1.0, "1"),
        (0.0, "1"),
        (1.0, "1"),
        (1.001, "2"),
        (59.9, "60"),
        (60.0, "60"),
        (60.1, "90"),
        (3600.0, "3600"),
        (3600.1, "more"),
        (1e9, "more"),
    ],
)
def test_a_wait_is_counted_at_the_first_step_that_is_not_shorter(seconds: float, step: str) -> None:
    assert add({}, [seconds]) == {step: 1}


def test_waits_are_added_to_those_before_and_the_counts_given_stay_as_they_are() -> None:
    before = {"60": 2}

    assert add(before, [50, 55, 100]) == {"60": 4, "120": 1}
    assert before == {"60": 2}


def test_days_add_up() -> None:
    assert merged({"60": 2, "90": 1}, {"60": 3, "more": 1}, {}) == {"60": 5, "90": 1, "more": 1}
    assert merged() == {}


@pytest.mark.parametrize(
    ("counts", "share", "seconds"),
    [
        ({}, 0.95, None),
        ({"60": 0}, 0.95, None),
        # all of one step: spread evenly over it, from the step before
        ({"60": 10}, 1.0, 60.0),
        ({"60": 10}, 0.5, 52.5),
        ({"60": 10}, 0.0, 45.0),
        ({"1": 4}, 0.5, 0.5),
        # 95 of 100 within a minute and a half
        ({"60": 90, "90": 5, "300": 5}, 0.95, 90.0),
        ({"60": 90, "90": 5, "300": 5}, 0.96, 204.0),
        ({"60": 90, "90": 5, "300": 5}, 0.9, 60.0),
        # beyond the last step nothing is known
        ({"60": 90, "more": 10}, 0.95, 3600.0),
        ({"more": 1}, 0.5, 3600.0),
    ],
)
def test_the_time_within_which_a_share_of_the_changes_arrived(
    counts: dict[str, int], share: float, seconds: float | None
) -> None:
    assert percentile(counts, share) == pytest.approx(seconds)


@given(st.lists(st.floats(1, 3600), min_size=40, max_size=200))
def test_it_is_off_by_no_more_than_the_step_it_falls_into(waits: list[float]) -> None:
    told = percentile(add({}, waits), 0.95)
    true = sorted(waits)[max(-(-len(waits) * 95 // 100) - 1, 0)]
    edges = (0, *STEPS)
    upper = next(step for step in STEPS if true <= step)

    assert told is not None
    assert edges[edges.index(upper) - 1] <= told <= upper


@given(WAITS, WAITS)
def test_counting_two_days_apart_or_together_is_the_same(one: list[float], other: list[float]) -> None:
    assert merged(add({}, one), add({}, other)) == add(add({}, one), other) == add({}, [*one, *other])


@given(COUNTS, st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_never_arrived_sooner(counts: dict[str, int], one: float, other: float) -> None:
    less, more = (percentile(counts, share) for share in sorted((one, other)))

    assert (less is None) == (more is None) == (sum(counts.values()) == 0)
    assert less is None or more is None or less <= more
