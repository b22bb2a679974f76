"""Files in the vendor's XML formats, judged by its own schemas."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.salesforce.impex import INVENTORY, ORDERS, inventory_xml, orders_xml
from mirakl_sync.platforms.salesforce.naming import order_number
from mirakl_sync.platforms.salesforce.settings import read_settings
from mirakl_sync.records.shop import ProductFacts
from tests.contracts import SHARED
from tests.platforms.drafts import WIEN, addressed, any_draft, draft, line
from tests.platforms.salesforce.test_settings import GIVEN
from tests.sandbox.salesforce.xsd import faults

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ORD, INV = f"{{{ORDERS}}}", f"{{{INVENTORY}}}"


def judged(name, document):
    schema = SHARED / "contracts" / name
    if not schema.exists():
        pytest.skip(f"the format {name} is not at {schema.parent}; set MIRAKL_SYNC_SHARED")
    return faults(schema, document)


def orders(*drafts, **settings):
    return orders_xml(drafts, read_settings(GIVEN | settings))


@pytest.mark.parametrize("taxation", ["gross", "net"])
def test_orders_are_valid_whatever_was_sold(taxation):
    wanted = [addressed(any_draft(seed), WIEN, email="x1@relay.example") for seed in range(20)]
    odd = addressed(draft(line(1, "A<&>\"' B", "1.00"), shipping="0"))
    bare = replace(odd, note="", paid=False, billing=replace(WIEN, phone="", first_name=""))
    document = orders(*wanted, odd, bare, taxation=taxation)
    assert judged("sfcc-impex-order.xsd", document) == []
    assert len(ET.fromstring(document)) == 22


def test_a_file_says_what_the_api_would_have_been_told():
    wanted = addressed(draft(order_id="MKP-9-A"), email="x1@relay.example")
    (order,) = ET.fromstring(orders(wanted))
    told = {element.tag.removeprefix(ORD): element.text for element in order.iter()}
    assert order.attrib["order-no"] == order_number(wanted.reference, "MKP-")
    assert (told["guest"], told["customer-email"]) == ("true", "x1@relay.example")
    assert (told["channel-type"], told["external-order-no"]) == ("Marketplace", "MKP-9-A")
    assert (told["export-status"], told["payment-status"]) == ("READY", "PAID")
    total = order.find(f"{ORD}totals/{ORD}order-total/{ORD}gross-price").text
    assert Decimal(total) == wanted.total.amount
    attributes = {one.attrib["attribute-id"]: one.text for one in order.findall(f"{ORD}custom-attributes/*")}
    assert attributes["miraklReference"] == "nordmarkt/2000/MKP-9-A"
    assert attributes["miraklCommission"] == "2.50"
    assert order.find(f"{ORD}notes/{ORD}note/{ORD}text").text == wanted.note
    assert order.find(f".//{ORD}product-lineitem/{ORD}custom-attributes/*").text == "L1"


def test_what_cannot_be_exact_is_in_no_file():
    with pytest.raises(Refused):
        orders(draft())


def test_an_inventory_is_valid_and_tells_counted_uncounted_and_none():
    levels = [
        ProductFacts("MUG", NOW, product_id="MUG", quantity=7),
        ProductFacts("DEBT", NOW, product_id="DEBT", quantity=-3, in_stock=False),
        ProductFacts("ALWAYS", NOW, product_id="ALWAYS", quantity=None),
        ProductFacts("NEVER", NOW, product_id="NEVER", quantity=None, in_stock=False),
        ProductFacts("GONE", NOW, matches=0, in_stock=False, sellable=False),
    ]
    document = inventory_xml(levels, "inventory_m")
    assert judged("sfcc-impex-inventory.xsd", document) == []
    root = ET.fromstring(document)
    told = {
        record.attrib["product-id"]: (record.find(f"{INV}allocation").text, record.find(f"{INV}perpetual").text)
        for record in root.iter(f"{INV}record")
    }
    assert told == {
        "MUG": ("7", "false"),
        "DEBT": ("0", "false"),
        "ALWAYS": ("0", "true"),
        "NEVER": ("0", "false"),
    }
    assert root.find(f".//{INV}header").attrib["list-id"] == "inventory_m"
    assert root.find(f".//{INV}allocation-timestamp").text == "2026-11-21T12:00:00.000Z"
