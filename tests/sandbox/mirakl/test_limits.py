"""Published limits, per shop and operation."""

from __future__ import annotations

import pytest

from mirakl_sync.sandbox.mirakl.limits import Limits
from mirakl_sync.sandbox.mirakl.settings import settings_from


@pytest.mark.parametrize(("profile", "seconds"), [("default", 60), ("external_partner", 900)])
def test_or11_is_for_once_a_minute_or_for_partners_every_fifteen(market_with, profile, seconds):
    market = market_with(limits={}, profile=profile)
    assert market.get("/api/orders").status_code == 200
    early = market.get("/api/orders")
    assert (early.status_code, early.headers["Retry-After"]) == (429, str(seconds))
    assert early.json["status"] == 429
    market.advance(seconds)
    assert market.get("/api/orders").status_code == 200


def test_calls_over_the_limit_are_in_the_books(market_with):
    market = market_with(limits={})
    for _ in range(3):
        market.get("/api/orders")
    calls = market.client.get("/_sandbox/calls").json
    assert calls["over_limit"] == {"OR11": 2}
    assert calls["by_operation"]["OR11"]["status"] == {"200": 1, "429": 2}
    assert market.client.get("/_sandbox/books?summary=1").json["totals"]["over_limit"] == {"OR11": 2}


def test_a_demo_may_shorten_the_period_or_lift_a_limit(market_with):
    market = market_with(limits={"OR11": {"calls": 2, "seconds": 1}, "A01": None})
    assert [market.get("/api/orders").status_code for _ in range(3)] == [200, 200, 429]
    assert [market.get("/api/account").status_code for _ in range(2)] == [200, 200]
    market.advance(1)
    assert market.get("/api/orders").status_code == 200


@pytest.mark.parametrize("wrong", ["on", None, ["OR11"]])
def test_limits_that_are_neither_off_nor_by_operation_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match="limits are 'off', or by operation"):
        settings_from({"limits": wrong})


def test_master_data_is_for_once_a_day(market_with):
    market = market_with(limits={})
    assert [market.get("/api/shipping/carriers").status_code for _ in range(2)] == [200, 429]
    assert market.get("/api/shipping/types").status_code == 200


def test_what_is_to_ship_is_for_every_five_minutes_and_shipments_are_not_limited(market_with):
    market = market_with(limits={}, multi_shipment=True)
    answers = [market.get("/api/shipments/items_to_ship") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "300"
    market.advance(300)
    assert market.get("/api/shipments/items_to_ship").status_code == 200
    assert [market.get("/api/shipments").status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(("count_pages", "status"), [(False, 200), (True, 429)])
def test_further_pages_of_one_read_are_free_unless_the_tenant_counts_them(market_with, count_pages, status):
    market = market_with(limits={}, count_pages=count_pages)
    market.control("orders", count=25)
    query = {"order_state_codes": "WAITING_ACCEPTANCE"}
    assert market.get("/api/orders", **query).status_code == 200
    assert market.get("/api/orders", **query, offset=10).status_code == status
    assert market.get("/api/orders", **query, offset=0).status_code == 429
    assert market.get("/api/orders", offset=10).status_code == 429


def test_a_refused_first_page_does_not_open_the_second(market_with):
    market = market_with(limits={})
    market.get("/api/orders")
    assert market.get("/api/orders", order_state_codes="SHIPPING").status_code == 429
    assert market.get("/api/orders", order_state_codes="SHIPPING", offset=10).status_code == 429


@pytest.mark.parametrize(("count_lookups", "status"), [(False, 200), (True, 429)])
def test_looking_up_known_orders_is_not_polling_unless_the_tenant_says_so(market_with, count_lookups, status):
    market = market_with(limits={}, count_lookups=count_lookups)
    order_id = market.place()
    market.get("/api/orders", order_ids=order_id)
    assert market.get("/api/orders", order_ids=order_id).status_code == status


def test_each_shop_has_its_own_budget(market_with):
    keys = [{"secret": "both", "shop_ids": [1, 2]}]
    market = market_with(limits={}, shops=[{"shop_id": 1}, {"shop_id": 2}], keys=keys)
    assert [market.get("/api/orders", shop_id=shop).status_code for shop in (1, 2, 1)] == [200, 200, 429]


def test_a_call_a_little_early_is_in_time_and_the_wait_is_whole_seconds():
    limits = Limits(settings_from({"limits": {"X": {"seconds": 60}}, "limit_tolerance": 0.05}))
    assert limits.wait(1, "X", 1000.0) is None
    assert limits.wait(1, "X", 1056.2) == 4
    assert limits.wait(1, "X", 1057.1) is None
    assert limits.wait(1, "X", 1057.2) == 60
