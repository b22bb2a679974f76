"""The cart path: prices of the catalogue, everything checked, stock reserved, placed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.magento.conftest import Client

Make = Callable[..., Client]
ADDRESS = {"firstname": "Ana", "lastname": "Silva", "street": ["1 Rue X"], "city": "Lyon", "postcode": "69001"}
ADDRESS |= {"country_id": "FR", "telephone": "+33", "email": "abc@notification.marketplace.example"}


def fill(client: Client, quantity: int = 2, **address: Any) -> int:
    cart = client.ok("POST", "carts/", {})
    item = {"quote_id": str(cart), "sku": "MUG-1", "qty": quantity, "price": 1}
    client.ok("POST", f"carts/{cart}/items", {"cartItem": item})
    where = {"shipping_address": {**ADDRESS, **address}, "billing_address": {**ADDRESS, **address}}
    where |= {"shipping_carrier_code": "flatrate", "shipping_method_code": "flatrate"}
    client.ok("POST", f"carts/{cart}/shipping-information", {"addressInformation": where})
    return int(cart)


def place(client: Client, cart: int, **payment: Any) -> Any:
    method = {"method": "purchaseorder", "po_number": "10023-A", **payment}
    return client("PUT", f"carts/{cart}/order", {"paymentMethod": method})


def test_a_cart_becomes_an_order_with_the_shops_own_prices(make_client: Make) -> None:
    client = make_client(tax_percent=20)
    cart = fill(client)
    assert client.get(f"carts/{cart}/totals")["grand_total"] == 34
    assert place(client, cart).json == "1"
    order = client.find("orders", ("quote_id", cart, "eq"))["items"][0]
    assert (order["grand_total"], order["subtotal"], order["tax_amount"], order["shipping_amount"]) == (34, 20, 4, 10)
    assert (order["state"], order["increment_id"]) == ("new", "000000001")
    assert order["payment"]["po_number"] == "10023-A"
    assert (client.salable("MUG-1"), client.physical("MUG-1")) == (8, 10)
    client.ok("POST", "order/1/ship", {})
    assert (client.salable("MUG-1"), client.physical("MUG-1")) == (8, 8)
    assert [mail["template"] for mail in client.control("books")["mails"]] == ["order"]


def test_a_cart_is_placed_once(client: Client) -> None:
    cart = fill(client)
    assert place(client, cart).status_code == 200
    again = place(client, cart)
    assert (again.status_code, again.json["message"]) == (404, "No such entity with %fieldName = %fieldValue")
    assert client.salable("MUG-1") == 8


@pytest.mark.parametrize(
    ("payment", "message"),
    [
        ({"method": "nobody"}, "The requested Payment Method is not available."),
        ({"po_number": ""}, "Purchase order number is a required field."),
    ],
)
def test_a_placing_that_fails_leaves_no_reservation(client: Client, payment: dict[str, str], message: str) -> None:
    cart = fill(client)
    answer = place(client, cart, **payment)
    assert (answer.status_code, answer.json["message"]) == (400, message)
    assert (client.salable("MUG-1"), client.control("books")["totals"]["reservations"]) == (10, 0)
    assert place(client, cart).status_code == 200


def test_stock_is_asked_when_filling_and_again_when_placing(client: Client) -> None:
    cart = fill(client, 9)
    more = {"cartItem": {"quote_id": str(cart), "sku": "MUG-1", "qty": 2}}
    assert client.refused("POST", f"carts/{cart}/items", more) == (400, "The requested qty is not available")
    client.control("sell", {"sku": "MUG-1", "quantity": 5})
    assert place(client, cart).json["message"] == "The requested qty is not available"
    client.control("stock", {"sku": "MUG-1", "quantity": 0})
    assert client.refused("POST", f"carts/{cart}/items", more) == (
        400,
        "Product that you are trying to add is not available.",
    )


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"telephone": ""}, 400), ({"country_id": "ES"}, 400), ({"country_id": "ES", "region": "Madrid"}, 200)],
)
def test_addresses_are_checked(client: Client, wrong: dict[str, str], status: int) -> None:
    cart = fill(client)
    where = {"shipping_address": {**ADDRESS, **wrong}, "shipping_carrier_code": "flatrate"}
    where |= {"shipping_method_code": "flatrate"}
    answer = client("POST", f"carts/{cart}/shipping-information", {"addressInformation": where})
    assert answer.status_code == status


def test_a_cart_without_a_carrier_is_not_placed(client: Client) -> None:
    cart = client.ok("POST", "carts/", {})
    client.ok("POST", f"carts/{cart}/items", {"cartItem": {"quote_id": str(cart), "sku": "MUG-1", "qty": 1}})
    assert place(client, cart).status_code == 400
    assert client.refused("GET", "carts/99")[0] == 404
    offered = client.ok("POST", f"carts/{cart}/estimate-shipping-methods", {"address": ADDRESS})
    assert [(one["carrier_code"], one["amount"]) for one in offered] == [("flatrate", 5)]
    assert {"code": "checkmo", "title": "Check / Money order"} in client.get(f"carts/{cart}/payment-methods")
    selected = client.ok("PUT", f"carts/{cart}/selected-payment-method", {"method": {"method": "checkmo"}})
    assert selected == str(cart)
    assert client.get(f"carts/{cart}/items")[0]["sku"] == "MUG-1"
    assert client.get(f"carts/{cart}")["items_qty"] == 1
