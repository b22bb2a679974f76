"""/shipment-trackings as Shipment Tracking and Advanced Shipment Tracking answer it, and not at all without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.sandbox.woocommerce.conftest import BASIC, Client

Make = Callable[..., Client]
SHARED, AST = "wc-shipment-tracking/v3", "wc-ast/v3"


def call(client: Client, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
    more.setdefault("auth", BASIC)
    return client.flask.open(f"/wp-json/{path}", method=method, json=body, **more)


def sold(client: Client) -> int:
    lines = [{"sku": "MUG-1", "quantity": 2}, {"sku": "TEE-S", "quantity": 1}]
    return client.post("orders", {"line_items": lines, "status": "processing"})["id"]


def entries(client: Client, order: int) -> list[dict[str, Any]]:
    meta = {each["key"]: each["value"] for each in client.get(f"orders/{order}")["meta_data"]}
    return meta.get("_wc_shipment_tracking_items", [])


@pytest.fixture
def plain(make_client: Make) -> Client:
    return make_client(tracking_plugin="shipment_tracking")


@pytest.fixture
def ast(make_client: Make) -> Client:
    return make_client(tracking_plugin="ast")


def test_a_parcel_is_entered_listed_shown_and_deleted(plain: Client) -> None:
    order = sold(plain)
    base = f"{SHARED}/orders/{order}/shipment-trackings"
    sent = {"tracking_provider": "Hermes", "tracking_number": "H 1", "date_shipped": "2026-11-20"}
    made = call(plain, "POST", base, sent)
    entry = made.json
    assert made.status_code == 201
    assert {name: entry[name] for name in entry if name not in ("tracking_id", "_links")} == {
        "tracking_provider": "Hermes",
        "tracking_link": "https://www.myhermes.de/empfangen/sendungsverfolgung/#/H 1",
        "tracking_number": "H 1",
        "date_shipped": "2026-11-20",
    }
    assert call(plain, "GET", base).json == [entry]
    own = f"{base}/{entry['tracking_id']}"
    assert entry["_links"]["self"][0]["href"].endswith(f"/wp-json/{own}")
    assert call(plain, "GET", own).json == entry
    assert call(plain, "DELETE", own).json == entry
    assert (call(plain, "GET", own).status_code, call(plain, "GET", base).json) == (404, [])
    assert entries(plain, order) == []


def test_the_address_of_a_new_parcel_is_cut_to_its_leading_digits(plain: Client) -> None:
    base = f"{SHARED}/orders/{sold(plain)}/shipment-trackings"
    made = call(plain, "POST", base, {"tracking_provider": "UPS", "tracking_number": "1Z"})
    digits = made.json["tracking_id"][
        : len(made.json["tracking_id"]) - len(made.json["tracking_id"].lstrip("0123456789"))
    ]
    assert made.headers["Location"].endswith(f"/shipment-trackings/{int(digits or 0)}")


def test_shipment_tracking_names_unlisted_carriers_only_as_custom_ones(plain: Client) -> None:
    order = sold(plain)
    base = f"{SHARED}/orders/{order}/shipment-trackings"
    lost = call(plain, "POST", base, {"tracking_provider": "Bicycle Bob", "tracking_number": "1"}).json
    own = {"custom_tracking_provider": "Bicycle Bob", "custom_tracking_link": "https://bob.example/%1$s"}
    kept = call(plain, "POST", base, {**own, "tracking_number": "2"}).json
    assert (lost["tracking_provider"], kept["tracking_provider"]) == ("", "Bicycle Bob")
    assert kept["tracking_link"] == "https://bob.example/2"
    assert [entry["tracking_provider"] for entry in entries(plain, order)] == ["bicycle-bob", ""]


def test_the_status_is_left_to_people_by_one_plugin_and_set_by_the_other(plain: Client, ast: Client) -> None:
    for client, wanted in ((plain, "processing"), (ast, "completed")):
        order = sold(client)
        sent = {"tracking_provider": "UPS", "tracking_number": "1Z", "status_shipped": 1}
        assert call(client, "POST", f"{SHARED}/orders/{order}/shipment-trackings", sent).status_code == 201
        assert client.get(f"orders/{order}")["status"] == wanted


@pytest.mark.parametrize(
    ("shipped", "status"), [("", "processing"), (0, "processing"), (1, "completed"), ("2", "partial-shipped")]
)
def test_ast_sets_the_status_it_is_told(ast: Client, shipped: Any, status: str) -> None:
    order = sold(ast)
    sent = {"tracking_provider": "UPS", "tracking_number": "1Z", "status_shipped": shipped}
    call(ast, "POST", f"{AST}/orders/{order}/shipment-trackings", sent)
    assert ast.get(f"orders/{order}")["status"] == status


def test_ast_keeps_what_is_inside_by_product_and_the_books_find_the_line(ast: Client) -> None:
    order = sold(ast)
    sent = {"tracking_provider": "UPS", "tracking_number": "1Z", "sku": "MUG-1,TEE-S,NO", "qty": "2,0,1"}
    call(ast, "POST", f"{AST}/orders/{order}/shipment-trackings", sent)
    mug = ast.get(f"orders/{order}")["line_items"][0]
    assert entries(ast, order)[0]["products_list"] == [
        {"product": str(mug["product_id"]), "qty": "2"},
        {"product": "0", "qty": "1"},
    ]
    (parcel,) = next(each for each in ast.control("books")["orders"] if each["id"] == order)["parcels"]
    assert parcel["items"] == [{"line_id": mug["id"], "quantity": 2}, {"line_id": None, "quantity": 1}]


def test_ast_replaces_what_was_there_when_told(ast: Client) -> None:
    order = sold(ast)
    for number, replaces in (("1", 0), ("2", 0), ("3", 1)):
        sent = {"tracking_provider": "UPS", "tracking_number": number, "replace_tracking": replaces}
        call(ast, "POST", f"{AST}/orders/{order}/shipment-trackings", sent)
    assert [entry["tracking_number"] for entry in entries(ast, order)] == ["3"]


def test_ast_refuses_some_characters_with_a_strange_code(ast: Client, plain: Client) -> None:
    for client, status in ((ast, 404), (plain, 201)):
        path = f"{SHARED}/orders/{sold(client)}/shipment-trackings"
        answer = call(client, "POST", path, {"tracking_provider": "UPS", "tracking_number": "1Z/9"})
        assert answer.status_code == status
    answer = call(ast, "POST", f"{AST}/orders/{sold(ast)}/shipment-trackings", {"tracking_number": "ä"})
    assert answer.json["code"] == "woocommerce_rest_order_invalid_id"


def test_ast_keeps_an_unlisted_name_where_the_slug_stands(ast: Client) -> None:
    order = sold(ast)
    base = f"{AST}/orders/{order}/shipment-trackings"
    for sent in ({"tracking_provider": "Hermes"}, {"custom_tracking_provider": "Bicycle Bob"}):
        call(ast, "POST", base, {**sent, "tracking_number": "1"})
    assert [entry["tracking_provider"] for entry in entries(ast, order)] == ["hermes", "Bicycle Bob"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "orders/999/shipment-trackings", None, 404, "woocommerce_rest_order_invalid_id"),
        ("POST", "orders/999/shipment-trackings", {"tracking_number": "1"}, 404, "woocommerce_rest_order_invalid_id"),
        ("POST", "orders/{}/shipment-trackings", {}, 400, "rest_missing_callback_param"),
        ("POST", "orders/{}/shipment-trackings", {"tracking_number": 17}, 400, "rest_invalid_param"),
        (
            "POST",
            "orders/{}/shipment-trackings",
            {"tracking_number": "1", "tracking_id": "a"},
            400,
            "woocommerce_rest_shop_order_shipment_tracking_exists",
        ),
        (
            "DELETE",
            "orders/{}/shipment-trackings/abc",
            None,
            404,
            "woocommerce_rest_order_shipment_tracking_invalid_id",
        ),
        ("GET", "orders/{}/shipment-trackings/xyz", None, 404, "rest_no_route"),
    ],
)
def test_refusals_carry_the_plugins_codes(
    plain: Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = call(plain, method, f"{SHARED}/{path.format(sold(plain))}", body)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_the_providers_are_listed_by_country_for_everybody(plain: Client) -> None:
    for path in ("shipment-trackings/providers", f"orders/{sold(plain)}/shipment-trackings/providers"):
        answer = call(plain, "GET", f"{SHARED}/{path}", auth=None)
        assert (answer.status_code, "Hermes" in answer.json["Germany"]) == (200, True)


def test_a_stranger_sees_no_parcels(plain: Client) -> None:
    answer = call(plain, "GET", f"{SHARED}/orders/{sold(plain)}/shipment-trackings", auth=None)
    assert (answer.status_code, answer.json["code"]) == (401, "woocommerce_rest_cannot_view")


@pytest.mark.parametrize(
    ("plugin", "there"), [("none", set()), ("shipment_tracking", {SHARED}), ("ast", {SHARED, AST})]
)
def test_a_route_is_there_with_its_plugin_only(make_client: Make, plugin: str, there: set[str]) -> None:
    client = make_client(tracking_plugin=plugin)
    order = sold(client)
    for namespace in (SHARED, AST):
        answer = call(client, "GET", f"{namespace}/orders/{order}/shipment-trackings")
        assert (answer.status_code == 200) is (namespace in there)
        if namespace not in there:
            assert (answer.status_code, answer.json["code"], "Allow" in answer.headers) == (404, "rest_no_route", False)
    index = client.flask.get("/wp-json/").json
    assert {SHARED, AST} & set(index["namespaces"]) == there
    assert {name for name in (SHARED, AST) if f"/{name}/shipment-trackings/providers" in index["routes"]} == there
