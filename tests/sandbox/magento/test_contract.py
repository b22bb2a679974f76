"""Every kind of answer, and what the tests send, against the published definitions of three versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mirakl_sync.sandbox.magento.catalogue import seed
from tests.contracts_magento import VERSIONS, magento_contract
from tests.sandbox.magento.conftest import Client, entity, search

Make = Callable[..., Client]
ADDRESS = entity()["billing_address"]
WHERE = {name: value for name, value in ADDRESS.items() if name != "address_type"}


def check(client: Client, version: str, method: str, path: str, body: Any = None) -> Any:
    """Asks, and judges question and answer."""
    contract, url = magento_contract(version), f"/rest/default/V1/{path}"
    answer = client(method, path, body)
    contract.check_request(method, url, {}, body)
    contract.check_response(method, url, answer.status_code, answer.json)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.mark.parametrize("version", VERSIONS)
def test_an_orders_life_keeps_the_contract(make_client: Make, version: str) -> None:
    client = make_client(version=version)
    check(client, version, "PUT", "orders/create", {"entity": entity("A")})
    check(client, version, "PUT", "orders/create", {"entity": entity("B")})
    check(client, version, "POST", "orders", {"entity": {"entity_id": 1, "ext_order_id": "X"}})
    check(client, version, "POST", "order/1/invoice", {"capture": True, "notify": False})
    track = {"carrier_code": "ups", "title": "UPS", "track_number": "1Z"}
    items = [{"order_item_id": 1, "qty": 1}]
    source = {"extension_attributes": {"source_code": "default"}}
    check(client, version, "POST", "order/1/ship", {"items": items, "tracks": [track], "arguments": source})
    check(client, version, "POST", "order/1/ship", {})
    back = {"shipping_amount": 0, "extension_attributes": {"return_to_stock_items": [1]}}
    refund = {"items": items, "notify": False, "comment": {"comment": "x", "is_visible_on_front": 0}, "arguments": back}
    check(client, version, "POST", "order/1/refund", refund)
    for step in ("hold", "unhold", "cancel"):
        check(client, version, "POST", f"orders/2/{step}")
    comment = {"comment": "c", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": 1}
    check(client, version, "POST", "orders/1/comments", {"statusHistory": comment})
    for path in ("orders/1", "orders/1/statuses", "orders/1/comments", "orders/items/1", "shipment/1", "invoices/1"):
        check(client, version, "GET", path)
    check(client, version, "GET", "creditmemo/1")
    lists = ("orders", "orders/items", "shipments", "invoices", "creditmemos")
    for path in lists:
        query = search(("entity_id" if path != "orders/items" else "item_id", 0, "gt"), size=5, page=1)
        assert check(client, version, "GET", f"{path}?{query}")["items"]


@pytest.mark.parametrize("version", VERSIONS)
def test_goods_and_stock_keep_the_contract(make_client: Make, version: str) -> None:
    client = make_client(version=version)
    seed(client.shop, {"sku": "TEE", "type": "configurable", "children": ["MUG-1"], "quantity": None})
    seed(client.shop, {"sku": "CUP", "categories": ["Kitchen"], "attributes": {"brand": "Nord"}, "quantity": 1})
    paths = (
        f"products?{search()}",
        "products/CUP",
        "configurable-products/TEE/children",
        f"inventory/source-items?{search(('sku', 'MUG-1,CUP', 'in'))}",
        f"inventory/sources?{search()}",
        f"inventory/stocks?{search()}",
        "inventory/stocks/1",
        f"inventory/stock-source-links?{search()}",
        "inventory/get-sources-assigned-to-stock-ordered-by-priority/1",
        "inventory/stock-resolver/website/base",
        "inventory/get-product-salable-quantity/MUG-1/1",
        "inventory/is-product-salable/MUG-1/1",
        "inventory/is-product-salable-for-requested-qty/MUG-1/1/3",
        "inventory/are-products-salable?skus%5B0%5D=MUG-1&stockId=1",
        f"inventory/export-stock-salable-qty/website/base?{search()}",
        "inventory/dump-stock-index-data/website/base",
        "stockItems/MUG-1",
        "store/storeConfigs",
        "store/storeViews",
        "store/websites",
        "directory/countries",
        "directory/countries/ES",
        f"customerGroups/search?{search()}",
    )
    for path in paths:
        assert check(client, version, "GET", path) is not None
    prices = {"skus": ["MUG-1"]}
    check(client, version, "POST", "products/base-prices-information", prices)
    item = {"sku": "MUG-1", "source_code": "default", "quantity": 3, "status": 1}
    check(client, version, "POST", "inventory/source-items", {"sourceItems": [item]})


@pytest.mark.parametrize("version", VERSIONS)
def test_carts_people_and_bulks_keep_the_contract(make_client: Make, version: str) -> None:
    client = make_client(version=version)
    cart = check(client, version, "POST", "carts/", None)
    item = {"cartItem": {"quote_id": str(cart), "sku": "MUG-1", "qty": 1}}
    check(client, version, "POST", f"carts/{cart}/items", item)
    where: dict[str, Any] = {"shipping_address": WHERE, "billing_address": WHERE}
    where |= {"shipping_carrier_code": "flatrate", "shipping_method_code": "flatrate"}
    check(client, version, "POST", f"carts/{cart}/shipping-information", {"addressInformation": where})
    for part in ("", "/items", "/totals", "/payment-methods"):
        check(client, version, "GET", f"carts/{cart}{part}")
    check(client, version, "PUT", f"carts/{cart}/order", {"paymentMethod": {"method": "checkmo"}})
    person = {"email": "nordmarkt@shop.example", "firstname": "Marketplace", "lastname": "Nordmarkt"}
    made = check(client, version, "POST", "customers", {"customer": person})
    check(client, version, "GET", f"customers/{made['id']}")
    found = check(client, version, "GET", f"customers/search?{search(('email', person['email'], 'eq'))}")
    assert found["total_count"] == 1
    bulk = client("POST", "/rest/default/async/V1/products", {"product": {"sku": "NEW", "name": "New"}}).json
    check(client, version, "GET", f"bulk/{bulk['bulk_uuid']}/status")
    check(client, version, "GET", f"bulk/{bulk['bulk_uuid']}/detailed-status")


@pytest.mark.parametrize("path", ["orders/999", "nowhere", "orders", "products/NOPE"])
def test_refusals_keep_the_contract(client: Client, path: str) -> None:
    answer = client("GET", path)
    magento_contract()._judge(magento_contract().responses, magento_contract().error, answer.json, path)
