"""Amounts agree to the cent in both views, and go back only as far as there is something left."""

from __future__ import annotations

from decimal import Decimal

import pytest

BAG = [{"sku": "SKU-1", "quantity": 2, "price_unit": "39.90"}]


def exact(value):
    return Decimal(str(value))


def paid(market, **options):
    asked = {"lines": BAG, "shipping_price": "4.90", "country": "FRA", "state": "SHIPPING", **options}
    return market.place(**asked)


def refund(market, order_id, amount, shipping=0, mode="TAX_INCLUDED", **more):
    item = {
        "order_line_id": f"{order_id}-1",
        "reason_code": "15",
        "amount": amount,
        "shipping_amount": shipping,
    }
    return market.put("/api/orders/refund", {"order_tax_mode": mode, "refunds": [{**item, **more}]})


def cancel(market, order_id, amount, quantity=1, **more):
    item = {"order_line_id": f"{order_id}-1", "reason_code": "34", "amount": amount, "shipping_amount": 0}
    sent = {"order_tax_mode": "TAX_INCLUDED", "cancelations": [{**item, "quantity": quantity, **more}]}
    return market.put("/api/orders/cancel", sent)


def test_the_published_example_to_the_cent(market):
    order = market.order(paid(market))
    (line,) = order["order_lines"]
    assert (order["price"], order["shipping_price"], order["total_price"]) == (79.8, 4.9, 84.7)
    assert (line["price_unit"], line["price"], line["total_price"]) == (39.9, 79.8, 84.7)
    assert (line["taxes"][0]["amount"], line["shipping_taxes"][0]["amount"]) == (13.3, 0.82)
    assert (line["commission_fee"], line["commission_vat"], line["total_commission"]) == (9.58, 1.92, 11.5)
    assert order["total_commission"] == 11.5


@pytest.mark.parametrize("own_mode", ["TAX_INCLUDED", "TAX_EXCLUDED"])
def test_both_views_of_every_order_differ_by_exactly_the_taxes(market_with, own_mode):
    market = market_with(order_tax_mode=own_mode)
    market.control("orders", count=80, state="SHIPPING")
    views = [
        market.get("/api/orders", max=100, order_tax_mode=mode).json["orders"]
        for mode in ("TAX_INCLUDED", "TAX_EXCLUDED")
    ]
    for gross, net in zip(*views, strict=True):
        lines = net["order_lines"]
        taxes = [exact(tax["amount"]) for line in lines for tax in [*line["taxes"], *line["shipping_taxes"]]]
        assert exact(gross["total_price"]) - exact(net["total_price"]) == sum(taxes)
        for view in (gross, net):
            parts = [exact(line["price"]) for line in view["order_lines"]]
            assert exact(view["price"]) == sum(parts)
            assert exact(view["total_price"]) == exact(view["price"]) + exact(view["shipping_price"])
    own = views[0] if own_mode == "TAX_INCLUDED" else views[1]
    for line in (line for order in own for line in order["order_lines"]):
        assert exact(line["price"]) == exact(line["price_unit"]) * line["quantity"]


def test_promotions_are_deducted_before_the_price(market_with):
    market = market_with(promotion_chance=1)
    order = market.order(market.place(lines=[{"sku": "SKU-1", "quantity": 3}]))
    (line,) = order["order_lines"]
    assert (line["origin_unit_price"], line["price_unit"], line["price"]) == (19.9, 17.91, 53.73)
    assert line["promotions"][0]["deduced_amount"] == 5.97
    assert order["promotions"]["total_deduced_amount"] == 5.97


def test_the_books_hold_decimal_text(market):
    booked = market.booked(paid(market))
    assert (booked["total_price"], booked["commission"]) == ("84.70", "11.50")
    assert booked["lines"][0] == {
        "id": f"{booked['order_id']}-1",
        "sku": "SKU-1",
        "quantity": 2,
        "state": "SHIPPING",
        "price": "79.80",
        "tax": "13.30",
        "shipping_price": "4.90",
        "shipping_tax": "0.82",
        "refunded": [],
        "cancelled": [],
    }


def test_a_refund_is_written_down_now_and_paid_later(market_with):
    market = market_with(refund_seconds=60)
    order_id = paid(market)
    answer = refund(market, order_id, 39.90, quantity=1)
    assert answer.status_code == 200
    (told,) = answer.json["refunds"]
    assert (told["amount"], told["quantity"], told["currency_iso_code"]) == (39.9, 1, "EUR")
    assert told["taxes"] == [{"code": "VAT", "rate": 20.0, "amount": 6.65}]
    (shown,) = market.order(order_id)["order_lines"][0]["refunds"]
    assert (shown["id"], shown["order_refund_id"]) == (told["refund_id"], told["order_refund_id"])
    assert (shown["refund_state"], shown["commission_amount"]) == ("WAITING_REFUND", 4.79)
    market.advance(60)
    assert market.order(order_id)["order_lines"][0]["refunds"][0]["refund_state"] == "REFUNDED"


def test_the_same_refund_twice_gives_twice_and_never_more_than_there_was(market):
    order_id = paid(market)
    assert [refund(market, order_id, 39.90).status_code for _ in range(3)] == [200, 200, 400]
    assert market.booked(order_id)["lines"][0]["refunded"] == ["39.90", "39.90"]


def test_everything_given_back_takes_all_the_tax_and_closes_the_order(market):
    order_id = paid(market)
    for amount, shipping in ((26.60, 0), (26.60, 0), (26.60, 4.90)):
        assert refund(market, order_id, amount, shipping).status_code == 200
    line = market.order(order_id)["order_lines"][0]
    assert sum(exact(one["taxes"][0]["amount"]) for one in line["refunds"]) == exact("13.3")
    assert market.order(order_id)["fully_refunded"] is True
    market.advance(60)
    order = market.order(order_id)
    assert (order["order_state"], order["order_lines"][0]["order_line_state"]) == ("CLOSED", "REFUNDED")


def test_a_refund_read_in_the_other_mode_is_the_same_money(market):
    order_id = paid(market)
    refund(market, order_id, 33.25, mode="TAX_EXCLUDED")
    gross = market.order(order_id, order_tax_mode="TAX_INCLUDED")["order_lines"][0]["refunds"][0]
    assert gross["amount"] == 39.9


def test_several_items_of_one_call_are_checked_together(market):
    order_id = paid(market)
    item = {"order_line_id": f"{order_id}-1", "reason_code": "15", "amount": 50, "shipping_amount": 0}
    answer = market.put("/api/orders/refund", {"refunds": [item, item]})
    assert answer.status_code == 400
    assert market.booked(order_id)["lines"][0]["refunded"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"reason_code": "34"},
        {"reason_code": "17"},
        {"order_line_id": "NOPE"},
        {"amount": -1},
        {"amount": "ten"},
        {"amount": 1.001},
        {"amount": 79.81},
        {"amount": 0},
        {"currency_iso_code": "USD"},
    ],
)
def test_a_refund_that_cannot_be_is_400(market, change):
    order_id = paid(market)
    assert refund(market, order_id, **{"amount": 10.00, **change}).status_code == 400


def test_nothing_is_refunded_before_it_was_paid(market):
    order_id = paid(market, workflow="PAY_ON_DELIVERY")
    assert refund(market, order_id, 10).status_code == 400
    market.act(order_id, "pay")
    assert refund(market, order_id, 10).status_code == 200


def test_a_shop_without_enough_balance_is_told_so(market_with):
    market = market_with(shops=[{"shop_id": 2000, "refund_balance": "50.00"}])
    order_id = paid(market)
    assert refund(market, order_id, 39.90).status_code == 200
    answer = refund(market, order_id, 39.90)
    assert answer.status_code == 400
    assert answer.json["message"] == "The shop does not have a sufficient payable balance for the refund"


def test_lines_are_cancelled_while_no_money_has_moved(market):
    order_id = paid(market, workflow="PAY_ON_SHIPMENT")
    assert cancel(market, order_id, 39.90).json["cancelations"][0]["amount"] == 39.9
    assert market.order(order_id)["order_state"] == "SHIPPING"
    market.act(order_id, "pay")
    assert cancel(market, order_id, 39.90).status_code == 400


def test_cancelling_all_lines_cancels_the_order(market):
    order_id = paid(market, workflow="PAY_ON_SHIPMENT", shipping_price="0")
    assert cancel(market, order_id, 79.80, quantity=2).status_code == 200
    assert market.order(order_id)["order_state"] == "CANCELED"


def test_cancelling_needs_a_quantity_and_the_operators_permission(market, market_with):
    assert cancel(market, paid(market, workflow="PAY_ON_SHIPMENT"), 10, quantity=None).status_code == 400
    strict = market_with(partial_cancel=False)
    assert cancel(strict, paid(strict, workflow="PAY_ON_SHIPMENT"), 10).status_code == 400
