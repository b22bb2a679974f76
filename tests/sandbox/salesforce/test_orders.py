"""createOrders, and what is read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.salesforce.conftest import ORDERS, Client, address, line, order

GROSS = "The passed order total '{}' does not match the calculated order total '{}'."
TAX = "The passed tax total '{}' does not match the calculated tax total '{}'."


def shipment(number: str, **changed: Any) -> dict[str, Any]:
    usual = {"shippingMethod": "STD", "shippingTotal": 4.90, "taxTotal": 0.82, "shippingAddress": address()}
    return {"shipmentId": number, **usual, **changed}


def test_an_order_is_placed_at_once_and_read_back_at_once(client: Client) -> None:
    answer = client("POST", ORDERS, order(), token="tsob")
    assert (answer.status_code, answer.data) == (201, b"")
    assert answer.headers["Location"].endswith(f"{ORDERS}/MKP-A-1")
    told = client.read("MKP-A-1")
    assert (told["status"], told["exportStatus"], told["paymentStatus"]) == ("new", "not_exported", "paid")
    assert (told["orderTotal"], told["taxTotal"], told["taxation"]) == (64.9, 10.82, "gross")
    assert told["c_miraklReference"] == "nordmarkt/2000/A-1"
    (item,) = told["productItems"]
    assert (item["productId"], item["quantity"], item["c_miraklLineId"]) == ("MUG", 2, "A-1-1")
    assert "email" not in told["customerInfo"]


def test_without_a_number_the_platform_makes_one(client: Client) -> None:
    first, second = client.place(orderNo=None), client.place(orderNo=None)
    assert first != second
    assert client.read(second)["orderNo"] == second


def test_a_number_may_hold_a_slash_and_a_space(client: Client) -> None:
    client.place(orderNo="N/O 1")
    assert client.read("N%2FO%201")["orderNo"] == "N/O 1"
    assert client.put_status("N%2FO%201", "external-status", "x").status_code == 204


def test_a_number_is_given_once(client: Client) -> None:
    client.place()
    again = client("POST", ORDERS, order(orderTotal=64.90), token="tsob")
    assert again.status_code == 400
    assert "MKP-A-1" in again.json["detail"]
    assert len(client.control("books")["orders"]) == 1


def test_an_unknown_number_is_a_404_problem_in_the_vendors_words(client: Client) -> None:
    answer = client("GET", f"{ORDERS}/123")
    assert answer.status_code == 404
    assert answer.json == {
        "type": "https://api.commercecloud.salesforce.com/documentation/error/v1/errors/order-not-found",
        "title": "Order Not Found",
        "detail": "No order with number '123' was found.",
    }


def test_the_first_shipment_becomes_me_and_lines_follow_it(client: Client) -> None:
    items = [line(shipmentId="b"), line(productId="TEE", shipmentId="a", c_miraklLineId="A-1-2")]
    shipments = [shipment("a"), shipment("b")]
    client.place(productItems=items, shipments=shipments, orderTotal=129.80, taxTotal=21.64)
    told = client.read("MKP-A-1")
    assert [one["shipmentId"] for one in told["shipments"]] == ["me", "b"]
    assert [one["shipmentId"] for one in told["productItems"]] == ["b", "me"]
    assert len({one["shipmentNo"] for one in told["shipments"]}) == 2


@pytest.mark.parametrize(
    ("taxation", "changed", "words"),
    [
        ("gross", {"orderTotal": 64.91}, GROSS.format("64.91", "64.90")),
        ("gross", {"orderTotal": 60}, GROSS.format("60.00", "64.90")),
        ("gross", {"taxTotal": 10.83}, TAX.format("10.83", "10.82")),
        ("gross", {"orderTotal": 1, "taxTotal": 1}, GROSS.format("1.00", "64.90")),
        ("net", {"orderTotal": 64.90}, GROSS.format("64.90", "65.72")),
        ("net", {"orderTotal": 65.72, "taxTotal": 10}, TAX.format("10.00", "10.82")),
    ],
)
def test_totals_are_compared_exactly(
    make_client: Callable[..., Client], taxation: str, changed: dict[str, Any], words: str
) -> None:
    client = make_client(taxation=taxation)
    answer = client("POST", ORDERS, order(**changed), token="tsob")
    assert (answer.status_code, answer.json["detail"]) == (400, words)
    assert answer.json["title"] in ("Invalid Order Total", "Invalid Tax Total")
    assert answer.json["type"].endswith(("/invalid-order-total", "/invalid-tax-total"))
    assert client.control("books")["orders"] == []


def test_a_net_site_adds_the_tax_of_shipping(make_client: Callable[..., Client]) -> None:
    client = make_client(taxation="net")
    client.place(orderTotal=65.72)
    assert client.read("MKP-A-1")["taxation"] == "net"


def test_adjustments_take_off_what_they_say(client: Client) -> None:
    less = {"grossPrice": -6, "netPrice": -5, "tax": -1, "reasonCode": "voucher"}
    items = [line(priceAdjustments=[less])]
    client.place(productItems=items, orderPriceAdjustments=[less], orderTotal=52.90, taxTotal=8.82)
    told = client.read("MKP-A-1")
    assert told["productItems"][0]["priceAfterItemDiscount"] == 54
    assert told["orderPriceAdjustments"][0]["grossPrice"] == -6


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"billingAddress": None}, 400, "'$.billingAddress' is required"),
        ({"productItems": []}, 400, "'$.productItems' must hold 1 to 200"),
        ({"productItems": [line(tax=None)]}, 400, "'$.productItems.[0].tax' is required"),
        (
            {"productItems": [line(quantity="2")]},
            400,
            "expected type is 'Integer|Decimal' but the actual type was 'String'",
        ),
        ({"productItems": [line(shipmentId="s9")]}, 404, "No shipment with ID 's9' could be found."),
        ({"shipments": [shipment("me")]}, 400, "'me' is reserved"),
        ({"paymentInstruments": []}, 400, "'$.paymentInstruments' must not be empty"),
        ({"currency": "USD"}, 400, "currency 'USD'"),
        ({"channelType": "mirakl"}, 400, "'mirakl'"),
        ({"orderNo": "x" * 51}, 400, "too long"),
        ({"customerEmail": "jo@buyer.example"}, 400, "'$.customerEmail' is unknown"),
        ({"externalOrderNo": "A-1"}, 400, "'$.externalOrderNo' is unknown"),
        ({"billingAddress": address(countryCode="FRA")}, 400, "'^[A-Z][A-Z]$'"),
        ({"billingAddress": address(email="jo@buyer.example")}, 400, "'$.billingAddress.email' is unknown"),
        ({"c_unknown": "x"}, 400, "'c_unknown' is not defined"),
        ({"productItems": [line(c_unknown="x")]}, 400, "'c_unknown' is not defined"),
    ],
)
def test_a_body_must_say_what_it_must_and_nothing_else(
    client: Client, changed: dict[str, Any], status: int, words: str
) -> None:
    body = {**order(), **changed}
    answer = client("POST", ORDERS, {name: v for name, v in body.items() if v is not None}, token="tsob")
    assert (answer.status_code, words in answer.json["detail"]) == (status, True), answer.text
    assert client.control("books")["orders"] == []


@pytest.mark.parametrize("missing", ["basket_attributes", "order_attributes"])
def test_an_attribute_must_be_known_to_basket_and_order(make_client: Callable[..., Client], missing: str) -> None:
    client = make_client(**{missing: ()})
    answer = client("POST", ORDERS, order(), token="tsob")
    assert answer.status_code == 400
    assert "'c_miraklReference' is not defined for the system object 'Basket' or 'Order'" in answer.json["detail"]
    assert client("POST", ORDERS, order(c_miraklReference=None), token="tsob").status_code == 201


def test_no_product_is_looked_up_and_no_inventory_moves(client: Client) -> None:
    items = [line(), line(productId="NOBODY-KNOWS", c_miraklLineId="A-1-2")]
    client.place(productItems=items, orderTotal=124.90, taxTotal=20.82)
    assert client.stock("MUG")["quantity"] == 10
    assert client.stock("MUG")["history"] == []


def test_custom_attributes_are_changed_alone(client: Client) -> None:
    client.place()
    where = f"{ORDERS}/MKP-A-1"
    assert client("PATCH", where, {"c_miraklCommission": 7.2, "c_miraklReference": None}).status_code == 204
    told = client.read("MKP-A-1")
    assert told["c_miraklCommission"] == 7.2
    assert "c_miraklReference" not in told
    assert client("PATCH", where, {"orderTotal": 1}).status_code == 400
    assert client("PATCH", where, {"c_unknown": 1}).status_code == 400


def test_the_ship_to_address_can_be_changed(client: Client) -> None:
    client.place()
    where = f"{ORDERS}/MKP-A-1/shipments"
    assert client("PUT", f"{where}/me/shipping-address", address(city="Lyon")).status_code == 204
    assert client("PUT", f"{where}/s1/shipping-address", address()).status_code == 404
    assert client.read("MKP-A-1")["shipments"][0]["shippingAddress"]["city"] == "Lyon"


def test_an_oms_event_is_taken_and_never_seen_again(client: Client) -> None:
    client.place()
    where = f"{ORDERS}/MKP-A-1/oms-status-events"
    event = {"id": "e1", "occurredAt": "2026-11-20T10:00:00.000Z", "type": "shipped", "lineItems": []}
    parcel = {
        "trackingNumber": "1Z",
        "trackingUrl": "https://track.example/1Z",
        "lineItems": [{"id": "x", "quantity": 1}],
    }
    assert client("POST", where, {"fulfillmentEvent": {**event, **parcel}}).status_code == 202
    assert client("POST", where, {"fulfillmentEvent": event}).status_code == 400
    assert client("POST", where, {}).status_code == 400
    assert "trackingNumber" not in client.read("MKP-A-1")["shipments"][0]


def test_books_name_the_order_by_its_reference(client: Client) -> None:
    client.place()
    books = client.control("books")
    assert books["by_reference"] == {"nordmarkt/2000/A-1": ["MKP-A-1"]}
    (told,) = books["orders"]
    assert (told["id"], told["reference"], told["total"]) == ("MKP-A-1", "nordmarkt/2000/A-1", "64.90")
    assert told["live"] is False
    assert told["lines"][0]["line_id"] == "A-1-1"
    client.place(orderNo="MKP-A-2")
    assert client.control("books?summary=1")["totals"]["doubled_references"] == 1
    client.put_status("MKP-A-2", "status", "cancelled")
    assert client.control("books?summary=1")["totals"]["doubled_references"] == 0


def test_the_warehouse_may_work_once_the_order_is_ready(client: Client) -> None:
    client.place()
    for value, live in (("ready", True), ("exported", True), ("failed", False)):
        assert client.put_status("MKP-A-1", "export-status", value).status_code == 204
        assert client.control("books")["orders"][0]["live"] is live
    client.put_status("MKP-A-1", "export-status", "ready")
    client.put_status("MKP-A-1", "status", "cancelled")
    assert client.control("books")["orders"][0]["live"] is False
