"""A cancelled order and what may have taken its place: parked, looked behind, asked about, or simply cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.orders.heritage import HeirFacts, Heritage, heir_wanted
from mirakl_sync.orders.steps import Trace

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GUESS = (HeirFacts("#1014A", "number"),)


def after(minutes: float) -> datetime:
    return AT + minutes * MINUTE


@pytest.mark.parametrize(
    ("now", "traced", "heirs", "expected"),
    [
        (0, None, (), Trace),
        (0.5, 0, (), Wait),
        (1, 0, (), Trace),
        (14.5, 14, (), Wait),
        # once more when the time is over, and then never again
        (15, 14.5, (), Trace),
        (15.1, 15, (), None),
        (600, 15, (), None),
        # nobody looked while we were down: the look comes first, whatever the time
        (600, None, (), Trace),
        (3, 2, GUESS, Ask),
        (7, 2, GUESS, Trace),
        # a question stays open after the time is over, and a surer sign may still come
        (30, 26, GUESS, Ask),
        (31, 26, GUESS, Trace),
    ],
)
def test_what_becomes_of_a_cancelled_order(now, traced, heirs, expected):
    heritage = Heritage(AT, None if traced is None else after(traced), heirs)
    step = heir_wanted("O-1-A", heritage, after(now), None)
    assert step is None if expected is None else isinstance(step, expected)


def test_waiting_ends_with_the_next_look_and_never_after_the_time_is_over():
    assert heir_wanted("O", Heritage(AT, after(2)), after(2.5), None).until == after(3)
    assert heir_wanted("O", Heritage(AT, after(14.5)), after(14.6), None).until == after(15)


def test_the_question_names_the_candidates_and_what_they_are_known_by():
    ask = heir_wanted("O-1-A", Heritage(AT, after(1), GUESS), after(1), after(90))
    assert (ask.kind, ask.key, ask.due) == ("replaced_in_shop", "O-1-A", after(90))
    assert "#1014A" in ask.question
    assert ask.facts == {"candidates": [{"number": "#1014A", "known by": "number"}]}


def test_a_store_may_set_how_long_a_cancellation_is_parked():
    soon = Heritage(AT, after(0.5), within=MINUTE / 2)
    assert heir_wanted("O", soon, after(0.6), None) is None
