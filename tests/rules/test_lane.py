"""What a lane of stock files does next: one file at a time, behind a look at the orders, followed to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mirakl_sync.stock.lane import (
    AskForPull,
    Choice,
    Doubt,
    Follow,
    LaneFacts,
    LookUp,
    PushState,
    Rest,
    Send,
    Step,
    next_step,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# Five offers differ, the last look at orders is half a minute old, the next comes in half a minute, none is allowed
# before, and the marketplace would take a file.
LANE = LaneFacts(
    sends=True, paused=False, due=5, free_from=at(-1), pulled_at=at(-30), next_pull_at=at(30), pull_from=at(30)
)

ON_ITS_WAY = {
    "asked for by somebody who is gone": ({"push": PushState.ASKED}, Doubt()),
    "unheard, their list not yet read": ({"push": PushState.UNKNOWN}, LookUp(ready=False)),
    "unheard, their list was read": ({"push": PushState.UNKNOWN, "settled": True}, LookUp(ready=True)),
    "taken": ({"push": PushState.SENT}, Follow()),
    "taken, asked about a moment ago": ({"push": PushState.SENT, "follow_at": at(9)}, at(9)),
    "taken, to be asked about now": ({"push": PushState.SENT, "follow_at": at(0)}, Follow()),
}


@pytest.mark.parametrize("still", [{}, {"sends": False}, {"paused": True}, {"due": 0}, {"hurry": True}], ids=str)
@pytest.mark.parametrize("name", ON_ITS_WAY)
def test_a_file_on_its_way_is_followed_before_anything_else(name: str, still: dict[str, Any]) -> None:
    facts, expected = ON_ITS_WAY[name]
    _is(next_step(replace(LANE, **facts, **still), NOW), expected)


STANDS_STILL = {
    "the policy sends nothing": {"sends": False},
    "paused by a person": {"paused": True},
    "nothing differs": {"due": 0},
}


@pytest.mark.parametrize("name", STANDS_STILL)
def test_a_lane_stands_still(name: str) -> None:
    for hurry in (False, True):
        step = next_step(replace(LANE, pulled_at=NOW, hurry=hurry, **STANDS_STILL[name]), NOW)
        assert isinstance(step, Rest)
        assert step.until > NOW


def test_no_file_before_the_marketplace_takes_one() -> None:
    _is(next_step(replace(LANE, free_from=at(12), zeros=5, hurry=True), NOW), at(12))


ALL, FEWER, NONE_LEFT = Send(Choice.ALL), Send(Choice.FEWER), Send(Choice.NONE_LEFT)
CHOICES: dict[str, tuple[dict[str, Any], Step | datetime]] = {
    "right behind a look": ({"pulled_at": at(-2)}, ALL),
    "a look is too long ago": ({"pulled_at": at(-16)}, FEWER),
    "a person cannot wait": ({"hurry": True}, ALL),
    "orders are not looked at here": ({"next_pull_at": None, "pull_from": None, "pulled_at": None}, ALL),
    "never looked at, and due now": ({"next_pull_at": NOW, "pull_from": NOW, "pulled_at": None}, at(2)),
    "a look comes late": ({}, FEWER),
    "a look comes late, some have none left": ({"zeros": 1}, FEWER),
    "a look could come now": ({"pull_from": at(-1)}, AskForPull()),
    "a look could come now, some have none left": ({"pull_from": at(-1), "zeros": 1}, AskForPull()),
    "a look comes soon": ({"next_pull_at": at(12)}, at(2)),
    "a look comes soon, some have none left": ({"next_pull_at": at(12), "zeros": 1}, NONE_LEFT),
    "a look comes at once, some have none left": ({"next_pull_at": at(4), "zeros": 1}, at(2)),
    "the look is under way": ({"next_pull_at": at(-3)}, at(2)),
    "the look is under way, some have none left": ({"next_pull_at": at(-3), "zeros": 1}, at(2)),
    "the look takes long": ({"next_pull_at": at(-12)}, at(2)),
    "the look takes long, some have none left": ({"next_pull_at": at(-12), "zeros": 1}, NONE_LEFT),
    "the look does not come": ({"next_pull_at": at(-21)}, FEWER),
    # a file now would still take the place of the one behind the look
    "others wait for the look": ({"waits_since": at(-60)}, FEWER),
    "others wait long for the look": ({"waits_since": at(-121)}, at(30)),
    "others wait long, some have none left": ({"waits_since": at(-121), "zeros": 1}, FEWER),
    "others wait very long, some have none left": ({"waits_since": at(-601), "zeros": 1}, at(30)),
    "others wait long for a look that is far": ({"waits_since": at(-601), "next_pull_at": at(61)}, FEWER),
    "others wait long for a look that does not come": ({"waits_since": at(-601), "next_pull_at": at(-21)}, FEWER),
}


@pytest.mark.parametrize("name", CHOICES)
def test_what_goes_before_and_behind_a_look_at_orders(name: str) -> None:
    facts, expected = CHOICES[name]
    _is(next_step(replace(LANE, **facts), NOW), expected)


def test_whatever_keeps_the_slot_busy_everything_goes_behind_a_look_within_minutes() -> None:
    """Numbers that fall every second, a look a minute, a file a minute: those that rise are not left behind for ever,
    wherever in the minute the first file went."""
    for first in range(0, 60, 7):
        lane, now, since = replace(LANE, free_from=at(first), pulled_at=NOW, next_pull_at=at(60)), NOW, NOW
        while now < at(900):
            if lane.next_pull_at is not None and now >= lane.next_pull_at:
                lane = replace(lane, pulled_at=now, next_pull_at=now + timedelta(seconds=60))
            lane = replace(lane, waits_since=since, pull_from=lane.next_pull_at)
            step = next_step(lane, now)
            if step == ALL:
                break
            if isinstance(step, Send):
                lane = replace(lane, free_from=now + timedelta(seconds=60))
            now += timedelta(seconds=1)
        assert now - since <= timedelta(minutes=4), f"the first file {first} s behind a look"


moments = some.none() | some.integers(-2000, 2000).map(at)
lanes = some.builds(
    LaneFacts,
    sends=some.booleans(),
    paused=some.booleans(),
    push=some.none() | some.sampled_from([PushState.ASKED, PushState.UNKNOWN, PushState.SENT]),
    settled=some.booleans(),
    follow_at=moments,
    due=some.integers(0, 3),
    zeros=some.integers(0, 3),
    waits_since=moments,
    hurry=some.booleans(),
    free_from=moments,
    apart=some.integers(0, 900).map(lambda seconds: timedelta(seconds=seconds)),
    pulled_at=moments,
    next_pull_at=moments,
    pull_from=moments,
)


@given(lanes)
def test_never_two_files_at_once_and_nothing_against_a_persons_word(lane: LaneFacts) -> None:
    step = next_step(lane, NOW)
    if isinstance(step, Send):
        assert lane.push is None
        assert lane.sends
        assert not lane.paused
        assert lane.due
        assert lane.free_from is None or lane.free_from <= NOW
        assert step.choice is not Choice.NONE_LEFT or lane.zeros
    if isinstance(step, Rest):
        assert step.until > NOW, "a rest that is over would turn round and round"


def _is(step: Step, expected: Step | datetime) -> None:
    """``expected`` is a step, or the end of a rest."""
    if isinstance(expected, datetime):
        assert isinstance(step, Rest), step
        assert step.until == expected
    else:
        assert step == expected
