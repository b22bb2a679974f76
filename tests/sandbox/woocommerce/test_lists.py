"""Lists: time filters with their traps, pages, search in two storages, fields (reference 2, 5.1 and 99.3-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from mirakl_sync.sandbox.woocommerce.dates import filter_moment
from mirakl_sync.sandbox.woocommerce.indexes import ContainsIndex, TimeIndex
from tests.sandbox.woocommerce.conftest import Client

MADRID = ZoneInfo("Europe/Madrid")


def order(client: Client, **more: Any) -> dict[str, Any]:
    client.shop.clock.advance(10)
    return client.post("orders", {"line_items": [{"sku": "MUG-1", "quantity": 1}], **more})


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("given", "are_gmt", "of_orders", "meant"),
    [
        ("2026-11-20T12:00:00", True, True, "2026-11-20T12:00:00"),
        ("2026-11-20T12:00:00", False, True, "2026-11-20T11:00:00"),
        ("2026-07-20T12:00:00", False, True, "2026-07-20T10:00:00"),
        ("2026-11-20T12:00:00Z", False, True, "2026-11-20T12:00:00"),
        ("2026-11-20T12:00:00Z", True, True, "2026-11-20T13:00:00"),
        ("2026-11-20T12:00:00+01:00", True, False, "2026-11-20T12:00:00"),
        ("2026-11-20T12:00:00.500+05:00", True, True, "2026-11-20T12:00:00"),
        ("2026-11-20T12:00:00.500+05:00", True, False, "2026-11-20T08:00:00"),
        ("2026-11-20T12:00:00.999", True, True, "2026-11-20T12:00:00"),
    ],
)
def test_what_a_time_filter_really_means(given: str, are_gmt: bool, of_orders: bool, meant: str) -> None:
    moment = filter_moment(given, MADRID, are_gmt=are_gmt, of_orders=of_orders)
    assert moment == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize("given", ["2026-11-20", "2026-11-20T12:00:00+0000", "2026-11-20T12:00:00 01:00", "soon"])
def test_other_dates_are_refused(client: Client, given: str) -> None:
    answer = client("GET", f"orders?modified_after={quote(given)}")
    assert (answer.status_code, answer.json["data"]["params"]) == (400, {"modified_after": "Invalid date."})


def test_modified_after_is_exclusive_to_the_second(client: Client) -> None:
    first, second = order(client), order(client)
    at = first["date_modified_gmt"]
    assert ids(client.get(f"orders?modified_after={at}&dates_are_gmt=true")) == [second["id"]]
    earlier = (datetime.fromisoformat(at) - timedelta(seconds=1)).isoformat()
    assert len(client.get(f"orders?modified_after={earlier}&dates_are_gmt=true")) == 2


def test_lists_sorted_by_modification_move_while_they_are_read(client: Client) -> None:
    first, second = order(client), order(client)
    query = "orders?orderby=modified&order=asc&per_page=1"
    assert ids(client.get(query)) == [first["id"]]
    client.shop.clock.advance(5)
    client.put(f"orders/{first['id']}", {})
    assert ids(client.get(query)) == [second["id"]]


def test_pages_carry_totals_and_neighbours(client: Client) -> None:
    made = ids([order(client) for _ in range(5)])
    answer = client("GET", "orders?per_page=2&page=2&status=any")
    assert ids(answer.json) == [made[2], made[1]]
    assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == ("5", "3")
    base = "http://localhost/wp-json/wc/v3/orders?per_page=2&page"
    assert answer.headers["Link"] == f'<{base}=1&status=any>; rel="prev", <{base}=3&status=any>; rel="next"'
    assert client.get("orders?per_page=2&page=9") == []


@pytest.mark.parametrize(
    "query", ["per_page=0", "per_page=101", "page=0", "orderby=price", "order=up", "dp=x", "status=odd"]
)
def test_wrong_list_arguments_are_400(client: Client, query: str) -> None:
    answer = client("GET", f"orders?{query}")
    assert (answer.status_code, answer.json["code"]) == (400, "rest_invalid_param")


def test_trash_and_drafts_come_only_when_named(make_client: Callable[..., Client]) -> None:
    for version, drafts_listed in (("11.0.1", False), ("10.7.0", True)):
        client = make_client(version=version)
        kept, thrown, draft = order(client), order(client), order(client, status="checkout-draft")
        client("DELETE", f"orders/{thrown['id']}")
        shown = [draft["id"], kept["id"]] if drafts_listed else [kept["id"]]
        assert ids(client.get("orders?status=any")) == shown
        assert ids(client.get("orders?status=trash")) == [thrown["id"]]
        assert ids(client.get("orders?status=checkout-draft,trash")) == [draft["id"], thrown["id"]]
        assert client.get(f"orders/{thrown['id']}")["status"] == "trash"


def test_status_include_exclude_and_fields(client: Client) -> None:
    made = [order(client, status=s)["id"] for s in ("pending", "processing", "completed")]
    assert ids(client.get("orders?status=processing,completed&order=asc")) == made[1:]
    assert ids(client.get(f"orders?include={made[2]},{made[0]}&orderby=include")) == [made[2], made[0]]
    assert ids(client.get(f"orders?include[]={made[2]}&include[]={made[0]}&orderby=id&order=asc")) == [made[0], made[2]]
    assert ids(client.get(f"orders?exclude={made[1]}&orderby=id&order=asc")) == [made[0], made[2]]
    cut = client.get(f"orders/{made[0]}?_fields=id,billing.email,status")
    assert cut == {"id": made[0], "status": "pending", "billing": {"email": ""}}


def test_search_by_transaction_id_needs_hpos(make_client: Callable[..., Client]) -> None:
    for hpos, version, found in ((True, "11.0.1", 1), (False, "11.0.1", 0), (True, "8.5.0", 0)):
        client = make_client(hpos=hpos, version=version)
        order(client, transaction_id="MKP-4711-A")
        order(client, transaction_id="MKP-4712-A")
        assert len(client.get("orders?search=mkp-4711-a&status=any")) == found


def test_search_contains_so_a_longer_reference_is_found_too(client: Client) -> None:
    made = [order(client, transaction_id=ref)["id"] for ref in ("MKP-1", "MKP-11")]
    assert ids(client.get("orders?search=MKP-1")) == made[::-1]


def test_search_reads_item_names_in_both_storages(make_client: Callable[..., Client]) -> None:
    way = [{"method_id": "marketplace", "method_title": "Standard (MKP-9)", "total": "0"}]
    for hpos in (True, False):
        client = make_client(hpos=hpos)
        made = order(client, shipping_lines=way)
        assert ids(client.get("orders?search=MKP-9")) == [made["id"]]
        assert client.get("orders?search=MKP-9&status=completed") == []


def test_lists_of_products_hold_parents_only_unless_a_sku_is_asked_for(client: Client) -> None:
    assert {row["sku"] for row in client.get("products?per_page=100")} == {"MUG-1", "TEE"}
    rows = client.get("products?sku=MUG-1,TEE-S,NOT-THERE")
    assert {(row["sku"], row["type"]) for row in rows} == {("MUG-1", "simple"), ("TEE-S", "variation")}


def test_all_refunds_since_9_0(make_client: Callable[..., Client]) -> None:
    assert make_client().get("refunds") == []
    assert make_client(version="8.9.0")("GET", "refunds").json["code"] == "rest_no_route"


def test_all_variations_since_10_3(make_client: Callable[..., Client]) -> None:
    assert {row["sku"] for row in make_client().get("variations")} == {"TEE-S", "TEE-M"}
    answer = make_client(version="10.2.0")("GET", "variations")
    assert (answer.status_code, answer.json["code"]) == (404, "rest_no_route")


def test_a_quiet_database_write_is_missed_by_the_delta(client: Client) -> None:
    client.shop.clock.advance(100)
    since = client.shop.now().replace(tzinfo=None).isoformat()
    client.shop.clock.advance(10)
    quiet = {"sku": "MUG-1", "stock": 3, "quietly": True}
    client.control("products", {"products": [quiet]})
    assert client.get(f"products?modified_after={since}&dates_are_gmt=true") == []
    assert client.get("products?sku=MUG-1")[0]["stock_quantity"] == 3
    assert client.control("sale", {"sku": "MUG-1", "quantity": 2}) == {"stock": 1}
    assert [p["sku"] for p in client.get(f"products?modified_after={since}&dates_are_gmt=true")] == ["MUG-1"]


def test_start_up_reads(client: Client) -> None:
    assert client.get("settings/tax/woocommerce_prices_include_tax")["value"] == "yes"
    assert client.get("settings/products/woocommerce_manage_stock")["value"] == "yes"
    assert client.get("settings/general/woocommerce_currency")["value"] == "EUR"
    assert client("GET", "settings/tax/nonsense").status_code == 404
    status = client.get("system_status?_fields=environment,settings,active_plugins")
    assert (status["environment"]["version"], status["settings"]["HPOS_enabled"]) == ("11.0.1", True)
    rate = client.get("taxes")[0]
    assert (rate["country"], rate["rate"], rate["class"]) == ("ES", "21.0000", "standard")


@pytest.mark.parametrize(
    ("body", "status"), [({"stock_quantity": 1.5}, 400), ({"regular_price": 9}, 400), ({"inventory_delta": -4}, 200)]
)
def test_product_writes_take_what_was_observed(client: Client, body: dict[str, Any], status: int) -> None:
    mug = client.get("products?sku=MUG-1")[0]["id"]
    assert client("PUT", f"products/{mug}", body).status_code == status
    assert client.stock("MUG-1") == (6 if status == 200 else 10)


def test_variations_are_not_written_through_products(client: Client) -> None:
    small = client.get("products?sku=TEE-S")[0]["id"]
    assert client.get(f"products/{small}")["type"] == "variation"
    answer = client("PUT", f"products/{small}", {"stock_quantity": 1})
    assert (answer.status_code, answer.json["code"]) == (404, "woocommerce_rest_invalid_product_id")


def test_the_indexes_follow_changes() -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    times = TimeIndex()
    for number in (1, 2, 3):
        times.put(number, start + timedelta(seconds=number))
    times.put(1, start + timedelta(seconds=9))
    assert times.between(start + timedelta(seconds=2), None) == [3, 1]
    words = ContainsIndex()
    words.put(1, "MKP-4711-A")
    words.put(2, "xy")
    words.put(1, "MKP-4712-A")
    assert (words.find("4711"), words.find("p-47"), words.find("X")) == (set(), {1}, {2})
