"""Shopify with an app that edits an order by cancelling it and making another: one sale, one living order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.days import Day
from tests.flows.test_every_platform import held, opened, placed_once, shipped


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    with opened(database_url, "shopify") as made:
        yield made


def placed(day: Day, *lines: str | tuple[str, int]) -> tuple[str, dict[str, Any]]:
    order = day.buy(*lines)
    day.minutes(2)
    return order, placed_once(day, order)


def replace(day: Day, ours: dict[str, Any], **how: Any) -> None:
    day.later(seconds=10)
    day.webshop.post(f"orders/{ours['id']}/replace", how)


def test_the_copy_takes_the_place_its_number_is_told_and_its_parcel_is_the_sales(day: Day) -> None:
    order, first = placed(day, ("MUG", 2))
    replace(day, first, style="cleverific", copy_attributes=True)
    day.minutes(6)
    (now,) = held(day, order)
    assert now["id"] != first["id"]
    assert day.order(order).link.platform_order_id == now["id"]
    assert day.theirs(order)["reference_for_seller"] == now["number"] != first["number"]
    assert Decimal(now["total"]) == Decimal(first["total"])
    assert (day.state(order), day.questions()) == ("placed", [])
    shipped(day, order)
    assert day.theirs(order)["ship_calls"] == 1


def test_our_reference_moves_so_that_the_sale_is_found_again_by_it(day: Day) -> None:
    order, first = placed(day, ("MUG", 1))
    replace(day, first, style="cleverific", copy_attributes=True)
    day.minutes(6)
    books = {each["id"]: each for each in day.webshop.get("books")["orders"]}
    (now,) = held(day, order)
    key = next(name for name in books[now["id"]]["metafields"] if name.endswith("order_id"))
    assert books[now["id"]]["metafields"][key] == f"acme/2000/{order}"
    assert key not in books[first["id"]]["metafields"]


def test_a_copy_without_our_attributes_is_asked_about(day: Day) -> None:
    order, first = placed(day, ("MUG", 2))
    replace(day, first, style="cleverific", copy_attributes=False)
    day.minutes(6)
    item = day.item("replaced_in_shop")
    assert first["number"] in item.question or item.facts["candidates"]
    assert day.order(order).link.platform_order_id == first["id"]


def test_a_plain_cancellation_is_asked_about_when_the_time_is_over(day: Day) -> None:
    _, first = placed(day, ("LAMP", 1))
    day.later(seconds=10)
    day.webshop.post(f"orders/{first['id']}", {"status": "cancelled"})
    day.minutes(10)
    assert day.questions() == []
    day.minutes(12)
    assert day.questions() == ["canceled_in_shop"]


def test_fewer_pieces_by_an_edit_in_place_are_a_question_and_no_second_order(day: Day) -> None:
    order, first = placed(day, ("MUG", 3))
    day.later(seconds=10)
    line = first["lines"][0]["id"]
    day.webshop.post(f"orders/{first['id']}/edit", {"lines": [{"line_id": line, "quantity": 1}]})
    day.minutes(6)
    assert day.questions() == ["edited_in_shop"]
    assert "1 instead of 3" in day.item("edited_in_shop").question
    assert [each["id"] for each in held(day, order)] == [first["id"]]
