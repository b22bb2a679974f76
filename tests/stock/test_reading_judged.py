"""One offer in their list beside what we know of it: what is believed, what is told, and what is left alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mirakl_sync.records.stock import OfferSeen
from mirakl_sync.stock.sighting import (
    DELETED,
    LOWERED,
    MOST,
    RAISED,
    RETURNED,
    Change,
    Sold,
    View,
    as_known,
    judged,
    pieces,
)
from tests.conftest import NOON

BEGAN, ENDED = NOON, NOON + timedelta(minutes=1)
VIEW = View(7, NOON, BEGAN, ENDED)
EARLIER, WITHIN, AFTER = NOON - timedelta(hours=1), NOON + timedelta(seconds=30), NOON + timedelta(minutes=2)


@dataclass(frozen=True)
class Row:
    """An offer we know."""

    offer_id: str = "1"
    listed: bool = True
    active: bool = True
    theirs: int | None = 5
    theirs_at: datetime | None = EARLIER
    push_id: int | None = None
    sent: int | None = None


KNOWN = Row()
SEEN = OfferSeen("MUG", offer_id="1", quantity=5)


def test_a_number_as_known_needs_no_judgement():
    assert as_known(KNOWN, SEEN)


@pytest.mark.parametrize(
    "seen",
    [
        replace(SEEN, quantity=6),
        replace(SEEN, quantity=None),
        replace(SEEN, active=False),
        replace(SEEN, deleted=True),
        replace(SEEN, offer_id="2"),
    ],
)
def test_everything_else_is_judged(seen: OfferSeen):
    assert not as_known(KNOWN, seen)


@pytest.mark.parametrize(
    ("row", "quantity", "sold", "theirs", "words"),
    [
        pytest.param(KNOWN, 9, (), 9, RAISED, id="raised by others"),
        pytest.param(KNOWN, 2, (), 2, LOWERED, id="lowered by others or sold unseen"),
        pytest.param(replace(KNOWN, theirs=None), 9, (), 9, "", id="nobody knew it"),
        pytest.param(replace(KNOWN, push_id=3, sent=9), 9, (), 9, "", id="our file arrived"),
        pytest.param(replace(KNOWN, push_id=3, sent=8), 9, (), 9, RAISED, id="our file has another number"),
        pytest.param(replace(KNOWN, listed=False, theirs=None), 9, (), 9, RETURNED, id="offered again"),
        pytest.param(KNOWN, 9, (Sold(AFTER, 2),), 7, RAISED, id="changed by others before a sale"),
        pytest.param(replace(KNOWN, theirs=None), 9, (Sold(AFTER, 2),), 7, "", id="unknown, and sold since"),
        pytest.param(replace(KNOWN, theirs=None), 1, (Sold(AFTER, 2),), 0, "", id="sold to the last piece since"),
        pytest.param(replace(KNOWN, theirs_at=None), 9, (), 9, RAISED, id="known from nobody knows when"),
    ],
)
def test_a_number_that_is_news_is_believed_and_weighed(
    row: Row, quantity: int, sold: tuple[Sold, ...], theirs: int, words: str
):
    change = judged(row, replace(SEEN, quantity=quantity), VIEW, sold)

    assert change is not None
    assert (change.theirs, change.theirs_at, change.words) == (theirs, ENDED, words)
    assert (change.proven, change.touched, change.listed) == (True, True, True)
    assert change.foreign == (words in (RAISED, LOWERED))


@pytest.mark.parametrize(
    ("row", "quantity", "sold", "proven"),
    [
        pytest.param(replace(KNOWN, theirs_at=AFTER), 9, (), False, id="a file was accepted after the list"),
        pytest.param(replace(KNOWN, theirs_at=WITHIN), 9, (), False, id="a file was accepted while it was made"),
        pytest.param(replace(KNOWN, theirs=3), 5, (Sold(AFTER, 2),), True, id="a sale after the list"),
        pytest.param(replace(KNOWN, theirs=3), 5, (Sold(WITHIN, 2),), True, id="a sale while it was made, not in it"),
        pytest.param(replace(KNOWN, theirs=2), 4, (Sold(WITHIN, 1), Sold(AFTER, 2)), True, id="one of two sales in it"),
        pytest.param(KNOWN, None, (), False, id="no number told"),
        pytest.param(replace(KNOWN, theirs=None, theirs_at=AFTER), 9, (), False, id="unknown since after the list"),
    ],
)
def test_an_older_list_overwrites_nothing_and_tells_nothing(
    row: Row, quantity: int | None, sold: tuple[Sold, ...], proven: bool
):
    change = judged(row, replace(SEEN, quantity=quantity), VIEW, sold)

    assert change == Change("1", True, True, row.theirs, row.theirs_at, proven)


def test_an_inactive_offer_is_noted_without_a_story():
    assert judged(KNOWN, replace(SEEN, active=False), VIEW) == Change("1", True, False, 5, ENDED, True)


def test_a_deleted_offer_is_no_longer_listed():
    gone = OfferSeen("MUG", offer_id="1", active=False, deleted=True)

    assert judged(KNOWN, gone, VIEW) == Change("1", False, False, None, ENDED, True, words=DELETED)


@pytest.mark.parametrize(
    ("row", "offer_id"),
    [
        pytest.param(replace(KNOWN, offer_id="2"), "1", id="an earlier offer of the SKU"),
        pytest.param(replace(KNOWN, listed=False), "1", id="known as deleted"),
    ],
)
def test_the_end_of_something_else_changes_nothing(row: Row, offer_id: str):
    assert judged(row, OfferSeen("MUG", offer_id=offer_id, deleted=True), VIEW) is None


def test_where_they_tell_no_time_the_list_is_believed():
    change = judged(KNOWN, replace(SEEN, quantity=9), View(1, NOON))

    assert change is not None
    assert (change.theirs, change.theirs_at) == (9, None)


@pytest.mark.parametrize(("told", "kept"), [(-3, 0), (0, 0), (7, 7), (10**12, MOST), (None, None)])
def test_numbers_are_kept_within_what_can_be(told: int | None, kept: int | None):
    assert pieces(OfferSeen("MUG", quantity=told)) == kept


_NUMBERS = some.one_of(some.none(), some.integers(-5, 50))
_TIMES = some.one_of(some.none(), some.sampled_from([EARLIER, BEGAN, WITHIN, ENDED, AFTER]))


@given(
    row=some.builds(
        Row, theirs=some.one_of(some.none(), some.integers(0, 50)), theirs_at=_TIMES, listed=some.booleans()
    ),
    seen=some.builds(
        OfferSeen,
        sku=some.just("MUG"),
        offer_id=some.sampled_from(["", "1", "2"]),
        quantity=_NUMBERS,
        deleted=some.booleans(),
        active=some.booleans(),
    ),
    sold=some.lists(some.builds(Sold, at=some.sampled_from([WITHIN, AFTER]), pieces=some.integers(1, 5)), max_size=3),
)
def test_what_is_believed_is_never_negative_and_judged_again_it_is_not_told_again(row: Row, seen: OfferSeen, sold):
    change = judged(row, seen, VIEW, sold)

    if change is None:
        return
    assert change.theirs is None or change.theirs >= 0
    assert change.proven or change.theirs == row.theirs
    then = replace(
        row,
        offer_id=change.offer_id,
        listed=change.listed,
        active=change.active,
        theirs=change.theirs,
        theirs_at=change.theirs_at,
    )
    again = judged(then, seen, VIEW, sold)
    assert again is None or (again.theirs, again.words) == (change.theirs, "")
