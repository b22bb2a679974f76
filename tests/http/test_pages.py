"""Lists end, whatever the server says."""

from __future__ import annotations

import json

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.http.contract import Answer
from mirakl_sync.http.pages import NumberedPages, OffsetPages, SeekPages, walk


def page(rows: list, *, headers: dict | None = None, **more) -> Answer:
    body = {"rows": rows, **more}
    return Answer(200, headers or {}, json.dumps(body).encode(), body)


def walked(pages, answers: list[Answer]):
    """(what was asked, rows found) when the server gives these answers in turn, the last for ever."""
    asked, given = [], iter(answers)

    def ask(params, first):
        asked.append({**params, "first": first})
        return next(given, answers[-1])

    rows = [row for answer in walk(pages, ask, lambda a: len(a.json["rows"])) for row in answer.json["rows"]]
    return asked, rows


def test_offset_pages_go_on_until_the_total_is_reached():
    asked, rows = walked(OffsetPages(2), [page([1, 2], total_count=3), page([3], total_count=3)])
    assert rows == [1, 2, 3]
    assert asked == [{"max": 2, "offset": 0, "first": True}, {"max": 2, "offset": 2, "first": False}]


def test_offset_pages_follow_the_link_where_no_total_is_told():
    following = {"link": '<https://x?offset=0>; rel="previous", <https://x?offset=2>; rel="next"'}
    asked, rows = walked(OffsetPages(2), [page([1, 2], headers=following), page([3, 4])])
    assert rows == [1, 2, 3, 4]
    assert len(asked) == 2


def test_an_empty_page_ends_a_list_whose_total_lies():
    asked, rows = walked(OffsetPages(2), [page([1, 2], total_count=99), page([], total_count=99)])
    assert rows == [1, 2]
    assert len(asked) == 2


@pytest.mark.parametrize("pages", [OffsetPages(2), NumberedPages(2)])
def test_the_same_page_again_is_a_circle(pages):
    with pytest.raises(Unreadable, match="twice"):
        walked(pages, [page([1, 2], total_count=99)])


def test_numbered_pages_end_with_the_told_number():
    told = {"x-wp-totalpages": "2"}
    asked, rows = walked(NumberedPages(2), [page([1, 2], headers=told), page([3, 4], headers=told)])
    assert rows == [1, 2, 3, 4]
    assert [ask["page"] for ask in asked] == [1, 2]


def test_numbered_pages_end_with_a_page_that_is_not_full():
    asked, rows = walked(NumberedPages(2), [page([1, 2]), page([3])])
    assert rows == [1, 2, 3]
    assert asked[0] == {"page": 1, "per_page": 2, "first": True}


def test_seek_pages_follow_the_token_over_an_empty_page():
    given = [page([1], next_page_token="a"), page([], next_page_token="b"), page([2], next_page_token=None)]
    asked, rows = walked(SeekPages(2), given)
    assert rows == [1, 2]
    assert [ask.get("page_token") for ask in asked] == [None, "a", "b"]


def test_a_token_that_comes_back_is_a_circle():
    with pytest.raises(Unreadable, match="circle"):
        walked(SeekPages(2), [page([1], next_page_token="a"), page([2], next_page_token="a")])
