"""The merchant's OMS: parcels as the tracking style has room for them, corrections, pieces that cannot be sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import Client, line
from tests.sandbox.salesforce.test_orders import shipment

DHL = {"carrier": "DHL", "number": "D-1", "link": "https://track.example/D-1"}
UPS = {"carrier": "UPS", "number": "U-2", "link": "https://track.example/U-2"}


def two_lines(client: Client) -> str:
    items = [line(), line(productId="TEE", c_miraklLineId="A-1-2")]
    return client.place(productItems=items, orderTotal=124.90, taxTotal=20.82)


def ship(client: Client, **sent: Any) -> Any:
    return client.control("orders/MKP-A-1/ship", sent)


def told(client: Client, position: int = 0) -> Any:
    return client.read("MKP-A-1")["shipments"][position]


def test_a_whole_order_in_one_parcel(client: Client) -> None:
    client.place()
    answer = ship(client, **DHL)
    assert (answer["id"], answer["status"]) == ("MKP-A-1", "completed")
    (parcel,) = answer["parcels"]
    assert (parcel["carrier"], parcel["number"], parcel["link"]) == tuple(DHL.values())
    order = client.read("MKP-A-1")
    assert (order["status"], order["shippingStatus"], order["exportStatus"]) == ("completed", "shipped", "exported")
    assert (told(client)["shippingStatus"], told(client)["trackingNumber"]) == ("shipped", "D-1")


def test_sent_out_without_a_number(client: Client) -> None:
    client.place()
    assert client.control("orders/MKP-A-1", {"status": "completed"})["parcels"] == []
    assert told(client)["shippingStatus"] == "shipped"
    assert "trackingNumber" not in told(client)


def test_a_part_leaves_and_then_the_rest(client: Client) -> None:
    two_lines(client)
    first = ship(client, **DHL, items=[{"line_id": "A-1-1", "quantity": 2}, {"line_id": "A-1-2", "quantity": 1}])
    assert first["status"] == "new"
    assert (client.read("MKP-A-1")["shippingStatus"], told(client)["shippingStatus"]) == ("part_shipped", "not_shipped")
    items = client.read("MKP-A-1")["productItems"]
    second = ship(client, **UPS, items=[{"line_id": items[1]["itemId"], "quantity": 1}])
    assert second["status"] == "completed"
    assert [one["items"] for one in second["parcels"]][1] == [{"line_id": items[1]["itemId"], "quantity": 1}]
    assert client.read("MKP-A-1")["shippingStatus"] == "shipped"


@pytest.mark.parametrize(
    ("style", "number", "attributes"),
    [
        ("single", "U-2", {}),
        ("comma", "D-1,U-2", {}),
        (
            "custom",
            "D-1,U-2",
            {"c_carrier": "DHL,UPS", "c_trackingUrl": "https://track.example/D-1,https://track.example/U-2"},
        ),
    ],
)
def test_what_the_tracking_style_has_room_for(
    make_client: Callable[..., Client], style: str, number: str, attributes: dict[str, str]
) -> None:
    client = make_client(tracking_style=style)
    two_lines(client)
    ship(client, **DHL, items=[{"sku": "MUG"}])
    ship(client, **UPS, items=[{"sku": "TEE"}])
    assert told(client)["trackingNumber"] == number
    assert {name: value for name, value in told(client).items() if name.startswith("c_")} == attributes
    assert len(client.control("books")["orders"][0]["parcels"]) == 2


def test_parcels_as_json_in_an_attribute(make_client: Callable[..., Client]) -> None:
    client = make_client(tracking_style="json")
    two_lines(client)
    ship(client, **DHL, items=[{"sku": "MUG", "quantity": 1}])
    (parcel,) = json.loads(told(client)["c_parcels"])
    assert (parcel["carrier"], parcel["number"], parcel["url"]) == tuple(DHL.values())
    assert parcel["items"] == [{"itemId": client.read("MKP-A-1")["productItems"][0]["itemId"], "quantity": 1}]
    assert "trackingNumber" not in told(client)


def test_the_separator_is_the_merchants(make_client: Callable[..., Client]) -> None:
    client = make_client(tracking_style="comma", tracking_separator=" | ")
    client.place()
    ship(client, **DHL, complete=False)
    ship(client, **UPS)
    assert told(client)["trackingNumber"] == "D-1 | U-2"


def test_each_shipment_tells_its_own_parcels(client: Client) -> None:
    items = [line(shipmentId="a"), line(productId="TEE", shipmentId="b", c_miraklLineId="A-1-2")]
    shipments = [shipment("a"), shipment("b")]
    client.place(productItems=items, shipments=shipments, orderTotal=129.80, taxTotal=21.64)
    ship(client, **DHL, items=[{"sku": "TEE"}])
    assert (told(client, 0)["shippingStatus"], told(client, 1)["shippingStatus"]) == ("not_shipped", "shipped")
    assert (told(client, 1)["trackingNumber"], "trackingNumber" in told(client, 0)) == ("D-1", False)


def test_a_number_is_corrected_or_taken_off(client: Client) -> None:
    client.place()
    (parcel,) = ship(client, **DHL)["parcels"]
    where = f"/_sandbox/orders/MKP-A-1/parcels/{parcel['tracking_id']}"
    before = client.read("MKP-A-1")["lastModified"]
    client.shop.clock.advance(1)
    assert client.flask.put(where, json={"number": "D-9"}).json["parcels"][0]["number"] == "D-9"
    assert told(client)["trackingNumber"] == "D-9"
    assert client.read("MKP-A-1")["lastModified"] > before
    assert client.flask.delete(where).json["parcels"] == []
    assert "trackingNumber" not in told(client)
    assert client.flask.delete(where).status_code == 404


def test_pieces_that_cannot_be_sent_stand_on_their_line(client: Client) -> None:
    two_lines(client)
    client.control("orders/MKP-A-1/export", {})
    client.control("orders/MKP-A-1/cancel_pieces", {"items": [{"line_id": "A-1-1", "quantity": 1}]})
    assert client.read("MKP-A-1")["productItems"][0]["c_cancelledQty"] == 1
    assert client.stock("MUG")["quantity"] == 9
    ship(client, **DHL, items=[{"line_id": "A-1-1", "quantity": 1}, {"sku": "TEE"}])
    assert client.read("MKP-A-1")["status"] == "completed"
    assert client.control("books")["orders"][0]["lines"][0]["canceled"] == 1


def test_pieces_that_were_written_off_do_not_come_back_once_more_when_the_order_is_cancelled(client: Client) -> None:
    two_lines(client)
    client.control("orders/MKP-A-1/export", {})
    assert client.stock("MUG")["quantity"] == 8
    client.control("orders/MKP-A-1/cancel_pieces", {"items": [{"line_id": "A-1-1", "quantity": 1}]})
    client.control("orders/MKP-A-1", {"status": "cancelled"})
    assert client.stock("MUG")["quantity"] == 10


def test_money_given_back_stands_on_line_and_order(client: Client) -> None:
    two_lines(client)
    ship(client, **DHL)
    sent = {"items": [{"line_id": "A-1-1", "quantity": 1, "amount": "30.00"}], "shipping": "4.90", "reason": "broken"}
    entry = client.control("orders/MKP-A-1/refund", {**sent, "restock": True})["refund"]
    assert (entry["amount"], entry["reason"]) == ("34.90", "broken")
    order = client.read("MKP-A-1")
    assert (order["c_refundedAmount"], order["productItems"][0]["c_refundedAmount"]) == (34.9, 30)
    assert order["productItems"][0]["externalLineItemStatus"] == "returned"
    assert client.stock("MUG")["quantity"] == 9
    assert order["orderTotal"] == 124.9
    client.control("orders/MKP-A-1/refund", {"items": [{"line_id": "A-1-1", "amount": "1.50"}]})
    assert client.read("MKP-A-1")["c_refundedAmount"] == 36.4
    assert len(client.control("books")["orders"][0]["refunds"]) == 2


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("orders/NOBODY/ship", {}, 404),
        ("orders/MKP-A-1/ship", {"colour": "red"}, 400),
        ("orders/MKP-A-1/ship", {"items": [{"line_id": "nobody"}]}, 400),
        ("orders/MKP-A-1/refund", {"items": [{"line_id": "nobody"}]}, 400),
    ],
)
def test_what_nobody_could_do_is_refused(client: Client, path: str, sent: dict[str, Any], status: int) -> None:
    client.place()
    assert client.flask.post(f"/_sandbox/{path}", json=sent).status_code == status


def test_a_cancelled_order_is_not_sent(client: Client) -> None:
    client.place()
    client.put_status("MKP-A-1", "status", "cancelled")
    assert client.flask.post("/_sandbox/orders/MKP-A-1/ship", json=DHL).status_code == 400
