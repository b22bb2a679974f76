"""How orders live: five payment workflows, three clocks, and everybody who may say no."""

from __future__ import annotations

import pytest

WINDOW = {"seconds": 3600}
TEA = [{"sku": "SKU-1", "quantity": 2, "price_unit": "10.00"}]


def states_over_time(market, order_id, *seconds):
    found = [market.order(order_id)["order_state"]]
    for pause in seconds:
        market.advance(pause)
        found.append(market.order(order_id)["order_state"])
    return found


def test_paying_on_acceptance_asks_for_the_money_before_shipping(market_with):
    market = market_with(debit_seconds=10, payment_seconds=20)
    order_id = market.place()
    assert market.answer(order_id, True).status_code == 204
    assert states_over_time(market, order_id, 9, 1, 19, 1) == [
        "WAITING_DEBIT",
        "WAITING_DEBIT",
        "WAITING_DEBIT_PAYMENT",
        "WAITING_DEBIT_PAYMENT",
        "SHIPPING",
    ]
    order = market.order(order_id)
    assert order["customer_debited_date"] == "2026-11-18T09:07:10Z"
    assert {line["order_line_state"] for line in order["order_lines"]} == {"SHIPPING"}


@pytest.mark.parametrize(
    "workflow", ["PAY_ON_SHIPMENT", "PAY_ON_DELIVERY", "PAY_ON_DUE_DATE", "NO_CUSTOMER_PAYMENT_CONFIRMATION"]
)
def test_the_other_workflows_ship_right_after_acceptance_without_money(market, workflow):
    order_id = market.place(workflow=workflow)
    market.answer(order_id, True)
    order = market.order(order_id)
    assert (order["order_state"], order["customer_debited_date"]) == ("SHIPPING", None)
    assert order["can_cancel"] is True


def test_a_refused_payment_cancels_and_the_goods_come_back(market):
    order_id = market.place(lines=TEA, payment="refused", payment_seconds=60)
    assert market.stock("SKU-1") == 48
    market.answer(order_id, True)
    market.advance(61)
    assert market.order(order_id)["order_state"] == "CANCELED"
    assert market.booked(order_id)["cancelled_by"] == "payment"
    assert market.stock("SKU-1") == 50


def test_a_payment_that_never_comes_leaves_the_order_waiting(market):
    order_id = market.place(payment="never")
    market.answer(order_id, True)
    market.advance(30 * 86_400)
    assert market.order(order_id)["order_state"] == "WAITING_DEBIT_PAYMENT"


def test_silence_is_a_refusal_without_a_decision_date(market_with):
    market = market_with(acceptance_window=WINDOW)
    order_id = market.place(lines=TEA)
    market.advance(3599)
    assert market.order(order_id)["order_state"] == "WAITING_ACCEPTANCE"
    market.advance(1)
    order = market.order(order_id)
    assert (order["order_state"], order["acceptance_decision_date"]) == ("REFUSED", None)
    assert order["last_updated_date"] == "2026-11-18T10:06:40Z"
    assert market.client.get("/_sandbox/books").json["late"] == [order_id]
    assert market.booked(order_id)["refused_by"] == "timeout"
    assert market.stock("SKU-1") == 48


def test_the_books_know_of_a_timeout_without_any_call(market_with):
    market = market_with(acceptance_window=WINDOW)
    market.place()
    market.tenant.clock.advance(3600)
    assert market.client.get("/_sandbox/books?summary=1").json["totals"]["late"] == 1


def test_some_operators_set_the_offer_to_zero_after_a_timeout(market_with):
    market = market_with(acceptance_window=WINDOW, zero_offer_on_timeout=True)
    market.place(lines=TEA)
    market.advance(3600)
    assert market.stock("SKU-1") == 0


def test_an_answer_in_time_stops_the_clock(market_with):
    market = market_with(acceptance_window=WINDOW)
    order_id = market.place()
    market.advance(3599)
    market.answer(order_id, True)
    market.advance(10 * 3600)
    assert market.order(order_id)["order_state"] == "SHIPPING"


@pytest.mark.parametrize(("end", "state"), [("ok", "WAITING_ACCEPTANCE"), ("fraud", "CANCELED")])
def test_staging_ends_with_the_fraud_check(market, end, state):
    order_id = market.place(staging_seconds=100, staging_end=end)
    assert states_over_time(market, order_id, 99, 1) == ["STAGING", "STAGING", state]


def test_nobody_can_accept_during_staging(market):
    order_id = market.place(staging_seconds=100)
    assert market.answer(order_id, True).json["code"] == "ORDER_INVALID_STATE"


def test_the_window_starts_when_staging_ends(market_with):
    market = market_with(acceptance_window=WINDOW)
    order_id = market.place(staging_seconds=100)
    market.advance(100)
    assert market.booked(order_id)["accept_by"] == "2026-11-18T10:08:20Z"


def test_an_operator_that_accepts_itself_never_shows_the_waiting_state(market_with):
    market = market_with(order_acceptance="AUTOMATIC", debit_seconds=5)
    order_id = market.place()
    order = market.order(order_id)
    assert (order["order_state"], order["acceptance_decision_date"]) == ("WAITING_DEBIT", None)
    assert market.booked(order_id)["accepted_by"] == "automatic"


def test_both_kinds_of_acceptance_are_told_apart_by_shop(market_with):
    shops = [{"shop_id": 1, "automatic_acceptance": True}, {"shop_id": 2}]
    market = market_with(order_acceptance="BOTH", shops=shops)
    market.place(shop_id=1)
    market.place(shop_id=2)
    by_state = market.client.get("/_sandbox/books?summary=1").json["totals"]["by_state"]
    assert by_state == {"WAITING_DEBIT": 1, "WAITING_ACCEPTANCE": 1}


def test_somebody_else_may_accept_first(market):
    order_id = market.place()
    assert market.act(order_id, "accept").status_code == 200
    assert market.answer(order_id, True).json["code"] == "ORDER_INVALID_STATE"
    booked = market.booked(order_id)
    assert (booked["accepted_by"], booked["acceptances"], booked["answer_calls"]) == ("operator", 0, 1)


def test_a_deed_out_of_turn_is_a_conflict(market):
    assert market.act(market.place(), "ship").status_code == 409


def test_the_whole_way_to_closed(market):
    order_id = market.place()
    states = [market.act(order_id, deed).json["state"] for deed in ("accept", "pay", "ship", "receive", "close")]
    assert states == ["WAITING_DEBIT", "SHIPPING", "SHIPPED", "RECEIVED", "CLOSED"]


def test_being_touched_delivers_the_order_again(market):
    order_id = market.place()
    market.advance(1000)
    since = "2026-11-18T09:20:00Z"
    assert market.get("/api/orders", start_update_date=since).json["total_count"] == 0
    market.act(order_id, "touch")
    assert market.get("/api/orders", start_update_date=since).json["total_count"] == 1


def test_addresses_are_null_until_shipping(market):
    order_id = market.place(payment_seconds=0)
    assert market.order(order_id)["customer"]["shipping_address"] is None
    assert market.order(order_id)["customer"]["lastname"]
    market.answer(order_id, True)
    market.advance(5)
    shown = market.order(order_id)["customer"]
    assert len(shown["shipping_address"]["country_iso_code"]) == 3
    assert shown["billing_address"]["zip_code"] == shown["shipping_address"]["zip_code"]


def test_some_operators_show_addresses_before_acceptance(market_with):
    market = market_with(addresses_before_acceptance=True)
    assert market.order(market.place())["customer"]["billing_address"]["city"]
    assert market.order(market.place(staging_seconds=9))["customer"]["billing_address"] is None


def test_a_refusal_keeps_the_addresses_hidden_for_ever(market):
    order_id = market.place()
    market.answer(order_id, False)
    assert market.order(order_id)["customer"]["shipping_address"] is None


@pytest.mark.parametrize("state", ["WAITING_DEBIT", "WAITING_DEBIT_PAYMENT", "SHIPPING", "SHIPPED", "RECEIVED"])
def test_orders_can_be_placed_in_the_middle_of_their_life(market, state):
    assert market.order(market.place(state=state))["order_state"] == state


@pytest.mark.parametrize("state", ["STAGING", "WAITING_ACCEPTANCE", "REFUSED", "CANCELED", "CLOSED"])
def test_and_at_its_ends(market, state):
    assert market.order(market.place(state=state))["order_state"] == state
