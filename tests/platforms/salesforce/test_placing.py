"""From drafts to requests: exactly the amounts, in the words of the vendor's contract."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mirakl_sync.errors import Refused
from mirakl_sync.money import Money
from mirakl_sync.platforms.salesforce.placing import address_body, differing, order_body
from mirakl_sync.platforms.salesforce.settings import read_settings
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import CommissionShape
from tests.contracts import salesforce_contract
from tests.platforms.drafts import MADRID, WIEN, addressed, any_draft, draft, line
from tests.platforms.salesforce.test_settings import GIVEN

ORDERS = "/checkout/orders/v1/organizations/f_ecom_zzte_053/orders"


def body_of(of, **settings):
    return order_body(of, read_settings(GIVEN | settings))


@pytest.mark.parametrize("taxation", ["gross", "net"])
@pytest.mark.parametrize("seed", range(30))
def test_every_order_adds_up_as_the_vendor_adds_it_up_and_keeps_its_contract(taxation, seed):
    wanted = addressed(any_draft(seed), email="x1@relay.example")
    body = body_of(wanted, taxation=taxation)
    items, (shipment,) = body["productItems"], body["shipments"]
    charged = shipment["shippingTotal"] + (shipment["taxTotal"] if taxation == "net" else 0)
    assert body["orderTotal"] == sum(item["grossPrice"] for item in items) + charged == wanted.total.amount
    assert body["taxTotal"] == sum(item["tax"] for item in items) + shipment["taxTotal"]
    assert all(item["netPrice"] + item["tax"] == item["grossPrice"] for item in items)
    salesforce_contract("orders").check_request("POST", ORDERS, {"siteId": "RefArch"}, body)


@pytest.mark.parametrize(("taxation", "base", "shipping"), [("gross", "13.33", "4.90"), ("net", "11.02", "4.05")])
def test_base_prices_and_shipping_follow_the_policy_of_the_site(taxation, base, shipping):
    body = body_of(addressed(draft(line(1, "MUG", "40.00", quantity=3))), taxation=taxation)
    assert body["productItems"][0]["basePrice"] == Decimal(base)
    assert body["shipments"][0]["shippingTotal"] == Decimal(shipping)
    assert body["productItems"][0]["taxRate"] == Decimal("0.21")


def test_an_order_begins_unpaid_so_that_nobody_works_on_it():
    body = body_of(addressed(draft()))
    assert body["paymentStatus"] == "not_paid"
    assert body["channelType"] == "marketplace"


def test_our_key_the_commission_and_the_relay_address_stand_in_attributes():
    wanted = addressed(draft(order_id="MKP-9-A"), email="x1@relay.example")
    body = body_of(wanted, attributes={"ship_by": "c_shipBy", "note": "c_miraklNote"})
    assert body["c_miraklReference"] == "nordmarkt/2000/MKP-9-A"
    assert (body["c_miraklOrderId"], body["c_miraklCommission"]) == ("MKP-9-A", Decimal("2.50"))
    assert (body["c_buyerEmail"], body["c_shipBy"]) == ("x1@relay.example", "2026-11-23")
    assert body["c_miraklNote"] == wanted.note
    assert body["productItems"][0]["c_miraklLineId"] == "L1"


def test_what_has_no_attribute_is_not_written():
    body = body_of(addressed(draft()), attributes={"commission": "", "order": ""})
    assert [name for name in body if name.startswith("c_")] == ["c_miraklReference"]


def test_a_commission_that_names_its_attribute_stands_there():
    wanted = addressed(draft())
    named = replace(wanted, commission=replace(wanted.commission, target="c_fee"))
    assert body_of(named)["c_fee"] == Decimal("2.50")
    none = addressed(draft(shape=CommissionShape.NONE))
    assert "c_miraklCommission" not in body_of(none)


@pytest.mark.parametrize(
    ("settings", "method"),
    [
        ({}, "Standard"),
        ({"shipping_method": "001"}, "001"),
        ({"shipping_method": "001", "shipping_methods": {"Standard": "STD"}}, "STD"),
        ({"shipping_method": "001", "shipping_methods": {"Express": "EXP"}}, "001"),
    ],
)
def test_the_shipping_method_is_the_sellers_word_or_the_marketplaces(settings, method):
    assert body_of(addressed(draft()), **settings)["shipments"][0]["shippingMethod"] == method


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (draft(), "address_missing"),
        (addressed(draft(total=Money(Decimal("1.00"), "EUR"))), "total_differs"),
        (addressed(replace(draft(), currency="SEK")), "total_differs"),
        (addressed(draft(*(line(n, "MUG", "1.00") for n in range(201)))), "lines_differ"),
    ],
)
def test_what_cannot_be_exact_is_refused_before_anything_is_sent(wanted, code):
    with pytest.raises(Refused) as refusal:
        body_of(wanted)
    assert refusal.value.code == code


def test_an_address_is_spelled_as_salesforce_spells_it():
    told = address_body(replace(MADRID, company="Casa", additional_info="Door 3"))
    assert told == {
        "firstName": "Ana",
        "lastName": "Prueba",
        "companyName": "Casa",
        "address1": "Calle 1",
        "address2": "2 B, Door 3",
        "postalCode": "28001",
        "city": "Madrid",
        "stateCode": "M",
        "countryCode": "ES",
        "phone": "+34600000000",
    }
    assert "address2" not in address_body(WIEN)
    assert len(address_body(Address(street_1="x" * 400))["address1"]) == 256


@pytest.mark.parametrize(
    ("wanted", "there", "differs"),
    [
        (Decimal("2.50"), Decimal("2.5"), False),
        (Decimal("3.00"), 3, False),
        (Decimal("2.50"), Decimal("2.6"), True),
        ("a", "a", False),
        ("a", None, True),
        (Decimal("2.50"), "2.50", False),
    ],
)
def test_an_attribute_is_written_again_only_when_it_says_something_else(wanted, there, differs):
    assert bool(differing({"c_x": wanted}, {"c_x": there})) is differs
