"""Purchase orders: made, doubled, changed, received, and what they bring shows in variants."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.inventory_planner.conftest import Client

WAREHOUSE = "c23867_WH-1"


def variant_id(client: Client, sku: str) -> str:
    return str(client.get(f"variants?sku={sku}&fields=id")["variants"][0]["id"])


def wanted(client: Client, **changed: Any) -> dict[str, Any]:
    items = [{"id": variant_id(client, "MUG"), "replenishment": 60}]
    header = {"status": "draft", "vendor": "Fabric Ltd", "warehouse": WAREHOUSE, "reference": "MKP-1", "items": items}
    return {"purchase-order": {**header, **changed}}


def made(client: Client, **changed: Any) -> Any:
    answer = client("POST", "purchase-orders", wanted(client, **changed))
    assert answer.status_code == 200, answer.text
    return answer.json["purchase-order"]


def test_an_order_keeps_what_it_was_made_with(client: Client) -> None:
    order = made(client, expected_date="2026-12-15", notes="Top-up", warehouse="WH-1")
    kept = client.get(f"purchase-orders/{order['id']}")["purchase-order"]
    assert kept == order
    expected = {
        "reference": "MKP-1",
        "status": "draft",
        "warehouse": WAREHOUSE,
        "expected_date": "Tue, 15 Dec 2026 00:00:00 +0000",
        "notes": "Top-up",
        "readonly": False,
        "total_ordered": 60,
        "currency": "EUR",
    }
    assert {name: kept[name] for name in expected} == expected
    assert "items" not in kept
    items = client.get(f"purchase-orders/{order['id']}/items")
    assert items["meta"]["total"] == 1
    assert {name: items["items"][0][name] for name in ("sku", "replenishment", "received")} == {
        "sku": "MUG",
        "replenishment": 60,
        "received": 0,
    }


def test_dates_are_iso_in_other_accounts(client: Client) -> None:
    client.control("settings", {"dates": "iso"})
    assert made(client, expected_date="2026-12-15")["expected_date"] == "2026-12-15T00:00:00+00:00"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vendor": None}, "vendor is required"),
        ({"vendor": "Nobody"}, "Vendor Nobody not found"),
        ({"warehouse": "WH-9"}, "Warehouse WH-9 not found"),
        ({"status": "sent"}, "Unknown status sent"),
        ({"items": []}, "There are no variants to order"),
        ({"items": [{"id": "x", "replenishment": 1}]}, "Variant x not found"),
        ({"expected_date": "soon"}, "expected_date is not a date"),
        ({"type": "gift"}, "Unknown type gift"),
    ],
)
def test_what_is_not_valid_is_a_500_with_a_message(client: Client, changed: dict[str, Any], message: str) -> None:
    answer = client("POST", "purchase-orders", wanted(client, **changed))
    assert answer.status_code == 500
    assert answer.json == {"result": {"status": "error", "message": message}}
    assert client.get("purchase-orders")["meta"]["total"] == 0


@pytest.mark.parametrize("quantity", [0, -1, None, "7", True])
def test_a_quantity_must_be_a_number_above_nothing(client: Client, quantity: object) -> None:
    items = [{"id": variant_id(client, "MUG"), "replenishment": quantity}]
    assert client("POST", "purchase-orders", wanted(client, items=items)).status_code == 500


def test_the_same_reference_makes_another_order_and_the_books_see_it(client: Client) -> None:
    made(client), made(client)
    assert client.get("purchase-orders?reference=MKP-1")["meta"]["total"] == 2
    assert client.books()["totals"]["doubled_references"] == 1


@pytest.mark.parametrize(
    ("status", "incoming"), [("draft", 0), ("open", 60), ("OPEN", 60), ("closed", 0), ("cancelled", 0)]
)
def test_only_what_is_ordered_is_on_its_way(client: Client, status: str, incoming: int) -> None:
    made(client, status=status)
    assert client.row("MUG")["purchase_orders_qty"] == incoming


def test_incoming_pieces_lower_what_should_be_ordered(client: Client) -> None:
    client.sell("L1 O1 MUG 60")
    assert client.row("MUG")["replenishment"] == 120 - 42
    made(client, status="open")
    assert client.row("MUG")["replenishment"] == 120 - 42 - 60


def test_who_spares_the_background_jobs_sees_the_change_after_the_night(client: Client) -> None:
    made(client, status="open", skip_background_jobs=True)
    assert client.row("MUG")["purchase_orders_qty"] == 0
    client.night()
    assert client.row("MUG")["purchase_orders_qty"] == 60


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
def test_both_verbs_change_only_what_they_name(client: Client, verb: str) -> None:
    number = made(client, notes="Top-up")["id"]
    client.control("clock", {"advance": 60})
    changed = client(verb, f"purchase-orders/{number}", {"purchase-order": {"status": "open"}}).json["purchase-order"]
    assert (changed["status"], changed["notes"], changed["reference"]) == ("open", "Top-up", "MKP-1")
    assert changed["last_modified"] != changed["created_date"]


def test_a_read_only_order_is_not_changed(client: Client) -> None:
    rows = [{"reference": "R", "readonly": True, "items": [{"sku": "MUG", "quantity": 5}]}]
    order = client.control("purchase_orders", {"purchase_orders": rows})["purchase_orders"][0]
    where = f"purchase-orders/{order['id']}"
    assert client("PATCH", where, {"purchase-order": {"status": "closed"}}).status_code == 500
    item = client.get(f"{where}/items")["items"][0]["id"]
    assert client("PATCH", f"{where}/items/{item}", {"item": {"received": 1}}).status_code == 500
    assert client.get(where)["purchase-order"]["status"] == "open"


def test_what_is_received_is_no_longer_on_its_way(client: Client) -> None:
    where = f"purchase-orders/{made(client, status='open')['id']}"
    item = client.get(f"{where}/items")["items"][0]["id"]
    received = client("PATCH", f"{where}/items/{item}", {"item": {"received": 25}}).json["item"]
    assert received["received"] == 25
    assert client.get(f"{where}/items/{item}")["item"] == received
    assert client.row("MUG")["purchase_orders_qty"] == 35
    assert client.row("MUG")["in_stock"] == 42
    assert "received_date" in client.get(where)["purchase-order"]
    assert client("PATCH", f"{where}/items/{item}", {"item": {"received": -1}}).status_code == 500


def test_a_filter_orders_what_the_forecast_wants(client: Client) -> None:
    client.sell("L1 O1 MUG 60", "L2 O1 TEE 2")
    body = wanted(client, variants_filter={"vendor": "Fabric Ltd", "to_order_gt": 0})
    del body["purchase-order"]["items"]
    order = client("POST", "purchase-orders", body).json["purchase-order"]
    items = client.get(f"purchase-orders/{order['id']}/items")["items"]
    assert [(item["sku"], item["replenishment"]) for item in items] == [("MUG", 78)]
    body["purchase-order"]["variants_filter"] = {"vendor": "Nobody"}
    assert client("POST", "purchase-orders", body).json["result"]["message"] == "There are no variants to order"


def test_orders_are_filtered_and_sorted(client: Client) -> None:
    rows = [
        {"reference": "A", "status": "Open", "expected_date": "2026-12-01", "items": [{"sku": "MUG", "quantity": 5}]},
        {"reference": "B", "status": "open", "type": "transfer", "items": [{"sku": "MUG", "quantity": 5}]},
        {"reference": "C", "status": "Sent to vendor", "type": "", "items": [{"sku": "TEE", "quantity": 5}]},
    ]
    client.control("purchase_orders", {"purchase_orders": rows[:1]})
    later = client.control("clock", {"advance": 3600})["now"]
    client.control("purchase_orders", {"purchase_orders": rows[1:]})

    def found(query: str) -> str:
        return "".join(row["reference"] for row in client.get(f"purchase-orders?{query}")["purchase-orders"])

    since = later.replace("+00:00", "Z")[:10] + later[10:19]
    assert found("status=open") == "B"
    assert found("status_eqi=open") == "AB"
    assert found("type=po") == "A"
    assert found(f"last_modified_gte={since}") == "BC"
    assert found("expected_date_lt=2026-12-02") == "A"
    assert found("reference_sort=desc") == "CBA"
    assert client.get("purchase-orders?fields=reference&reference=A")["purchase-orders"][0].keys() == {
        "id",
        "reference",
    }


def test_people_change_orders_past_every_rule(client: Client) -> None:
    rows = [{"reference": "R", "items": [{"sku": "MUG", "quantity": 5}, {"sku": "TEE", "quantity": 2}]}]
    number = client.control("purchase_orders", {"purchase_orders": rows})["purchase_orders"][0]["id"]
    told = client.control(
        f"purchase_orders/{number}",
        {"status": "Half here", "expected_date": "2027-01-04", "received": {"MUG": 3}, "readonly": True},
    )
    assert (told["status"], told["expected_date"], told["readonly"]) == ("Half here", "2027-01-04T00:00:00+00:00", True)
    assert (client.row("MUG")["purchase_orders_qty"], client.row("TEE")["purchase_orders_qty"]) == (2, 2)


@pytest.mark.parametrize("path", ["purchase-orders/1", "purchase-orders/1/items", "purchase-orders/1/connections"])
def test_an_unknown_order_is_not_found(client: Client, path: str) -> None:
    assert client("GET", path).status_code == 404


@pytest.mark.parametrize("body", [None, {}, {"purchase_order": {}}, {"purchase-order": []}])
def test_a_body_without_the_entity_is_an_error(client: Client, body: object) -> None:
    answer = client("POST", "purchase-orders", body)
    assert (answer.status_code, answer.json["result"]["status"]) == (400, "error")
