"""Lists that change while they are read are complete, or said not to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.errors import Unavailable
from mirakl_sync.platforms.salesforce.doors import PAGE, WINDOW, every_changed
from mirakl_sync.platforms.salesforce.paging import Slice, walk
from mirakl_sync.platforms.salesforce.schemas import ShopOrder

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIZE = 10


class Rows:
    """A list that changes before some of its pages are asked for."""

    def __init__(self, names, changes=()):
        self.names = list(names)
        self.changes = dict(changes)
        self.asked = 0

    def __call__(self, start):
        self.changes.get(self.asked, lambda _: None)(self.names)
        self.asked += 1
        return Slice([(name, name) for name in self.names[start : start + SIZE]], len(self.names))


def seen(rows):
    return [name for page in walk(rows, SIZE, "list") for name, _ in page]


def names(count):
    return [f"{number:04d}" for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 28, 100])
def test_a_list_that_stands_still_is_read_once(count):
    assert seen(Rows(names(count))) == names(count)


def cut(start, end):
    def change(rows):
        del rows[start:end]

    return change


def put(name):
    def change(rows):
        rows.insert(0, name)

    return change


@pytest.mark.parametrize(
    "change",
    [cut(0, 1), cut(0, 5), cut(0, 9), cut(9, 10), cut(5, 17), cut(3, 8), put("new"), cut(30, 40)],
    ids=["one", "five", "nine", "the last seen", "more than a page", "the middle", "one more", "what is to come"],
)
def test_rows_that_go_or_come_while_we_read_hide_no_other(change):
    rows = Rows(names(50), {1: change})
    found = seen(rows)
    assert set(rows.names) - {"new"} <= set(found)
    assert len(found) == len(set(found))


def test_a_place_that_is_lost_is_said():
    with pytest.raises(Unavailable, match="lost our place"):
        seen(Rows(names(50), {1: cut(0, 12)}))


def test_fewer_rows_than_there_are_is_no_complete_list():
    class Boasting(Rows):
        def __call__(self, start):
            page = super().__call__(start)
            return Slice(page.rows, page.total + 3)

    with pytest.raises(Unavailable, match="28 rows, but we saw 25"):
        seen(Boasting(names(25)))


class Door:
    """Orders by date of modification, as the vendor lists them."""

    def __init__(self, dates, lags=False, touch=None):
        self.rows = {f"N{n}": at for n, at in enumerate(dates)}
        self.lags = lags
        self.touch = touch or {}
        self.asked = []

    def changed(self, since, offset, *, first):
        self.touch.pop(len(self.asked), lambda _: None)(self.rows)
        self.asked.append((since, offset, first))
        assert offset + PAGE <= WINDOW
        found = sorted((at, name) for name, at in self.rows.items() if at >= since)
        return [ShopOrder(name, modified_at=at) for at, name in found[offset : offset + PAGE]]


@pytest.mark.parametrize("lags", [False, True])
@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 1000])
def test_every_changed_order_is_told_once(lags, count):
    door = Door([AT + timedelta(seconds=n) for n in range(count)], lags)
    assert [order.order_no for order in every_changed(door, AT)] == [f"N{n}" for n in range(count)]
    assert [first for *_, first in door.asked] == [True] + [False] * (len(door.asked) - 1)


def test_many_orders_of_one_moment_are_paged_by_offset():
    door = Door([AT] * 450 + [AT + timedelta(seconds=1)])
    assert len(list(every_changed(door, AT))) == 451
    assert [offset for _, offset, _ in door.asked[:3]] == [0, PAGE, 2 * PAGE]


@pytest.mark.parametrize("lags", [False, True])
def test_more_orders_than_a_list_may_have_are_all_told(lags):
    door = Door([AT + timedelta(seconds=n) for n in range(WINDOW + 2500)], lags)
    assert len({order.order_no for order in every_changed(door, AT)}) == WINDOW + 2500


def test_an_order_that_changes_while_we_read_hides_no_other():
    def change(rows):
        for name in ("N0", "N5", "N190"):
            rows[name] = AT + timedelta(hours=1)

    for lags in (False, True):
        door = Door([AT + timedelta(seconds=n) for n in range(600)], lags, {1: change})
        told = [order.order_no for order in every_changed(door, AT)]
        assert set(told) == set(door.rows)
        assert told.count("N5") == 2
