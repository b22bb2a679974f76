"""Inventory: the formula, what resets what, what orders hold, and the doors it is seen through."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import DATA, ORG, RECORDS, Client, line

AVAILABILITY = f"/product/shopper-availability/v1/organizations/{ORG}/availability"
SHOPPER = f"/product/shopper-products/v1/organizations/{ORG}/products"
PRODUCTS = f"/product/products/v1/organizations/{ORG}/products"


def record(client: Client, sku: str) -> Any:
    return client.get(f"{RECORDS}/{sku}")


def parts(client: Client, sku: str) -> tuple[float, float, float, float, float]:
    told = record(client, sku)
    amounts = told["allocation"]["amount"], told["inventory_turnover"], told["quantity_on_order"]
    return (*amounts, told["stock_level"], told["ats"])


def test_ats_is_allocation_less_turnover_less_what_is_on_order(client: Client) -> None:
    assert parts(client, "TEE") == (5, 1, 2, 4, 2)


def test_the_backorder_part_is_in_the_ats(client: Client) -> None:
    body = {"pre_order_back_order_handling": "backorder", "pre_order_back_order_allocation": 20}
    told = client("PATCH", f"{RECORDS}/TEE", body).json
    assert (told["ats"], told["stock_level"], told["pre_order_back_order_handling"]) == (22, 4, "backorder")


def test_writing_the_allocation_resets_turnover_and_leaves_what_is_on_order(client: Client) -> None:
    told = client("PATCH", f"{RECORDS}/TEE", {"allocation": {"amount": 5}}).json
    assert (told["inventory_turnover"], told["quantity_on_order"], told["ats"]) == (0, 2, 3)
    assert told["allocation"]["reset_date"] == told["last_modified"]


def test_a_write_looks_at_the_clock_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get(f"{RECORDS}/TEE")
    steps = count(int(client.shop.clock.seconds()))
    monkeypatch.setattr(client.shop.clock, "seconds", lambda: float(next(steps)))
    told = client("PATCH", f"{RECORDS}/TEE", {"allocation": {"amount": 5}}).json
    assert told["allocation"]["reset_date"] == told["last_modified"]


def test_the_story_of_a_write_begins_with_the_number_before_all_of_it(client: Client) -> None:
    client("PATCH", f"{RECORDS}/TEE", {"allocation": {"amount": 5}, "pre_order_back_order_allocation": 4})
    (change,) = client.stock("TEE")["history"]
    assert (change["before"], change["after"]) == (2, 7)


def test_a_change_without_an_amount_resets_nothing(client: Client) -> None:
    client("PATCH", f"{RECORDS}/TEE", {"perpetual_flag": False})
    assert parts(client, "TEE") == (5, 1, 2, 4, 2)


def test_a_sale_of_the_site_is_on_order_at_once_and_turnover_when_exported(client: Client) -> None:
    sold = client.control("sell", {"sku": "MUG", "quantity": 3})
    assert (sold["sold"], sold["stock"], sold["status"]) == (True, 7, "new")
    assert parts(client, "MUG") == (10, 0, 3, 10, 7)
    client.put_status(sold["order"], "export-status", "exported")
    assert parts(client, "MUG") == (10, 3, 0, 7, 7)


def test_without_on_order_inventory_a_sale_is_turnover_at_once(make_client: Callable[..., Client]) -> None:
    client = make_client(on_order_inventory=False)
    client.control("sell", {"sku": "MUG", "quantity": 3})
    assert parts(client, "MUG") == (10, 3, 0, 7, 7)


@pytest.mark.parametrize("exported", [False, True])
def test_cancelling_a_sale_gives_its_pieces_back(client: Client, exported: bool) -> None:
    sold = client.control("sell", {"sku": "MUG", "quantity": 3})
    if exported:
        client.put_status(sold["order"], "export-status", "exported")
    client.put_status(sold["order"], "status", "cancelled")
    assert parts(client, "MUG") == (10, 0, 0, 10, 10)


def test_who_wants_more_than_there_is_is_turned_away(client: Client) -> None:
    assert client.control("sell", {"sku": "TEE", "quantity": 3}) == {"sold": False, "turned_away": 3, "available": 2}
    assert client.control("sell", {"sku": "HIDDEN", "quantity": 1})["available"] == 0
    assert client.control("sell", {"sku": "NEW", "quantity": 1})["available"] == 0
    assert client.control("sell", {"sku": "GIFT-CARD", "quantity": 1000})["stock"] is None
    assert client.stock("TEE")["turned_away"] == 3
    assert client.control("books?summary=1")["totals"]["stock"]["turned_away"] == 5


def test_a_missing_record_is_what_the_list_says_by_default(make_client: Callable[..., Client]) -> None:
    client = make_client(default_in_stock=True)
    assert client.control("sell", {"sku": "NEW", "quantity": 50})["sold"] is True
    assert client.stock("NEW")["available"] is None
    answer = client("GET", f"{RECORDS}/NEW")
    assert (answer.status_code, answer.json["fault"]["type"]) == (404, "ProductInventoryRecordNotFoundException")
    assert client.get(f"{DATA}/inventory_lists/inventory_m")["default_in_stock"] is True


def test_a_perpetual_records_numbers_mean_nothing(client: Client) -> None:
    told = record(client, "GIFT-CARD")
    assert (told["perpetual_flag"], told["ats"]) == (True, 0)
    assert client.stock("GIFT-CARD")["quantity"] is None


def test_a_marketplaces_order_is_felt_only_when_the_oms_books_it(make_client: Callable[..., Client]) -> None:
    client = make_client(oms_exports_after=30)
    client.place()
    client.control("clock", {"advance": 60})
    assert client.stock("MUG")["quantity"] == 10
    client.put_status("MKP-A-1", "export-status", "ready")
    client.control("clock", {"advance": 29})
    assert client.stock("MUG")["quantity"] == 10
    client.control("clock", {"advance": 2})
    assert client.read("MKP-A-1")["exportStatus"] == "exported"
    assert parts(client, "MUG") == (8, 0, 0, 8, 8)
    assert [change["cause"] for change in client.stock("MUG")["history"]] == ["order"]


def test_the_booking_leaves_the_sites_own_sales_alone(client: Client) -> None:
    client.control("sell", {"sku": "MUG", "quantity": 3})
    client.place()
    client.control("orders/MKP-A-1/export", {})
    assert parts(client, "MUG") == (8, 0, 3, 8, 5)


def test_an_order_cancelled_before_anything_left_gives_back_what_was_booked(client: Client) -> None:
    client.place()
    client.control("orders/MKP-A-1/export", {})
    client.put_status("MKP-A-1", "status", "cancelled")
    assert client.stock("MUG")["quantity"] == 10


def test_records_are_read_by_pages_and_told_only_when_selected(client: Client) -> None:
    first = client.get(RECORDS, select="(**)", count=2)
    assert (first["count"], first["total"], first["start"]) == (2, 4, 0)
    assert [one["product_id"] for one in first["data"]] == ["GIFT-CARD", "HIDDEN"]
    second = client.get(RECORDS, select="(data.(product_id,ats),total)", start=2, count=2)
    assert [(one["product_id"], one["ats"]) for one in second["data"]] == [("MUG", 10), ("TEE", 2)]
    assert ("next" in first, "next" in second, "stock_level" in second["data"][0]) == (True, False, False)
    assert "ats" not in client.get(RECORDS)["data"][0]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"count": 201}, "InvalidParameterException"),
        ({"start": -1}, "InvalidParameterException"),
        ({"select": "(data.(ats)"}, "MalformedPropertySelectorException"),
    ],
)
def test_a_page_that_cannot_be_is_refused(client: Client, query: dict[str, Any], kind: str) -> None:
    answer = client("GET", RECORDS, query_string=query)
    assert (answer.status_code, answer.json["fault"]["type"], answer.json["_v"]) == (400, kind, "25.6")


def test_an_unknown_list_is_a_fault(client: Client) -> None:
    answer = client("GET", RECORDS.replace("inventory_m", "elsewhere"))
    assert (answer.status_code, answer.json["fault"]["type"]) == (404, "InventoryListNotFoundException")


def test_somebody_elses_write_is_a_conflict(client: Client) -> None:
    client.control("conflicts", {"times": 1})
    body = {"allocation": {"amount": 9}}
    answer = client("PATCH", f"{RECORDS}/MUG", body)
    assert (answer.status_code, answer.json["fault"]["type"]) == (409, "ConflictException")
    assert client("PATCH", f"{RECORDS}/MUG", body).json["ats"] == 9


def test_the_state_last_seen_must_still_be_the_state(client: Client) -> None:
    seen = record(client, "MUG")["_resource_state"]
    body = {"allocation": {"amount": 9}, "_resource_state": seen}
    assert client("PATCH", f"{RECORDS}/MUG", body).status_code == 200
    again = client("PATCH", f"{RECORDS}/MUG", body)
    assert (again.status_code, again.json["fault"]["type"]) == (409, "ResourceStateConflictException")
    assert client("PATCH", f"{RECORDS}/MUG", {"allocation": {"amount": 8}}).status_code == 200


def test_a_record_is_made_and_deleted(client: Client) -> None:
    assert client("PUT", f"{RECORDS}/NEW", {"allocation": {"amount": 4}}).json["ats"] == 4
    assert client.stock("NEW")["quantity"] == 4
    assert client("DELETE", f"{RECORDS}/NEW").status_code == 204
    assert client("PUT", f"{RECORDS}/NOBODY", {"allocation": {"amount": 4}}).status_code == 404


def test_availability_tells_what_is_for_sale_and_leaves_out_the_rest(client: Client) -> None:
    told = client.get(AVAILABILITY, token="shopper", productIds="MUG,TEE,HIDDEN,NOBODY,NEW,GIFT-CARD")
    by_id = {one["id"]: one["inventories"][0] for one in told["data"]}
    assert {sku: one.get("ats") for sku, one in by_id.items()} == {
        "MUG": 10,
        "TEE": 2,
        "NEW": None,
        "GIFT-CARD": 999999,
    }
    assert (by_id["MUG"]["orderable"], by_id["TEE"]["stockLevel"]) == (True, 4)
    assert told["total"] == 4


def test_availability_takes_24_products_and_5_lists(client: Client) -> None:
    many = ",".join(f"P{number}" for number in range(25))
    answer = client("GET", AVAILABILITY, token="shopper", query_string={"productIds": many})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["detail"] == "Maximum number of product IDs you can request in one call is 24."
    lists = {"productIds": "MUG", "inventoryIds": "a,b,c,d,e,f"}
    assert client("GET", AVAILABILITY, token="shopper", query_string=lists).status_code == 400


def test_the_web_tier_repeats_old_stock_for_a_minute(client: Client) -> None:
    ask = {"ids": "MUG", "expand": "availability"}
    assert client.get(SHOPPER, token="shopper", **ask)["data"][0]["inventory"]["ats"] == 10
    client.control("stock", {"sku": "MUG", "quantity": 1})
    assert client.get(SHOPPER, token="shopper", **ask)["data"][0]["inventory"]["ats"] == 10
    assert client.get(AVAILABILITY, token="shopper", productIds="MUG")["data"][0]["inventories"][0]["ats"] == 1
    client.shop.clock.advance(61)
    assert client.get(SHOPPER, token="shopper", **ask)["data"][0]["inventory"]["ats"] == 1


def test_products_for_programs_and_for_people(client: Client) -> None:
    assert client.get(f"{PRODUCTS}/HIDDEN")["online"] is False
    missing = client("GET", f"{PRODUCTS}/NOBODY")
    assert missing.json["detail"] == "No product with ID 'NOBODY' could be found."
    assert client.get(f"{SHOPPER}/MUG", token="shopper")["price"] == 30
    assert client("GET", f"{SHOPPER}/HIDDEN", token="shopper").status_code == 404


def test_products_are_searched_by_what_the_document_lists(client: Client) -> None:
    query = {"term_query": {"fields": ["id"], "operator": "one_of", "values": ["TEE", "MUG", "NOBODY"]}}
    found = client("POST", f"{DATA}/product_search", {"query": query, "select": "(**)"}).json
    assert ([one["id"] for one in found["hits"]], found["total"]) == (["MUG", "TEE"], 2)
    everything = {"query": {"match_all_query": {}}, "count": 2, "sorts": [{"field": "id", "sort_order": "desc"}]}
    page = client("POST", f"{DATA}/product_search", everything).json
    assert ([one["id"] for one in page["hits"]], page["total"]) == (["TEE", "NEW"], 5)
    assert page["next"] == {"_type": "result_page", "start": 2, "count": 2}
    client.control("remove", {"sku": "TEE"})
    assert client("POST", f"{DATA}/product_search", everything).json["total"] == 4
    colour = {"query": {"term_query": {"fields": ["colour"], "operator": "is", "values": ["red"]}}}
    assert client("POST", f"{DATA}/product_search", colour).json["fault"]["type"] == "FieldNotQueryableException"


def test_staff_correct_the_number_for_selling(client: Client) -> None:
    assert client.control("stock", {"sku": "TEE", "quantity": 7})["quantity"] == 7
    assert parts(client, "TEE") == (9, 0, 2, 9, 7)
    assert client.control("stock", {"sku": "TEE", "add": 3})["quantity"] == 10
    before = record(client, "TEE")["last_modified"]
    client.shop.clock.advance(5)
    told = client.control("stock", {"sku": "TEE", "quantity": 1, "silent": True})
    assert record(client, "TEE")["last_modified"] == before
    assert [change["cause"] for change in told["history"]] == ["edit", "restock", "silent"]


def test_a_products_id_may_hold_a_slash(client: Client) -> None:
    client.control("products", {"products": [{"sku": "A/B 1", "quantity": 4}]})
    assert client.get(f"{RECORDS}/A%2FB%201")["ats"] == 4
    assert record(client, "A%2FB%201")["link"].endswith("/A%2FB%201")
    assert client.get(f"{PRODUCTS}/A%2FB%201")["id"] == "A/B 1"
    assert client.get(AVAILABILITY, token="shopper", productIds="A/B 1")["data"][0]["id"] == "A/B 1"


def test_after_a_reset_nothing_is_on_order_for_orders_that_are_gone(client: Client) -> None:
    client.control("sell", {"sku": "TEE", "quantity": 1})
    client.control("stock", {"sku": "MUG", "quantity": 3})
    client.control("reset", {})
    client.tokens.clear()
    assert parts(client, "TEE") == (5, 1, 2, 4, 2)
    assert client.stock("MUG")["quantity"] == 3
    assert client.stock("TEE")["history"] == []


def test_two_marketplaces_lines_of_one_product_are_booked_together(client: Client) -> None:
    items = [line(), line(c_miraklLineId="A-1-2")]
    client.place(productItems=items, orderTotal=124.90, taxTotal=20.82)
    client.control("orders/MKP-A-1/export", {})
    assert client.stock("MUG")["quantity"] == 6


def test_a_products_id_is_its_sku_so_there_is_no_second(client: Client) -> None:
    assert client.flask.post("/_sandbox/double", json={"sku": "MUG"}).status_code == 404
    client.control("remove", {"sku": "MUG"})
    assert client("GET", f"{RECORDS}/MUG").status_code == 404
