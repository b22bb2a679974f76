"""The variants resource: keys, envelope, pages, projections, filters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.inventory_planner.conftest import HEADERS, Client

WAREHOUSE = "c23867_WH-1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer ip-sandbox-key", "Account": "a12345"},
        {"Authorization": "ip-sandbox-key"},
        {"Authorization": "ip-sandbox-key", "X-Account-Id": "a12345"},
        {"Authorization": "ip-sandbox-key", "Account": "a54321"},
        {"Authorization": "another-key", "Account": "a12345"},
    ],
    ids=["nothing", "bearer", "no account", "wrong header", "wrong account", "wrong key"],
)
def test_without_the_raw_key_and_the_account_nobody_gets_in(client: Client, headers: dict[str, str]) -> None:
    answer = client("GET", "variants?limit=1", headers=headers)
    assert answer.status_code == 401
    assert answer.json == {"result": {"status": "error", "message": "Access denied"}}


def test_a_key_is_worth_what_its_user_may_do(client: Client) -> None:
    client.control("settings", {"lost_rights": True})
    assert client("GET", "variants").status_code == 403


def test_a_page_wears_the_envelope_and_pages_count_from_zero(client: Client) -> None:
    client.control("generate", {"count": 5, "prefix": "G-"})
    first, last = client.get("variants?limit=3&fields=sku"), client.get("variants?limit=3&page=2&fields=sku")
    assert first["meta"] == {"name": "variants", "start": 0, "count": 3, "limit": 3, "total": 7}
    assert [row["sku"] for row in first["variants"]] == ["MUG", "TEE", "G-1"]
    assert last["meta"] == {"name": "variants", "start": 6, "count": 1, "limit": 3, "total": 7}
    assert client.get("variants?limit=3&page=3")["meta"]["count"] == 0


@pytest.mark.parametrize(("asked", "used"), [("", 25), ("?limit=1000", 1000), ("?limit=5000", 1000)])
def test_a_page_has_a_thousand_rows_at_most(client: Client, asked: str, used: int) -> None:
    assert client.get(f"variants{asked}")["meta"]["limit"] == used


@pytest.mark.parametrize("asked", ["limit=0", "page=-1", "limit=many"])
def test_a_page_that_cannot_be_is_an_error(client: Client, asked: str) -> None:
    answer = client("GET", f"variants?{asked}")
    assert (answer.status_code, answer.json["result"]["status"]) == (400, "error")


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("sku", {"sku": "MUG"}),
        ("sku,in_stock", {"sku": "MUG", "warehouse": [{"in_stock": 42, "warehouse": WAREHOUSE}]}),
        ("warehouse.in_stock", {"warehouse": [{"in_stock": 42}]}),
        ("warehouse.warehouse,warehouse.oos", {"warehouse": [{"warehouse": WAREHOUSE, "oos": None}]}),
        ("warehouse", {"warehouse": [{"warehouse": WAREHOUSE}]}),
        ("connections.sku", {"connections": [{"sku": "MUG"}]}),
        ("connections.vendors.vendor", {"connections": [{"vendors": [{"vendor": "Fabric Ltd"}]}]}),
        ("colour", {}),
    ],
)
def test_fields_are_what_is_shown_and_metrics_come_inside_the_warehouse(
    client: Client, fields: str, shown: dict[str, object]
) -> None:
    row = client.get(f"variants?sku=MUG&fields={fields}")["variants"][0]
    assert row.pop("id")
    assert row == shown


def test_plain_warehouse_brings_everything_in_other_accounts(make_client: Callable[..., Client]) -> None:
    row = make_client(plain_warehouse="all").get("variants?sku=MUG&fields=warehouse,sku")["variants"][0]
    assert row["warehouse"][0]["in_stock"] == 42
    assert "last_30_days_sales" in row["warehouse"][0]


def test_without_fields_the_answer_is_huge(client: Client) -> None:
    row = client.get("variants?sku=MUG")["variants"][0]
    assert len(row["warehouse"][0]) > 35


@pytest.mark.parametrize(
    ("filters", "skus"),
    [
        ("", "MUG TEE GONE"),
        ("removed=false", "MUG TEE"),
        ("removed=true", "GONE"),
        ("sku=MUG", "MUG"),
        ("sku=mug", ""),
        ("sku_eq=MUG", "MUG"),
        ("sku_eqi=mug", "MUG"),
        ("sku_ne=MUG", "TEE GONE"),
        ("sku_in=MUG,GONE", "MUG GONE"),
        ("sku_match=^[MT]", "MUG TEE"),
        ("in_stock_gt=5", "MUG"),
        ("in_stock_gte=5", "MUG TEE"),
        ("in_stock_lt=5", "GONE"),
        ("in_stock_lte=5", "TEE GONE"),
        ("in_stock=5", "TEE"),
        ("in_stock_range=1-41", "TEE"),
        ("warehouse.in_stock_gt=5", "MUG"),
        ("in_stock_gt=1&sku_match=E$", "TEE"),
        ("in_stock_sort=asc", "GONE TEE MUG"),
        ("sku_sort=desc&removed=false", "TEE MUG"),
        ("remuved=false", "MUG TEE GONE"),
    ],
)
def test_filters_and_order(client: Client, filters: str, skus: str) -> None:
    client.control("products", {"products": [{"sku": "GONE", "price": "1.00", "quantity": 0, "removed": True}]})
    found = client.get(f"variants?fields=sku&{filters}")
    assert [row["sku"] for row in found["variants"]] == skus.split()
    assert found["meta"]["total"] == len(skus.split())


@pytest.mark.parametrize(("filters", "status"), [("sku_match=(", 500), ("in_stock_range=few", 400)])
def test_a_filter_that_cannot_be_read_is_an_error(client: Client, filters: str, status: int) -> None:
    answer = client("GET", f"variants?{filters}")
    assert (answer.status_code, answer.json["result"]["status"]) == (status, "error")


def test_one_variant_and_its_vendors(client: Client) -> None:
    number = client.get("variants?sku=TEE&fields=id")["variants"][0]["id"]
    assert client.get(f"variants/{number}?fields=title,in_stock")["variant"] == {
        "id": number,
        "title": "Tee",
        "warehouse": [{"in_stock": 5, "warehouse": WAREHOUSE}],
    }
    assert client.get(f"variants/{number}/vendors")["vendors"] == [
        {"vendor": "Fabric Ltd", "cost_price_currency": "EUR"}
    ]
    assert client("GET", "variants/nobody").status_code == 404


def test_variants_are_not_made_here_and_planned_only_where_the_account_lets_us(client: Client) -> None:
    number = client.get("variants?sku=TEE&fields=id")["variants"][0]["id"]
    planned = {"variant": {"lead_time": 12}}
    assert client("POST", "variants", {"variant": {"sku": "NEW"}}).status_code == 405
    assert client("PATCH", f"variants/{number}", planned).status_code == 405
    client.control("settings", {"variants_writable": True})
    assert client("PATCH", f"variants/{number}", planned).json["variant"]["warehouse"][0]["lead_time"] == 12
    assert client.row("TEE")["lead_time"] == 12
    assert client("PATCH", f"variants/{number}", {"variant": {"title": "Shirt"}}).status_code == 500


def test_warehouses_are_listed_only_by_some_accounts(client: Client) -> None:
    assert client("GET", "warehouses").status_code == 404
    client.control("settings", {"warehouse_list": True})
    assert [row["name"] for row in client.get("warehouses")["warehouses"]] == [WAREHOUSE, "c23868_csv.606f0e"]


def test_calls_that_come_too_soon_are_told_when_to_come_back(client: Client) -> None:
    client.control("settings", {"least_seconds_between_calls": 30})
    assert client("GET", "variants").status_code == 200
    answer = client("GET", "variants")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
    assert client.control("calls")["over_limit"] == {"variants.list": 1}
    client.control("clock", {"advance": 30})
    assert client("GET", "variants").status_code == 200


def test_maintenance_is_a_page_and_no_data(client: Client) -> None:
    client.control("settings", {"maintenance": True})
    answer = client("GET", "variants", headers=HEADERS)
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
