"""Exports of offers (OF54): a million rows in seconds, and a bad one among them harms nobody."""

from __future__ import annotations

import logging
import tracemalloc
from datetime import UTC, datetime
from itertools import islice

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.mirakl.offer_files import FIELDS, ExportedOffers
from mirakl_sync.records.stock import OfferSeen

HEADER = ";".join(FIELDS)
AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def exported(text: str | bytes) -> ExportedOffers:
    content = text if isinstance(text, bytes) else text.encode()
    return ExportedOffers(lambda file: file.write(content))


def only(row: str, header: str = HEADER) -> OfferSeen:
    offers = exported(f"{header}\n{row}\n")
    (offer,) = offers
    assert offers.unreadable == 0
    return offer


@pytest.mark.parametrize(
    ("row", "offer"),
    [
        ("A;2130;P-1;12;true;false;2026-03-01T10:00:00Z", OfferSeen("A", "2130", "P-1", 12, updated_at=AT)),
        ("A;1;P;0;false;false;2026-03-01T10:00:00.000Z", OfferSeen("A", "1", "P", 0, active=False, updated_at=AT)),
        ("A;1;P;;false;true;", OfferSeen("A", "1", "P", active=False, deleted=True)),
        ('"A;""1""";1;P;5;TRUE;False;2026-03-01T11:00:00+01:00', OfferSeen('A;"1"', "1", "P", 5, updated_at=AT)),
        (" A ;;; 7 ;;;", OfferSeen("A", quantity=7)),
        ("A;;;7.0;;;soon", OfferSeen("A", quantity=7)),
        ("A;;;7.5;1;0;", OfferSeen("A")),
        ("A;;;-2;perhaps;perhaps;2026-13-01", OfferSeen("A")),
        ("A;;;99999999999999999999;;;", OfferSeen("A")),
        ("A;;;٣;;;", OfferSeen("A", quantity=3)),
        ("Æ😀;;;1;;;", OfferSeen("Æ😀", quantity=1)),
    ],
)
def test_a_row_is_an_offer_and_an_unreadable_cell_says_nothing(row, offer):
    assert only(row) == offer


def test_columns_are_found_by_name_in_any_order_and_number():
    told = only("5;x;true;A", "Quantity;novelty;active;shop-sku")
    assert told == OfferSeen("A", quantity=5)
    assert only('7;"B"', '"quantity";"shop-sku"') == OfferSeen("B", quantity=7)


def test_the_published_sample_is_read():
    header = "offer-id;product-sku;price;quantity;active;channels;deleted;fulfillment-center-code;shop-sku;last-updated"
    row = "2130;MKP100000000037254;50.00;40;true;FR|US;false;DEFAULT;sku-2130;2023-01-01T12:00:00Z"
    at = datetime(2023, 1, 1, 12, tzinfo=UTC)
    assert only(row, header) == OfferSeen("sku-2130", "2130", "MKP100000000037254", 40, updated_at=at)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_do_not_matter(end, mark):
    text = mark + end.join([HEADER, "A;1;P;5;true;false;", "", "B;2;P;6;true;false;"])
    assert [(offer.sku, offer.quantity) for offer in exported(text)] == [("A", 5), ("B", 6)]


def test_bad_rows_are_left_out_counted_and_named_once(caplog):
    rows = [
        "A;1;P;5;true;false;",
        ";2;P;5;true;false;",  # no SKU
        "C;3;P;5",  # too short
        "D;4;P;5;true;false;;;",  # too long
        '"E"x;5;P;5;true;false;',  # a quote where none may be
        "F;6;P;5;true;false;",
        '"G;7;P;5;true;false;',  # never closed
        "H;8;P;5;true;false;",
    ]
    text = "\n".join([HEADER, *rows])
    offers = exported(text)
    with caplog.at_level(logging.WARNING):
        assert [offer.sku for offer in offers] == ["A", "F"]
    assert offers.unreadable == 5
    assert [record.message for record in caplog.records] == [
        "OF54: 5 rows of the export cannot be read; the first: row 3 has no shop-sku, or not 7 columns"
    ]


def test_an_endless_cell_costs_its_rows_and_not_the_rest():
    inside = "".join(f"S{n};1;P;5;true;false;\n" for n in range(10_000))
    offers = exported(f'{HEADER}\n"open;1;P;5;true;false;\n{inside}"\nZ;1;P;5;true;false;\n')
    found = [offer.sku for offer in offers]
    assert offers.unreadable > 0
    assert len(found) > 1000


def test_an_export_of_nothing_is_no_offers():
    assert list(exported(HEADER + "\n")) == []


@pytest.mark.parametrize(
    "text",
    ["", "\n", "<html></html>", "shop-sku\nA\n", "quantity\n1\n", "shop-sku,quantity\nA,1\n", b"\x1f\x8b\x08\x00"],
)
def test_what_is_no_export_is_a_developers(text):
    with pytest.raises(Unreadable, match="OF54"):
        list(exported(text))


def test_bytes_that_are_no_text_and_nul_cost_only_their_cell():
    offers = list(exported(f"{HEADER}\n".encode() + b"A;1;P\xff;5;true;false;\nB\x00;1;P;6;true;false;\n"))
    assert [(offer.sku, offer.product_sku, offer.quantity) for offer in offers] == [("A", "P\ufffd", 5), ("B", "P", 6)]


def test_it_is_a_true_iterator_that_can_be_left_and_taken_up():
    offers = exported(f"{HEADER}\n" + "".join(f"S{n};;;{n};;;\n" for n in range(5)))
    assert next(offers).sku == "S0"
    assert [offer.sku for offer in islice(offers, 3)] == ["S1", "S2", "S3"]
    assert next(offers).sku == "S4"
    offers = exported(f"{HEADER}\nA;;;1;;;\nB;;;1;;;\n")
    next(offers)
    offers.close()
    assert list(offers) == []


def test_memory_does_not_grow_with_the_file():
    def fetch(file) -> None:
        file.write(f"{HEADER}\n".encode())
        for n in range(60_000):
            at = f"2026-03-{n // 3600 % 28 + 1:02d}T10:{n // 60 % 60:02d}:{n % 60:02d}Z"
            file.write(f"SKU-{n};{n};P-{n};{n % 9};true;false;{at}\n".encode())

    offers = ExportedOffers(fetch)
    next(offers)
    tracemalloc.start()
    assert sum(1 for _ in offers) == 59_999
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
