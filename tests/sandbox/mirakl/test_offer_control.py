"""The catalogue by remote control, people in the portal, stock files that go wrong, and what the books say."""

from __future__ import annotations

import pytest

TWO = [{"sku": "SKU-1", "quantity": 2}]


def books(market):
    return market.client.get("/_sandbox/books").json


def changes(market, sku):
    return [
        (one["by"], one["before"], one["after"], one["note"]) for one in books(market)["offers"]["2000"][sku]["changes"]
    ]


def test_the_books_tell_who_changed_a_quantity(market):
    order_id = market.place(lines=TWO)
    import_id = market.push("SKU-1;30;;")["import_id"]
    market.control("portal/offers", sku="SKU-1", quantity=7, who="Ada")
    market.act(order_id, "cancel")
    assert changes(market, "SKU-1") == [
        ("sale", 50, 48, order_id),
        ("import", 48, 30, import_id),
        ("portal", 30, 7, "Ada"),
        ("return", 7, 9, order_id),
    ]
    totals = books(market)["totals"]
    assert totals["quantities_by"] == {"sale": 1, "import": 1, "portal": 1, "return": 1}
    assert totals["offers"] == {"2000": 8}


def test_a_quantity_written_again_is_no_change(market):
    assert market.push("SKU-1;50;;")["lines_in_success"] == 1
    assert changes(market, "SKU-1") == []


def test_long_stories_keep_their_newest_part(market):
    for number in range(520):
        market.control("portal/offers", sku="SKU-1", quantity=number)
    story = changes(market, "SKU-1")
    assert (len(story), story[0][2], story[-1][2]) == (500, 20, 519)


def test_the_books_tell_of_every_stock_file(market):
    import_id = market.push("SKU-1;30;;", "NOPE;1;;")["import_id"]
    market.send_stock("SKU-1;31;;")
    done, waiting = books(market)["imports"]
    assert done == {
        "import_id": import_id,
        "shop_id": 2000,
        "state": "COMPLETE",
        "created_at": "2026-11-18T09:06:40Z",
        "begun_at": "2026-11-18T09:06:40.500Z",
        "ended_at": "2026-11-18T09:06:41.500Z",
        "rows": 2,
        "lines_in_success": 1,
        "lines_in_error": 1,
        "refused": [{"line": 3, "reason": "The offer with SKU 'NOPE' does not exist"}],
    }
    assert (waiting["state"], waiting["ended_at"]) == ("WAITING", None)
    assert books(market)["totals"]["imports"] == {"COMPLETE": 1, "WAITING": 1}
    assert market.client.get("/_sandbox/imports").json["imports"] == [done, waiting]


@pytest.mark.parametrize(
    ("options", "setting", "left"),
    [
        ({}, {"give_back_on_refusal": True}, 50),
        ({}, {}, 48),
        ({}, {"zero_offer_on_refusal": True}, 0),
        ({}, {"zero_offer_on_refusal": True, "give_back_on_refusal": True}, 0),
    ],
)
def test_what_a_refusal_by_the_shop_does_to_the_offer(market_with, options, setting, left):
    market = market_with(**setting)
    order_id = market.place(lines=TWO, **options)
    market.answer(order_id, False)
    assert market.stock("SKU-1") == left
    assert market.stock("SKU-2") == 50


def test_only_the_refused_line_of_an_order_is_set_to_zero(market_with):
    market = market_with(zero_offer_on_refusal=True)
    order_id = market.place(lines=[*TWO, {"sku": "SKU-2", "quantity": 1}])
    market.answer(order_id, False, True)
    assert (market.stock("SKU-1"), market.stock("SKU-2")) == (0, 49)
    assert changes(market, "SKU-1")[-1] == ("zeroed", 48, 0, order_id)


@pytest.mark.parametrize(("gives_back", "left"), [(True, (49, 50)), (False, (47, 47))])
def test_cancelled_pieces_come_back_once(market_with, gives_back, left):
    market = market_with(give_back_on_cancel=gives_back)
    order_id = market.place(
        state="SHIPPING",
        workflow="PAY_ON_SHIPMENT",
        lines=[{"sku": "SKU-1", "quantity": 3, "price_unit": "10.00"}],
        shipping_price=0,
    )
    line = {"order_line_id": f"{order_id}-1", "reason_code": "34", "amount": 20, "shipping_amount": 0, "quantity": 2}
    assert market.put("/api/orders/cancel", {"cancelations": [line]}).status_code == 200
    partly = market.stock("SKU-1")
    assert market.put(f"/api/orders/{order_id}/cancel").status_code == 204
    assert (partly, market.stock("SKU-1")) == left


def test_a_customer_who_looks_first_goes_away_from_too_little(market):
    market.control("portal/offers", sku="SKU-1", quantity=3)
    assert market.control("orders", lines=TWO, if_offered=True).status_code == 200
    gone = market.control("orders", lines=TWO, if_offered=True)
    assert (gone.status_code, gone.json["message"]) == (409, "SKU-1: 1 offered, 2 wanted")
    twice = [{"sku": "SKU-1", "quantity": 1}] * 2
    assert market.control("orders", lines=twice, if_offered=True).status_code == 409
    market.control("offers/deactivate", skus=["SKU-2"], reason="PRODUCT_DISABLED")
    assert market.control("orders", lines=[{"sku": "SKU-2"}], if_offered=True).status_code == 409
    assert books(market)["totals"]["turned_away"] == 3
    assert books(market)["totals"]["oversold"] == 0
    assert market.stock("SKU-1") == 1


def test_of_several_customers_as_many_buy_as_there_are_pieces(market):
    market.control("portal/offers", sku="SKU-1", quantity=5)
    answer = market.control("orders", count=4, lines=TWO, if_offered=True).json
    assert (len(answer["order_ids"]), answer["turned_away"]) == (2, 2)


def test_customers_who_do_not_look_are_counted_as_oversold(market):
    market.control("portal/offers", sku="SKU-1", quantity=3)
    market.place(lines=TWO)
    market.place(lines=TWO)
    market.place(lines=TWO)
    assert books(market)["totals"]["oversold"] == 3


def test_deleted_offers_are_gone_for_files_and_lists_but_not_for_the_books(market):
    order_id = market.place(lines=TWO)
    market.control("offers/delete", skus=["SKU-1"])
    market.act(order_id, "cancel")
    assert market.push("SKU-1;5;;")["lines_in_error"] == 1
    assert market.get("/api/offers", sku="SKU-1").json["total_count"] == 0
    assert books(market)["offers"]["2000"]["SKU-1"]["deleted"] is True
    market.control("offers", offers=[{"sku": "SKU-1", "quantity": 4}])
    again = books(market)["offers"]["2000"]["SKU-1"]
    assert (again["deleted"], again["quantity"], again["offer_id"]) == (False, 4, 2138)


def test_deactivated_offers_say_why_until_they_are_activated(market):
    market.control("offers/deactivate", skus=["SKU-1"], reason="SHOP_NOT_OPEN")
    market.push("SKU-1;0;;")
    (offer,) = market.get("/api/offers", sku="SKU-1").json["offers"]
    assert offer["inactivity_reasons"] == ["SHOP_NOT_OPEN", "ZERO_QUANTITY"]
    market.push("SKU-1;2;;")
    assert market.control("offers/activate", skus=["SKU-1"]).json == {"active": {"SKU-1": True}}


def test_the_next_file_fails_whole_and_the_one_after_it_does_not(market):
    market.control("imports/fail_next")
    failed = market.push("SKU-1;1;;")
    assert (failed["status"], failed["lines_in_success"], failed["has_error_report"]) == ("FAILED", 0, False)
    assert market.stock("SKU-1") == 50
    assert market.push("SKU-1;1;;")["status"] == "COMPLETE"


def test_rows_of_an_offer_are_refused_until_told_otherwise(market):
    market.control("imports/refuse_lines", skus=["SKU-1"], reason="Under review")
    for _ in range(2):
        status = market.push("SKU-1;1;;", "SKU-2;1;;")
        assert (status["lines_in_success"], status["lines_in_error"]) == (1, 1)
        assert market.stock_report(status["import_id"])[1][:3] == ["2", "Under review", "SKU-1"]
    market.control("imports/refuse_lines", skus=["SKU-1"], reason=None)
    assert market.push("SKU-1;1;;")["lines_in_error"] == 0


def test_a_slow_file_takes_its_time(market):
    market.control("imports/slow", seconds=100)
    import_id = market.send_stock("SKU-1;1;;").json["import_id"]
    market.advance(100)
    assert market.stock_status(import_id)["status"] == "RUNNING"
    market.advance(1)
    assert market.stock_status(import_id)["status"] == "COMPLETE"
    assert market.push("SKU-1;2;;")["status"] == "COMPLETE"


def test_held_files_wait_until_they_are_let_go(market):
    market.control("imports/hold")
    import_id = market.send_stock("SKU-1;1;;").json["import_id"]
    market.advance(1000)
    assert market.stock_status(import_id)["status"] == "WAITING"
    market.control("imports/release")
    assert market.stock_status(import_id)["status"] == "RUNNING"
    market.advance(1)
    assert market.stock_status(import_id)["status"] == "COMPLETE"


def test_a_mass_of_offers_without_stories_until_a_person_or_a_customer_comes(market):
    assert market.control("offers", generate=1000, prefix="M-", quantity=4, price="2.50").json["count"] == 1008
    (offer,) = market.get("/api/offers", sku="M-1000").json["offers"]
    assert (offer["quantity"], offer["price"], offer["active"]) == (4, 2.5, True)
    assert market.push("M-1;3;;", "M-2;3;;")["lines_in_success"] == 2
    assert "M-1" not in books(market)["offers"]["2000"]
    market.place(lines=[{"sku": "M-1", "quantity": 1}])
    market.push("M-1;9;;")
    assert [one[:3] for one in changes(market, "M-1")] == [("sale", 3, 2), ("import", 2, 9)]
    shown = market.client.get("/_sandbox/offers?sku=M-1,M-2,NOPE").json["2000"]
    assert {sku: one["quantity"] for sku, one in shown.items()} == {"M-1": 9, "M-2": 3}
    assert market.client.get("/_sandbox/offers").json["2000"]["M-3"] == 4


def test_a_mass_leaves_offers_that_are_there_alone(market):
    assert market.control("offers", generate=10, prefix="SKU-", quantity=1).json["count"] == 10
    assert (market.stock("SKU-8"), market.stock("SKU-9")) == (50, 1)


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("offers", {"shop_id": 1}, 400),
        ("offers", {"offers": [{"quantity": 1}]}, 400),
        ("offers", {"generate": "many"}, 400),
        ("offers/delete", {}, 400),
        ("offers/delete", {"skus": ["NOPE"]}, 404),
        ("offers/deactivate", {"skus": ["SKU-1"], "reason": "BORED"}, 400),
        ("offers/deactivate", {"skus": ["SKU-1"], "reason": "ZERO_QUANTITY"}, 400),
        ("portal/offers", {"quantity": 1}, 404),
        ("portal/offers", {"sku": "SKU-1", "quantity": -1}, 400),
        ("portal/offers", {"sku": "SKU-1", "quantity": 1, "warehouse": "MOON"}, 400),
        ("imports/fail_next", {"times": -1}, 400),
        ("imports/slow", {"seconds": "long"}, 400),
        ("imports/refuse_lines", {"reason": "no"}, 400),
    ],
)
def test_control_refuses_what_makes_no_sense(market, path, sent, status):
    assert market.control(path, **sent).status_code == status


def test_the_books_say_how_close_calls_came_and_how_many_were_too_early(market_with):
    market = market_with(limits={"STO02": None})
    for seconds in (61, 20, 100):
        import_id = market.send_stock("SKU-1;1;;").json.get("import_id", "none")
        market.stock_status(import_id)
        market.advance(seconds)
    market.send_stock("SKU-1;1;;")
    limits = books(market)["totals"]["limits"]
    assert limits["STO01"] == {
        "2000": {"calls": 4, "refused": 1, "closest_seconds": 20.0, "allowed": 1, "per_seconds": 60.0}
    }
    assert limits["STO02"] == {
        "2000": {"calls": 3, "refused": 0, "closest_seconds": 20.0, "allowed": None, "per_seconds": None}
    }


def test_full_exports_are_watched_apart_from_differential_ones(market):
    for sent in ({}, {"last_request_date": "2026-11-18T00:00:00Z"}):
        market.call("POST", "/api/offers/export/async", sent)
        market.advance(5)
    limits = books(market)["totals"]["limits"]
    assert {code: limits[code]["2000"]["calls"] for code in limits} == {"OF52": 1, "OF52_FULL": 1}


def test_a_fresh_start_keeps_offers_and_forgets_files(market):
    market.advance(1000)
    market.push("SKU-1;3;;")
    market.control("imports/hold")
    market.send_stock("SKU-1;4;;")
    market.client.post("/_sandbox/reset")
    market.advance(60)
    assert market.stock("SKU-1") == 3
    assert books(market)["imports"] == []
    asked = {"last_request_date": "2026-11-18T09:06:40Z", "include_fields": ["shop-sku"]}
    tracking_id = market.call("POST", "/api/offers/export/async", asked).json["tracking_id"]
    market.advance(5)
    (url,) = market.get(f"/api/offers/export/async/status/{tracking_id}").json["urls"]
    assert "SKU-1" in market.get(url).text
