"""A simulated shop and a client with its token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.shopify import Shop, ShopSettings, create_app
from tests.sandbox.remote import Remote

TOKEN = "shpat_sandbox"
GOODS = [
    {"sku": "MUG-1", "title": "Mug", "price": "30.00", "quantity": 10},
    {"sku": "TEE-S", "title": "Tee", "price": "12.10", "quantity": 2},
    {"sku": "VOUCHER", "title": "Voucher", "price": "5.00", "quantity": None},
]
DEFINITION = {
    "name": "Marketplace order",
    "namespace": "$app:mirakl",
    "key": "order_id",
    "type": "id",
    "ownerType": "ORDER",
    "capabilities": {"uniqueValues": {"enabled": True}},
}


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


@dataclass
class Client(Remote):
    """Speaks GraphQL with the shop's token; `control` speaks to /_sandbox/."""

    shop: Shop
    version: str = "2026-10"
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open(create_app(self.shop))

    def send(self, query: str, *, token: str = TOKEN, version: str = "", **variables: Any) -> TestResponse:
        return self.flask.post(
            f"/admin/api/{version or self.version}/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": token},
        )

    def __call__(self, query: str, **variables: Any) -> Any:
        """The data of a call that nobody refused at the top; of a single field, what it answered."""
        answer = self.send(query, **variables)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json, answer.json["errors"]
        data = answer.json["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        answer = self.send(query, **variables)
        assert answer.status_code == 200, answer.text
        return answer.json["errors"]

    def variant(self, sku: str) -> str:
        if sku not in self.ids:
            found = self(
                "query($q: String) { productVariants(first: 5, query: $q) { nodes { id sku } } }", q=f"sku:{sku}"
            )
            self.ids[sku] = found["nodes"][0]["id"]
        return self.ids[sku]

    def line(self, sku: str, quantity: int, price: str = "30.00", **more: Any) -> dict[str, Any]:
        return {"variantId": self.variant(sku), "quantity": quantity, "priceSet": money(price), **more}

    def create(self, order: dict[str, Any] | None = None, **options: Any) -> Any:
        """orderCreate with one mug unless `order` says otherwise; answers the payload."""
        given = {"lineItems": [self.line("MUG-1", 1)], "taxesIncluded": True, **(order or {})}
        return self(CREATE, order=given, options=options or None)

    def made(self, order: dict[str, Any] | None = None, **options: Any) -> str:
        """The id of an order that was made."""
        payload = self.create(order, **options)
        assert payload["userErrors"] == []
        return payload["order"]["id"]

    def stock(self, sku: str) -> int | None:
        return self.control("books")["stock"][sku]

    def entry(self, order_id: str) -> Any:
        """The order as the books tell it."""
        number = order_id.rpartition("/")[2]
        return next(entry for entry in self.control("books")["orders"] if entry["id"] == number)


CREATE = """
mutation($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order {
      id name displayFinancialStatus sourceName
      totalPriceSet { shopMoney { amount currencyCode } } totalTaxSet { shopMoney { amount } }
      lineItems(first: 50) { nodes { id sku taxLines { rate priceSet { shopMoney { amount } } } } }
    }
    userErrors { field message code }
  }
}
"""


@pytest.fixture
def make_client() -> Callable[..., Client]:
    """A client of a shop with mugs, tees, a voucher that is not counted, and the definition of the unique metafield."""

    def make(**settings: Any) -> Client:
        client = Client(Shop(ShopSettings(**{"webhook_seconds": 0.0, **settings})))
        client.control("products", {"products": GOODS})
        client(
            "mutation($d: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $d)"
            " { userErrors { code } } }",
            d=DEFINITION,
        )
        return client

    return make


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()
