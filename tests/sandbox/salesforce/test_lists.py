"""GET /orders: what is listed, in which order, and where it ends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import ORDERS, Client


def numbers(client: Client, **query: Any) -> list[str]:
    return [one["orderNo"] for one in client.get(ORDERS, **query)["data"]]


@pytest.fixture
def three(client: Client) -> Client:
    """A, B and C, ten seconds apart; then A is changed."""
    for number in "ABC":
        client.place(orderNo=number)
        client.shop.clock.advance(10)
    client.put_status("A", "external-status", "SHIPPED")
    client.shop.clock.advance(10)
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "CBA"),
        ({"sortOrder": "asc"}, "ABC"),
        ({"sortBy": "last_modified_date"}, "ACB"),
        ({"sortBy": "last_modified_date", "sortOrder": "asc"}, "BCA"),
        ({"limit": 1, "offset": 1}, "B"),
        ({"limit": 2, "offset": 2, "sortOrder": "asc"}, "C"),
        ({"externalStatus": "SHIPPED"}, "A"),
        ({"status": "new,completed", "exportStatus": "not_exported,ready"}, "CBA"),
        ({"status": "cancelled"}, ""),
        ({"paymentStatus": "not_paid,part_paid"}, ""),
        ({"confirmationStatus": "not_confirmed", "shippingStatus": "not_shipped"}, "CBA"),
    ],
)
def test_filters_and_sorting(three: Client, query: dict[str, Any], expected: str) -> None:
    assert "".join(numbers(three, **query)) == expected


@pytest.mark.parametrize(("name", "field"), [("creationDate", "creationDate"), ("lastModifiedDate", "lastModified")])
def test_from_is_inclusive_and_to_is_exclusive(three: Client, name: str, field: str) -> None:
    at = three.read("B")[field]
    assert "B" in numbers(three, **{f"{name}From": at})
    assert "B" not in numbers(three, **{f"{name}To": at})


def test_both_dates_count_whatever_sorts(three: Client) -> None:
    created, changed = three.read("B")["creationDate"], three.read("A")["lastModified"]
    assert numbers(three, creationDateTo=created, lastModifiedDateFrom=changed) == ["A"]
    assert numbers(three, creationDateFrom=created, lastModifiedDateFrom=changed) == []
    assert numbers(three, creationDateTo=created, lastModifiedDateFrom=changed, sortBy="last_modified_date") == ["A"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"offset": -1},
        {"offset": 9901},
        {"offset": 9801, "limit": 200},
        {"sortBy": "order_no"},
        {"sortOrder": "down"},
        {"status": "failed"},
        {"status": "open"},
        {"status": "new,completed,cancelled"},
        {"exportStatus": "gone"},
        {"exportStatus": "ready,failed,exported,not_exported"},
        {"lastModifiedDateFrom": "yesterday"},
        {"channelType": "marketplace"},
        {"orderNos": "A,B"},
    ],
)
def test_what_cannot_be_asked_is_a_400(client: Client, query: dict[str, Any]) -> None:
    answer = client("GET", ORDERS, query_string=query)
    assert (answer.status_code, answer.json["title"]) == (400, "Bad Request")


def test_the_window_ends_at_ten_thousand(client: Client) -> None:
    assert client("GET", ORDERS, query_string={"offset": 9800, "limit": 200}).status_code == 200


def test_orders_that_are_not_placed_are_not_listed(client: Client) -> None:
    waiting = client.control("sell", {"sku": "MUG", "quantity": 1, "paid": False})
    assert waiting["status"] == "created"
    assert numbers(client) == []
    client.put_status(waiting["order"], "status", "new")
    assert numbers(client) == [waiting["order"]]
    other = client.control("sell", {"sku": "MUG", "quantity": 1, "paid": False})["order"]
    client.put_status(other, "status", "failed")
    assert numbers(client) == [waiting["order"]]


def test_the_sites_own_orders_stand_beside_ours(client: Client) -> None:
    client.place()
    own = client.control("sell", {"sku": "MUG", "quantity": 1})["order"]
    listed = {one["orderNo"]: one["channelType"] for one in client.get(ORDERS)["data"]}
    assert listed == {"MKP-A-1": "marketplace", own: "storefront"}
