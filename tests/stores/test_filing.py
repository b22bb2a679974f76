"""Files for teams that import them: the same orders as by the API, in the format of the store's own kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.stores import filing, full_look
from tests.flows.days import Day, a_day
from tests.flows.test_every_platform import opened, placed_once

ORDERS = "{http://www.demandware.com/xml/impex/order/2006-10-31}"
INVENTORY = "{http://www.demandware.com/xml/impex/inventory/2007-05-31}"
DAY = timedelta(days=1)


@pytest.fixture
def day(database_url: str) -> Iterator[Day]:
    with opened(database_url, "salesforce") as made:
        yield made


def test_orders_have_the_numbers_and_totals_of_those_made_by_the_api(day: Day) -> None:
    order = day.buy(("MUG", 2), "LAMP")
    day.minutes(2)
    ours = placed_once(day, order)
    filed = filing.orders_file(day.wiring, "webshop", day.clock() - DAY)
    (told,) = ET.fromstring(filed.content).findall(f"{ORDERS}order")
    assert (told.get("order-no"), filed.count, filed.left_out) == (ours["number"], 1, ())
    gross = told.find(f"{ORDERS}totals/{ORDERS}order-total/{ORDERS}gross-price")
    assert gross is not None
    assert Decimal(gross.text or "0") == Decimal(ours["total"])


def test_sales_that_do_not_stand_and_old_ones_are_not_in_it(day: Day) -> None:
    order = day.buy("MUG")
    day.minutes(2)
    placed_once(day, order)
    assert filing.orders_file(day.wiring, "webshop", day.clock() + DAY).count == 0
    day.do(order, "cancel")
    day.minutes(3)
    assert filing.orders_file(day.wiring, "webshop", day.clock() - DAY).count == 0


def test_the_shelf_is_an_inventory_list(day: Day) -> None:
    full_look.read_levels(day.connection().store_pk, day.wiring)
    filed = filing.levels_file(day.wiring, "webshop")
    records = ET.fromstring(filed.content).findall(f"{INVENTORY}inventory-list/{INVENTORY}records/{INVENTORY}record")
    assert {record.get("product-id") for record in records} == {"MUG", "LAMP", "RUG"}
    assert filed.count == 3


def test_a_store_nobody_knows_is_named_with_those_that_are(day: Day) -> None:
    with pytest.raises(Misconfigured, match="nowhere") as refusal:
        filing.levels_file(day.wiring, "nowhere")
    assert "webshop" in refusal.value.way_out


def test_a_kind_that_writes_no_files_says_which_do(database_url: str) -> None:
    with a_day(database_url) as day, pytest.raises(Refused) as refusal:
        filing.orders_file(day.wiring, "webshop", day.clock())
    assert "Salesforce" in refusal.value.way_out
