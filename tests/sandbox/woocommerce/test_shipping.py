"""The packing table by remote control: what shop staff leave in an order with each plugin, and what webhooks follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.woocommerce.conftest import Client, Sink

KEY = "_wc_shipment_tracking_items"
HERMES = {"carrier": "Hermes", "number": "H 100"}
Make = Callable[..., Client]


def sold(client: Client, *lines: tuple[str, int]) -> dict[str, Any]:
    items = [
        {"sku": sku, "quantity": count, "meta_data": [{"key": "_mirakl_order_line_id", "value": f"L-{sku}"}]}
        for sku, count in lines or (("MUG-1", 2), ("TEE-S", 1))
    ]
    return client.post("orders", {"line_items": items, "status": "processing"})


def entries(client: Client, order: int) -> Any:
    return {meta["key"]: meta["value"] for meta in client.get(f"orders/{order}")["meta_data"]}.get(KEY)


def book(client: Client, order: int) -> dict[str, Any]:
    return next(each for each in client.control("books")["orders"] if each["id"] == order)


def test_a_parcel_is_entered_and_the_order_completed(make_client: Make) -> None:
    client = make_client(tracking_plugin="shipment_tracking")
    order = sold(client)["id"]
    told = client.control(f"orders/{order}/ship", {**HERMES, "date": "2026-11-20"})
    ((entry,), shown) = entries(client, order), client.get(f"orders/{order}")
    assert (shown["status"], told["status"]) == ("completed", "completed")
    assert shown["date_completed_gmt"] is not None
    assert entry == {
        "tracking_provider": "hermes",
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": "H 100",
        "date_shipped": "1795132800",
        "tracking_id": told["parcels"][0]["tracking_id"],
    }
    assert len(entry["tracking_id"]) == 32
    assert "Order was shipped with Hermes and tracking number is: H 100" in book(client, order)["notes"]


def test_a_carrier_off_the_list_is_a_name_with_a_link(make_client: Make) -> None:
    own = {"carrier": "Bob", "number": "7", "link": "https://bob.example/%1$s", "complete": False}
    for plugin, place in (("shipment_tracking", "custom_tracking_provider"), ("ast", "tracking_provider")):
        client = make_client(tracking_plugin=plugin)
        order = sold(client)["id"]
        (parcel,) = client.control(f"orders/{order}/ship", own)["parcels"]
        assert entries(client, order)[0][place] == "Bob"
        assert (parcel["carrier"], parcel["link"]) == ("Bob", "https://bob.example/7")
        assert client.get(f"orders/{order}")["status"] == "processing"


def test_the_books_show_every_parcel(make_client: Make) -> None:
    client = make_client(tracking_plugin="ast")
    order = sold(client)
    mug = order["line_items"][0]["id"]
    client.control(f"orders/{order['id']}/ship", {**HERMES, "items": [{"sku": "MUG-1", "quantity": 1}]})
    client.control(f"orders/{order['id']}/ship", {"carrier": "Bob", "number": "7", "complete": False})
    first, second = book(client, order["id"])["parcels"]
    link = "https://www.myhermes.de/empfangen/sendungsverfolgung/#/H 100"
    assert (first["carrier"], first["number"], first["link"]) == ("Hermes", "H 100", link)
    assert (first["items"], second["items"]) == ([{"line_id": mug, "quantity": 1}], [])


def test_a_part_leaves_the_order_partly_shipped_until_all_is_in_a_parcel(make_client: Make) -> None:
    client = make_client(tracking_plugin="ast")
    order = sold(client)
    number, (mug, tee) = order["id"], order["line_items"]
    part = {"items": [{"line_id": "L-MUG-1", "quantity": 2}]}
    assert client.control(f"orders/{number}/ship", {**HERMES, **part})["status"] == "partial-shipped"
    assert entries(client, number)[0]["products_list"] == [
        {"product": str(mug["product_id"]), "item_id": str(mug["id"]), "qty": "2"}
    ]
    rest = {"carrier": "UPS", "number": "1Z", "items": [{"line_id": tee["id"]}]}
    assert client.control(f"orders/{number}/ship", rest)["status"] == "completed"
    assert entries(client, number)[1]["products_list"] == [
        {"product": str(tee["variation_id"]), "item_id": str(tee["id"]), "qty": "1"}
    ]
    assert [each["status"] for each in book(client, number)["history"]] == [
        "pending",
        "processing",
        "partial-shipped",
        "completed",
    ]
    assert client.stock("MUG-1") == 8


def test_a_corrected_number_keeps_its_parcel_and_a_removed_one_leaves_the_status(make_client: Make) -> None:
    client = make_client(tracking_plugin="shipment_tracking")
    order = sold(client)["id"]
    kept = client.control(f"orders/{order}/ship", HERMES)["parcels"][0]["tracking_id"]
    path = f"/_sandbox/orders/{order}/parcels/{kept}"
    answer = client.flask.put(path, json={"number": "H 101"}).json
    assert [(each["tracking_id"], each["number"]) for each in answer["parcels"]] == [(kept, "H 101")]
    client.flask.put(path, json={"carrier": "Bob", "link": "https://bob.example"})
    assert [(each["carrier"], each["number"]) for each in book(client, order)["parcels"]] == [("Bob", "H 101")]
    assert client.flask.delete(path).json == {"id": order, "status": "completed", "parcels": []}
    assert entries(client, order) is None
    assert client.flask.delete(path).status_code == 404


def test_shipping_is_a_save_like_any_other_with_one_webhook(make_client: Make, sink: Sink) -> None:
    client = make_client(tracking_plugin="ast")
    client.post("webhooks", {"topic": "order.updated", "delivery_url": sink.url, "secret": "s"})
    order = sold(client)["id"]
    client.control("webhooks/flush", {})
    before = client.get(f"orders/{order}")["date_modified_gmt"]
    client.shop.clock.advance(5)
    client.control(f"orders/{order}/ship", HERMES)
    client.control("webhooks/flush", {})
    assert client.get(f"orders/{order}")["date_modified_gmt"] > before
    assert sink.topics() == ["ping", "order.updated", "order.updated"]
    assert b"H 100" in sink.got[-1][2]


def test_some_plugin_versions_write_past_the_order(make_client: Make, sink: Sink) -> None:
    client = make_client(tracking_plugin="shipment_tracking", tracking_saves_order=False)
    client.post("webhooks", {"topic": "order.updated", "delivery_url": sink.url, "secret": "s"})
    order = sold(client)["id"]
    client.control("webhooks/flush", {})
    before = client.get(f"orders/{order}")["date_modified_gmt"]
    client.shop.clock.advance(5)
    client.control(f"orders/{order}/ship", {**HERMES, "complete": False})
    client.control("webhooks/flush", {})
    assert client.get(f"orders/{order}")["date_modified_gmt"] == before
    assert entries(client, order)[0]["tracking_number"] == "H 100"
    assert sink.topics() == ["ping", "order.updated"]


@pytest.mark.parametrize(
    ("plugin", "sent", "words"),
    [
        ("none", HERMES, "no tracking plugin"),
        ("shipment_tracking", {**HERMES, "items": [{"sku": "MUG-1"}]}, "does not know what is inside"),
        ("ast", {**HERMES, "items": [{"sku": "NOWHERE"}]}, "has no line"),
        ("ast", {"tracking_number": "H 100"}, "unknown: tracking_number"),
    ],
)
def test_what_staff_cannot_do_is_refused(make_client: Make, plugin: str, sent: dict[str, Any], words: str) -> None:
    client = make_client(tracking_plugin=plugin)
    order = sold(client)["id"]
    answer = client.flask.post(f"/_sandbox/orders/{order}/ship", json=sent)
    assert (answer.status_code, words in answer.text) == (400, True)
    assert entries(client, order) is None


def test_an_order_the_shop_has_not_cannot_be_shipped(client: Client) -> None:
    assert client.flask.post("/_sandbox/orders/999/ship", json={}).status_code == 404
    assert client.flask.delete("/_sandbox/orders/999/parcels/abc").status_code == 404


def test_without_a_plugin_an_order_can_only_be_completed(client: Client) -> None:
    order = sold(client)["id"]
    assert client.control(f"orders/{order}/ship", {}) == {"id": order, "status": "completed", "parcels": []}


def test_a_plugin_there_is_none_of_is_refused(client: Client) -> None:
    assert client.flask.post("/_sandbox/settings", json={"tracking_plugin": "aftership"}).status_code == 400


def test_only_the_shop_with_the_plugin_knows_its_statuses(make_client: Make) -> None:
    for plugin, status in (("none", 400), ("ast", 200)):
        client = make_client(tracking_plugin=plugin)
        order = sold(client)["id"]
        assert client("PUT", f"orders/{order}", {"status": "partial-shipped"}).status_code == status
