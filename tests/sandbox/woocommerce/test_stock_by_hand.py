"""Customers at the checkout, staff who correct, programs that write past the shop, and what the books say of it."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.sandbox.woocommerce import from_plan
from mirakl_sync.sandbox.woocommerce.checkout import product_of
from mirakl_sync.sandbox.woocommerce.stock_control import correct
from tests.sandbox.woocommerce.conftest import BASIC, Client, Sink


def history(client: Client, sku: str) -> list[tuple[str, int | None, int | None]]:
    told = client.control(f"stock?sku={sku}")["history"]
    return [(change["cause"], change["before"], change["after"]) for change in told]


def row(client: Client, sku: str) -> dict[str, Any]:
    return client.get(f"products?sku={sku}")[0]


def test_the_checkout_makes_an_ordinary_order_and_lowers_the_stock(client: Client) -> None:
    sold = client.control("sell", {"sku": "MUG-1", "quantity": 3})
    assert (sold["sold"], sold["status"], sold["stock"]) == (True, "processing", 7)
    order = client.get(f"orders/{sold['order']}")
    assert (order["created_via"], order["line_items"][0]["sku"], order["total"]) == ("checkout", "MUG-1", "36.30")
    (change,) = client.control("stock?sku=MUG-1")["history"]
    assert (change["cause"], change["order"]) == ("sale", sold["order"])


def test_a_customer_who_wants_more_than_there_is_goes_away_and_is_counted(client: Client) -> None:
    refused = client.control("sell", {"sku": "TEE-S", "quantity": 6})
    assert refused == {"sold": False, "turned_away": 6, "available": 5}
    assert client.get("orders") == []
    assert client.stock("TEE-S") == 5
    assert client.control("books")["turned_away"] == {"TEE-S": 6}
    assert client.control("books?summary=1")["totals"]["stock"]["turned_away"] == 6


@pytest.mark.parametrize(
    ("change", "sold"),
    [
        ({"status": "draft"}, False),
        ({"backorders": "yes"}, True),
        ({"manage_stock": False, "stock_status": "outofstock"}, False),
        ({"manage_stock": False, "stock_status": "instock"}, True),
    ],
)
def test_what_the_checkout_sells_of_eleven_mugs_where_there_are_ten(
    client: Client, change: dict[str, Any], sold: bool
) -> None:
    client.put(f"products/{row(client, 'MUG-1')['id']}", change)
    assert client.control("sell", {"sku": "MUG-1", "quantity": 11})["sold"] is sold


def test_a_variation_of_a_draft_is_not_sold(client: Client) -> None:
    client.put(f"products/{row(client, 'TEE')['id']}", {"status": "draft"})
    assert client.control("sell", {"sku": "TEE-S"})["sold"] is False


def test_an_unpaid_basket_holds_its_pieces_unseen_until_its_time_is_over(client: Client) -> None:
    held = client.control("sell", {"sku": "MUG-1", "quantity": 8, "paid": False})
    assert (held["status"], row(client, "MUG-1")["stock_quantity"]) == ("pending", 10)
    assert client.control("sell", {"sku": "MUG-1", "quantity": 3})["available"] == 2
    client.control("clock", {"advance": 3601})
    assert client.get(f"orders/{held['order']}")["status"] == "cancelled"
    assert client.control("sell", {"sku": "MUG-1", "quantity": 3})["stock"] == 7


def test_a_basket_paid_in_time_is_a_sale(client: Client) -> None:
    held = client.control("sell", {"sku": "MUG-1", "quantity": 8, "paid": False})
    client.control(f"orders/{held['order']}", {"status": "processing"})
    client.control("clock", {"advance": 3601})
    assert (client.get(f"orders/{held['order']}")["status"], client.stock("MUG-1")) == ("processing", 2)


def test_staff_correct_and_book_in_with_a_date_and_a_webhook(client: Client, sink: Sink) -> None:
    client.post("webhooks", {"topic": "product.updated", "delivery_url": sink.url, "secret": "s"})
    before = row(client, "MUG-1")["date_modified_gmt"]
    client.control("clock", {"advance": 5})
    assert client.control("stock", {"sku": "MUG-1", "quantity": 4})["quantity"] == 4
    assert client.control("stock", {"sku": "MUG-1", "add": 6})["quantity"] == 10
    client.control("webhooks/flush", {})
    assert row(client, "MUG-1")["date_modified_gmt"] > before
    assert history(client, "MUG-1") == [("edit", 10, 4), ("restock", 4, 10)]
    assert sink.topics() == ["ping", "product.updated"]


def test_a_program_that_writes_the_database_moves_no_date_and_fires_nothing(client: Client, sink: Sink) -> None:
    client.post("webhooks", {"topic": "product.updated", "delivery_url": sink.url, "secret": "s"})
    before = row(client, "MUG-1")["date_modified_gmt"]
    client.control("clock", {"advance": 5})
    client.control("stock", {"sku": "MUG-1", "quantity": 0, "silent": True})
    client.control("webhooks/flush", {})
    after = row(client, "MUG-1")
    assert (after["stock_quantity"], after["stock_status"], after["date_modified_gmt"]) == (0, "outofstock", before)
    assert (history(client, "MUG-1"), sink.topics()) == ([("silent", 10, 0)], ["ping"])


def test_the_books_tell_every_cause_and_who_fell_below_zero(client: Client) -> None:
    order = client.post("orders", {"line_items": [{"sku": "MUG-1", "quantity": 12}], "status": "processing"})
    client.put(f"orders/{order['id']}", {"status": "cancelled"})
    client.put(f"products/{row(client, 'MUG-1')['id']}", {"stock_quantity": 3})
    told = client.control("books")["stock_history"]
    assert [(change["cause"], change["after"]) for change in told["MUG-1"]] == [
        ("order", -2),
        ("cancelled", 10),
        ("edit", 3),
    ]
    totals = client.control("books?summary=1")["totals"]["stock"]
    assert (totals["below_zero"], totals["changes"]) == (1, {"order": 1, "cancelled": 1, "edit": 1})
    assert set(told) == {"MUG-1"}


def test_a_reset_forgets_the_history(client: Client) -> None:
    client.control("sell", {"sku": "MUG-1"})
    client.control("sell", {"sku": "MUG-1", "quantity": 100})
    client.control("reset", {})
    books = client.control("books")
    assert (books["stock_history"], books["turned_away"], books["stock"]["MUG-1"]) == ({}, {}, 9)


def test_of_a_product_that_moves_all_day_the_last_thousand_changes_are_kept(client: Client) -> None:
    mug = product_of(client.shop, "MUG-1")
    for number in range(1010):
        correct(client.shop, mug, number + 1000)
    kept = history(client, "MUG-1")
    assert (len(kept), kept[-1]) == (1000, ("edit", 2008, 2009))


@pytest.mark.parametrize("sent", [{"sku": "NOWHERE", "quantity": 1}, {"quantity": 1}, {"sku": "MUG-1"}])
def test_what_cannot_be_done_is_refused(client: Client, sent: dict[str, Any]) -> None:
    assert client.flask.post("/_sandbox/stock", json=sent).status_code == 400


def test_a_parent_in_the_trash_takes_its_variations_along(client: Client) -> None:
    answer = client("DELETE", f"products/{row(client, 'TEE')['id']}")
    assert answer.status_code == 200
    assert client.get("products?sku=TEE-S,TEE-M") == []
    assert client.get("variations") == []


def test_a_large_catalogue_is_listed_by_id_like_a_small_one(client: Client) -> None:
    assert client.control("generate", {"count": 250, "prefix": "G-", "quantity": 7}) == {"made": 250}
    first = client("GET", "products?orderby=id&order=asc&per_page=100&status=any")
    assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("252", "3")
    found = [product["sku"] for n in (0, 99, 198) for product in client.get(f"products?{BY_ID}&offset={n}")]
    assert (len(found), len(set(found)), found[-1]) == (254, 252, "G-250")
    client("DELETE", f"products/{row(client, 'G-1')['id']}")
    assert client("GET", f"products?{BY_ID}").headers["X-WP-Total"] == "251"
    assert row(client, "G-2")["stock_quantity"] == 7


BY_ID = "orderby=id&order=asc&per_page=100&status=any"


@pytest.mark.parametrize("generate", [30, {"count": 30}, [{"count": 20}, {"count": 10, "prefix": "B-"}]])
def test_a_plan_generates_a_catalogue(generate: Any) -> None:
    app, _ = from_plan({"kind": "woocommerce", "name": "big", "generate": generate})
    answer = app.test_client().get("/wp-json/wc/v3/products", auth=BASIC)
    assert answer.headers["X-WP-Total"] == "30"


def test_categories_are_told_as_the_plan_names_them(client: Client) -> None:
    client.control("products", {"products": [{"sku": "LAMP", "price": "9.90", "categories": ["lamps", "sale"]}]})
    client.control("products", {"products": [{"sku": "BULB", "price": "1.90", "categories": ["lamps"]}]})
    lamp, bulb = row(client, "LAMP")["categories"], row(client, "BULB")["categories"]
    assert [category["slug"] for category in lamp] == ["lamps", "sale"]
    assert bulb == [lamp[0]]
    assert [category["slug"] for category in row(client, "MUG-1")["categories"]] == ["uncategorized"]


def test_a_doubled_sku_lists_both_and_is_sold_by_the_lower_id(client: Client) -> None:
    first = row(client, "MUG-1")["id"]
    twin = client.control("double", {"sku": "MUG-1"})["id"]
    assert [found["id"] for found in client.get("products?sku=MUG-1&orderby=id&order=asc")] == [first, twin]
    order = client.post("orders", {"line_items": [{"sku": "MUG-1"}]})
    assert order["line_items"][0]["product_id"] == first
    client.put(f"products/{first}", {"sku": "MUG-2"})
    assert (row(client, "MUG-1")["id"], row(client, "MUG-2")["id"]) == (twin, first)
    client("DELETE", f"products/{first}?force=true")
    assert client.get("products?sku=MUG-2") == []
