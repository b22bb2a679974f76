"""The recorded session, replayed request by request on one sandbox: same ids, same money, same refusals.

None of the recorded files is left out.
"""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from mirakl_sync.sandbox.magento import MagentoSettings, Shop
from tests.sandbox.magento.conftest import Client
from tests.sandbox.magento.recorded import RECORDINGS

ADDRESS = {"firstname": "Ana", "lastname": "Test", "street": ["Calle 1"], "city": "Madrid", "postcode": "28001"}
ADDRESS |= {"country_id": "ES", "region": "Madrid", "region_id": 161, "region_code": "Madrid"}
ADDRESS |= {"telephone": "600000000", "email": "ana@example.test"}


def buy(client: Client) -> None:
    cart = client.ok("POST", "carts/", {})
    client.ok("POST", f"carts/{cart}/items", {"cartItem": {"quote_id": str(cart), "sku": "MUG-1", "qty": 2}})
    where = {"shipping_address": ADDRESS, "billing_address": ADDRESS}
    where |= {"shipping_carrier_code": "flatrate", "shipping_method_code": "flatrate"}
    client.ok("POST", f"carts/{cart}/shipping-information", {"addressInformation": where})
    client.ok("PUT", f"carts/{cart}/order", {"paymentMethod": {"method": "checkmo"}})


# In the order they were recorded; a function is what the session did between two recorded requests.
SESSION: list[Any] = [
    "00-storeConfigs",
    "01-bearer-integration-401",
    "02-admin-token-2fa",
    "03-product-create",
    "04-product-slash-sku",
    "05-product-slash-get",
    "06-404",
    "07-err-missing",
    "08-err-json",
    "09-source-items",
    "10-stock-item",
    "11-source-items-post",
    "12-salable",
    "13-source-items-bad",
    buy,
    "20-order-get",
    "21-invoice",
    "22-ship-partial",
    "23-ship-too-many",
    "24-invoice-again",
    "25-refund",
    "26-order-after",
    "27-bad-field",
    "28-page-beyond",
    "29-no-criteria",
    "30-comment",
    "31-cancel-processing",
    buy,
    "32-cancel-pending",
    lambda client: client.control("stock", {"sku": "MUG-1", "physical": 30}),
    lambda client: client.shop.store.numbers.next("product"),
    "33-product-put",
    "34-async",
    "35-async-bulk",
    "36-bulk-status",
    "37-bulk-detailed",
    lambda client: client.control("consume", {}),
    "38-bulk-detailed-after",
]


def ask(client: Client, name: str, bulks: dict[str, str]) -> TestResponse:
    asked = RECORDINGS.read(name)["request"]
    path = asked["path"]
    for theirs, ours in bulks.items():
        path = path.replace(theirs, ours)
    path = path.replace("[", "%5B").replace("]", "%5D")
    if name == "01-bearer-integration-401":
        return client("GET", path, headers={"Authorization": f"Bearer {client.shop.access.token}"})
    if name == "08-err-json":
        return client("POST", path, data=b"{nonsense", content_type="application/json")
    return client(asked["method"], path, asked["body"])


def read(answer: TestResponse) -> Any:
    return answer.json if "json" in answer.content_type else answer.text


@pytest.fixture(scope="module")
def session() -> dict[str, tuple[dict[str, Any], TestResponse]]:
    RECORDINGS.needed()
    client = Client(Shop(MagentoSettings(url="http://127.0.0.1:8090")))
    bulks: dict[str, str] = {}
    answers = {}
    for step in SESSION:
        if not isinstance(step, str):
            step(client)
            continue
        theirs, ours = RECORDINGS.read(step)["response"], ask(client, step, bulks)
        answers[step] = (theirs, ours)
        if isinstance(theirs["body"], dict) and "bulk_uuid" in theirs["body"]:
            bulks[theirs["body"]["bulk_uuid"]] = ours.json["bulk_uuid"]
    return answers


def test_every_recorded_file_is_replayed() -> None:
    RECORDINGS.needed()
    assert sorted(path.stem for path in RECORDINGS.folder.glob("*.json")) == sorted(
        s for s in SESSION if isinstance(s, str)
    )


@pytest.mark.parametrize("name", [step for step in SESSION if isinstance(step, str)])
def test_the_answer_is_the_recorded_one(session: dict[str, Any], name: str) -> None:
    theirs, ours = session[name]
    assert ours.status_code == theirs["status"]
    assert ours.content_type.replace(" ", "").lower() == theirs["headers"]["Content-Type"].replace(" ", "").lower()
    assert RECORDINGS.differences(theirs["body"], read(ours)) == []
