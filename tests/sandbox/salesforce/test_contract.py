"""Every kind of answer, and the bodies the tests send, against the vendor's contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.contracts import salesforce_contract
from tests.sandbox.salesforce.conftest import DATA, ORDERS, ORG, RECORDS, SLAS, Client, address, line, order
from tests.sandbox.salesforce.test_inventory import AVAILABILITY, PRODUCTS, SHOPPER
from tests.sandbox.salesforce.test_orders import shipment


def judge(family: str, method: str, path: str, answer: TestResponse) -> None:
    body = answer.json if answer.data else None
    salesforce_contract(family).check_response(method, path, answer.status_code, body)


@pytest.fixture
def busy(make_client: Callable[..., Client]) -> Client:
    """Orders in every state, some of them shipped, corrected and paid back."""
    client = make_client(tracking_style="custom")
    less = {"grossPrice": -6, "netPrice": -5, "tax": -1, "reasonCode": "voucher", "itemText": "less"}
    items = [line(shipmentId="a", priceAdjustments=[less]), line(productId="TEE", shipmentId="b")]
    client.place(
        productItems=items,
        shipments=[shipment("a"), shipment("b")],
        orderPriceAdjustments=[less],
        orderTotal=117.80,
        taxTotal=19.64,
    )
    client.put_status("MKP-A-1", "external-status", "SHIPPING")
    parcel = {"carrier": "DHL", "number": "D-1", "link": "https://track.example/D-1", "items": [{"sku": "MUG"}]}
    client.control("orders/MKP-A-1/ship", parcel)
    client.control("orders/MKP-A-1/refund", {"items": [{"sku": "MUG", "quantity": 1, "amount": "30"}]})
    client.place(orderNo="MKP-A-2")
    sent = {"status": "cancelled", "cancel_code": "OUT", "cancel_description": "Not in stock"}
    client.control("orders/MKP-A-2", sent)
    client.control("sell", {"sku": "MUG", "quantity": 1})
    return client


def test_what_is_sent_is_what_the_vendor_takes() -> None:
    salesforce_contract("orders").check_request("POST", ORDERS, {"siteId": "RefArch"}, order())


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (ORDERS, {}),
        (ORDERS, {"sortBy": "last_modified_date", "status": "new,cancelled", "exportStatus": "exported,not_exported"}),
        (f"{ORDERS}/MKP-A-1", {}),
        (f"{ORDERS}/MKP-A-2", {}),
        (f"{ORDERS}/NOBODY", {}),
    ],
)
def test_orders_that_are_read(busy: Client, path: str, query: dict[str, str]) -> None:
    judge("orders", "GET", path, busy("GET", path, query_string=query))


def test_orders_that_are_written(busy: Client) -> None:
    where = f"{ORDERS}/MKP-A-1"
    payment = busy.read("MKP-A-1")["paymentInstruments"][0]["paymentInstrumentId"]
    calls: list[tuple[str, str, Any, str]] = [
        ("POST", ORDERS, order(orderNo="MKP-A-3"), "tsob"),
        ("POST", ORDERS, order(orderNo="MKP-A-3"), "tsob"),
        ("POST", ORDERS, order(orderNo="MKP-A-4", orderTotal=1), "tsob"),
        ("POST", ORDERS, order(orderNo="MKP-A-4", productItems=[line(shipmentId="x")]), "tsob"),
        ("PATCH", where, {"c_miraklCommission": 7.2}, "account_manager"),
        ("PUT", f"{where}/status", {"status": "completed"}, "account_manager"),
        ("PUT", f"{where}/status", {"status": "failed"}, "account_manager"),
        ("PUT", f"{where}/export-status", {"status": "ready"}, "account_manager"),
        ("PUT", f"{where}/confirmation-status", {"status": "confirmed"}, "account_manager"),
        ("PUT", f"{where}/payment-status", {"status": "nothing"}, "account_manager"),
        ("PUT", f"{where}/shipments/me/shipping-address", address(), "account_manager"),
        ("PATCH", f"{where}/payment-instruments/{payment}", {}, "account_manager"),
        ("PATCH", f"{where}/payment-instruments/nobody/transaction", {}, "account_manager"),
    ]
    for method, path, body, token in calls:
        judge("orders", method, path, busy(method, path, body, token=token))


def test_products_and_availability(busy: Client) -> None:
    for family, path, token, query in [
        ("products", f"{PRODUCTS}/MUG", "account_manager", {}),
        ("products", f"{PRODUCTS}/NOBODY", "account_manager", {}),
        ("products", f"{PRODUCTS}/MUG", "shopper", {}),
        ("shopper-products", SHOPPER, "shopper", {"ids": "MUG,GIFT-CARD,NEW"}),
        ("shopper-products", f"{SHOPPER}/MUG", "shopper", {}),
        ("shopper-products", f"{SHOPPER}/NOBODY", "shopper", {}),
        ("shopper-products", f"{SHOPPER}/MUG", "account_manager", {}),
        ("shopper-availability", AVAILABILITY, "shopper", {"productIds": "MUG,GIFT-CARD,NEW"}),
        ("shopper-availability", AVAILABILITY, "shopper", {"productIds": ",".join(map(str, range(25)))}),
    ]:
        judge(family, "GET", path, busy("GET", path, token=token, query_string=query))


def test_inventory_lists_and_records(busy: Client) -> None:
    for method, path, body, query in [
        ("GET", f"{DATA}/inventory_lists", None, {"select": "(**)"}),
        ("GET", f"{DATA}/inventory_lists/inventory_m", None, {}),
        ("GET", RECORDS, None, {"select": "(**)", "start": 1, "count": 2}),
        ("GET", RECORDS, None, {}),
        ("GET", f"{RECORDS}/MUG", None, {}),
        ("GET", f"{RECORDS}/NOBODY", None, {}),
        ("PATCH", f"{RECORDS}/MUG", {"allocation": {"amount": 4}}, {}),
        ("PUT", f"{RECORDS}/NEW", {"allocation": {"amount": 4}}, {}),
        ("PUT", f"{RECORDS}/NEW", {"allocation": {"amount": 4}, "_resource_state": "old"}, {}),
        ("DELETE", f"{RECORDS}/NEW", None, {}),
    ]:
        judge("data", method, path, busy(method, path, body, query_string=query))


def test_statuses_and_searches_of_the_data_api(busy: Client) -> None:
    where = f"{DATA}/sites/RefArch/orders"
    for method, path, body in [
        ("PUT", f"{where}/MKP-A-1/status", {"status": "open"}),
        ("PUT", f"{where}/MKP-A-1/status", {"status": "failed"}),
        ("PUT", f"{where}/NOBODY/export_status", {"status": "ready"}),
        ("PATCH", f"{where}/MKP-A-1", {"c_miraklCommission": 1}),
        ("POST", f"{DATA}/product_search", {"query": {"match_all_query": {}}, "select": "(**)", "count": 1}),
        ("POST", f"{DATA}/product_search", {"query": {}}),
    ]:
        judge("data", method, path, busy(method, path, body))


def test_tokens(client: Client) -> None:
    for kind, path, changed in [
        ("tsob", f"{SLAS}/trusted-system/token", {}),
        ("tsob", f"{SLAS}/trusted-system/token", {}),
        ("tsob", f"{SLAS}/trusted-system/token", {"hint": "me"}),
        ("shopper", f"{SLAS}/token", {}),
        ("shopper", f"{SLAS}/token", {"channel_id": "Elsewhere"}),
    ]:
        judge("slas", "POST", path, client.ask_token(kind, **changed))


def test_the_organization_is_one_the_contract_knows() -> None:
    assert ORG == "f_ecom_zzte_053"
