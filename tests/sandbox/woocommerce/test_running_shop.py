"""A shop on a real port: answers lost after the work is done, parallel orders, a plan, a reset."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from mirakl_sync.sandbox.server import Running, serve
from mirakl_sync.sandbox.woocommerce import from_plan
from mirakl_sync.sandbox.woocommerce.app import ROUTES, operation_of
from tests.sandbox.woocommerce.conftest import BASIC, Client, Sink

PLAN = {
    "kind": "woocommerce",
    "name": "webshop",
    "timezone": "Europe/Vienna",
    "webhook_seconds": 0.0,
    "products": [{"sku": "SKU-1", "price": 19.9, "quantity": 100, "title": "Article 1"}],
}


@pytest.fixture
def running() -> Iterator[Running]:
    app, access = from_plan(PLAN)
    assert access == {"consumer_key": BASIC[0], "consumer_secret": BASIC[1]}
    running = serve(app)
    yield running
    running.stop()


def post(running: Running, **more: Any) -> requests.Response:
    body = {"line_items": [{"sku": "SKU-1", "quantity": 1}], "status": "processing", **more}
    return requests.post(f"{running.url}/wp-json/wc/v3/orders", json=body, auth=BASIC, timeout=5)


def books(running: Running) -> dict[str, Any]:
    return requests.get(f"{running.url}/_sandbox/books", timeout=5).json()


def test_an_answer_lost_leaves_the_order_there(running: Running) -> None:
    rule = {"what": "lose_answer", "match": "order.create", "times": 1}
    requests.post(f"{running.url}/_sandbox/trouble", json={"rules": [rule]}, timeout=5)
    with pytest.raises(requests.ConnectionError):
        post(running, transaction_id="MKP-1")
    found = requests.get(f"{running.url}/wp-json/wc/v3/orders?search=MKP-1&status=any", auth=BASIC, timeout=5).json()
    assert [order["transaction_id"] for order in found] == ["MKP-1"]
    calls = requests.get(f"{running.url}/_sandbox/calls", timeout=5).json()["by_operation"]
    assert calls["order.create"] == {"total": 1, "status": {"lose_answer": 1}}
    assert calls["order.list"]["status"] == {"200": 1}


def test_eight_at_once_reduce_stock_correctly(running: Running) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: post(running, transaction_id=str(number)), range(24)))
    ids = {answer.json()["id"] for answer in answers}
    assert (len(ids), books(running)["stock"]) == (24, {"SKU-1": 76})


def test_a_running_shop_delivers_by_itself(running: Running, sink: Sink) -> None:
    webhook = {"topic": "order.created", "delivery_url": sink.url, "secret": "s"}
    requests.post(f"{running.url}/wp-json/wc/v3/webhooks", json=webhook, auth=BASIC, timeout=5)
    post(running)
    requests.post(f"{running.url}/_sandbox/clock", json={"advance": 1}, timeout=5)
    assert sink.topics() == ["ping", "order.created"]
    assert sink.got[1][1]["X-WC-Webhook-Source"] == f"{running.url}/"


def test_reset_keeps_catalogue_and_rates_and_forgets_orders(client: Client) -> None:
    client.post("orders", {"line_items": [{"sku": "MUG-1"}], "status": "processing"})
    client.control("maintenance", {"on": True})
    client.control("reset", {})
    assert client.get("orders") == []
    totals = client.control("books?summary=1")["totals"]
    assert (totals["orders"], totals["mails"], totals["by_status"]) == (0, 0, {})
    assert len(client.get("products")) == 2
    assert client.post("orders", {"line_items": [{"sku": "MUG-1"}]})["total"] == "12.10"


def test_staff_act_through_the_control(client: Client) -> None:
    made = client.post("orders", {"line_items": [{"sku": "MUG-1"}], "status": "processing"})["id"]
    tracking = {"key": "_wc_shipment_tracking_items", "value": [{"tracking_number": "1Z999"}]}
    client.control(f"orders/{made}", {"status": "completed", "meta_data": [tracking]})
    assert client.get(f"orders/{made}")["meta_data"][0]["value"] == [{"tracking_number": "1Z999"}]
    client.control(f"orders/{made}", {"trash": True})
    assert client.get(f"orders/{made}")["status"] == "trash"


def test_unknown_settings_are_refused(client: Client) -> None:
    assert client.flask.post("/_sandbox/settings", json={"hpoos": True}).status_code == 400
    assert client.control("settings", {"hpos": False, "customers": {"7": "a@b.example"}})["hpos"] is False
    assert client.shop.settings.customers == {7: "a@b.example"}


def test_every_route_has_a_name_of_its_own() -> None:
    assert len({route.operation for route in ROUTES}) == len(ROUTES)
    assert operation_of("PUT", "/wp-json/wc/v3/orders/17") == "order.update"
    assert operation_of("POST", "/wp-json/wc/v3/orders/batch") == "order.batch"
    assert operation_of("GET", "/wp-json/wc/v3/nowhere") is None


def test_a_variation_moves_its_parent_unless_the_shop_does_not(client: Client) -> None:
    tee, small = (client.get(f"products?sku={sku}")[0]["id"] for sku in ("TEE", "TEE-S"))
    for moves in (True, False):
        client.control("settings", {"variation_bumps_parent": moves})
        before = client.get(f"products/{tee}")["date_modified_gmt"]
        client.shop.clock.advance(5)
        client.put(f"products/{tee}/variations/{small}", {"stock_quantity": 3})
        assert (client.get(f"products/{tee}")["date_modified_gmt"] != before) is moves
