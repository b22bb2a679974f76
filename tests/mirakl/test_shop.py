"""The client against the simulated marketplace: real requests, real refusals, real trouble."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from mirakl_sync.errors import Misconfigured, RateLimited, Refused, Unavailable
from mirakl_sync.mirakl.limits import operations


def orders(pages):
    return [order for page in pages for order in page.orders]


def answer(order, *, accepted: bool = True) -> dict[str, bool]:
    return {line.line_id: accepted for line in order.lines}


def test_the_marketplace_introduces_itself(marketplace):
    shop = marketplace(name="Bazaar", timezone="Europe/Paris", multi_shipment=True).shop()
    shop.version()
    assert (shop.account().shop_id, shop.account().state, shop.account().currency) == ("2000", "OPEN", "EUR")
    facts = shop.configuration()
    assert (facts.timezone, facts.tax_mode, facts.multi_shipment) == ("Europe/Paris", "TAX_INCLUDED", True)
    assert (facts.order_acceptance, facts.addresses_before_acceptance) == ("NOT_AUTOMATIC", False)
    assert facts.alternative_carrier_forbidden is False
    assert facts.name
    assert facts.raw["features"]


def test_reference_data_is_read(marketplace):
    shop = marketplace().shop()
    assert {carrier.code for carrier in shop.carriers()}
    assert all(kind.code and kind.label for kind in shop.shipping_types())
    assert any(reason.ours and reason.type == "REFUND" for reason in shop.reasons())


def test_every_page_of_changed_orders_is_read(marketplace):
    market = marketplace()
    placed = market.place(205)
    pages = list(market.shop().orders_changed_since(None))
    assert [len(page.orders) for page in pages] == [100, 100, 5]
    seen = orders(pages)
    assert sorted(order.order_id for order in seen) == sorted(placed)
    assert [order.created_at for order in seen] == sorted(order.created_at for order in seen)
    assert pages[0].total_count == 205
    assert market.calls("OR11") == 3


def test_only_what_changed_comes_again(marketplace):
    market = marketplace(update_overlap_seconds=0)
    (old,) = market.place()
    market.control("POST", "clock", {"advance": 600})
    (new,) = market.place()
    since = datetime.now(UTC) + timedelta(seconds=300)
    assert [order.order_id for order in orders(market.shop().orders_changed_since(since))] == [new]
    market.control("POST", f"orders/{old}/touch")
    assert {order.order_id for order in orders(market.shop().orders_changed_since(since))} == {old, new}


def test_orders_are_found_by_id_a_hundred_a_call(marketplace):
    market = marketplace()
    placed = market.place(150)
    page = market.shop().orders_by_id([*placed, "NO-SUCH"])
    assert sorted(order.order_id for order in page.orders) == sorted(placed)
    assert page.total_count == 150
    assert market.calls("OR11") == 2


def test_nothing_is_asked_for_no_ids(marketplace):
    market = marketplace()
    assert market.shop().orders_by_id([]).orders == ()
    assert market.calls("OR11") == 0


def test_orders_are_found_by_state_also_when_they_move_while_we_read(marketplace):
    market = marketplace()
    market.place(120)
    shop, seen = market.shop(), 0
    for page in shop.orders_in_states(["WAITING_ACCEPTANCE", "STAGING"]):
        for order in page.orders:
            market.control("POST", f"orders/{order.order_id}/accept")
            seen += 1
    assert seen == 120


def test_an_accepted_order_shows_its_addresses_once_paid(marketplace):
    market = marketplace(debit_seconds=0, payment_seconds=5)
    (order_id,) = market.place()
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.state == "WAITING_ACCEPTANCE"
    assert (order.buyer.shipping, order.acceptance_decided_at) == (None, None)
    shop.answer_order(order_id, answer(order))
    market.control("POST", "clock", {"advance": 60})
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.state == "SHIPPING"
    assert len(order.buyer.shipping.country_code) == 2
    assert order.acceptance_decided_at
    assert order.gross() == order.total_price
    assert order.commission().amount > 0


@pytest.mark.parametrize("tax_mode", ["TAX_INCLUDED", "TAX_EXCLUDED"])
def test_both_tax_views_of_an_order_cost_the_buyer_the_same(marketplace, tax_mode):
    market = marketplace()
    market.place(20)
    seen = orders(market.shop(tax_mode=tax_mode).orders_changed_since(None))
    assert {order.tax_mode for order in seen} == {tax_mode}
    other = {
        order.order_id: order.gross()
        for order in orders(market.shop(tax_mode="TAX_INCLUDED").orders_changed_since(None))
    }
    assert {order.order_id: order.gross() for order in seen} == other


def test_a_second_acceptance_is_refused_with_its_code(marketplace):
    market = marketplace()
    (order_id,) = market.place()
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    shop.answer_order(order_id, answer(order))
    with pytest.raises(Refused) as caught:
        shop.answer_order(order_id, answer(order))
    assert caught.value.code == "ORDER_INVALID_STATE"
    assert caught.value.request == f"OR21 PUT /api/orders/{order_id}/accept"
    assert market.book(order_id)["acceptances"] == 1


def test_a_forgotten_line_is_refused_with_its_code(marketplace):
    market = marketplace()
    lines = [{"sku": "SKU-1", "quantity": 1}, {"sku": "SKU-2", "quantity": 2}]
    (order_id,) = market.place(lines=lines)
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    with pytest.raises(Refused) as caught:
        shop.answer_order(order_id, {order.lines[0].line_id: True})
    assert caught.value.code == "ORDER_LINE_ACCEPTANCE_DECISION_MISSING"


def test_partial_acceptance_may_be_switched_off(marketplace):
    market = marketplace(partial_acceptance=False)
    (order_id,) = market.place(lines=[{"sku": "SKU-1", "quantity": 1}, {"sku": "SKU-2", "quantity": 2}])
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    with pytest.raises(Refused) as caught:
        shop.answer_order(order_id, {line.line_id: line.sku == "SKU-1" for line in order.lines})
    assert caught.value.code == "ORDER_PARTIAL_ACCEPTANCE_DISABLED"


def test_an_order_the_operator_fulfils_is_refused_and_not_a_lack_of_permission(marketplace):
    market = marketplace()
    (order_id,) = market.place(fulfillment_center="FC-1")
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.fulfillment_center == "FC-1"
    with pytest.raises(Refused) as caught:
        shop.answer_order(order_id, answer(order))
    assert caught.value.code == "ORDER_FULFILLED_UNAUTHORIZED"


def test_an_unknown_order_is_refused_as_not_found(marketplace):
    with pytest.raises(Refused) as caught:
        marketplace().shop().answer_order("NO/SUCH", {"1": True})
    assert caught.value.status == 404


def test_a_wrong_key_is_the_connections_fault(marketplace):
    with pytest.raises(Misconfigured):
        marketplace().shop(key="wrong").account()


@pytest.mark.parametrize("what", ["lose_answer", "fail_after", "odd_json", "slow"])
def test_an_acceptance_whose_answer_is_lost_is_in_doubt_done_and_never_repeated(marketplace, what):
    market = marketplace()
    (order_id,) = market.place()
    shop = market.shop(total=0.4)
    (order,) = shop.orders_by_id([order_id]).orders
    market.trouble(what=what, match="OR21", status=502, seconds=0.6)
    with pytest.raises(Unavailable) as caught:
        shop.answer_order(order_id, answer(order))
    assert caught.value.outcome_unknown
    until_accepted(market, order_id)
    assert market.book(order_id)["answer_calls"] == 1


def until_accepted(market, order_id):
    for _ in range(100):
        if market.book(order_id)["acceptances"]:
            return
        time.sleep(0.02)
    raise AssertionError("never accepted")


def test_an_acceptance_that_never_arrived_is_in_doubt_too(marketplace):
    market = marketplace()
    (order_id,) = market.place()
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    market.trouble(what="drop", match="OR21")
    with pytest.raises(Unavailable) as caught:
        shop.answer_order(order_id, answer(order))
    assert caught.value.outcome_unknown
    assert market.book(order_id)["acceptances"] == 0


def test_a_failing_read_says_when_to_come_back(marketplace):
    market = marketplace()
    market.trouble(what="fail", match="OR11", status=503, retry_after=5)
    with pytest.raises(Unavailable) as caught:
        list(market.shop().orders_changed_since(None))
    assert (caught.value.after, caught.value.outcome_unknown) == (5, False)


def test_their_call_limit_is_told_with_its_wait(marketplace):
    market = marketplace(limits={})
    shop = market.shop()
    list(shop.orders_changed_since(None))
    with pytest.raises(RateLimited) as caught:
        list(shop.orders_changed_since(None))
    assert 0 < caught.value.after <= 60


def test_fields_and_values_nobody_has_heard_of_pass_by(marketplace):
    market = marketplace()
    market.place(3)
    market.trouble(what="unknown_fields", match="OR11", values={"order_state": "WAITING_FOR_THE_TIDE"})
    (page,) = market.shop().orders_changed_since(None)
    assert [order.state for order in page.orders] == ["WAITING_FOR_THE_TIDE"] * 3


@pytest.mark.parametrize("broken", ["no_order_id", "null_lines", "price_text", "quantity_text", "bad_date", "null_sku"])
def test_a_broken_order_comes_apart_from_the_good_ones(marketplace, broken):
    market = marketplace()
    market.place(2)
    market.place(broken=broken)
    (page,) = market.shop().orders_changed_since(None)
    assert (len(page.orders), len(page.unreadable)) == (2, 1)
    assert page.unreadable[0].problems


def test_our_references_are_left_on_the_orders(marketplace):
    market = marketplace()
    first, second = market.place(2)
    shop = market.shop()
    problems = shop.set_references({first: "1001", second: "1002", "NO-SUCH": "1003"})
    assert set(problems) == {"NO-SUCH"}
    assert {order.reference_for_seller for order in shop.orders_by_id([first, second]).orders} == {"1001", "1002"}


def test_numeric_line_ids_are_texts(marketplace):
    market = marketplace(line_ids="numeric")
    (order_id,) = market.place()
    shop = market.shop()
    (order,) = shop.orders_by_id([order_id]).orders
    assert order.lines[0].line_id.isdecimal()
    shop.answer_order(order_id, answer(order))
    assert market.book(order_id)["acceptances"] == 1


def test_a_demonstration_may_compress_the_published_periods():
    published, quick = operations(), operations("external_partner", {"OR04": 0.5, "A01": 0})
    assert (published["OR11"].times, published["OR11"].seconds) == (1, 60)
    assert (quick["OR11"].times, quick["OR11"].seconds) == (1, 900)
    assert (quick["OR04"].times, quick["OR04"].seconds, quick["OR04"].writes) == (1, 0.5, True)
    assert quick["A01"].times == 0
    assert (published["OR21"].times, published["OR21"].writes) == (0, True)


@pytest.mark.parametrize("overrides", [{"OR99": 1.0}, {"OR11": -1.0}])
def test_an_impossible_period_is_refused(overrides):
    with pytest.raises(ValueError, match="OR"):
        operations("default", overrides)
