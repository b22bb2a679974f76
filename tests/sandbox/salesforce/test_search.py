"""OCAPI Shop: one order, and order_search with its late index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import DATA, SHOP, Client

SEARCH = f"{SHOP}/order_search"
EVERYTHING: dict[str, Any] = {"match_all_query": {}}


def term(field: str, *values: Any, operator: str = "is") -> dict[str, Any]:
    return {"term_query": {"fields": [field], "operator": operator, "values": [*values]}}


NOT_B = {"term_filter": term("order_no", "B")["term_query"]}


def found(client: Client, query: Any, **more: Any) -> list[str]:
    answer = client("POST", SEARCH, {"query": query, "select": "(**)", **more})
    assert answer.status_code == 200, answer.text
    return [hit["data"]["order_no"] for hit in answer.json["hits"]]


def test_the_index_comes_late_and_the_database_does_not(client: Client) -> None:
    client.place()
    assert found(client, term("c_miraklReference", "nordmarkt/2000/A-1")) == []
    assert client.read("MKP-A-1")["orderNo"] == "MKP-A-1"
    client.shop.clock.advance(2)
    assert found(client, term("c_miraklReference", "nordmarkt/2000/A-1")) == ["MKP-A-1"]


def test_a_change_is_found_late_too_but_shown_at_once(client: Client) -> None:
    client.place()
    client.shop.clock.advance(2)
    assert found(client, term("export_status", "not_exported")) == ["MKP-A-1"]
    client.put_status("MKP-A-1", "export-status", "ready")
    answer = client("POST", SEARCH, {"query": term("export_status", "not_exported"), "select": "(**)"})
    assert answer.json["hits"][0]["data"]["export_status"] == "ready"
    client.shop.clock.advance(2)
    assert found(client, term("export_status", "not_exported")) == []


def test_without_incremental_indexing_the_search_breaks(make_client: Callable[..., Client]) -> None:
    answer = make_client(indexing=False)("POST", SEARCH, {"query": EVERYTHING})
    assert (answer.status_code, answer.json["fault"]["type"]) == (500, "InternalServerErrorException")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (EVERYTHING, "AB"),
        (term("order_no", "a"), "A"),
        (term("order_no", "A", "B", "C", operator="one_of"), "AB"),
        (term("order_no", "A", operator="is_not"), "B"),
        (term("order_no", "A", operator="not_one_of"), "B"),
        (term("external_order_status", operator="is_null"), "A"),
        (term("external_order_status", operator="is_not_null"), "B"),
        (term("total_gross_price", 60, operator="greater"), "AB"),
        (term("total_gross_price", 60, operator="less"), ""),
        (term("product_items.product_id", "MUG"), "AB"),
        ({"text_query": {"fields": ["customer_name", "order_no"], "search_phrase": "doe b"}}, "B"),
        ({"bool_query": {"must": [term("channel_type", "marketplace")], "must_not": [term("order_no", "B")]}}, "A"),
        ({"bool_query": {"should": [term("order_no", "B"), term("order_no", "C")]}}, "B"),
        (
            {
                "filtered_query": {
                    "query": term("channel_type", "marketplace"),
                    "filter": {"range_filter": {"field": "order_no", "from": "B"}},
                }
            },
            "B",
        ),
        (
            {
                "filtered_query": {
                    "query": EVERYTHING,
                    "filter": {"bool_filter": {"operator": "not", "filters": [NOT_B]}},
                }
            },
            "A",
        ),
    ],
)
def test_the_query_language(client: Client, query: Any, expected: str) -> None:
    client.place(orderNo="A")
    client.place(orderNo="B")
    client.put_status("B", "external-status", "SHIPPING")
    client.shop.clock.advance(2)
    assert "".join(found(client, query, sorts=[{"field": "order_no", "sort_order": "asc"}])) == expected


def test_a_range_of_moments_and_sorting_by_them(client: Client) -> None:
    for number in "ABC":
        client.place(orderNo=number)
        client.shop.clock.advance(10)
    at = client.read("B")["lastModified"]
    after = {
        "filtered_query": {"query": EVERYTHING, "filter": {"range_filter": {"field": "last_modified", "from": at}}}
    }
    assert found(client, after, sorts=[{"field": "last_modified", "sort_order": "desc"}]) == ["C", "B"]
    after["filtered_query"]["filter"]["range_filter"]["from_inclusive"] = False
    assert found(client, after) == ["C"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "MalformedSearchParameterException"),
        ({"query": {"wild_query": {}}}, "MalformedSearchParameterException"),
        ({"query": {"term_query": {"operator": "is", "values": ["x"]}}}, "MalformedSearchParameterException"),
        ({"query": term("order_no", "A", "B")}, "MalformedSearchParameterException"),
        ({"query": term("colour", "red")}, "FieldNotQueryableException"),
        ({"query": EVERYTHING, "count": 201}, "InvalidParameterException"),
        ({"query": EVERYTHING, "start": 9_900, "count": 200}, "InvalidParameterException"),
        ({"query": EVERYTHING, "select": "(hits"}, "MalformedPropertySelectorException"),
        ({"query": EVERYTHING, "sorts": [{"field": "colour"}]}, "FieldNotQueryableException"),
    ],
)
def test_what_cannot_be_searched_is_a_fault(client: Client, body: Any, kind: str) -> None:
    answer = client("POST", SEARCH, body)
    assert (answer.status_code, answer.json["fault"]["type"]) == (400, kind)


def test_a_selector_takes_what_it_names_and_pages_go_on(client: Client) -> None:
    for number in "ABC":
        client.place(orderNo=number)
    client.shop.clock.advance(2)
    select = "(start,total,next.(**),hits.(data.(order_no,shipments.(shipment_id),c_miraklReference)))"
    body = {"query": EVERYTHING, "select": select, "count": 2, "sorts": [{"field": "order_no", "sort_order": "asc"}]}
    told = client("POST", SEARCH, body).json
    assert (told["start"], told["total"], told["next"]["start"]) == (0, 3, 2)
    first = told["hits"][0]["data"]
    assert {name for name in first if not name.startswith("_")} == {"order_no", "shipments", "c_miraklReference"}
    assert first["shipments"] == [{"shipment_id": "me"}]
    assert "query" not in told


def test_an_order_in_snake_case_with_its_state(client: Client) -> None:
    client.place()
    told = client.get(f"{SHOP}/orders/MKP-A-1")
    assert (told["_type"], told["order_no"], told["order_total"]) == ("order", "MKP-A-1", 64.9)
    assert told["product_items"][0]["c_miraklLineId"] == "A-1-1"
    missing = client("GET", f"{SHOP}/orders/NOBODY")
    assert (missing.status_code, missing.json["fault"]["type"]) == (404, "OrderNotFoundException")
    assert missing.json["_v"] == "25.6"


def test_a_change_with_an_old_state_is_a_conflict_and_without_one_goes_through(client: Client) -> None:
    client.place()
    seen = client.get(f"{SHOP}/orders/MKP-A-1")["_resource_state"]
    body = {"c_buyerEmail": "jo@relay.example"}
    changed = client("PATCH", f"{SHOP}/orders/MKP-A-1", {**body, "_resource_state": seen})
    assert (changed.status_code, changed.json["c_buyerEmail"]) == (200, "jo@relay.example")
    again = client("PATCH", f"{SHOP}/orders/MKP-A-1", {**body, "_resource_state": seen})
    assert (again.status_code, again.json["fault"]["type"]) == (409, "ResourceStateConflictException")
    where = f"{DATA}/sites/RefArch/orders/MKP-A-1/external_status"
    late = client("PUT", where, {"status": "X"}, headers={"x-dw-resource-state": seen})
    assert late.status_code == 409
    done = client("PUT", where, {"status": "X"})
    assert (done.status_code, done.headers["x-dw-resource-state"] != seen) == (204, True)
