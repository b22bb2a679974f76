"""OR11: filters, pages, and the traps of both."""

from __future__ import annotations

import re

import pytest

from mirakl_sync.sandbox.mirakl.model import STATES


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [order["order_id"] for order in answer.json["orders"]]


def test_ten_orders_make_a_page_and_a_hundred_is_the_most(market):
    market.control("orders", count=120)
    assert len(ids(market.get("/api/orders"))) == 10
    assert len(ids(market.get("/api/orders", max=100))) == 100
    assert market.get("/api/orders", max=101).status_code == 400
    assert market.get("/api/orders").json["total_count"] == 120


def test_links_lead_through_all_pages_and_back(market):
    placed = market.control("orders", count=25).json["order_ids"]
    url, seen, pages = "/api/orders?max=10&order_state_codes=WAITING_ACCEPTANCE", [], 0
    while url:
        answer = market.get(url)
        seen += ids(answer)
        pages += 1
        found = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        url = found and found.group(1)
    assert (pages, sorted(seen)) == (3, sorted(placed))
    last = market.get("/api/orders?max=10&offset=20").headers["Link"]
    assert last == '<http://localhost/api/orders?max=10&offset=10>; rel="previous"'


def test_a_single_page_has_no_links(market):
    market.place()
    assert "Link" not in market.get("/api/orders").headers


def test_the_oldest_comes_first_unless_asked_otherwise(market):
    placed = []
    for _ in range(3):
        placed.append(market.place())
        market.advance(60)
    assert ids(market.get("/api/orders")) == placed
    assert ids(market.get("/api/orders", order="desc")) == placed[::-1]
    assert ids(market.get("/api/orders", order="desc", max=2)) == [placed[2], placed[1]]
    assert ids(market.get("/api/orders", order="desc", max=2, offset=2)) == [placed[0]]
    by_state = market.get("/api/orders", order="desc", order_state_codes="WAITING_ACCEPTANCE")
    assert ids(by_state) == placed[::-1]


def test_changing_the_state_during_a_read_skips_rows(market):
    placed = market.control("orders", count=4).json["order_ids"]
    waiting = {"order_state_codes": "WAITING_ACCEPTANCE", "max": 2}
    first = ids(market.get("/api/orders", **waiting))
    for order_id in first:
        market.answer(order_id, True)
    assert ids(market.get("/api/orders", **waiting, offset=2)) == []
    assert len(set(placed) - set(first)) == 2


def test_an_update_window_gives_rows_again_and_ends_where_it_says(market_with):
    market = market_with(update_overlap_seconds=60)
    early = market.place()
    market.advance(100)
    late = market.place()
    assert ids(market.get("/api/orders", start_update_date="2026-11-18T09:07:40Z")) == [early, late]
    assert ids(market.get("/api/orders", start_update_date="2026-11-18T09:07:41Z")) == [late]
    window = {"start_update_date": "2026-11-18T09:00:00Z", "end_update_date": "2026-11-18T09:08:00Z"}
    assert ids(market.get("/api/orders", **window)) == [early]


def test_an_order_changed_twice_is_listed_once(market):
    order_id = market.place()
    for _ in range(3):
        market.advance(5)
        market.act(order_id, "touch")
    assert ids(market.get("/api/orders", start_update_date="2026-11-18T09:00:00Z")) == [order_id]


def test_an_order_is_in_the_window_of_its_last_change_only(market):
    order_id = market.place()
    market.advance(100)
    market.act(order_id, "touch")
    early = {"start_update_date": "2026-11-18T09:00:00Z", "end_update_date": "2026-11-18T09:08:00Z"}
    assert ids(market.get("/api/orders", **early)) == []
    assert ids(market.get("/api/orders", start_update_date="2026-11-18T09:08:00Z")) == [order_id]


def test_creation_dates_filter_with_an_escaped_offset_and_refuse_a_bare_plus(market):
    market.place()
    market.advance(3600)
    late = market.place()
    assert ids(market.get("/api/orders", start_date="2026-11-18T11:00:00+01:00")) == [late]
    bare = market.get("/api/orders?start_date=2026-11-18T11:00:00+01:00")
    assert (bare.status_code, bare.json["status"]) == (400, 400)


def test_every_other_filter(market):
    paid = market.place(state="SHIPPING", channel="FR")
    free = market.place(state="SHIPPING", workflow="PAY_ON_DELIVERY", channel=None)
    kept = market.place(fulfillment_center="OPERATOR-1", channel="DE")
    for query, expected in (
        ({"order_ids": f"{paid},{kept},NOPE"}, {paid, kept}),
        ({"order_state_codes": "SHIPPING,CLOSED"}, {paid, free}),
        ({"customer_debited": "true"}, {paid}),
        ({"customer_debited": "false"}, {free, kept}),
        ({"payment_workflow": "PAY_ON_DELIVERY"}, {free}),
        ({"channel_codes": "FR,DE"}, {paid, kept}),
        ({"only_null_channel": "true", "channel_codes": "FR"}, {free}),
        ({"fulfillment_center_code": ["OPERATOR-1", "X"]}, {kept}),
        ({"has_incident": "true"}, set()),
        ({"order_references_for_customer": "C-1"}, set()),
        ({"order_state_codes": "SHIPPING", "customer_debited": "false"}, {free}),
    ):
        assert set(ids(market.get("/api/orders", **query))) == expected, query


@pytest.mark.parametrize(
    "query",
    [
        {"order_state_codes": "SHIPPED,SWIMMING"},
        {"order_ids": ",".join(map(str, range(101)))},
        {"start_update_date": "yesterday"},
        {"start_update_date": "2026-11-18T09:00:00"},
        {"payment_workflow": "PAY_NEVER"},
        {"customer_debited": "perhaps"},
        {"order_tax_mode": "TAX"},
        {"sort": "price"},
        {"offset": "-1"},
        {"max": "0"},
        {"locale": "xx_XX"},
    ],
)
def test_a_parameter_it_cannot_read_is_400_with_a_message(market, query):
    answer = market.get("/api/orders", **query)
    assert answer.status_code == 400
    assert answer.json["status"] == 400
    assert answer.json["message"]


def test_milliseconds_are_left_out_only_when_they_are_zero(market):
    order_id = market.place()
    assert market.order(order_id)["last_updated_date"] == "2026-11-18T09:06:40Z"
    market.advance(0.123)
    market.act(order_id, "touch")
    assert market.order(order_id)["last_updated_date"] == "2026-11-18T09:06:40.123Z"


def test_two_shops_do_not_see_each_other(market_with):
    market = market_with(shops=[{"shop_id": 1}, {"shop_id": 2}], keys=[{"secret": "both", "shop_ids": [1, 2]}])
    mine, theirs = market.place(shop_id=1), market.place(shop_id=2)
    assert ids(market.get("/api/orders")) == [mine]
    assert ids(market.get("/api/orders", shop_id=2)) == [theirs]
    assert ids(market.get("/api/orders", order_ids=theirs)) == []


def test_a_shop_cannot_write_on_the_orders_of_another(market_with):
    market = market_with(shops=[{"shop_id": 1}, {"shop_id": 2}], keys=[{"secret": "one", "shop_ids": [1]}])
    waiting = market.place(shop_id=2)
    shipping = market.place(shop_id=2, state="SHIPPING", workflow="PAY_ON_DELIVERY")
    answer = {"order_lines": [{"id": f"{waiting}-1", "accepted": True}]}
    line = {
        "order_line_id": f"{shipping}-1",
        "reason_code": "34",
        "amount": 1,
        "shipping_amount": 0,
        "quantity": 1,
    }
    assert market.put(f"/api/orders/{waiting}/accept", answer).status_code == 404
    assert market.put(f"/api/orders/{shipping}/cancel").status_code == 404
    assert market.put("/api/orders/cancel", {"cancelations": [line]}).status_code == 400
    told = {"orders": [{"order_id": waiting, "references": {"order_reference_for_seller": "X"}}]}
    assert market.put("/api/orders", told).json["updated_orders"][0]["errors"][0]["code"] == "ORDER_NOT_FOUND"
    assert market.booked(waiting)["answer_calls"] == 0


def test_every_state_is_counted_and_indexed(market):
    for state in STATES:
        if state != "TO_COLLECT":
            market.place(state=state)
    for state in STATES:
        expected = 0 if state == "TO_COLLECT" else 1
        assert market.get("/api/orders", order_state_codes=state).json["total_count"] == expected


def test_a_broken_order_is_delivered_broken_among_sound_ones(market):
    sound = market.place()
    market.place(broken="no_order_id")
    market.place(broken="null_lines")
    market.place(broken="price_text")
    orders = market.get("/api/orders").json["orders"]
    assert orders[0]["order_id"] == sound
    assert "order_id" not in orders[1]
    assert orders[2]["order_lines"] is None
    assert orders[3]["total_price"] == "twelve euros"
