"""Files as both connectors read them: exact columns, exact keys, and refused here where they would be ignored there."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.inventory_planner.writing import file_name, write
from mirakl_sync.platforms.planner import Way
from mirakl_sync.records.planning import Feed, Row, SaleRow, StockRow, VariantRow
from mirakl_sync.sandbox.inventory_planner.columns import ADVANCED, STARTER

# a quarter past eight in the morning of Paris
AT = datetime(2026, 11, 19, 8, 15, tzinfo=timezone(timedelta(hours=1)))
MUG = VariantRow("MUG", "A mug", Decimal("12.10"), AT, AT, barcode="3600000000011")
STOCK = StockRow("MUG", "WH-1", 42, AT)
SALE = SaleRow("m:1-A", "m:1-A-1", "MUG", "WH-1", 2, Decimal("30.00"), "EUR", True, AT, AT, "1-A", "Market A")


def cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_sale_is_one_line_whose_key_stands_in_order_id():
    (line,) = cells(write(Way.BROUGHT, Feed.SALES, [SALE]))

    assert line == {
        "ORDER_ID": "m:1-A-1",
        "ID": "m:1-A",
        "VARIANT_ID": "MUG",
        "WAREHOUSE": "WH-1",
        "CURRENCY": "EUR",
        "QUANTITY": "2",
        "PRICE": "30.00",
        "CREATED_AT": "2026-11-19T07:15:00",
        "REMOVED": "false",
        "UPDATED_AT": "2026-11-19T07:15:00",
        "REFERENCE": "1-A",
        "REFERENCE2": "Market A",
        "TAX_INCLUDED": "true",
        "CANCELLED": "false",
    }


def test_a_variant_and_its_stock_are_tables_of_their_own_with_soft_deletion():
    (variant,) = cells(write(Way.BROUGHT, Feed.VARIANTS, [replace(MUG, removed=True)]))
    (stock,) = cells(write(Way.BROUGHT, Feed.STOCK, [replace(STOCK, in_stock=-3)]))

    assert (variant["VARIANT_ID"], variant["PRODUCT_ID"], variant["SKU"], variant["REMOVED"]) == (
        "MUG",
        "MUG",
        "MUG",
        "true",
    )
    assert stock == {
        "VARIANT_ID": "MUG",
        "WAREHOUSE_ID": "WH-1",
        "IN_STOCK": "-3",
        "REMOVED": "false",
        "UPDATED_AT": "2026-11-19T07:15:00",
    }


@pytest.mark.parametrize(
    ("way", "feed", "rows", "columns"),
    [
        (Way.BROUGHT, Feed.VARIANTS, [MUG], ADVANCED["variant"]),
        (Way.BROUGHT, Feed.STOCK, [STOCK], ADVANCED["variant_warehouse"]),
        (Way.BROUGHT, Feed.SALES, [SALE], ADVANCED["sales_order"]),
        (Way.FETCHED, Feed.VARIANTS, [MUG, STOCK], STARTER["products"]),
        (Way.FETCHED, Feed.SALES, [SALE], STARTER["sales_orders"]),
    ],
)
def test_every_required_column_is_there_and_none_that_is_not_known(way: Way, feed: Feed, rows: Any, columns: Any):
    (line,) = cells(write(way, feed, rows))

    assert {column.name for column in columns if column.required} <= set(line)
    assert set(line) <= {column.name for column in columns}


def test_whole_tables_hold_stock_beside_products_and_leave_out_what_is_removed():
    gone = replace(MUG, sku="OLD", removed=True)
    uncounted = replace(MUG, sku="GIFT")
    rows: list[Row] = [MUG, STOCK, replace(STOCK, warehouse="WH-2", in_stock=8), gone, uncounted]

    lines = cells(write(Way.FETCHED, Feed.VARIANTS, rows))

    assert [(line["sku"], line["stock_quantity"]) for line in lines] == [("MUG", "50"), ("GIFT", "")]


def test_whole_tables_of_sales_keep_cancelled_lines_and_returns():
    back = replace(SALE, line="m:1-A-1:return:1", quantity=-1)
    rows = [replace(SALE, canceled=True), back, replace(SALE, order="m:2", removed=True)]

    lines = cells(write(Way.FETCHED, Feed.SALES, rows))

    assert [(line["order_number"], line["quantity"], line["canceled"]) for line in lines] == [
        ("m:1-A", "2", "true"),
        ("m:1-A", "-1", "false"),
    ]


@pytest.mark.parametrize("sku", ['=1+1"', "A,B", "@x", "-5", "  edge ", "Größe 😀", "'quoted'"])
def test_a_sku_arrives_unchanged_whatever_characters_it_has(sku: str):
    (line,) = cells(write(Way.BROUGHT, Feed.VARIANTS, [replace(MUG, sku=sku)]))

    assert (line["VARIANT_ID"], line["SKU"]) == (sku, sku)


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("=HYPERLINK(1)", " =HYPERLINK(1)"),
        ("@cmd", " @cmd"),
        ("two\r\nlines\tand\x00more", "two lines andmore"),
        ("x" * 300, "x" * 256),
    ],
)
def test_a_title_is_one_line_for_people_and_no_formula(title: str, written: str):
    (line,) = cells(write(Way.BROUGHT, Feed.VARIANTS, [replace(MUG, title=title)]))

    assert line["TITLE"] == written


@pytest.mark.parametrize(
    ("feed", "row", "column"),
    [
        (Feed.VARIANTS, replace(MUG, sku="x" * 257), "VARIANT_ID"),
        (Feed.VARIANTS, replace(MUG, sku="a\nb"), "VARIANT_ID"),
        (Feed.VARIANTS, replace(MUG, sku=" "), "VARIANT_ID"),
        (Feed.VARIANTS, replace(MUG, sku="\ud800"), "VARIANT_ID"),
        (Feed.VARIANTS, replace(MUG, title=" "), "TITLE"),
        (Feed.VARIANTS, replace(MUG, price=Decimal("NaN")), "PRICE"),
        (Feed.VARIANTS, replace(MUG, created_at=datetime(2026, 1, 1)), "CREATED_AT"),  # noqa: DTZ001 - the fault
        (Feed.STOCK, replace(STOCK, warehouse=""), "WAREHOUSE_ID"),
        (Feed.SALES, replace(SALE, currency="euro"), "CURRENCY"),
        (Feed.SALES, replace(SALE, price=Decimal(-1)), "PRICE"),
        (Feed.SALES, replace(SALE, line=""), "ORDER_ID"),
    ],
)
def test_what_would_be_ignored_there_is_refused_here_by_row_and_column(feed: Feed, row: Row, column: str):
    good: dict[Feed, Row] = {Feed.VARIANTS: MUG, Feed.STOCK: STOCK, Feed.SALES: SALE}

    with pytest.raises(Refused, match=rf"^Row 2 .*: {column}, ") as refused:
        write(Way.BROUGHT, feed, [good[feed], row])

    assert refused.value.code == "unfit_row"


@pytest.mark.parametrize(
    ("way", "feed", "rows"), [(Way.NATIVE, Feed.SALES, [SALE]), (Way.FETCHED, Feed.STOCK, [STOCK])]
)
def test_a_table_the_way_does_not_have_is_our_own_mistake(way: Way, feed: Feed, rows: list[Row]):
    with pytest.raises(ValueError, match="no table"):
        write(way, feed, rows)


def test_names_tell_table_number_and_time_and_never_repeat():
    assert file_name(Feed.SALES, 7, AT) == "sales_order-000007-20261119T071500Z.csv"
    named = {file_name(feed, number, AT) for feed in Feed for number in range(3)}
    assert len(named) == 9
    assert file_name(Feed.STOCK, 1, AT.astimezone(UTC)) == file_name(Feed.STOCK, 1, AT)
