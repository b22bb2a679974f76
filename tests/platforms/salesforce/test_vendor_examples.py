"""The vendor's own examples of answers, read by us: what it prints is what we must be able to read."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.http.contract import Answer, Operation
from mirakl_sync.platforms.salesforce import schemas
from mirakl_sync.platforms.salesforce.answers import ORDER_GONE, PRODUCT_GONE, TOTALS, code_and_words, interpret
from mirakl_sync.platforms.salesforce.levels import of_availability
from mirakl_sync.platforms.salesforce.orders import platform_order
from mirakl_sync.platforms.salesforce.schemas import read
from mirakl_sync.platforms.salesforce.settings import read_settings
from tests.contracts import SHARED
from tests.platforms.salesforce.test_levels import NOW
from tests.platforms.salesforce.test_settings import GIVEN

ORDERS = "sfcc-scapi-orders-1.5.2.json"
PRODUCTS = "sfcc-scapi-products-1.2.0.json"
AVAILABILITY = "sfcc-scapi-shopper-availability-1.3.0.json"
SETTINGS = read_settings(GIVEN)


def example(contract, name):
    path = SHARED / "contracts" / contract
    if not path.exists():
        pytest.skip(f"the contract {contract} is not at {path.parent}; set MIRAKL_SYNC_SHARED")
    document = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return document["components"]["examples"][name]["value"]


def test_the_example_of_an_order_is_read():
    told = example(ORDERS, "OrderGet")
    order = platform_order(read(schemas.ORDER, told, "order"), SETTINGS)
    assert (order.order_id, order.status) == (told["orderNo"], told["status"])
    assert order.total.amount == Decimal(str(told["orderTotal"]))
    assert order.total.currency == told["currency"]
    assert order.reference is None
    assert order.modified_at is not None


def test_every_order_of_the_example_of_a_list_is_read():
    rows = example(ORDERS, "OrdersGet")["data"]
    read_rows = [read(schemas.ORDER, row, "order") for row in rows]
    assert [order.order_no for order in read_rows] == [row["orderNo"] for row in rows]
    assert all(order.items and order.shipments for order in read_rows)
    assert {item.product_id for item in read_rows[0].items} == {i["productId"] for i in rows[0]["productItems"]}


@pytest.mark.parametrize(
    ("contract", "name", "known"),
    [
        (ORDERS, "OrderNotFound", ORDER_GONE),
        (ORDERS, "InvalidOrderTotal", TOTALS),
        (ORDERS, "InvalidTaxTotal", TOTALS),
        (PRODUCTS, "getProduct404", PRODUCT_GONE),
    ],
)
def test_the_refusals_we_decide_by_have_the_vendors_codes(contract, name, known):
    assert code_and_words(example(contract, name))[0] in known


@pytest.mark.parametrize(
    ("contract", "name", "status", "kind"),
    [
        (ORDERS, "InvalidOrderTotal", 400, Refused),
        (ORDERS, "BadRequest", 400, Refused),
        (ORDERS, "UndoFailOrder", 409, Refused),
        (PRODUCTS, "getProduct401", 401, Misconfigured),
        (AVAILABILITY, "UnauthorizedExample", 401, Misconfigured),
    ],
)
def test_the_examples_of_refusals_say_whose_turn_it_is(contract, name, status, kind):
    told = example(contract, name)
    error = interpret(Operation("salesforce.read_order"), Answer(status, {}, b"", told))
    assert type(error) is kind
    assert told["detail"][:100] in error.words


def test_the_example_of_a_product_is_read():
    told = example(PRODUCTS, "DataProductExpandResult")
    product = read(schemas.PRODUCT, told, "product")
    assert product.product_id == told["id"]
    assert dict(product.online) == told["onlineFlag"]
    assert product.kinds == {name for name, yes in told["type"].items() if yes is True}


@pytest.mark.parametrize("name", ["GetAvailabilityResponseExample", "GetAvailabilityInventoryListsResponseExample"])
def test_the_examples_of_availability_are_read(name):
    rows = example(AVAILABILITY, name)["data"]
    for row in rows:
        fact = of_availability(read(schemas.AVAILABLE, row, "availability"), NOW)
        number = row["inventories"][0].get("ats", 0)
        whole = number >= 999_999
        assert (fact.sku, fact.quantity) == (row["id"], None if whole else int(number))
        assert fact.in_stock == (number > 0)
