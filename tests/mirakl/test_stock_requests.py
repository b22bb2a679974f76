"""What we ask of a marketplace about offers and stock: exactly this, as often as this."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.mirakl.limits import PUBLISHED, operations
from mirakl_sync.mirakl.stock_files import stock_file
from mirakl_sync.records.stock import StockLine

SINCE = datetime(2026, 11, 21, 10, 0, 0, 999_999, tzinfo=UTC)
TAKEN = {"import_id": "9b0c1f0e"}


def test_a_stock_file_is_the_only_part_of_the_form(told):
    shop, transport = told(TAKEN)
    assert (
        shop.send_stock([StockLine("SKU-1", 12), StockLine("SKU-2", 0), StockLine("SKU-2", 4, "PARIS")]) == "9b0c1f0e"
    )
    assert transport.asked == [("STO01", "POST", "/api/offers/stock/imports", {"shop_id": 2000}, None, True)]
    ((upload, content),) = transport.files
    assert (upload.part, upload.name, upload.content_type) == ("file", "stock.csv", "text/csv")
    assert content == (
        b"offer-sku;quantity;warehouse-code;update-delete\nSKU-1;12;;update\nSKU-2;0;;update\nSKU-2;4;PARIS;update\n"
    )


@pytest.mark.parametrize(
    "sku",
    [
        "a;b",
        'a"b',
        '"',
        'a""',
        "a\nb",
        "a\r\nb",
        "a\rb",
        " a",
        "a ",
        "ä€😀",
        "=1+1",
        "a,b",
        "'a'",
        "0012",
        "a\tb",
        "\ta",
    ],
)
def test_any_sku_comes_back_out_of_the_file_as_it_went_in(sku):
    text = "".join(stock_file([StockLine(sku, 7, sku), StockLine("next", 1)]))
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    assert rows[1:] == [[sku, "7", sku, "update"], ["next", "1", "", "update"]]


@pytest.mark.parametrize("rows", [999, 1000, 1001, 60_000])
def test_large_files_are_sent_whole_and_leave_no_file_behind(told, rows):
    shop, transport = told(TAKEN)
    shop.send_stock(StockLine(f"SKU-{n}", n % 7) for n in range(rows))
    ((upload, content),) = transport.files
    lines = content.decode().splitlines()
    assert (len(lines), lines[-1]) == (rows + 1, f"SKU-{rows - 1};{(rows - 1) % 7};;update")
    assert upload.content.closed


@pytest.mark.parametrize(
    "lines", [[], [StockLine("A", 1), StockLine("B", -1)], [StockLine("", 1)], [StockLine("  ", 1)]]
)
def test_what_cannot_be_meant_is_not_sent(told, lines):
    shop, transport = told(TAKEN)
    with pytest.raises(ValueError, match="stock file"):
        shop.send_stock(lines)
    assert transport.asked == []


@pytest.mark.parametrize("answer", [None, [], {}, {"import_id": None}, {"import_id": " "}, {"import_id": {}}])
def test_a_file_taken_under_an_unreadable_id_is_in_doubt(told, answer):
    shop, _ = told(answer)
    with pytest.raises(Unreadable) as caught:
        shop.send_stock([StockLine("A", 1)])
    assert caught.value.outcome_unknown


def test_a_numeric_import_id_is_spelled_out(told):
    shop, _ = told({"import_id": 2044})
    assert shop.send_stock([StockLine("A", 1)]) == "2044"


def test_what_changed_is_asked_for_by_their_time_and_nothing_more_than_we_read(told):
    shop, transport = told({"tracking_id": "t-1"})
    assert shop.ask_for_offers(SINCE) == "t-1"
    ((code, method, path, query, body, _),) = transport.asked
    assert (code, method, path, query) == ("OF52", "POST", "/api/offers/export/async", {"shop_id": 2000})
    assert body == {
        "export_type": "text/csv",
        "include_fields": ["shop-sku", "offer-id", "product-sku", "quantity", "active", "deleted", "last-updated"],
        "items_per_chunk": 100_000,
        "last_request_date": "2026-11-21T10:00:00Z",
    }


def test_everything_includes_inactive_offers_and_has_a_limit_of_its_own(told):
    shop, transport = told({"tracking_id": "t-1"})
    shop.ask_for_offers(None)
    code, *_, body, budget = transport.asked[0]
    assert (code, budget) == ("OF52_FULL", True)
    assert body["include_inactive_offers"] is True
    assert "last_request_date" not in body


def test_ids_are_put_into_addresses_unharmed(told):
    shop, transport = told({"status": "PENDING"}, {"status": "PENDING"}, b"l;r;offer-sku\n")
    shop.stock_import("a/b c")
    shop.offers_export("a/b c")
    list(shop.refused_lines("a/b c"))
    assert [path for _, _, path, *_ in transport.asked] == [
        "/api/offers/stock/imports/a%2Fb%20c/status",
        "/api/offers/export/async/status/a%2Fb%20c",
        "/api/offers/stock/imports/a%2Fb%20c/error_report",
    ]


def test_an_address_of_theirs_is_asked_as_it_was_handed_out(told):
    shop, transport = told(b"shop-sku;quantity\nA;1\n")
    url = "https://files.example/f?file=offers%2F0.csv"
    assert [offer.sku for offer in shop.exported_offers(url)] == ["A"]
    assert transport.asked == [("OF54", "GET", url, {}, None, True)]


def test_files_are_asked_for_when_the_first_row_is_wanted(told):
    shop, transport = told(b"")
    shop.refused_lines("i-1")
    shop.exported_offers("https://files.example/f")
    assert transport.asked == []


def test_offers_are_read_by_title_a_hundred_at_a_time(told):
    pages = [{"offers": [{"shop_sku": str(n), "quantity": n}], "total_count": 3} for n in range(3)]
    shop, transport = told(*pages)
    assert [[offer.sku for offer in page] for page in shop.offers()] == [["0"], ["1"], ["2"]]
    assert transport.asked[1][3] == {
        "sort": "productTitle", "order": "asc", "max": 100, "offset": 1, "shop_id": 2000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "seconds", "writes"),
    [
        ("STO01", 60, True), ("STO02", 15, False), ("STO03", 60, False), ("OF21", 0, False), ("OF52", 60, False),
        ("OF52_FULL", 86_400, False), ("OF53", 10, False), ("OF54", 0, False),
    ],
)  # fmt: skip
def test_each_operation_is_called_as_often_as_published(told, code, seconds, writes):
    shop, _ = told({})
    assert (shop.period(code), PUBLISHED[code].writes) == (seconds, writes)


def test_a_period_taught_by_a_refusal_is_told(told):
    shop, _ = told({}, operations=operations(overrides={"STO01": 300, "STO02": 0}))
    assert (shop.period("STO01"), shop.period("STO02")) == (300, 0)
