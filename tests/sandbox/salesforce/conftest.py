"""A simulated B2C Commerce instance, and a client that knows its doors and holds a token for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.salesforce import InstanceSettings, Shop, create_app
from mirakl_sync.sandbox.salesforce.catalogue import seed
from tests.sandbox.remote import Remote

ORG = "f_ecom_zzte_053"
ORDERS = f"/checkout/orders/v1/organizations/{ORG}/orders"
SLAS = f"/shopper/auth/v1/organizations/{ORG}/oauth2"
DATA = "/s/-/dw/data/v25_6"
SHOP = "/s/RefArch/dw/shop/v25_6"
RECORDS = f"{DATA}/inventory_lists/inventory_m/product_inventory_records"
SCOPES = "SALESFORCE_COMMERCE_API:zzte_053 sfcc.orders.rw sfcc.products sfcc.inventory.availability"
TSOB = {
    "grant_type": "client_credentials",
    "hint": "ts_ext_on_behalf_of",
    "login_id": "guest",
    "idp_origin": "ecom",
    "client_id": "slas-client",
    "channel_id": "RefArch",
}
GOODS = [
    {"sku": "MUG", "title": "Mug", "price": "30.00", "quantity": 10},
    {"sku": "TEE", "title": "Tee", "price": "19.90", "quantity": 5, "on_order": 2, "turnover": 1},
    {"sku": "GIFT-CARD", "title": "Gift card", "price": "25.00", "quantity": None},
    {"sku": "NEW", "title": "Without a record", "price": "9.00", "record": False},
    {"sku": "HIDDEN", "title": "Offline", "price": "9.00", "quantity": 3, "status": "draft"},
]


@dataclass
class Client(Remote):
    """Speaks with every door; `control` speaks to /_sandbox/."""

    shop: Shop
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open(create_app(self.shop))

    def token(self, kind: str) -> str:
        if kind not in self.tokens:
            answer = self.ask_token(kind)
            assert answer.status_code == 200, answer.text
            self.tokens[kind] = answer.json["access_token"]
        return self.tokens[kind]

    def ask_token(self, kind: str, **changed: Any) -> TestResponse:
        if kind == "account_manager":
            form = {"grant_type": "client_credentials", "scope": SCOPES, **changed}
            return self.flask.post("/dwsso/oauth2/access_token", data=form, auth=("am-client", "am-secret"))
        if kind == "tsob":
            form = {**TSOB, **changed}
            return self.flask.post(f"{SLAS}/trusted-system/token", data=form, auth=("slas-client", "slas-secret"))
        form = {"grant_type": "client_credentials", "channel_id": "RefArch", **changed}
        return self.flask.post(f"{SLAS}/token", data=form, auth=("slas-client", "slas-secret"))

    def __call__(
        self, method: str, path: str, body: Any = None, token: str = "account_manager", **more: Any
    ) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token(token)}", **more.pop("headers", {})}
        if path.startswith(("/checkout", "/product")):
            more.setdefault("query_string", {})
            more["query_string"] = {"siteId": "RefArch", **more["query_string"]}
        return self.flask.open(path, method=method, json=body, headers=headers, **more)

    def get(self, path: str, token: str = "account_manager", **query: Any) -> Any:
        answer = self("GET", path, token=token, query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.json

    def place(self, **changed: Any) -> str:
        answer = self("POST", ORDERS, order(**changed), token="tsob")
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].rsplit("/", 1)[1]

    def read(self, order_no: str) -> Any:
        return self.get(f"{ORDERS}/{order_no}")

    def put_status(self, order_no: str, what: str, value: str) -> TestResponse:
        return self("PUT", f"{ORDERS}/{order_no}/{what}", {"status": value})

    def stock(self, sku: str) -> Any:
        return self.control(f"stock?sku={sku}")


def address(**changed: Any) -> dict[str, Any]:
    usual = {"firstName": "Jo", "lastName": "Doe", "address1": "1 rue A", "postalCode": "75001", "city": "Paris"}
    return {**usual, "countryCode": "FR", **changed}


def order(**changed: Any) -> dict[str, Any]:
    """Two mugs at 30.00 and 4.90 for shipping, prices with tax in them."""
    usual = {
        "orderNo": "MKP-A-1",
        "channelType": "marketplace",
        "currency": "EUR",
        "orderTotal": 64.90,
        "taxTotal": 10.82,
        "paymentStatus": "paid",
        "billingAddress": address(),
        "productItems": [line()],
        "shipments": [
            {
                "shipmentId": "s1",
                "shippingMethod": "STD",
                "shippingTotal": 4.90,
                "taxTotal": 0.82,
                "shippingAddress": address(),
            }
        ],
        "paymentInstruments": [
            {"paymentMethodId": "MARKETPLACE", "paymentTransaction": {"amount": 64.90, "transactionId": "A-1"}}
        ],
        "c_miraklReference": "nordmarkt/2000/A-1",
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def line(**changed: Any) -> dict[str, Any]:
    usual = {
        "productId": "MUG",
        "productName": "Mug",
        "quantity": 2,
        "basePrice": 30.00,
        "netPrice": 50.00,
        "tax": 10.00,
        "grossPrice": 60.00,
        "taxRate": 0.2,
        "shipmentId": "s1",
        "c_miraklLineId": "A-1-1",
    }
    return {**usual, **changed}


@pytest.fixture
def make_client() -> Callable[..., Client]:
    """A client of an instance with the usual goods and the settings given."""

    def make(**settings: Any) -> Client:
        shop = Shop(InstanceSettings(**settings))
        for product in GOODS:
            seed(shop, product)
        return Client(shop)

    return make


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()
