"""The other plugins' fields, in the shapes their public code writes."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from mirakl_sync.platforms.woocommerce import schemas
from mirakl_sync.platforms.woocommerce.orders import platform_order
from mirakl_sync.platforms.woocommerce.settings import read_settings
from mirakl_sync.records.shipment import Parcel, ParcelLine
from mirakl_sync.records.shop import PlatformOrder

AT = datetime(2026, 11, 20, tzinfo=UTC)
UNIX = 1795132800


def seen(meta: dict[str, Any], *lines: dict[str, Any], status: str = "processing", **settings: Any) -> PlatformOrder:
    row = {"id": 17, "status": status, "meta_data": _meta(meta), "line_items": list(lines)}
    return platform_order(schemas.read(schemas.ORDER, row, "order"), read_settings(settings), "https://shop.example")


def line(number: int, sold: int = 1, **meta: Any) -> dict[str, Any]:
    own = _meta({"_mirakl_order_line_id": f"L{number}", **meta})
    return {"id": number, "product_id": 90 + number, "quantity": sold, "meta_data": own}


def _meta(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(told.items())]


AFTERSHIP = {
    "slug": "dhl",
    "tracking_number": "JD014",
    "tracking_id": "0f343b0931126a20f133d67c2b018a3b",
    "additional_fields": {"account_number": "", "key": "", "postal_code": "", "ship_date": "20261120"},
    "line_items": [{"id": 1, "quantity": 2}],
    "metrics": {"created_at": "2026-11-20T10:00:00Z", "updated_at": "2026-11-20T10:00:00Z"},
}


def test_aftership_tells_carrier_number_date_and_what_is_inside():
    told = seen({"_aftership_tracking_items": [AFTERSHIP]}, line(1, 2), line(2))
    assert told.parcels == (Parcel(AFTERSHIP["tracking_id"], "dhl", "JD014", "", AT, (ParcelLine("L1", 2),)),)


@pytest.mark.parametrize("extra", [[], {}, None, {"ship_date": ""}, "x"])
def test_aftership_without_its_date_tells_none_for_its_own_times_are_no_utc(extra):
    entry = {**AFTERSHIP, "additional_fields": extra}
    entry.pop("line_items")
    (parcel,) = seen({"_aftership_tracking_items": [entry]}, line(1)).parcels
    assert (parcel.left_at, parcel.lines) == (None, None)


def test_parcelpanel_tells_its_parcels_as_text_of_an_object_by_number():
    panel = {
        "RR1CN": {
            "order_id": 17,
            "tracking_number": "RR1CN",
            "courier_code": "china-post",
            "fulfilled_at": UNIX,
            "items": "Mug x1",
        },
        "RR2CN": {
            "order_id": 17,
            "tracking_number": "RR2CN",
            "courier_code": "dhl",
            "fulfilled_at": str(UNIX),
            "items": "",
        },
    }
    told = seen({"_parcelpanel_shipping_numbers": json.dumps(panel)}, line(1)).parcels
    assert [(p.carrier, p.number, p.left_at, p.lines) for p in told] == [
        ("china-post", "RR1CN", AT, None),
        ("dhl", "RR2CN", AT, None),
    ]
    assert seen({"_parcelpanel_shipping_numbers": json.dumps(panel)}).parcels == told


def on_a_line(number: str, carrier: str = "DHL", url: str = "") -> dict[str, Any]:
    return {
        "tracking_number": number,
        "carrier_slug": carrier.lower(),
        "carrier_url": url,
        "carrier_name": carrier,
        "carrier_type": "custom-carrier",
        "time": UNIX,
    }


def by_line(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"_vi_wot_order_item_tracking_data": json.dumps(entries)}


def by_piece(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"_vi_wot_order_item_tracking_data_by_quantity": json.dumps(entries)}


def told_of(parcels: tuple[Parcel, ...]) -> list[tuple[str, dict[str, int]]]:
    return [(p.number, {each.line_id: each.quantity for each in p.lines or ()}) for p in parcels]


def test_orders_tracking_tells_by_line_and_a_parcel_is_all_its_lines():
    first = on_a_line("D1", url="https://dhl.example/{tracking_number}")
    told = seen({}, line(1, 2, **by_line(first)), line(2, **by_line(on_a_line("U2", "UPS"))), line(3, **by_line(first)))
    assert told_of(told.parcels) == [("D1", {"L1": 2, "L3": 1}), ("U2", {"L2": 1})]
    assert (told.parcels[0].carrier, told.parcels[0].url) == ("DHL", "https://dhl.example/D1")
    assert told.parcels[0].left_at == AT


def test_orders_tracking_keeps_old_numbers_before_the_one_that_counts():
    told = seen({}, line(1, **by_line(on_a_line("D1"), on_a_line("D2"))))
    assert told_of(told.parcels) == [("D2", {"L1": 1})]
    assert seen({}, line(1, **by_line(on_a_line("D1"), on_a_line("")))).parcels == ()


def test_orders_tracking_by_piece_counts_each_entry_as_one():
    entries = by_line(on_a_line("D1")) | by_piece(on_a_line("D1"), on_a_line(""), on_a_line("D2"))
    assert told_of(seen({}, line(1, 4, **entries)).parcels) == [("D1", {"L1": 2}), ("D2", {"L1": 1})]


def test_orders_tracking_garbage_on_a_line_is_passed_over(caplog):
    told = seen({}, line(1, _vi_wot_order_item_tracking_data="[{"), line(2, **by_line(on_a_line("D2"))))
    assert told_of(told.parcels) == [("D2", {"L2": 1})]
    assert len(caplog.records) == 1


def test_orders_tracking_for_the_whole_order():
    told = seen({"_wot_tracking_number": " W1 ", "_wot_tracking_carrier": "gls"}, line(1)).parcels
    assert told == (Parcel("_wot_tracking_number", "gls", "W1"),)


def test_yith_has_one_parcel_an_order_which_stays_when_corrected():
    fields = {"ywot_tracking_code": "Y1", "ywot_carrier_name": "MRW", "ywot_pick_up_date": "2026-11-20"}
    assert seen(fields).parcels == (Parcel("ywot_tracking_code", "MRW", "Y1", "", AT),)
    corrected = fields | {"ywot_tracking_code": "Y2", "ywot_carrier_url": "https://mrw.example/Y2"}
    assert seen(corrected).parcels == (Parcel("ywot_tracking_code", "MRW", "Y2", "https://mrw.example/Y2", AT),)


@pytest.mark.parametrize(
    ("fields", "carrier"),
    [({"ywot_carrier_id": "seur"}, "seur"), ({"ywot_carrier_id": "-1"}, ""), ({"ywot_carrier_id": -1}, "")],
)
def test_yith_premium_names_its_carrier_by_id(fields, carrier):
    assert seen({"ywot_tracking_code": "Y1", **fields}).parcels[0].carrier == carrier


def test_yith_without_a_number_has_no_parcel():
    assert seen({"ywot_tracking_code": "", "ywot_carrier_id": "seur"}).parcels == ()


ORDER_FIELDS = (
    "_wc_shipment_tracking_items",
    "_aftership_tracking_items",
    "_parcelpanel_shipping_numbers",
    "_wot_tracking_number",
    "ywot_tracking_code",
    "ywot_pick_up_date",
    "_fulfillment_status",
)
LINE_FIELDS = ("_vi_wot_order_item_tracking_data", "_vi_wot_order_item_tracking_data_by_quantity")
WORDS = ("tracking_number", "tracking_id", "slug", "products_list", "line_items", "qty", "product", "item_id", "time")
ODD = (None, True, "", " ", "1", "0", "-1", "1e99", "[{]", "\ud800\x00", 0, -7, 10**30, 1.5, [], {}, "2026-02-30")


def any_value(dice: random.Random, depth: int = 0) -> Any:
    """Something PHP may have left: nested, empty, of the wrong kind, or as JSON text."""
    kind = dice.randrange(4 if depth < 3 else 1)
    if kind == 0:
        return dice.choice(ODD)
    if kind == 1:
        return [any_value(dice, depth + 1) for _ in range(dice.randrange(4))]
    if kind == 2:
        return {dice.choice(WORDS): any_value(dice, depth + 1) for _ in range(dice.randrange(6))}
    return json.dumps(any_value(dice, depth + 1))


def test_whatever_stands_in_the_fields_the_order_is_read():
    read = 0
    for seed in range(1500):
        dice = random.Random(seed)
        fields = {name: any_value(dice) for name in ORDER_FIELDS}
        lines = [line(n, dice.choice([0, 1, "2", None]), **{f: any_value(dice) for f in LINE_FIELDS}) for n in (1, 2)]
        parcels = seen(fields, *lines, tracking_means_left=True).parcels
        assert len({parcel.parcel_id for parcel in parcels}) == len(parcels)
        assert all(parcel.lines is None or parcel.lines for parcel in parcels)
        assert all(each.quantity > 0 for parcel in parcels for each in parcel.lines or ())
        f"{parcels}".encode()
        read += len(parcels)
    assert read > 500


def test_a_number_one_plugin_copied_from_another_is_one_parcel():
    first = {"tracking_provider": "dhl", "tracking_number": "JD 014", "tracking_id": "a" * 32}
    meta = {"_wc_shipment_tracking_items": [first], "_aftership_tracking_items": [AFTERSHIP]}
    other = {**AFTERSHIP, "tracking_number": "JD015", "tracking_id": "b" * 32}
    assert [p.parcel_id for p in seen(meta, line(1, 2)).parcels] == ["a" * 32]
    meta["_aftership_tracking_items"] = [AFTERSHIP, other]
    assert [p.number for p in seen(meta, line(1, 2)).parcels] == ["JD 014", "JD015"]


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://x.example/%number%", "https://x.example/A%201"),
        ("https://x.example/{tracking_number}", "https://x.example/A%201"),
        ("https://x.example/%number%?zip=%postal_code%", ""),
        ("https://x.example/{tracking_number}/{postal_code}", ""),
        ("https://x.example/caf%c3%a9/%1$s", "https://x.example/caf%c3%a9/A%201"),
    ],
)
def test_the_plugins_ways_to_write_a_place_for_the_number(template, url):
    entry = {"tracking_provider": "", "tracking_number": "A 1", "custom_tracking_link": template, "tracking_id": "1"}
    assert seen({"_wc_shipment_tracking_items": [entry]}).parcels[0].url == url


@pytest.mark.parametrize(
    ("word", "status", "left"),
    [
        ("fulfilled", "processing", True),
        ("fulfilled", "on-hold", False),
        ("fulfilled", "cancelled", False),
        ("partially_fulfilled", "processing", False),
        ("unfulfilled", "processing", False),
        (None, "processing", False),
        ("partially_fulfilled", "completed", True),
    ],
)
def test_cores_fulfilments_say_by_one_word_whether_all_has_left(word, status, left):
    order = seen({"_fulfillment_status": word}, status=status)
    assert (order.left, order.parcels) == (left, ())
    assert order.reserves is (status != "cancelled")


def test_a_part_fulfilled_in_core_outweighs_that_tracking_means_left():
    meta = {"_fulfillment_status": "partially_fulfilled", "_wot_tracking_number": "W1"}
    assert not seen(meta, tracking_means_left=True).left
    assert seen({"_wot_tracking_number": "W1"}, tracking_means_left=True).left
