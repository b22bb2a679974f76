"""The number of an order: one for a sale, none for two."""

from __future__ import annotations

import re

import pytest

from mirakl_sync.platforms.salesforce.naming import LONGEST, mark, order_number
from mirakl_sync.platforms.salesforce.orders import reference_of
from mirakl_sync.platforms.salesforce.schemas import ShopOrder
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.records.shop import OrderReference


@pytest.mark.parametrize(
    ("order_id", "begins"),
    [
        ("SHOPA-000123-A", "MKP-SHOPA-000123-A-"),
        ("Commande n°12/A", "MKP-Commande-n-12-A-"),
        ("x" * 200, "MKP-xxxx"),
        ("été", "MKP-t-"),
        ("…", "MKP--"),
    ],
)
def test_a_number_reads_like_the_sale_and_is_safe_everywhere(order_id, begins):
    number = order_number(OrderReference("nordmarkt", "2000", order_id), "MKP-")
    assert number.startswith(begins)
    assert len(number) <= LONGEST
    assert re.fullmatch(r"[A-Za-z0-9_-]+", number)


def test_sales_that_look_alike_have_numbers_of_their_own():
    sales = [
        OrderReference(marketplace, shop, order_id)
        for marketplace in ("nordmarkt", "belle")
        for shop in ("1", "2")
        for order_id in ("A-1", "A/1", "A 1", "A" * 60, "A" * 61)
    ]
    assert len({order_number(sale, "MKP-") for sale in sales}) == len(sales)


def test_a_number_never_changes():
    assert order_number(OrderReference("nordmarkt", "2000", "MKP-1-A"), "MKP-") == "MKP-MKP-1-A-912df46ba6"


@pytest.mark.parametrize("prefix", ["M", "MARKETPLACE_15-"])
def test_any_prefix_leaves_room_for_the_mark(prefix):
    sale = OrderReference("nordmarkt", "2000", "Z" * 80)
    number = order_number(sale, prefix)
    assert len(number) == LONGEST
    assert number.endswith(f"-{mark(sale)}")


def held(told):
    """An order that carries this as its reference, under the number of nordmarkt/2000/A/1."""
    settings = StoreSettings()
    number = order_number(OrderReference("nordmarkt", "2000", "A/1"), "MKP-")
    return reference_of(ShopOrder(number, custom={settings.attribute("reference"): told}), settings)


@pytest.mark.parametrize("told", ["", None, "a/b", "a//b", "/a/b", 7])
def test_what_is_no_reference_is_none(told):
    assert held(told) is None


def test_an_order_id_may_hold_slashes():
    assert held("nordmarkt/2000/A/1") == OrderReference("nordmarkt", "2000", "A/1")
