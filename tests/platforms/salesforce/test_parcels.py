"""Parcels by every convention merchants write them in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mirakl_sync.platforms.salesforce.parcels import parcels_of
from mirakl_sync.platforms.salesforce.schemas import Item, Shipment, ShopOrder
from mirakl_sync.platforms.salesforce.settings import read_settings
from mirakl_sync.records.shipment import Parcel, ParcelLine
from tests.platforms.salesforce.test_settings import GIVEN

ITEMS = (
    Item("MUG", "i1", custom={"c_miraklLineId": "L1"}),
    Item("TEE", "i2", custom={"c_miraklLineId": "L2"}),
    Item("TEE", "i3", custom={"c_miraklLineId": "L3"}),
    Item("GIFT", "i4"),
)


def parcels(number="", order_custom=None, method="STD", custom=None, **settings):
    shipment = Shipment("me", "shipped", number, method, custom=custom or {})
    order = ShopOrder("N", items=ITEMS, shipments=(shipment,), custom=order_custom or {})
    return parcels_of(order, read_settings(GIVEN | settings))


@pytest.mark.parametrize(
    ("number", "settings", "told"),
    [
        ("", {}, []),
        ("H1", {}, ["H1"]),
        (" H1 ", {}, ["H1"]),
        ("H1,1Z2, H3", {}, ["H1", "1Z2", "H3"]),
        ("H1,,H1,", {}, ["H1"]),
        ("H1;1Z2", {"tracking_separator": ";"}, ["H1", "1Z2"]),
        ("H 100-7", {"tracking_separator": "|"}, ["H 100-7"]),
    ],
)
def test_every_number_is_a_parcel_known_by_itself(number, settings, told):
    found = parcels(number, **settings)
    assert [parcel.number for parcel in found] == told
    assert [parcel.parcel_id for parcel in found] == told
    assert all((parcel.lines, parcel.left_at, parcel.url) == (None, None, "") for parcel in found)


def test_a_number_longer_than_an_id_may_be_has_a_short_one():
    (parcel,) = parcels("H" * 200)
    assert len(parcel.parcel_id) == 32


@pytest.mark.parametrize(
    ("number", "carrier", "told"),
    [
        ("H1", "hermes", ["hermes"]),
        ("H1,1Z2", "hermes,ups", ["hermes", "ups"]),
        ("H1,1Z2", "hermes", ["hermes", "hermes"]),
        ("H1,1Z2", "hermes,ups,dhl", ["hermes,ups,dhl"] * 2),
        ("H1,1Z2", "", ["", ""]),
        ("H1,1Z2", " ,ups", ["", "ups"]),
    ],
)
def test_carriers_stand_beside_their_numbers_or_for_all_of_them(number, carrier, told):
    found = parcels(number, custom={"c_carrier": carrier}, carrier_attribute="c_carrier")
    assert [parcel.carrier for parcel in found] == told


def test_attributes_may_stand_on_the_order():
    (parcel,) = parcels("H1", {"c_carrier": "hermes"}, carrier_attribute="c_carrier")
    assert parcel.carrier == "hermes"


def test_the_shipping_method_names_the_carrier_where_nothing_else_does():
    settings = {"carriers": {"STD": "DHL"}, "carrier_attribute": "c_carrier"}
    assert parcels("H1", **settings)[0].carrier == "DHL"
    assert parcels("H1", custom={"c_carrier": "hermes"}, **settings)[0].carrier == "hermes"
    assert parcels("H1", method="EXP", **settings)[0].carrier == ""


def test_an_address_with_commas_is_one_address():
    url = "https://track.example/?ids=1,2,3"
    assert parcels("H1", custom={"c_url": url}, url_attribute="c_url")[0].url == url


def test_json_tells_what_is_inside_by_our_line_ids():
    first = {"id": "P1", "number": "H1", "carrier": "hermes", "url": "https://t/1"}
    second = {"trackingNumber": "1Z2", "trackingUrl": "https://t/2", "occurredAt": "2026-11-21T10:00:00Z"}
    told = [
        {**first, "items": [{"itemId": "i1", "quantity": 2}]},
        {**second, "lineItems": [{"id": "L2", "quantity": 1}, {"id": "i4", "quantity": 1}]},
    ]
    assert parcels(custom={"c_parcels": json.dumps(told)}, parcels_attribute="c_parcels") == (
        Parcel("P1", "hermes", "H1", "https://t/1", None, (ParcelLine("L1", 2),)),
        Parcel("1Z2", "", "1Z2", "https://t/2", datetime(2026, 11, 21, 10, tzinfo=UTC), (ParcelLine("L2", 1),)),
    )


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([], None),
        ("all", None),
        ([{"sku": "MUG"}], (ParcelLine("L1", 1),)),
        ([{"sku": "TEE", "quantity": 1}], None),
        ([{"itemId": "i4", "quantity": 1}], None),
        ([{"itemId": "i1", "quantity": 0}], None),
        ([{"itemId": "i1", "quantity": "2"}], None),
        ([{"itemId": "i1", "quantity": 1}, {"itemId": "i1", "quantity": 1}, 7], (ParcelLine("L1", 2),)),
    ],
)
def test_what_does_not_name_a_line_of_ours_says_nothing_of_the_contents(pieces, lines):
    told = json.dumps({"number": "H1", "items": pieces})
    (parcel,) = parcels(custom={"c_parcels": told}, parcels_attribute="c_parcels")
    assert parcel.lines == lines


NO_NUMBER = '{"number": "H1", "items": [{"itemId": "i1", "quantity": Infinity}]}'


@pytest.mark.parametrize("told", ["", "no json", "7", "[1, 2]", "{}", '[{"carrier": ""}]', NO_NUMBER, "[" * 100_000])
def test_what_is_no_list_of_parcels_is_none(told):
    assert parcels(custom={"c_parcels": told}, parcels_attribute="c_parcels") == ()


def test_an_attribute_told_as_json_itself_is_read_like_its_text():
    told = {"number": "H1", "items": [{"itemId": "i1", "quantity": Decimal("2.0")}]}
    (parcel,) = parcels(custom={"c_parcels": told}, parcels_attribute="c_parcels")
    assert parcel.lines == (ParcelLine("L1", 2),)


def test_json_comes_before_the_number():
    told = json.dumps([{"number": "1Z2"}])
    found = parcels("H1", custom={"c_parcels": told}, parcels_attribute="c_parcels")
    assert [parcel.number for parcel in found] == ["1Z2"]
    assert [parcel.number for parcel in parcels("H1", parcels_attribute="c_parcels")] == ["H1"]


def test_a_parcel_in_two_shipments_is_one():
    both = tuple(Shipment(name, "shipped", "H1") for name in ("me", "s2"))
    found = parcels_of(ShopOrder("N", items=ITEMS, shipments=both), read_settings(GIVEN))
    assert [parcel.number for parcel in found] == ["H1"]
