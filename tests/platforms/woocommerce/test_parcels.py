"""Parcels as plugins leave them in an order's fields, with every oddity PHP and people add. No shop is asked."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from mirakl_sync.errors import Misconfigured
from mirakl_sync.platforms.woocommerce import schemas
from mirakl_sync.platforms.woocommerce.orders import platform_order
from mirakl_sync.platforms.woocommerce.settings import read_settings
from mirakl_sync.records.shipment import Parcel, ParcelLine
from mirakl_sync.records.shop import PlatformOrder

NUMBERS = iter(range(700, 10_000))
KEY = "7d3f0c8a0b8e4a0f9a6d5f3c2b1a0e9d"
UPS = {
    "tracking_provider": "ups",
    "custom_tracking_provider": "",
    "custom_tracking_link": "",
    "tracking_number": "1Z999",
    "date_shipped": "1795132800",
    "tracking_id": KEY,
}
LEFT_AT = datetime(2026, 11, 20, tzinfo=UTC)


def line(number: int, sold: int = 2, ours: str = "", product: int = 93, variation: int = 0) -> dict[str, Any]:
    meta = [{"id": 1, "key": "_mirakl_order_line_id", "value": ours}] if ours else []
    return {"id": number, "product_id": product, "variation_id": variation, "quantity": sold, "meta_data": meta}


LINES = (line(315, ours="L1"), line(316, sold=3, ours="L2", product=94, variation=95), line(317, product=96))


def seen(*meta: tuple[str, Any], status: str = "processing", lines: Any = LINES, **settings: Any) -> PlatformOrder:
    row = {
        "id": next(NUMBERS),
        "status": status,
        "line_items": list(lines),
        "meta_data": [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(meta)],
    }
    return platform_order(schemas.read(schemas.ORDER, row, "order"), read_settings(settings), "https://shop.example")


def tracked(value: Any, **more: Any) -> tuple[Parcel, ...]:
    return seen(("_wc_shipment_tracking_items", value), **more).parcels


def inside(products: Any, **more: Any) -> dict[str, int] | None:
    (parcel,) = tracked([{**UPS, "products_list": products}], **more)
    return None if parcel.lines is None else {each.line_id: each.quantity for each in parcel.lines}


def test_an_entry_of_the_plugin_is_a_parcel():
    assert tracked([UPS]) == (Parcel(KEY, "ups", "1Z999", "", LEFT_AT),)


@pytest.mark.parametrize(
    "value",
    [
        [UPS],
        {"0": UPS},
        {"3": UPS},
        UPS,
        json.dumps([UPS]),
        json.dumps({"1": UPS}),
        [{**UPS, "date_shipped": 1795132800}],
        [{**UPS, "date_shipped": "2026-11-20"}],
        [{**UPS, "status_shipped": 1, "source": "api"}],
    ],
    ids=["list", "object", "list with a gap", "alone", "text", "text of an object", "number", "date", "more fields"],
)
def test_the_shapes_php_makes_of_a_list_are_all_read(value):
    assert tracked(value) == (Parcel(KEY, "ups", "1Z999", "", LEFT_AT),)


@pytest.mark.parametrize("value", [None, "", [], {}, "[]", "  "])
def test_nothing_entered_is_no_parcel_and_no_complaint(value, caplog):
    assert tracked(value) == ()
    assert caplog.records == []


@pytest.mark.parametrize(
    "value",
    [
        "a:1:{i:0;s:5:",
        "1Z999",
        17,
        True,
        [UPS["tracking_number"]],
        [[UPS]],
        [None],
        {"a": 1},
        '"1Z999"',
        "3",
        "[" * 9999,
    ],
)
def test_garbage_is_no_parcel_and_said_once_without_the_buyers_data(value, caplog):
    number = next(NUMBERS)
    meta = [{"id": 1, "key": "_wc_shipment_tracking_items", "value": value}]
    row = {"id": number, "status": "processing", "billing": {"email": "ana@buyer.example"}, "meta_data": meta}
    order = schemas.read(schemas.ORDER, row, "order")
    with caplog.at_level(logging.WARNING):
        told = [platform_order(order, read_settings({}), "https://shop.example") for _ in range(3)]
    assert [each.parcels for each in told] == [(), (), ()]
    (record,) = caplog.records
    assert str(number) in record.getMessage()
    assert "ana@" not in caplog.text
    assert "1Z999" not in caplog.text


def test_the_readable_entries_beside_garbage_stay(caplog):
    assert [parcel.number for parcel in tracked([None, UPS, "x"])] == ["1Z999"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("entered", "read"),
    [
        ("  1Z 999-AA/10 ", "1Z 999-AA/10"),
        ("ß№漢字#?&", "ß№漢字#?&"),
        ("1Z\u00a0999\u200b\t\n", "1Z 999"),
        ("1Z\x00999\ud800", "1Z999"),
        (123456789012, "123456789012"),
        ("000123", "000123"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_is_kept_as_entered_but_for_its_edges(entered, read):
    assert tracked([{**UPS, "tracking_number": entered}])[0].number == read


def test_a_carrier_that_is_not_on_the_plugins_list_is_named_with_its_link():
    own = {
        **UPS,
        "tracking_provider": "",
        "custom_tracking_provider": " Bicycle Bob ",
        "custom_tracking_link": "https://bob.example/?n=%1$s",
        "tracking_number": "B 7/8",
    }
    assert tracked([own]) == (Parcel(KEY, "Bicycle Bob", "B 7/8", "https://bob.example/?n=B%207%2F8", LEFT_AT),)


@pytest.mark.parametrize(
    "template", ["https://x.example/%1$s/%2$s", "javascript:alert(1)", "bob.example/%1$s", "", None, 7]
)
def test_a_link_we_cannot_complete_is_none(template):
    assert tracked([{**UPS, "custom_tracking_link": template}])[0].url == ""


@pytest.mark.parametrize("when", ["", None, "soon", "0", "-5", 0, "99999999999999999999", [1]])
def test_a_date_that_is_none_is_unknown(when):
    assert tracked([{**UPS, "date_shipped": when}])[0].left_at is None


def test_an_entry_that_says_nothing_is_no_parcel():
    assert tracked([{**UPS, "tracking_provider": "", "tracking_number": " "}]) == ()


def test_without_an_id_the_number_and_its_carrier_make_one_that_stays():
    nameless = {**UPS, "tracking_id": ""}
    (first,), (again,) = tracked([nameless]), tracked([{**nameless, "date_shipped": ""}])
    assert first.parcel_id == again.parcel_id != ""
    assert tracked([{**nameless, "tracking_number": "1Z998"}])[0].parcel_id != first.parcel_id


def test_a_corrected_number_keeps_its_parcel():
    assert [p.parcel_id for p in tracked([{**UPS, "tracking_number": "1Z998"}])] == [KEY]


def test_an_entry_written_twice_is_one_parcel():
    half, other = ({**UPS, "products_list": [{"item_id": item, "qty": 1}]} for item in ("315", "316"))
    (parcel,) = tracked([half, other, half])
    assert parcel.lines == (ParcelLine("L1", 1), ParcelLine("L2", 1))


def test_an_id_used_for_two_numbers_makes_two_parcels_whose_ids_stay():
    two = [UPS, {**UPS, "tracking_number": "1Z998"}]
    first, second = tracked(two)
    assert (first.parcel_id, first.number, second.number) == (KEY, "1Z999", "1Z998")
    assert second.parcel_id != KEY
    assert tracked(two)[1].parcel_id == second.parcel_id


def test_an_id_used_again_and_again_makes_a_parcel_a_number():
    other = {**UPS, "tracking_number": "1Z998", "products_list": [{"item_id": "315", "qty": 1}]}
    more = {**other, "products_list": [{"item_id": "316", "qty": 1}]}
    told = tracked([UPS, other, more, UPS])
    assert [parcel.number for parcel in told] == ["1Z999", "1Z998"]
    assert told[1].lines == (ParcelLine("L1", 1), ParcelLine("L2", 1))


def test_an_id_too_long_to_be_one_is_shortened_and_stays():
    (parcel,) = tracked([{**UPS, "tracking_id": "x" * 500}])
    assert len(parcel.parcel_id) == 32
    assert tracked([{**UPS, "tracking_id": "x" * 500, "tracking_number": "2"}])[0].parcel_id == parcel.parcel_id
    assert tracked([{**UPS, "tracking_id": "x" * 501}])[0].parcel_id != parcel.parcel_id


def test_fifty_parcels_are_fifty_parcels():
    many = [{**UPS, "tracking_id": f"{n:032x}", "tracking_number": f"1Z{n}"} for n in range(50)]
    told = tracked(many)
    assert [parcel.number for parcel in told] == [f"1Z{n}" for n in range(50)]
    assert len({parcel.parcel_id for parcel in told}) == 50


@pytest.mark.parametrize(
    "products",
    [
        [{"product": "93", "item_id": "315", "qty": "1"}],
        [{"product": 93, "item_id": 315, "qty": 1}],
        {"0": {"product": "93", "item_id": "315", "qty": "1"}},
        '[{"product":"93","item_id":"315","qty":"1"}]',
        [{"product": "93", "qty": "1.0"}],
        [{"product": "93", "item_id": "", "qty": 1}],
        [{"product": "93", "item_id": "315", "qty": 1}, {"product": "96", "item_id": "317", "qty": 2}],
        [{"product": "93", "item_id": "315", "qty": 1}, {"product": "94", "item_id": "316", "qty": "0"}],
        [{"product": "93", "item_id": "315", "qty": 1}, {"product": "94", "item_id": "316", "qty": -2}],
        [{"product": "93", "item_id": "315", "qty": 1}, "x", None],
        [{"product": "93", "qty": 1}, {"product": "0", "qty": 1}],
        '[{"product":93,"item_id":315,"qty":1.0}]',
        [{"product": "93", "item_id": "315", "qty": 1}, {"product": "94", "item_id": "316", "qty": "1e999999"}],
        [{"product": "93", "item_id": "315", "qty": 1}, {"product": "94", "item_id": "316", "qty": 0.5}],
    ],
    ids=[
        "text",
        "numbers",
        "object",
        "json",
        "product",
        "no item",
        "not ours",
        "nought",
        "negative",
        "odd rows",
        "unknown product",
        "fractions",
        "endless",
        "half",
    ],
)
def test_what_is_inside_is_told_by_our_own_lines(products):
    assert inside(products) == {"L1": 1}


@pytest.mark.parametrize("products", [None, "", [], {}, "garbage", [{"product": "93", "item_id": "315", "qty": "x"}]])
def test_a_plugin_that_does_not_say_what_is_inside_leaves_it_open(products):
    assert inside(products) is None


def test_never_more_of_a_line_than_was_sold():
    assert inside([{"item_id": "315", "qty": 9}, {"item_id": "315", "qty": 1}]) == {"L1": 2}


def test_a_variation_is_found_by_its_own_number_and_its_parents():
    assert inside([{"product": "95", "qty": 1}]) == inside([{"product": "94", "qty": 1}]) == {"L2": 1}


def test_a_product_sold_on_two_lines_fills_the_first_before_the_second():
    lines = (line(315, sold=2, ours="L1"), line(316, sold=3, ours="L2"))
    assert inside([{"product": "93", "qty": 4}], lines=lines) == {"L1": 2, "L2": 2}


def test_a_parcel_with_nothing_but_what_staff_added_is_not_the_marketplaces():
    assert tracked([{**UPS, "products_list": [{"item_id": "317", "qty": 1}]}]) == ()


def test_items_the_order_no_longer_has_leave_open_what_is_inside():
    assert inside([{"item_id": "999", "qty": 1}]) is None


@pytest.mark.parametrize(
    ("status", "left", "live"),
    [
        ("completed", True, True),
        ("shipped", True, True),
        ("delivered", True, True),
        ("partial-shipped", False, True),
        ("processing", False, True),
        ("on-hold", False, False),
        ("cancelled", False, False),
        ("refunded", False, False),
        ("driver-dispatched", False, True),
    ],
)
def test_the_status_says_whether_everything_has_left(status, left, live):
    order = seen(("_wc_shipment_tracking_items", [UPS]), status=status)
    assert (order.left, order.live, len(order.parcels)) == (left, live, 1)
    assert order.canceled is (status == "cancelled")


@pytest.mark.parametrize("status", ["shipped", "delivered", "partial-shipped", "completed"])
def test_what_is_on_its_way_keeps_its_stock_taken(status):
    assert seen(status=status).reserves


def test_the_shop_may_have_words_of_its_own_for_left():
    told = {"status_shipped": "wc-driver-dispatched, Delivered"}
    assert seen(status="driver-dispatched", **told).left
    assert seen(status="delivered", **told).left
    assert not seen(status="completed", **told).left


def test_a_status_we_set_ourselves_never_says_that_everything_has_left():
    with pytest.raises(Misconfigured, match="status_shipped cannot name processing"):
        read_settings({"status_shipped": "completed,wc-processing"})
    assert not seen(status="completed", status_released="completed").left


@pytest.mark.parametrize(
    ("status", "number", "left"),
    [
        ("processing", "1Z999", True),
        ("processing", "", False),
        ("partial-shipped", "1Z999", False),
        ("on-hold", "1Z999", False),
        ("cancelled", "1Z999", False),
        ("completed", "", True),
    ],
)
def test_where_tracking_means_left_a_number_is_enough_for_an_order_at_work(status, number, left):
    value = [{**UPS, "tracking_number": number}]
    order = seen(("_wc_shipment_tracking_items", value), status=status, tracking_means_left=True)
    assert order.left is left
