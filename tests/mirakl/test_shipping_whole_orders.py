"""OR23 and OR24 against the simulated marketplace: an order's carrier and number, and that it has left."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable
from mirakl_sync.records.shipment import Tracking

UPS = Tracking(carrier_code="UPS", number="1Z999")
COURIER = Tracking(carrier_name="Dupont Courses", number="7", url="https://dupont.example/7")
LETTER, PARCEL = "LET", "STD"  # only the second may not leave without tracking


def to_ship(market: Any, **options: Any) -> str:
    (order_id,) = market.place(**{"state": "SHIPPING", "shipping_type_code": LETTER} | options)
    return order_id


def test_an_order_is_tracked_and_shipped_and_shows_both(marketplace):
    market = marketplace()
    order_id = to_ship(market, shipping_type_code=PARCEL)
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.tracking is None
    shop.tell_tracking(order_id, UPS)
    shop.ship_order(order_id)
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.state == "SHIPPED"
    assert order.tracking == Tracking("UPS", "UPS", "1Z999", "https://track.example/ups?n=1Z999")
    book = market.book(order_id)
    assert [told["tracking_number"] for told in book["trackings"]] == ["1Z999"]
    assert (book["ship_calls"], book["shipped_by"]) == (1, "shop")


def test_a_carrier_that_is_not_listed_goes_by_name_and_address(marketplace):
    market = marketplace()
    order_id = to_ship(market)
    shop = market.shop()
    shop.tell_tracking(order_id, COURIER)
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.tracking == COURIER


def test_tracking_may_be_corrected_after_the_order_left(marketplace):
    market = marketplace()
    order_id = to_ship(market)
    shop = market.shop()
    shop.tell_tracking(order_id, UPS)
    shop.ship_order(order_id)
    shop.tell_tracking(order_id, Tracking(carrier_code="DHL", number="00340"))
    (order,) = shop.orders_by_id([order_id]).orders
    assert (order.tracking.carrier_code, order.tracking.number) == ("DHL", "00340")


@pytest.mark.parametrize(
    ("tracking", "code"),
    [
        (Tracking(carrier_code="ups", number="1Z999"), "CARRIER_REFUSED"),
        (Tracking(carrier_code="State Express", number="1"), "CARRIER_REFUSED"),
        (COURIER, "CARRIER_REFUSED"),
        (Tracking(carrier_code="UPS"), "VALIDATION_ERROR"),
        (Tracking(number="1Z999"), "VALIDATION_ERROR"),
    ],
)
def test_tracking_that_is_not_taken_says_why(marketplace, tracking, code):
    market = marketplace(disable_seller_alternative_carrier=True)
    order_id = to_ship(market)
    with pytest.raises(Refused) as caught:
        market.shop().tell_tracking(order_id, tracking)
    assert (caught.value.code, caught.value.status) == (code, 400)
    assert market.book(order_id)["trackings"] == []


@pytest.mark.parametrize("state", ["WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", "CLOSED", "CANCELED"])
def test_an_order_that_is_not_to_ship_refuses_by_its_state(marketplace, state):
    market = marketplace()
    order_id = to_ship(market, state=state)
    shop = market.shop()
    for act in (lambda: shop.tell_tracking(order_id, UPS), lambda: shop.ship_order(order_id)):
        with pytest.raises(Refused, match=state) as caught:
            act()
        assert (caught.value.code, caught.value.status) == ("ORDER_INVALID_STATE", 400)


def test_a_second_shipment_of_an_order_is_refused_by_its_state(marketplace):
    market = marketplace()
    order_id = to_ship(market)
    shop = market.shop()
    shop.ship_order(order_id)
    with pytest.raises(Refused) as caught:
        shop.ship_order(order_id)
    assert caught.value.code == "ORDER_INVALID_STATE"
    assert market.book(order_id)["ship_calls"] == 1


def test_some_shipping_types_want_tracking_first(marketplace):
    market = marketplace()
    order_id = to_ship(market, shipping_type_code=PARCEL)
    assert {kind.code for kind in market.shop().shipping_types() if kind.tracking_needed} == {PARCEL}
    with pytest.raises(Refused) as caught:
        market.shop().ship_order(order_id)
    assert caught.value.code == "TRACKING_MISSING"


def test_what_the_operator_ships_is_refused_with_its_code(marketplace):
    market = marketplace()
    order_id = to_ship(market, fulfillment_center="FC-1")
    for act in (lambda: market.shop().tell_tracking(order_id, UPS), lambda: market.shop().ship_order(order_id)):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "ORDER_FULFILLED_UNAUTHORIZED"


def test_an_order_nobody_knows_is_not_found(marketplace):
    market = marketplace()
    for act in (lambda: market.shop().tell_tracking("NO/SUCH", UPS), lambda: market.shop().ship_order("NO/SUCH")):
        with pytest.raises(Refused) as caught:
            act()
        assert (caught.value.status, caught.value.code) == (404, "")


def test_a_wrong_key_ships_nothing(marketplace):
    market = marketplace()
    order_id = to_ship(market)
    with pytest.raises(Misconfigured):
        market.shop(key="wrong").ship_order(order_id)


@pytest.mark.parametrize("what", ["lose_answer", "fail_after", "slow"])
@pytest.mark.parametrize("operation", ["OR23", "OR24"])
def test_a_lost_answer_leaves_it_in_doubt_done_and_never_repeated(marketplace, operation, what):
    market = marketplace()
    order_id = to_ship(market)
    shop = market.shop(total=0.4)
    market.trouble(what=what, match=operation, status=502, seconds=0.6)
    with pytest.raises(Unavailable) as caught:
        shop.tell_tracking(order_id, UPS) if operation == "OR23" else shop.ship_order(order_id)
    assert caught.value.outcome_unknown
    until_told(market, order_id, operation)
    assert market.calls(operation) == 1


def until_told(market, order_id, operation):
    for _ in range(100):
        book = market.book(order_id)
        if book["trackings"] if operation == "OR23" else book["ship_calls"]:
            return
        time.sleep(0.02)
    raise AssertionError("never told")


def test_their_wish_to_wait_is_told_with_its_seconds(marketplace):
    market = marketplace()
    order_id = to_ship(market)
    market.trouble(what="fail", match="OR24", status=429, retry_after=7)
    with pytest.raises(RateLimited) as caught:
        market.shop().ship_order(order_id)
    assert caught.value.after == 7
    assert market.book(order_id)["ship_calls"] == 0
