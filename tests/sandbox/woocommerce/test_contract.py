"""Every kind of answer against the wc/v3 contract derived from the WooCommerce source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.contracts import woocommerce_contract
from tests.sandbox.woocommerce.conftest import BASIC, Client

OBSERVED_OTHERWISE = {
    "shipping_class_id",  # declared a string, recorded as the number 0
    "total_sales",  # declared an integer, recorded as "0" in a variation's delivery
    "image",  # declared an object, recorded as null on variations
}
"""Where the declaration and a recorded answer disagree, the recorded answer is believed; the recorded session's test
holds these fields to it."""


def problems(name: str, body: Any) -> list[str]:
    components = woocommerce_contract().responses["components"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    found = Draft202012Validator(schema).iter_errors(body)
    told = [(".".join(map(str, error.absolute_path)), error.message[:200]) for error in found]
    return [f"{path}: {message}" for path, message in told if path not in OBSERVED_OTHERWISE]


def full_order(client: Client) -> dict[str, Any]:
    return client.post(
        "orders",
        {
            "status": "processing",
            "created_via": "mirakl",
            "transaction_id": "MKP-1",
            "billing": {"first_name": "Eva", "country": "ES", "email": "eva@relay.example"},
            "shipping": {"first_name": "Eva", "country": "ES"},
            "line_items": [{"sku": "TEE-S", "quantity": 3, "subtotal": "10.00", "total": "10.00"}],
            "shipping_lines": [{"method_id": "marketplace", "method_title": "Standard", "total": "4.17"}],
            "fee_lines": [{"name": "Rounding", "total": "0.01", "tax_status": "none"}],
            "meta_data": [{"key": "_mirakl_order_id", "value": "MKP-1"}],
        },
    )


def test_orders_refunds_and_notes_keep_the_contract(client: Client) -> None:
    order = full_order(client)
    where = f"orders/{order['id']}"
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 3.33}
    refund = client.post(f"{where}/refunds", {"line_items": [line], "api_refund": False})
    note = client.post(f"{where}/notes", {"note": "accepted"})
    check = woocommerce_contract().check_response
    check("POST", "/wp-json/wc/v3/orders", 201, order)
    check("GET", f"/wp-json/wc/v3/{where}", 200, client.get(where))
    check("GET", "/wp-json/wc/v3/orders", 200, client.get("orders"))
    assert problems("OrderRefund", refund) == []
    assert problems("Refund", client.get("refunds")[0]) == []
    assert problems("OrderNote", note) == []


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("Product", "products?sku=MUG-1"),
        ("Product", "products?sku=TEE"),
        ("Product", "products?sku=TEE-S"),
        ("ProductVariation", "variations"),
        ("ProductAttribute", "products/attributes"),
        ("TaxRate", "taxes"),
    ],
)
def test_the_catalogue_keeps_the_contract(client: Client, schema: str, path: str) -> None:
    rows = client.get(path)
    assert rows
    assert [found for row in rows for found in problems(schema, row)] == []


def test_webhooks_and_errors_keep_the_contract(client: Client) -> None:
    body = {"topic": "order.updated", "delivery_url": "http://127.0.0.1:9/", "status": "paused"}
    assert problems("Webhook", client.post("webhooks", body)) == []
    for path in ("orders/999", "orders?per_page=101", "nowhere"):
        assert problems("Error", client("GET", path).json) == []


@pytest.mark.parametrize("plugin", ["shipment_tracking", "ast"])
def test_parcels_keep_the_contract(make_client: Callable[..., Client], plugin: str) -> None:
    client = make_client(tracking_plugin=plugin)
    base = f"/wp-json/wc-shipment-tracking/v3/orders/{full_order(client)['id']}/shipment-trackings"
    sent = {"tracking_provider": "Hermes", "tracking_number": "H 1", "date_shipped": "2026-11-20"}
    made = client.flask.post(base, json=sent, auth=BASIC)
    contract = woocommerce_contract()
    contract.check_request("POST", base, {}, sent)
    contract.check_response("POST", base, 201, made.json)
    own = f"{base}/{made.json['tracking_id']}"
    for method, path in (("GET", base), ("GET", own), ("DELETE", own)):
        answer = client.flask.open(path, method=method, auth=BASIC)
        contract.check_response(method, path, answer.status_code, answer.json)
        assert answer.status_code == 200
    refusal = client.flask.get(own, auth=BASIC)
    contract.check_response("GET", own, 404, refusal.json)


def test_batches_keep_the_contract(client: Client) -> None:
    order = full_order(client)
    body = {"update": [{"id": order["id"], "status": "completed"}, {"id": 999}], "create": [{"customer_id": 9}]}
    assert problems("OrderBatchResult", client("POST", "orders/batch", body).json) == []
    mug = client.get("products?sku=MUG-1")[0]["id"]
    goods = {"update": [{"id": mug, "stock_quantity": 4}, {"id": 999}]}
    product, refusal = client("POST", "products/batch", goods).json["update"]
    assert problems("Product", product) == []
    assert problems("Error", refusal["error"]) == []
