"""Refunds and their traps (reference 8, observed 99.11)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.woocommerce.conftest import Client


def paid(client: Client) -> dict[str, Any]:
    body = {
        "status": "processing",
        "line_items": [{"sku": "MUG-1", "quantity": 2}],
        "shipping_lines": [{"method_id": "flat", "method_title": "Flat", "total": "5.00"}],
    }
    return client.post("orders", body)


def test_both_flags_are_true_unless_json_says_false(client: Client) -> None:
    number = paid(client)["id"]
    for flag in ({}, {"api_refund": "false"}, {"api_refund": 0}):
        answer = client("POST", f"orders/{number}/refunds", {"amount": "1.00", **flag})
        assert (answer.status_code, answer.json["data"]) == (500, 500)
        assert answer.json["message"] == "The payment gateway for this order does not exist."
    assert client.get(f"orders/{number}/refunds") == []


def test_a_known_gateway_cannot_refund_either(client: Client) -> None:
    number = paid(client)["id"]
    client.put(f"orders/{number}", {"payment_method": "bacs"})
    answer = client("POST", f"orders/{number}/refunds", {"amount": "1.00"})
    assert answer.json["message"] == "The payment gateway for this order does not support automatic refunds."


@pytest.mark.parametrize(("restock", "left"), [({}, 9), ({"api_restock": False}, 8)])
def test_a_refunded_line_comes_back_to_stock_unless_told_not_to(
    client: Client, restock: dict[str, bool], left: int
) -> None:
    order = paid(client)
    entry = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 10.0}
    refund = client.post(f"orders/{order['id']}/refunds", {"line_items": [entry], "api_refund": False, **restock})
    assert (refund["amount"], refund["line_items"][0]["quantity"]) == ("10.00", -1)
    assert client.stock("MUG-1") == left


def test_shipping_is_refunded_by_its_line_id(client: Client) -> None:
    order = paid(client)
    entry = {"id": order["shipping_lines"][0]["id"], "refund_total": 5, "refund_tax": [{"id": 1, "refund_total": 1.05}]}
    refund = client.post(f"orders/{order['id']}/refunds", {"line_items": [entry], "api_refund": False})
    assert refund["amount"] == "6.05"
    assert refund["shipping_lines"][0]["total"] == "-5.00"
    assert refund["tax_lines"][0]["shipping_tax_total"] == "-1.05"


def test_the_rest_refunded_sets_the_status_and_leaves_stock(client: Client) -> None:
    order = paid(client)
    client.post(f"orders/{order['id']}/refunds", {"amount": order["total"], "api_refund": False})
    after = client.get(f"orders/{order['id']}")
    assert (after["status"], after["total"], client.stock("MUG-1")) == ("refunded", order["total"], 8)
    assert len(after["refunds"]) == 1


def test_the_status_refunded_makes_a_refund_of_the_rest(client: Client) -> None:
    order = paid(client)
    client.post(f"orders/{order['id']}/refunds", {"amount": "1.00", "api_refund": False})
    after = client.put(f"orders/{order['id']}", {"status": "refunded"})
    assert [refund["total"] for refund in after["refunds"]] == ["-29.25", "-1.00"]


def test_too_much_and_less_than_nothing_are_refused(client: Client) -> None:
    number = paid(client)["id"]
    too_much = client("POST", f"orders/{number}/refunds", {"amount": "30.26", "api_refund": False})
    assert (too_much.status_code, too_much.json["message"]) == (500, "Invalid refund amount.")
    negative = client("POST", f"orders/{number}/refunds", {"amount": "-1", "api_refund": False})
    assert (negative.status_code, negative.json["code"]) == (400, "woocommerce_rest_invalid_order_refund")


def test_an_unknown_order_is_404_with_its_own_code(client: Client) -> None:
    answer = client("POST", "orders/999/refunds", {"amount": "1"})
    assert (answer.status_code, answer.json["code"]) == (404, "woocommerce_rest_invalid_order_id")


def test_refunds_keep_their_meta_and_can_be_deleted(client: Client) -> None:
    order = paid(client)
    meta = [{"key": "_mkp_refund_id", "value": "1234"}]
    refund = client.post(f"orders/{order['id']}/refunds", {"amount": "1.00", "api_refund": False, "meta_data": meta})
    where = f"orders/{order['id']}/refunds/{refund['id']}"
    assert [m["key"] for m in client.get(where)["meta_data"]] == ["_refund_type", "_mkp_refund_id"]
    assert client.get("refunds")[0]["parent_id"] == order["id"]
    assert client("DELETE", where).status_code == 501
    assert client("DELETE", f"{where}?force=true").status_code == 200
    assert client.get(f"orders/{order['id']}")["refunds"] == []
