"""Every kind of answer against the unofficial contracts, and the columns against the files' contract."""

from __future__ import annotations

import pytest

from mirakl_sync.sandbox.inventory_planner.columns import ADVANCED, STARTER
from mirakl_sync.sandbox.inventory_planner.settings import ENTITIES
from tests.contracts import inventory_planner_contract, inventory_planner_files
from tests.sandbox.inventory_planner.conftest import Client


@pytest.mark.parametrize(
    "path",
    [
        "variants",
        "variants?page=0&limit=1&fields=id,sku,in_stock,warehouse.oos&removed=false",
        "variants/{variant}",
        "variants/{variant}/vendors",
        "purchase-orders",
        "purchase-orders?status=open&limit=1",
        "purchase-orders/{order}",
        "purchase-orders/{order}/items",
        "purchase-orders/{order}/items/{item}",
        "purchase-orders/{order}/connections",
        "warehouses",
    ],
)
def test_what_is_read_keeps_the_contract(client: Client, path: str) -> None:
    client.control("settings", {"warehouse_list": True})
    client.sell("L1 O1 MUG 30", "L2 O1 TEE 1")
    rows = [{"reference": "R", "expected_date": "2026-12-15", "items": [{"sku": "MUG", "quantity": 5}]}]
    order = client.control("purchase_orders", {"purchase_orders": rows})["purchase_orders"][0]
    variant = client.get("variants?sku=MUG&fields=id")["variants"][0]["id"]
    url = path.format(variant=variant, order=order["id"], item=order["items"][0]["id"])
    inventory_planner_contract().check_response("GET", f"/api/v1/{url}", 200, client.get(url))


def test_what_is_written_keeps_the_contract(client: Client) -> None:
    check = inventory_planner_contract()
    client.control("settings", {"variants_writable": True})
    variant = client.get("variants?sku=MUG&fields=id")["variants"][0]["id"]
    items = [{"id": variant, "replenishment": 5}]
    body = {"purchase-order": {"vendor": "Fabric Ltd", "warehouse": "WH-1", "status": "draft", "items": items}}
    check.check_request("POST", "/api/v1/purchase-orders", {}, body)
    made = client("POST", "purchase-orders", body).json
    check.check_response("POST", "/api/v1/purchase-orders", 200, made)
    where = f"purchase-orders/{made['purchase-order']['id']}"
    item = client.get(f"{where}/items")["items"][0]["id"]
    for method, path, sent in (
        ("PATCH", where, {"purchase-order": {"status": "open"}}),
        ("PUT", where, {"purchase-order": {"status": "open"}}),
        ("PATCH", f"{where}/items/{item}", {"item": {"received": 2}}),
        ("PATCH", f"variants/{variant}", {"variant": {"lead_time": 3}}),
    ):
        check.check_request(method, f"/api/v1/{path}", {}, sent)
        check.check_response(method, f"/api/v1/{path}", 200, client(method, path, sent).json)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "variants/nobody", 404), ("GET", "purchase-orders/1", 404), ("POST", "purchase-orders", 400)],
)
def test_errors_keep_the_contract(client: Client, method: str, path: str, status: int) -> None:
    answer = client(method, path, None if method == "GET" else {})
    assert answer.status_code == status
    inventory_planner_contract().check_response(method, f"/api/v1/{path}", status, answer.json)


def test_a_contract_can_be_broken() -> None:
    with pytest.raises(AssertionError, match="breaks the contract"):
        inventory_planner_contract().check_response("GET", "/api/v1/variants", 200, {"variants": [{"id": 7}]})


@pytest.mark.parametrize("entity", ["variant", "variant_warehouse", "sales_order"])
def test_the_columns_of_the_advanced_files_are_those_of_the_contract(entity: str) -> None:
    known = {column["name"]: column["required"] for column in inventory_planner_files()["advanced_csv"][entity]}
    assert {column.name: column.required for column in ADVANCED[entity]} == known


def test_every_entity_of_the_contract_has_a_folder() -> None:
    advanced = inventory_planner_files()["advanced_csv"]
    named = [*(name for name, value in advanced.items() if isinstance(value, list) and name != "other_entities")]
    assert {*named, *(name.replace(" ", "_") for name in advanced["other_entities"])} == set(ENTITIES)


@pytest.mark.parametrize("name", ["products", "sales_orders", "purchase_orders"])
def test_the_columns_of_the_starter_files_are_those_of_the_contract(name: str) -> None:
    known = inventory_planner_files()["starter_csv"][name]
    ours = {
        required: {column.name for column in STARTER[name] if column.required is required} for required in (True, False)
    }
    assert ours == {True: set(known["required"]), False: set(known["optional"])}
