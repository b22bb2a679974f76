"""A simulated shop, and a client that signs as an independent OAuth library does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from oauthlib.oauth1 import Client as Signer
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.magento import Access, MagentoSettings, Shop, create_app
from mirakl_sync.sandbox.magento.catalogue import seed
from tests.sandbox.remote import Remote

HOST = "http://shop.example"


def signer(access: Access, method: str = SIGNATURE_HMAC_SHA256) -> Signer:
    return Signer(
        access.consumer_key,
        access.consumer_secret,
        access.token,
        access.token_secret,
        signature_method=method,
    )


def search(*filters: tuple[str, Any, str], **more: Any) -> str:
    """A query of filters that must all hold; `sort`, `size`, `page`, `fields`."""
    pairs = []
    for place, (field, value, condition) in enumerate(filters):
        where = f"searchCriteria[filter_groups][{place}][filters][0]"
        pairs += [(f"{where}[field]", field), (f"{where}[value]", value), (f"{where}[condition_type]", condition)]
    for place, (field, direction) in enumerate(more.get("sort", ())):
        where = f"searchCriteria[sortOrders][{place}]"
        pairs += [(f"{where}[field]", field), (f"{where}[direction]", direction)]
    named = (("size", "searchCriteria[pageSize]"), ("page", "searchCriteria[currentPage]"), ("fields", "fields"))
    pairs += [(name, more[key]) for key, name in named if key in more]
    pairs = pairs or [("searchCriteria", "")]
    return "&".join(f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in pairs)


@dataclass
class Client(Remote):
    """Speaks REST with the integration's keys; `control` speaks to /_sandbox/."""

    shop: Shop

    def __post_init__(self) -> None:
        self.open(create_app(self.shop))

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        url = path if path.startswith("/") else f"/rest/default/V1/{path}"
        if "headers" not in more:
            _, headers, _ = signer(self.shop.access).sign(f"{HOST}{url}", method)
            more["headers"] = headers
        if body is not None:
            more["json"] = body
        return self.flask.open(url, method=method, base_url=HOST, **more)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        answer = self(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def get(self, path: str) -> Any:
        return self.ok("GET", path)

    def find(self, what: str, *filters: tuple[str, Any, str], **more: Any) -> Any:
        return self.get(f"{what}?{search(*filters, **more)}")

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = self(method, path, body)
        assert answer.status_code >= 400, answer.text
        return answer.status_code, answer.json["message"]

    def salable(self, sku: str) -> Any:
        return self.get(f"inventory/get-product-salable-quantity/{sku}/1")

    def physical(self, sku: str) -> Any:
        return self.find("inventory/source-items", ("sku", sku, "eq"))["items"][0]["quantity"]

    def place(self, number: str = "MKP-1", *, quantity: int = 2, way: str = "orders/create", **more: Any) -> Any:
        """A marketplace order of mugs, as a careful connector sends it."""
        return self.ok("POST" if "mirakl" in way else "PUT", way, {"entity": entity(number, quantity, **more)})


def entity(number: str | None = "MKP-1", quantity: int = 2, **more: Any) -> dict[str, Any]:
    """Mugs at 10 and 20 % tax, 4.80 for shipping."""
    net, gross = 10 * quantity, 12 * quantity
    address = {"firstname": "Ana", "lastname": "Silva", "street": ["1 Rue X"], "city": "Lyon", "postcode": "69001"}
    address |= {"country_id": "FR", "telephone": "+33100000000", "email": "abc@notification.marketplace.example"}
    shipping = {"method": "flatrate_flatrate", "address": {"address_type": "shipping", **address}}
    item = {"sku": "MUG-1", "product_id": 1, "product_type": "simple", "name": "Mug", "store_id": 1}
    item |= {"qty_ordered": quantity, "price": 10, "base_price": 10, "price_incl_tax": 12, "row_total": net}
    item |= {"base_row_total": net, "row_total_incl_tax": gross, "base_row_total_incl_tax": gross, "tax_percent": 20}
    item |= {"tax_amount": gross - net, "base_tax_amount": gross - net, "ext_order_item_id": f"{number}-1"}
    totals = {"subtotal": net, "subtotal_incl_tax": gross, "shipping_amount": 4, "shipping_incl_tax": 4.8}
    totals |= {"shipping_tax_amount": 0.8, "tax_amount": gross - net + 0.8, "discount_amount": 0}
    totals |= {"grand_total": gross + 4.8, "total_due": gross + 4.8}
    given = {
        **({"increment_id": number} if number else {}),
        "ext_order_id": number,
        "store_id": 1,
        "state": "new",
        "status": "pending",
        "order_currency_code": "EUR",
        "base_currency_code": "EUR",
        "customer_is_guest": 1,
        "customer_email": "abc@notification.marketplace.example",
        "total_qty_ordered": quantity,
        **totals,
        **{f"base_{name}": value for name, value in totals.items()},
        "items": [item],
        "billing_address": {"address_type": "billing", **address},
        "payment": {
            "method": "checkmo",
            "amount_ordered": gross + 4.8,
            "additional_information": ["Paid on the marketplace", f"mirakl_reference=nordmarkt/2000/{number}"],
        },
        "status_histories": [
            {"comment": "From the marketplace", "status": "pending", "is_customer_notified": 0}
            | {"is_visible_on_front": 0, "entity_name": "order"}
        ],
        "extension_attributes": {"shipping_assignments": [{"shipping": shipping}]},
    }
    return {name: value for name, value in {**given, **more}.items() if value is not ...}


@pytest.fixture
def make_client() -> Callable[..., Client]:
    """A client of a shop with ten mugs and an uncounted voucher."""

    def make(**settings: Any) -> Client:
        shop = Shop(MagentoSettings(**settings))
        seed(shop, {"sku": "MUG-1", "title": "Mug", "price": 10, "quantity": 10, "weight": 0.3})
        seed(shop, {"sku": "VOUCHER", "title": "Voucher", "price": 25, "quantity": None})
        return Client(shop)

    return make


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()
