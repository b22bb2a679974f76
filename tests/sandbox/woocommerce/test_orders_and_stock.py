"""Orders, their lines, their status and what they do to stock and mails (reference 4.1, 4.4, 4.5, 5.2 and 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.woocommerce.conftest import Client

BUYER = {"first_name": "Eva", "country": "ES", "email": "eva@relay.example"}


def order(client: Client, quantity: int = 2, **more: Any) -> dict[str, Any]:
    return client.post("orders", {"line_items": [{"sku": "MUG-1", "quantity": quantity}], **more})


def mails(client: Client) -> list[str]:
    return [mail["template"] for mail in client.control("books")["mails"]]


@pytest.mark.parametrize(
    ("statuses", "left"),
    [
        (["processing"], 8),
        (["processing", "completed"], 8),
        (["on-hold", "processing"], 8),
        (["processing", "cancelled"], 10),
        (["processing", "pending"], 10),
        (["processing", "cancelled", "processing"], 8),
        (["processing", "failed"], 8),
        (["processing", "refunded"], 8),
        (["failed"], 10),
    ],
)
def test_stock_follows_the_status_table(client: Client, statuses: list[str], left: int) -> None:
    number = order(client)["id"]
    for status in statuses:
        client.put(f"orders/{number}", {"status": status})
    assert client.stock("MUG-1") == left


def test_trash_and_force_delete_give_nothing_back(client: Client) -> None:
    for query in ("", "?force=true"):
        number = order(client, status="processing")["id"]
        client("DELETE", f"orders/{number}{query}")
    assert client.stock("MUG-1") == 6


def test_overselling_is_accepted(client: Client) -> None:
    order(client, 15, status="processing")
    assert client.stock("MUG-1") == -5
    assert client.get("products?sku=MUG-1")[0]["stock_status"] == "outofstock"


def test_stock_of_a_parent_is_shared_by_its_variations(client: Client) -> None:
    parent, small = (client.get(f"products?sku={sku}")[0]["id"] for sku in ("TEE", "TEE-S"))
    client.put(f"products/{parent}", {"manage_stock": True, "stock_quantity": 20})
    client.put(f"products/{parent}/variations/{small}", {"manage_stock": False})
    shown = client.get(f"products/{parent}/variations/{small}")
    assert (shown["manage_stock"], shown["stock_quantity"]) == ("parent", 20)
    client.post("orders", {"line_items": [{"sku": "TEE-S", "quantity": 3}], "status": "processing"})
    assert client.stock("TEE") == 17


def test_changed_and_removed_lines_adjust_reduced_stock(client: Client) -> None:
    made = order(client, 4, status="processing")
    line = made["line_items"][0]["id"]
    client.put(f"orders/{made['id']}", {"line_items": [{"id": line, "quantity": 1}]})
    assert client.stock("MUG-1") == 9
    left = client.put(f"orders/{made['id']}", {"line_items": [{"id": line, "product_id": None}]})
    assert (left["line_items"], client.stock("MUG-1")) == ([], 10)


def test_a_line_without_id_is_added_each_time(client: Client) -> None:
    made = order(client)
    again = client.put(f"orders/{made['id']}", {"line_items": [{"sku": "MUG-1", "quantity": 2}]})
    assert len(again["line_items"]) == 2


def test_sku_wins_over_variation_over_product(client: Client) -> None:
    tee, mug = client.get("products?sku=TEE-S")[0], client.get("products?sku=MUG-1")[0]
    lines = [
        {"sku": "MUG-1", "variation_id": tee["id"], "product_id": tee["parent_id"]},
        {"variation_id": tee["id"], "product_id": mug["id"]},
    ]
    made = client.post("orders", {"line_items": lines})["line_items"]
    assert [(line["product_id"], line["variation_id"]) for line in made] == [
        (mug["id"], 0),
        (tee["parent_id"], tee["id"]),
    ]


def test_an_unknown_sku_is_stored_as_an_empty_line(client: Client) -> None:
    lines = [{"sku": "NOT-THERE", "name": "Ghost", "quantity": 1, "total": "10.00"}]
    made = client.post("orders", {"line_items": lines, "status": "processing"})
    line = made["line_items"][0]
    assert (line["product_id"], line["sku"], line["name"], made["total"]) == (0, None, "Ghost", "12.10")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"line_items": [{"quantity": 1}]}, "woocommerce_rest_required_product_reference"),
        ({"shipping_lines": [{"total": "1.00"}]}, "woocommerce_rest_invalid_shipping_item"),
        ({"fee_lines": [{"total": "1.00"}]}, "woocommerce_rest_invalid_fee_item"),
        ({"customer_id": 99}, "woocommerce_rest_invalid_customer_id"),
        ({"billing": {"email": "nobody"}}, "rest_invalid_param"),
        ({"billing": {"email": ""}}, "rest_invalid_param"),
        ({"line_items": [{"sku": "MUG-1", "total": 10}]}, "rest_invalid_param"),
        ({"line_items": [{"id": 4711, "quantity": 1}]}, "woocommerce_rest_invalid_item_id"),
        ({"id": 5}, "woocommerce_rest_shop_order_exists"),
    ],
)
def test_wrong_orders_are_refused_and_leave_nothing(client: Client, body: dict[str, Any], code: str) -> None:
    answer = client("POST", "orders", body)
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert client.get("orders") == []


def test_unknown_orders_are_404_to_read_and_400_to_write(client: Client) -> None:
    assert client("GET", "orders/999").status_code == 404
    refused = client("PUT", "orders/999", {})
    assert (refused.status_code, refused.json["code"]) == (400, "woocommerce_rest_shop_order_invalid_id")


def test_set_paid_moves_only_what_needs_payment(client: Client) -> None:
    made = order(client)
    paid = client.put(f"orders/{made['id']}", {"set_paid": True, "transaction_id": "T-1"})
    assert (paid["status"], paid["transaction_id"]) == ("processing", "T-1")
    free = client.post("orders", {"line_items": [{"sku": "MUG-1", "total": "0", "subtotal": "0"}]})
    assert client.put(f"orders/{free['id']}", {"set_paid": True})["status"] == "pending"
    held = order(client, status="on-hold")
    assert client.put(f"orders/{held['id']}", {"set_paid": True})["status"] == "on-hold"


def test_created_via_is_ignored_before_9_9(make_client: Callable[..., Client]) -> None:
    assert order(make_client(), created_via="mirakl")["created_via"] == "mirakl"
    old = make_client(version="9.8.0")
    assert order(old, created_via="mirakl")["created_via"] == "rest-api"
    assert len(old.get("orders?created_via=mirakl")) == 1  # the filter is not known either


def test_plugin_statuses_are_accepted_where_they_are_registered(make_client: Callable[..., Client]) -> None:
    client = make_client(extra_statuses=("delivered",))
    made = order(client)
    assert client.put(f"orders/{made['id']}", {"status": "delivered"})["status"] == "delivered"


def test_buyers_get_mail_on_the_way_through(client: Client) -> None:
    made = order(client, billing=BUYER)
    for status in ("processing", "completed"):
        client.put(f"orders/{made['id']}", {"status": status})
    assert mails(client) == ["new_order", "customer_processing_order", "customer_completed_order"]


def test_no_address_means_no_mail_to_a_buyer(client: Client) -> None:
    order(client, status="processing")
    assert mails(client) == ["new_order"]


def test_a_generic_customer_catches_the_mails(make_client: Callable[..., Client]) -> None:
    client = make_client(customers={7: "marketplace@shop.example"})
    order(client, status="processing", customer_id=7)
    assert client.control("books")["mails"][1]["to"] == "marketplace@shop.example"


def test_the_mail_filter_silences_our_orders_only(make_client: Callable[..., Client]) -> None:
    client = make_client(mail_filter_created_via="mirakl")
    order(client, status="processing", billing=BUYER, created_via="mirakl")
    assert mails(client) == []
    assert client.control("books?summary=1")["totals"]["mails_filtered"] == 2
    order(client, status="processing", billing=BUYER)
    assert mails(client) == ["new_order", "customer_processing_order"]


def test_notes_tell_buyers_only_when_meant_for_them(client: Client) -> None:
    made = order(client, billing=BUYER)
    client.post(f"orders/{made['id']}/notes", {"note": "Commission 4.80"})
    assert mails(client) == []
    note = client.post(f"orders/{made['id']}/notes", {"note": "On its way", "customer_note": True})
    assert mails(client) == ["customer_note"]
    assert [n["id"] for n in client.get(f"orders/{made['id']}/notes?type=customer")] == [note["id"]]


def test_a_ghost_is_a_draft_since_10_and_pending_before(make_client: Callable[..., Client]) -> None:
    for version, status in (("11.0.1", "checkout-draft"), ("9.9.5", "pending")):
        client = make_client(version=version)
        client.control("ghosts", {"times": 1})
        answer = client("POST", "orders", {"line_items": [{"sku": "MUG-1"}]})
        assert answer.status_code == 500
        ghost = client.control("books")["orders"][0]
        assert (ghost["status"], ghost["total"]) == (status, "0.00")
        assert answer.json["data"].get("new_draft_order_id") == (ghost["id"] if version == "11.0.1" else None)
        assert client("POST", "orders", {"line_items": [{"sku": "MUG-1"}]}).status_code == 201


def test_meta_is_replaced_by_key_and_removed_by_null(client: Client) -> None:
    made = order(client, meta_data=[{"key": "a", "value": "1"}, {"key": "b", "value": {"x": 1}}])
    changed = [{"key": "a", "value": "2"}, {"key": "b", "value": None}]
    after = client.put(f"orders/{made['id']}", {"meta_data": changed})["meta_data"]
    assert after == [{"id": made["meta_data"][0]["id"], "key": "a", "value": "2"}]


def test_books_show_doubles_by_reference(client: Client) -> None:
    meta = [{"key": "_mirakl_shop", "value": "acme"}, {"key": "_mirakl_order_id", "value": "M-1"}]
    ids = [order(client, meta_data=meta)["id"] for _ in range(3)]
    client.put(f"orders/{ids[1]}", {"status": "cancelled"})
    books = client.control("books")
    assert books["by_reference"] == {"acme/M-1": [ids[0], ids[2]]}
    assert books["totals"]["doubled_references"] == 1


def test_batch_answers_per_item(client: Client) -> None:
    made = order(client)["id"]
    body = {"create": [{"customer_id": 99}], "update": [{"id": made, "status": "on-hold"}, {"id": 999}]}
    answer = client("POST", "orders/batch", body)
    assert answer.status_code == 200
    assert answer.json["create"][0]["error"]["code"] == "woocommerce_rest_invalid_customer_id"
    assert answer.json["update"][0]["status"] == "on-hold"
    assert answer.json["update"][1]["error"]["data"] == {"status": 400}
