"""OR13, OR14, OR15: asked for, waited for, fetched."""

from __future__ import annotations

import pytest

DAY = {"start_date": "2026-11-18T00:00:00Z", "end_date": "2026-11-19T00:00:00Z"}


def start(market, **sent):
    return market.call("POST", "/api/orders/async-export", {**DAY, **sent})


def status(market, tracking_id):
    return market.get(f"/api/orders/async-export/status/{tracking_id}")


def test_an_export_is_pending_then_completed_in_files(market_with):
    market = market_with(export_seconds=30, export_chunk_minimum=10)
    placed = market.control("orders", count=25).json["order_ids"]
    tracking_id = start(market, items_per_chunk=10).json["tracking_id"]
    assert status(market, tracking_id).json["status"] == "PENDING"
    market.advance(30)
    told = status(market, tracking_id).json
    files = [market.get(url).json["orders"] for url in told["urls"]]
    assert (told["status"], [len(orders) for orders in files]) == ("COMPLETED", [10, 10, 5])
    assert sorted(order["order_id"] for orders in files for order in orders) == sorted(placed)


def test_the_file_holds_the_same_orders_as_or11(market):
    market.control("orders", count=3)
    tracking_id = start(market, order_tax_mode="TAX_EXCLUDED").json["tracking_id"]
    market.advance(10)
    (url,) = status(market, tracking_id).json["urls"]
    assert market.get(url).json["orders"] == market.get("/api/orders", order_tax_mode="TAX_EXCLUDED").json["orders"]


@pytest.mark.parametrize(
    "sent",
    [
        {"end_date": None},
        {"start_date": None, "end_date": None},
        {"start_update_date": "2026-11-18T00:00:00Z"},
        {"start_date": "yesterday"},
        {"order_state_codes": ["SWIMMING"]},
        {"order_tax_mode": "TAX"},
        {"items_per_chunk": 5},
    ],
)
def test_a_question_without_a_whole_pair_of_dates_or_with_nonsense_is_400(market, sent):
    assert start(market, **sent).status_code == 400


def test_one_export_at_a_time(market):
    start(market)
    assert start(market).status_code == 400
    market.advance(10)
    assert start(market).status_code == 200


def test_files_expire_and_unknown_ones_never_were(market):
    tracking_id = start(market).json["tracking_id"]
    market.advance(10)
    (url,) = status(market, tracking_id).json["urls"]
    assert market.get(url.replace("0.json", "1.json")).status_code == 404
    market.advance(4000)
    assert market.get(url).status_code == 410
    assert status(market, "nope").status_code == 404
