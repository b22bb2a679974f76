"""searchCriteria in both spellings, every condition, paging, and `fields`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.magento.conftest import Client, search

EMAILS = {"A-1": "anna@x.example", "A-2": "BERT@x.example", "B-3": "carl@y.example"}


@pytest.fixture
def three(client: Client) -> Client:
    """Three orders a minute apart; only the last one has a note on its coupon."""
    for number, email in EMAILS.items():
        coupons = {"coupon_code": "SPRING,SALE"} if number == "B-3" else {}
        client.place(number, customer_email=email, **coupons)
        client.control("clock", {"advance": 60})
    return client


def numbers(answer: Any) -> list[str]:
    return [order["increment_id"] for order in answer["items"]]


@pytest.mark.parametrize(
    ("field", "value", "condition", "found"),
    [
        ("increment_id", "A-1", "eq", ["A-1"]),
        ("increment_id", "a-1", "eq", ["A-1"]),
        ("increment_id", "A-1", "neq", ["A-2", "B-3"]),
        ("increment_id", "A-1,B-3", "in", ["A-1", "B-3"]),
        ("increment_id", "A-1,B-3", "nin", ["A-2"]),
        ("increment_id", "A-%", "like", ["A-1", "A-2"]),
        ("increment_id", "A-%", "nlike", ["B-3"]),
        ("customer_email", "bert@X.example", "eq", ["A-2"]),
        ("entity_id", "1", "gt", ["A-2", "B-3"]),
        ("entity_id", "2", "gteq", ["A-2", "B-3"]),
        ("entity_id", "2", "moreq", ["A-2", "B-3"]),
        ("entity_id", "2", "from", ["A-2", "B-3"]),
        ("entity_id", "2", "lt", ["A-1"]),
        ("entity_id", "2", "lteq", ["A-1", "A-2"]),
        ("entity_id", "2", "to", ["A-1", "A-2"]),
        ("coupon_code", "", "null", ["A-1", "A-2"]),
        ("coupon_code", "", "notnull", ["B-3"]),
        ("coupon_code", "sale", "finset", ["B-3"]),
        ("coupon_code", "SPRING,SALE", "neq", []),
        ("updated_at", "nonsense", "gt", ["A-1", "A-2", "B-3"]),
        ("updated_at", "2020-01-01", "gt", ["A-1", "A-2", "B-3"]),
        ("updated_at", "2020-01-01 00:00:00", "lt", []),
    ],
)
def test_conditions_find_what_mysql_would(
    three: Client, field: str, value: str, condition: str, found: list[str]
) -> None:
    assert numbers(three.find("orders", (field, value, condition), sort=[("entity_id", "ASC")])) == found


def test_filters_of_a_group_are_or_and_groups_are_and(three: Client) -> None:
    either = "&".join(
        f"searchCriteria[filter_groups][0][filters][{place}][field]=increment_id"
        f"&searchCriteria[filter_groups][0][filters][{place}][value]={value}"
        for place, value in enumerate(("A-1", "B-3"))
    )
    both = f"{either}&searchCriteria[filter_groups][1][filters][0][field]=customer_email"
    both += "&searchCriteria[filter_groups][1][filters][0][value]=%25y.example"
    both += "&searchCriteria[filter_groups][1][filters][0][condition_type]=like"
    quoted = [part.replace("[", "%5B").replace("]", "%5D") for part in (either, both)]
    assert [numbers(three.get(f"orders?{query}")) for query in quoted] == [["A-1", "B-3"], ["B-3"]]


def test_both_spellings_mean_the_same_and_the_question_comes_back(three: Client) -> None:
    query = (
        "searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bfield%5D=entity_id"
        "&searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5Bvalue%5D=1"
        "&searchCriteria%5BfilterGroups%5D%5B0%5D%5Bfilters%5D%5B0%5D%5BconditionType%5D=gt"
        "&searchCriteria%5BsortOrders%5D%5B0%5D%5Bfield%5D=entity_id&searchCriteria%5BpageSize%5D=1"
        "&searchCriteria%5BcurrentPage%5D=2"
    )
    answer = three.get(f"orders?{query}")
    assert numbers(answer) == ["A-2"], "the direction is DESC unless told otherwise"
    assert answer["total_count"] == 2
    assert answer["search_criteria"] == {
        "filter_groups": [{"filters": [{"field": "entity_id", "value": "1", "condition_type": "gt"}]}],
        "sort_orders": [{"field": "entity_id", "direction": "DESC"}],
        "page_size": 1,
        "current_page": 2,
    }


def test_no_criteria_and_unknown_columns(client: Client) -> None:
    assert client.refused("GET", "orders") == (400, '"%fieldName" is required. Enter and try again.')
    for query in (("nofield", 1, "eq"), ("items.sku", "A", "eq"), ("entity_id", 1, "nonsense")):
        answer = client("GET", f"orders?{search(query)}")
        assert answer.status_code == 500
        assert answer.json["message"].startswith("Internal Error. Details are available in Magento log file. Report ID")


@pytest.mark.parametrize(("version", "beyond"), [("2.4.6", []), ("2.3.7", ["B-3"])])
def test_old_shops_answer_the_last_page_again(
    make_client: Callable[..., Client], version: str, beyond: list[str]
) -> None:
    client = make_client(version=version, bearer_allowed=True)
    for number in EMAILS:
        client.place(number)
    answer = client.find("orders", size=2, page=9, sort=[("entity_id", "ASC")])
    assert (numbers(answer), answer["total_count"]) == (beyond, 3)


def test_fields_trim_the_answer_and_an_empty_page_becomes_null(three: Client) -> None:
    fields = "items[entity_id,items[sku,qty_ordered]],total_count"
    answer = three.find("orders", ("increment_id", "A-1", "eq"), fields=fields)
    assert answer == {"items": [{"entity_id": 1, "items": [{"sku": "MUG-1", "qty_ordered": 2}]}], "total_count": 1}
    assert three.find("orders", ("increment_id", "X", "eq"), fields=fields) == {"items": None, "total_count": 0}
    assert three.find("orders", ("increment_id", "X", "eq"))["items"] == []
    made = three.ok("PUT", "orders/create?fields=entity_id,increment_id", {"entity": {"entity_id": 1, "status": "x"}})
    assert made == {"entity_id": 1, "increment_id": "A-1"}


def test_input_limits_bound_the_page(make_client: Callable[..., Client]) -> None:
    client = make_client(input_limits=True)
    assert client("GET", "orders?searchCriteria%5BpageSize%5D=301").status_code == 400
    assert client.get("orders?searchCriteria=")["search_criteria"]["page_size"] == 20
    item = {"sku": "MUG-1", "source_code": "default", "quantity": 1, "status": 1}
    answer = client("POST", "inventory/source-items", {"sourceItems": [item] * 21})
    assert (answer.status_code, answer.json["parameters"]["max"]) == (400, 20)
