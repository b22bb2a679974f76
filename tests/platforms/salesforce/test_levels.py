"""What a record, an availability and a product say of a SKU."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_sync.platforms.salesforce import schemas
from mirakl_sync.platforms.salesforce.levels import is_sold, of_availability, of_record, unknown
from mirakl_sync.platforms.salesforce.schemas import camel, read

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HANDLING, BEYOND = "pre_order_back_order_handling", "pre_order_back_order_allocation"
BEFORE, LATER = "2026-11-20T12:00:00.000Z", "2026-11-22T12:00:00.000Z"


def by_record(**told):
    record = read(schemas.RECORD, {"product_id": "MUG", **told}, "record")
    return of_record("MUG", record, NOW, sellable=True, by_default=False)


@pytest.mark.parametrize(
    ("told", "quantity", "in_stock", "backorders"),
    [
        ({"ats": 7}, 7, True, False),
        ({"ats": Decimal("7.9")}, 7, True, False),
        ({"ats": 0}, 0, False, False),
        ({"ats": -3}, -3, False, False),
        ({}, 0, False, False),
        ({"ats": 0, "perpetual_flag": True}, None, True, False),
        ({"ats": 12, HANDLING: "backorder", BEYOND: 10}, 2, True, True),
        ({"ats": 10, HANDLING: "preorder", BEYOND: 10}, 0, False, True),
        ({"ats": 12, HANDLING: "none", BEYOND: 10}, 12, True, False),
        ({"ats": 5, HANDLING: "someday", "unheard": 1}, 5, True, True),
    ],
)
def test_what_may_be_sold_is_the_stock_without_what_is_sold_beyond_it(told, quantity, in_stock, backorders):
    fact = by_record(**told)
    assert (fact.quantity, fact.in_stock, fact.backorders) == (quantity, in_stock, backorders)
    assert (fact.product_id, fact.matches, fact.observed_at, fact.dated_by_shop) == ("MUG", 1, NOW, False)


def test_a_record_tells_when_it_last_changed():
    assert by_record(ats=1, last_modified=BEFORE).changed_at == datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(("by_default", "quantity"), [(True, None), (False, 0)])
def test_without_a_record_the_lists_default_speaks(by_default, quantity):
    fact = of_record("MUG", None, NOW, sellable=True, by_default=by_default)
    assert (fact.quantity, fact.in_stock, fact.matches) == (quantity, by_default, 1)


def test_an_unknown_product_is_nothing():
    fact = unknown("MUG", NOW)
    assert (fact.matches, fact.sellable, fact.in_stock) == (0, False, False)


@pytest.mark.parametrize(
    ("told", "quantity", "in_stock"),
    [
        ([{"id": "l", "ats": 5, "stockLevel": 6}], 5, True),
        ([{"id": "l", "ats": 0, "stockLevel": 3}], 0, False),
        ([{"id": "l", "ats": 999999, "stockLevel": 999999}], None, True),
        ([{"id": "l", "ats": 15, "stockLevel": 5, "backorderable": True}], 5, True),
        ([{"id": "l", "ats": 4, "stockLevel": 5, "preorderable": True}], 4, True),
        ([{"id": "l", "ats": 15, "backorderable": True}], 15, True),
        ([{"id": "l"}], 0, False),
        ([], 0, False),
    ],
)
def test_availability_is_the_storefronts_own_word(told, quantity, in_stock):
    available = read(schemas.AVAILABLE, {"id": "MUG", "inventories": told}, "availability")
    fact = of_availability(available, NOW)
    assert (fact.quantity, fact.in_stock, fact.sellable, fact.matches) == (quantity, in_stock, True, 1)


@pytest.mark.parametrize(
    ("told", "sold"),
    [
        ({}, True),
        ({"online_flag": {"default": True}}, True),
        ({"online_flag": {"default": False}}, False),
        ({"online_flag": {"default": True, "RefArch": False}}, False),
        ({"online_flag": {"default": False, "default@RefArch": True}}, True),
        ({"online_flag": {"default": False, "Other": True}}, False),
        ({"valid_from": {"default": LATER}}, False),
        ({"valid_from": {"default": BEFORE}}, True),
        ({"valid_to": {"default@RefArch": BEFORE}}, False),
        ({"valid_to": {"default@RefArch": LATER}, "valid_from": {"default": "soon"}}, True),
        ({"type": {"_type": "product_type", "item": True}}, True),
        ({"type": {"variant": True}}, True),
        ({"type": {"bundle": True}}, True),
        ({"type": {"master": True}}, False),
        ({"type": {"variation_group": True}}, False),
        ({"type": {"set": True}}, False),
        ({"type": {"master": False, "item": True}}, True),
    ],
)
def test_a_product_is_sold_while_it_is_online_for_the_site_and_within_its_dates(told, sold):
    product = read(schemas.PRODUCT, camel({"id": "MUG", **told}), "product")
    assert is_sold(product, "RefArch", NOW) is sold
