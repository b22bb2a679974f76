"""What a marketplace answers about offers and stock: read as far as it can be, never guessed."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from mirakl_sync.errors import Misconfigured, Refused, Unavailable, Unreadable
from mirakl_sync.http.contract import Answer
from mirakl_sync.mirakl.answers import interpret
from mirakl_sync.mirakl.limits import PUBLISHED
from mirakl_sync.records.stock import OfferExport, OfferSeen, RefusedLine, StockImport

AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
OFFER = {
    "offer_id": 2130, "shop_sku": "SKU-1", "product_sku": "P-1", "quantity": 12, "active": True, "all_prices": [],
    "warehouses": [{"code": "PARIS", "quantity": 5}, {"code": "LYON", "quantity": 7}], "novelty": {"x": 1},
}  # fmt: skip


# STO02


def test_an_import_tells_how_far_it_is_and_what_their_clock_says(told):
    body = {
        "import_id": "i-1", "shop_id": 2000, "date_created": "2026-03-01T10:00:00Z", "status": "COMPLETE",
        "lines_in_success": 1, "lines_in_error": 2, "has_error_report": True, "novelty": 1,
    }  # fmt: skip
    shop, _ = told(body, headers={"date": "Sun, 01 Mar 2026 10:00:00 GMT"})
    assert shop.stock_import("i-1") == StockImport("i-1", "COMPLETE", AT, AT, 1, 2, True)


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_an_import_that_just_waits_tells_little(told, headers):
    shop, _ = told({"status": "WAITING", "lines_in_success": None, "date_created": None}, headers=headers)
    assert shop.stock_import("i-1") == StockImport("i-1", "WAITING")


def test_a_state_nobody_knows_is_passed_on(told):
    shop, _ = told({"status": "QUEUED"})
    assert shop.stock_import("i-1").state == "QUEUED"


@pytest.mark.parametrize("body", [None, [], {}, {"status": None}, {"status": "RUNNING", "lines_in_error": "many"}])
def test_an_import_that_cannot_be_read_is_a_developers(told, body):
    shop, _ = told(body)
    with pytest.raises(Unreadable, match="STO02"):
        shop.stock_import("i-1")


# STO03

SENT = "offer-sku;quantity;warehouse-code;update-delete"


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        (f"error-line;error-message;{SENT}\n3;Unknown offer;A;5;;update\n", [RefusedLine("A", "Unknown offer", 3, 5)]),
        (f"\ufeffline;reason;{SENT}\r\n3;No;A;5;P;update\r\n", [RefusedLine("A", "No", 3, 5, "P")]),
        ('"l";"r";"Quantity";"update-delete";"Offer-SKU"\n"3";"a;b";"5";"";"A;1"', [RefusedLine("A;1", "a;b", 3, 5)]),
        ('l;r;offer-sku\n3;"It said ""no""\nand left";A\n', [RefusedLine("A", 'It said "no"\nand left', 3)]),
        ("l;r;new;offer-sku;quantity\nx;;y;A;many\n\n", [RefusedLine("A", "")]),
        ("l;r;new;offer-sku;quantity\n\n4;why;;B;-1\n", [RefusedLine("B", "why", 4, -1)]),
        ("offer-sku;quantity;offer-sku\n3;no such offer;A\n", [RefusedLine("A", "no such offer", 3)]),
        (f"l;r;{SENT}\n2;refused;Æ-ø;1;;\n", [RefusedLine("Æ-ø", "refused", 2, 1)]),
        (f"l;r;{SENT}\n2;short;A\n", [RefusedLine("A", "short", 2)]),
        (f"l;r;{SENT}\n", []),
    ],
)  # fmt: skip
def test_refused_rows_are_found_by_the_names_of_their_columns(told, file, lines):
    shop, _ = told(file.encode())
    assert list(shop.refused_lines("i-1")) == lines


def test_a_row_that_names_no_offer_stops_none_of_the_others(told, caplog):
    file = f'l;r;{SENT}\n2;no;A;1;;\n3;no;;1;;\n4;no\n5;"a"b;C;1;;\n6;no;D;1;;\n7;"open;E;1;;\n'
    shop, _ = told(file.encode())
    with caplog.at_level(logging.WARNING):
        assert [line.sku for line in shop.refused_lines("i-1")] == ["A", "D"]
    assert "4 rows of the error report name no offer" in caplog.text


@pytest.mark.parametrize(
    "file", [b"", b"<html>please log in</html>", b"offer-sku;quantity\nA;1\n", b"l,r,offer-sku\n", b"\x00\xff"]
)
def test_what_is_no_error_report_is_a_developers(told, file):
    shop, _ = told(file)
    with pytest.raises(Unreadable, match="STO03"):
        list(shop.refused_lines("i-1"))


def test_a_report_is_read_row_by_row(told):
    file = f"l;r;{SENT}\n" + "".join(f"{n};no;SKU-{n};{n};;\n" for n in range(2, 50_002))
    shop, _ = told(file.encode())
    assert len(file) > 1024 * 1024
    lines = shop.refused_lines("i-1")
    assert next(lines) == RefusedLine("SKU-2", "no", 2, 2)
    assert sum(1 for _ in lines) == 49_999


# OF21


def test_an_offer_tells_its_numbers_and_why_it_cannot_be_bought(told):
    asleep = {"shop_sku": "SKU-2", "offer_id": "x", "quantity": 0, "active": False}
    asleep["inactivity_reasons"] = ["ZERO_QUANTITY", "NEW"]
    shop, _ = told({"offers": [OFFER, asleep], "total_count": 2})
    assert list(shop.offers()) == [
        (
            OfferSeen("SKU-1", "2130", "P-1", 12, warehouses={"PARIS": 5, "LYON": 7}),
            OfferSeen("SKU-2", "x", quantity=0, active=False, inactive_because=("ZERO_QUANTITY", "NEW")),
        )
    ]


@pytest.mark.parametrize("quantity", [None, "many", -3, 1.5, True, {}])
def test_an_offer_with_an_unreadable_number_is_there_all_the_same(told, quantity):
    shop, _ = told({"offers": [{**OFFER, "quantity": quantity, "warehouses": None}], "total_count": 1})
    assert list(shop.offers()) == [(OfferSeen("SKU-1", "2130", "P-1"),)]


def test_quoted_numbers_and_warehouses_of_no_name_are_read_as_meant(told):
    places = [{"code": "P", "quantity": "5"}, {"code": None, "quantity": 2}, {"code": "L"}]
    shop, _ = told({"offers": [{**OFFER, "quantity": "12", "active": "true", "warehouses": places}], "total_count": 1})
    assert list(shop.offers()) == [(OfferSeen("SKU-1", "2130", "P-1", 12, warehouses={"P": 5}),)]


def test_an_unreadable_offer_never_stops_the_others_unless_it_is_the_one_we_ask_for(told, caplog):
    rows = {"offers": [{"quantity": 1}, OFFER, 5], "total_count": 3}
    shop, _ = told(rows)
    with caplog.at_level(logging.WARNING):
        assert [[offer.sku for offer in page] for page in shop.offers()] == [["SKU-1"]]
    assert "2 offers of a page cannot be read; the first: shop_sku: is missing" in caplog.text
    with pytest.raises(Unreadable, match="an offer that cannot be read"):
        shop.offers_of("SKU-1")


def test_an_offer_is_its_exact_sku_and_nothing_like_it(told):
    like = [{**OFFER, "shop_sku": sku} for sku in ("SKU-10", "SKU-1", "sku-1", "SKU-1 X", "SKU-1")]
    shop, transport = told({"offers": like, "total_count": 5})
    assert [offer.sku for offer in shop.offers_of("SKU-1")] == ["SKU-1", "SKU-1"]
    assert transport.asked[0][3]["sku"] == "SKU-1"


@pytest.mark.parametrize("body", [None, [], {}, {"offers": None}])
def test_what_is_no_list_of_offers_is_a_developers(told, body):
    shop, _ = told(body)
    for act in (lambda: list(shop.offers()), lambda: shop.offers_of("A"), shop.offers_count):
        with pytest.raises(Unreadable, match="OF21"):
            act()


def test_offers_are_counted_with_one_call(told):
    shop, transport = told({"offers": [OFFER], "total_count": 1_234_567})
    assert shop.offers_count() == 1_234_567
    assert [query["max"] for _, _, _, query, _, _ in transport.asked] == [1]


# OF53


@pytest.mark.parametrize(
    ("body", "export"),
    [
        ({"status": "PENDING", "last_updated": "2026-03-01T10:00:00Z"}, OfferExport("t", "PENDING", updated_at=AT)),
        (
            {"status": "COMPLETED", "urls": ["https://a/0", "https://b/1"], "last_updated": "2026-03-01T10:00:00.000Z"},
            OfferExport("t", "COMPLETED", ("https://a/0", "https://b/1"), AT),
        ),
        ({"status": "COMPLETED", "urls": [], "error": None}, OfferExport("t", "COMPLETED")),
        ({"status": "FAILED", "error": {"code": "E1", "detail": "big"}}, OfferExport("t", "FAILED", problem="E1: big")),
        ({"status": "FAILED", "error": {}}, OfferExport("t", "FAILED")),
        ({"status": "RESTING"}, OfferExport("t", "RESTING")),
    ],
)  # fmt: skip
def test_an_export_tells_whether_its_files_are_made(told, body, export):
    shop, _ = told(body)
    assert shop.offers_export("t") == export


@pytest.mark.parametrize(
    "body", [None, {}, {"status": "COMPLETED", "urls": "https://a/0"}, {"status": "FAILED", "error": "no"}]
)
def test_an_export_that_cannot_be_read_is_a_developers(told, body):
    shop, _ = told(body)
    with pytest.raises(Unreadable, match="OF53"):
        shop.offers_export("t")


@pytest.mark.parametrize("body", [None, {}, {"tracking_id": None}])
def test_an_export_without_an_id_was_not_asked_for_in_vain(told, body):
    shop, _ = told(body)
    with pytest.raises(Unreadable, match="OF52") as caught:
        shop.ask_for_offers(None)
    assert not caught.value.outcome_unknown


# refusals


@pytest.mark.parametrize(
    ("operation", "code"),
    [("STO02", "IMPORT_NOT_FOUND"), ("STO03", "REPORT_NOT_FOUND"), ("OF53", "EXPORT_NOT_FOUND")],
)
@pytest.mark.parametrize("body", [{}, {"message": "not found", "status": 404}, {"code": "NF", "message": "x"}, None])
@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_has_a_code_whatever_they_call_it(operation, code, body, status):
    refused = interpret(PUBLISHED[operation], Answer(status, {}, json.dumps(body).encode(), body))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status, refused.request) == (code, status, operation)


@pytest.mark.parametrize("operation", ["STO01", "OF21", "OF52"])
def test_a_404_of_the_others_is_the_common_tables(operation):
    assert interpret(PUBLISHED[operation], Answer(404, {}, b"", {"message": "no", "status": 404})) is None


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_file_that_cannot_be_had_is_gone_whatever_its_keeper_calls_it(told, status):
    shop, _ = told(Refused("Expired.", code="AccessDenied", status=status, request="OF54 GET /f"))
    with pytest.raises(Refused, match="Expired") as caught:
        next(shop.exported_offers("https://files.example/f"))
    assert (caught.value.code, caught.value.status) == ("EXPORT_GONE", status)


@pytest.mark.parametrize("trouble", [Unavailable("down"), Misconfigured("key")])
def test_other_trouble_of_a_file_stays_what_it_is(told, trouble):
    shop, _ = told(trouble)
    with pytest.raises(type(trouble)):
        next(shop.exported_offers("https://demo.mirakl.net/f"))
