"""PUT /V1/orders/<order>: an address of an order, as the published definition names it."""

from __future__ import annotations

from collections.abc import Callable

from tests.contracts_magento import magento_contract
from tests.sandbox.magento.conftest import Client, entity

Make = Callable[..., Client]
WEG = {"firstname": "Eva", "lastname": "Muster", "street": ["Weg 1"], "city": "Wien", "postcode": "1010"}


def test_an_address_is_changed_by_its_id_and_the_order_does_not_move(make_client: Make) -> None:
    client = make_client()
    made = client("PUT", "orders/create", {"entity": entity("A")}).json
    number = made["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"]["entity_id"]
    client.shop.clock.advance(60)
    body = {"entity": {**WEG, "entity_id": number, "parent_id": 1, "address_type": "shipping", "telephone": "-"}}
    answer = client("PUT", "orders/1", body)
    magento_contract().check_request("PUT", "/rest/default/V1/orders/1", {}, body)
    magento_contract().check_response("PUT", "/rest/default/V1/orders/1", 200, answer.json)
    now = client("GET", "orders/1").json
    shipping = now["extension_attributes"]["shipping_assignments"][0]["shipping"]["address"]
    assert (shipping["entity_id"], shipping["city"], shipping["country_id"]) == (number, "Wien", "FR")
    assert now["billing_address"] == made["billing_address"]
    assert now["updated_at"] == made["updated_at"]


def test_an_address_of_another_order_or_of_no_kind_is_refused(make_client: Make) -> None:
    client = make_client()
    client("PUT", "orders/create", {"entity": entity("A")})
    assert client("PUT", "orders/1", {"entity": {**WEG, "entity_id": 99, "address_type": "billing"}}).status_code == 404
    assert client("PUT", "orders/1", {"entity": WEG}).status_code == 400
    assert client("PUT", "orders/7", {"entity": {**WEG, "address_type": "billing"}}).status_code == 404
