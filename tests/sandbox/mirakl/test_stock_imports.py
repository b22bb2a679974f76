"""STO01, STO02, STO03: stock files, what becomes of them, and what they overwrite."""

from __future__ import annotations

import uuid

import pytest

TEA = [{"sku": "SKU-1", "quantity": 2}]
PLACES = [{"shop_id": 2000, "warehouses": ["MAIN", "LYON"], "offers": [{"sku": "A", "quantity": 9}, {"sku": "B"}]}]


def test_a_file_waits_runs_and_writes_its_quantities_when_it_is_done(market_with):
    market = market_with(import_waiting_seconds=2, import_seconds=10, import_row_seconds=1)
    answer = market.send_stock("SKU-1;12;;update", "SKU-2;0;;")
    import_id = answer.json["import_id"]
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/api/offers/stock/imports/{import_id}/status")
    assert str(uuid.UUID(import_id)) == import_id
    seen = []
    for seconds in (0, 1, 1, 11, 1):
        market.advance(seconds)
        seen.append((market.stock_status(import_id)["status"], market.stock("SKU-1"), market.stock("SKU-2")))
    assert seen == [
        ("WAITING", 50, 50),
        ("WAITING", 50, 50),
        ("RUNNING", 50, 50),
        ("RUNNING", 50, 50),
        ("COMPLETE", 12, 0),
    ]
    assert market.stock_status(import_id) == {
        "import_id": import_id,
        "shop_id": 2000,
        "date_created": "2026-11-18T09:06:40Z",
        "status": "COMPLETE",
        "lines_in_success": 2,
        "lines_in_error": 0,
        "has_error_report": False,
    }


def test_a_quantity_is_absolute_and_gives_back_what_was_sold_meanwhile(market):
    import_id = market.send_stock("SKU-1;50;;").json["import_id"]
    market.place(lines=TEA)
    assert market.stock("SKU-1") == 48
    market.advance(5)
    assert (market.stock_status(import_id)["status"], market.stock("SKU-1")) == ("COMPLETE", 50)


def test_a_sale_after_the_file_is_done_counts(market):
    market.send_stock("SKU-1;10;;")
    market.tenant.clock.advance(5)
    market.place(lines=TEA)
    assert market.stock("SKU-1") == 8


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["NOPE;1;;"], "The offer with SKU 'NOPE' does not exist"),
        ([";1;;"], "The offer SKU is required"),
        (["SKU-1;-1;;"], "The quantity '-1' is not a positive integer or zero"),
        (["SKU-1;1.5;;"], "The quantity '1.5' is not a positive integer or zero"),
        (["SKU-1;;;"], "The quantity '' is not a positive integer or zero"),
        (["SKU-1;many;;"], "The quantity 'many' is not a positive integer or zero"),
        (["SKU-1"], "The quantity '' is not a positive integer or zero"),
        (["SKU-1;1000000001;;"], "The quantity must not exceed 1000000000"),
        (["SKU-1;1;MAIN;"], "The warehouse 'MAIN' does not exist"),
        (["SKU-1;1;;upsert"], "Unknown value 'upsert' for update-delete"),
        (["SKU-1;5;;", "SKU-1;6;;"], "The quantity of this offer is given twice"),
        (["SKU-1;5;;", "SKU-2;1;;", "SKU-1;6;;"], "The rows of one offer must be listed together"),
    ],
)
def test_a_refused_row_is_reported_and_the_others_are_written(market, rows, reason):
    status = market.push(*rows, "SKU-8;3;;")
    assert (status["status"], status["lines_in_success"]) == ("COMPLETE", len(rows))
    assert (status["lines_in_error"], status["has_error_report"]) == (1, True)
    head, refused = market.stock_report(status["import_id"])
    assert head == ["error-line", "error-message", "offer-sku", "quantity", "warehouse-code", "update-delete"]
    assert refused[:2] == [str(len(rows) + 1), reason]
    assert refused[2:] == rows[-1].split(";")
    assert market.stock("SKU-8") == 3
    if len(rows) > 1:
        assert market.stock("SKU-1") == 5


def test_the_report_can_be_mended_and_sent_in_again(market):
    first = market.push('"SKU-1";"x";"";""')
    mended = [[*row[:3], "7", *row[4:]] for row in market.stock_report(first["import_id"])[1:]]
    text = "\n".join(
        ["error-line;error-message;offer-sku;quantity;warehouse-code;update-delete", *map(";".join, mended)]
    )
    assert market.push(text=text)["lines_in_success"] == 1
    assert market.stock("SKU-1") == 7


@pytest.mark.parametrize(
    "text",
    [
        "offer-sku;quantity\nSKU-1;7\n",
        '"quantity";"offer-sku"\r\n"7";"SKU-1"\r\n',
        "\ufeffoffer-sku;quantity;note\nSKU-1; 7 ;never mind\n\n",
        "offer-sku;quantity;warehouse-code;update-delete\nSKU-1;7;;update",
    ],
)
def test_columns_are_found_by_name_quoted_or_not(market, text):
    assert market.push(text=text)["lines_in_success"] == 1
    assert market.stock("SKU-1") == 7


@pytest.mark.parametrize(
    "text",
    ["", "SKU-1;7;;\n", "sku;quantity\nSKU-1;7\n", "offer-sku,quantity\nSKU-1,7\n", b"offer-sku;quantity\n\xff;7\n"],
)
def test_what_is_no_stock_file_is_taken_and_then_fails_without_a_word(market, text):
    answer = market.send_stock(text=text)
    assert answer.status_code == 201
    market.advance(5)
    status = market.stock_status(answer.json["import_id"])
    assert (status["status"], status["lines_in_success"], status["has_error_report"]) == ("FAILED", 0, False)
    assert market.stock("SKU-1") == 50


def test_a_request_without_a_file_is_refused_at_once(market):
    headers = {"Authorization": market.key}
    url = "/api/offers/stock/imports"
    assert market.client.post(url, headers=headers, json={}).status_code == 415
    empty = market.client.post(url, headers=headers, data={"x": "1"}, content_type="multipart/form-data")
    assert empty.status_code == 400


def test_the_same_file_twice_is_two_imports(market):
    first, second = (market.send_stock("SKU-1;7;;").json["import_id"] for _ in range(2))
    assert first != second
    market.advance(10)
    assert [market.stock_status(one)["status"] for one in (first, second)] == ["COMPLETE", "COMPLETE"]


def test_files_of_one_shop_run_in_order_of_arrival(market_with):
    market = market_with(import_waiting_seconds=0, import_seconds=10, import_row_seconds=1)
    long, short = (market.send_stock(*rows).json["import_id"] for rows in (["SKU-1;1;;"] * 6, ["SKU-1;2;;"]))
    market.advance(12)
    assert [market.stock_status(one)["status"] for one in (long, short)] == ["RUNNING", "WAITING"]
    market.advance(5)
    assert [market.stock_status(one)["status"] for one in (long, short)] == ["COMPLETE", "RUNNING"]
    market.advance(9)
    assert market.stock("SKU-1") == 1
    market.advance(1)
    assert market.stock("SKU-1") == 2


def test_where_files_may_overtake_the_older_one_has_the_last_word(market_with):
    market = market_with(import_waiting_seconds=0, import_seconds=1, import_row_seconds=1, imports_overtake=True)
    long, short = (market.send_stock(*rows).json["import_id"] for rows in (["SKU-1;1;;"] * 6, ["SKU-1;2;;"]))
    market.advance(2)
    assert [market.stock_status(one)["status"] for one in (long, short)] == ["RUNNING", "COMPLETE"]
    assert market.stock("SKU-1") == 2
    market.advance(5)
    assert market.stock("SKU-1") == 1


def test_files_of_two_shops_do_not_wait_for_each_other(market_with):
    shops = [{"shop_id": shop, "offers": [{"sku": "TEA", "quantity": 3}]} for shop in (1, 2)]
    market = market_with(shops=shops, keys=[{"secret": "both", "shop_ids": [1, 2]}], import_seconds=10)
    first, second = (market.send_stock("TEA;8;;", shop_id=shop).json["import_id"] for shop in (1, 2))
    market.advance(10.5)
    assert [market.stock("TEA", shop) for shop in (1, 2)] == [8, 8]
    assert market.stock_status(second, shop_id=2)["shop_id"] == 2
    for shop_id, import_id in ((1, second), (2, first), (1, "nope")):
        for what in ("status", "error_report"):
            path = f"/api/offers/stock/imports/{import_id}/{what}"
            assert market.get(path, shop_id=shop_id).status_code == 404


def test_there_is_no_report_before_the_end_and_none_without_refused_rows(market):
    import_id = market.send_stock("NOPE;1;;").json["import_id"]
    path = f"/api/offers/stock/imports/{import_id}/error_report"
    assert market.get(path).status_code == 404
    market.advance(5)
    assert market.get(path).status_code == 200
    clean = market.push("SKU-1;1;;")["import_id"]
    assert market.get(f"/api/offers/stock/imports/{clean}/error_report").status_code == 404


def test_quantities_per_warehouse_add_up_until_one_is_told_for_the_whole(market_with):
    market = market_with(shops=PLACES)
    assert market.push("A;4;MAIN;", "A;5;LYON;")["lines_in_success"] == 2
    (offer,) = market.get("/api/offers", sku="A").json["offers"]
    assert offer["quantity"] == 9
    assert offer["warehouses"] == [{"code": "MAIN", "quantity": 4}, {"code": "LYON", "quantity": 5}]
    market.push("A;1;LYON;")
    assert market.stock("A") == 5
    market.push("A;3;;")
    (offer,) = market.get("/api/offers", sku="A").json["offers"]
    assert (offer["quantity"], "warehouses" in offer) == (3, False)


@pytest.mark.parametrize(
    ("row", "left"), [("A;;LYON;delete", 4), ("A;;MAIN;delete", 5), ("A;;;delete", 0), ("B;;LYON;delete", 9)]
)
def test_delete_empties_the_warehouse_or_the_whole(market_with, row, left):
    market = market_with(shops=PLACES)
    market.push("A;4;MAIN;", "A;5;LYON;")
    assert market.push(row)["lines_in_success"] == 1
    assert market.stock("A") == left


@pytest.mark.parametrize("rows", [["A;4;;", "A;5;LYON;"], ["A;4;LYON;", "A;5;;"], ["A;4;LYON;", "A;5;PARIS;"]])
def test_a_whole_and_its_parts_in_one_file_do_not_go_together(market_with, rows):
    market = market_with(shops=PLACES)
    assert market.push(*rows)["lines_in_error"] == 1
    assert market.stock("A") == 4


def test_a_sale_takes_from_the_first_warehouse_and_then_from_the_next(market_with):
    market = market_with(shops=PLACES)
    market.push("A;4;MAIN;", "A;5;LYON;")
    market.place(lines=[{"sku": "A", "quantity": 6}])
    (offer,) = market.get("/api/offers", sku="A").json["offers"]
    assert offer["warehouses"] == [{"code": "MAIN", "quantity": 0}, {"code": "LYON", "quantity": 3}]


@pytest.mark.parametrize(("code", "wait"), [("STO01", 60), ("STO02", 15), ("STO03", 60)])
def test_each_call_has_its_published_limit(market_with, code, wait):
    market = market_with(limits={})
    import_id = market.send_stock("NOPE;1;;").json["import_id"]
    market.advance(300)
    path = f"/api/offers/stock/imports/{import_id}/"
    again = {
        "STO01": lambda: market.send_stock("SKU-1;1;;"),
        "STO02": lambda: market.get(f"{path}status"),
        "STO03": lambda: market.get(f"{path}error_report"),
    }[code]
    assert again().status_code in (200, 201)
    early = again()
    assert (early.status_code, early.headers["Retry-After"]) == (429, str(wait))
    market.advance(wait)
    assert again().status_code in (200, 201)


def test_who_may_only_read_offers_cannot_send_stock(market_with):
    keys = [{"secret": "reader", "shop_ids": [2000], "roles": ["ROLE_PARTNER_OFFER_READ"]}]
    market = market_with(keys=keys)
    assert market.get("/api/offers").status_code == 200
    assert market.send_stock("SKU-1;1;;").status_code == 403
