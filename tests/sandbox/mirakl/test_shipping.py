"""OR23 and OR24: who carries an order, and that it has left."""

from __future__ import annotations

import pytest

from tests.contracts import mirakl_contract

UPS = {"carrier_code": "UPS", "tracking_number": "1Z 999"}
UPS_URL = "https://track.example/ups?n=1Z%20999"
OWN = {"carrier_name": "Van of Ada", "carrier_url": "https://ada.example/7"}
FULFILLED = "An unauthorized action has been requested on a fulfilled order"


@pytest.fixture
def tell(market):
    return lambda order_id, body: market.put(f"/api/orders/{order_id}/tracking", body)


def ship(market, order_id):
    return market.put(f"/api/orders/{order_id}/ship")


def ready(market, **options):
    return market.place(state="SHIPPING", **options)


def test_a_registered_carrier_is_known_by_its_code_and_its_url_is_computed(market, tell):
    order_id = ready(market)
    answer = tell(order_id, {**UPS, "carrier_url": "https://elsewhere.example", "carrier_name": "Whatever"})
    assert (answer.status_code, answer.data) == (204, b"")
    order = market.order(order_id)
    assert (order["shipping_carrier_code"], order["shipping_company"]) == ("UPS", "UPS")
    assert (order["shipping_tracking"], order["shipping_tracking_url"]) == ("1Z 999", UPS_URL)


def test_an_unregistered_carrier_is_known_by_its_name(market, tell):
    order_id = ready(market)
    assert tell(order_id, OWN).status_code == 204
    order = market.order(order_id)
    assert (order["shipping_carrier_code"], order["shipping_company"]) == (None, "Van of Ada")
    assert order["shipping_tracking_url"] == "https://ada.example/7"


@pytest.mark.parametrize("code", ["ups", "UPS ", "FEDEX"])
def test_a_code_that_is_not_on_the_list_letter_by_letter_is_refused(market, tell, code):
    order_id = ready(market)
    answer = tell(order_id, {**UPS, "carrier_code": code, "carrier_name": "UPS"})
    assert answer.json == {"message": f"The carrier with code '{code}' does not exist", "status": 400}
    assert market.order(order_id)["shipping_tracking"] is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"carrier_code": "UPS"}, "tracking_number is required for the carrier 'UPS'"),
        ({"carrier_code": "UPS", "tracking_number": ""}, "tracking_number is required for the carrier 'UPS'"),
        ({}, "carrier_code or carrier_name is required"),
        ({"tracking_number": "1Z999"}, "carrier_code or carrier_name is required"),
        ({"carrier_code": "", "carrier_name": ""}, "carrier_code or carrier_name is required"),
        ({"carrier_code": {"code": "UPS"}}, "carrier_code must be text"),
        ([], "A JSON object is expected in the body"),
    ],
)
def test_what_is_missing_is_a_validation_error(market, tell, body, message):
    answer = tell(ready(market), body)
    assert answer.json == {"code": "VALIDATION_ERROR", "message": message, "status": 400}


def test_a_carrier_without_a_page_to_follow_needs_no_number(market, tell):
    order_id = ready(market)
    assert tell(order_id, {"carrier_code": "PICKUP"}).status_code == 204
    assert market.order(order_id)["shipping_tracking_url"] is None


def test_some_operators_allow_registered_carriers_only(market_with):
    market = market_with(disable_seller_alternative_carrier=True)
    order_id = ready(market)
    answer = market.put(f"/api/orders/{order_id}/tracking", OWN)
    assert answer.status_code == 400
    assert (
        answer.json["message"] == "The carrier 'Van of Ada' is not registered and unregistered carriers are not allowed"
    )
    assert market.put(f"/api/orders/{order_id}/tracking", UPS).status_code == 204
    features = market.get("/api/platform/configuration").json["features"]
    assert features["disable_seller_alternative_carrier"] is True


def test_telling_again_replaces_and_the_books_keep_every_word(market, tell):
    order_id = ready(market)
    tell(order_id, UPS)
    market.advance(60)
    tell(order_id, UPS)
    tell(order_id, {"carrier_code": "DHL", "tracking_number": "77"})
    assert market.order(order_id)["shipping_tracking"] == "77"
    told = market.booked(order_id)["trackings"]
    assert [(one["carrier_code"], one["tracking_number"], one["at"]) for one in told] == [
        ("UPS", "1Z 999", "2026-11-18T09:06:40Z"),
        ("UPS", "1Z 999", "2026-11-18T09:07:40Z"),
        ("DHL", "77", "2026-11-18T09:07:40Z"),
    ]
    assert told[0]["tracking_url"] == UPS_URL


def test_a_correction_is_possible_once_shipped_and_not_later(market, tell):
    order_id = ready(market)
    tell(order_id, UPS)
    ship(market, order_id)
    assert tell(order_id, {"carrier_code": "DHL", "tracking_number": "77"}).status_code == 204
    market.act(order_id, "receive")
    answer = tell(order_id, UPS)
    assert answer.json["message"] == "The order status must be 'SHIPPING' or 'SHIPPED' but it is 'RECEIVED'."
    assert market.order(order_id)["shipping_tracking"] == "77"


@pytest.mark.parametrize("state", ["STAGING", "WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT", "CANCELED", "REFUSED"])
def test_neither_is_possible_before_shipping_nor_after_the_end(market, tell, state):
    order_id = market.place(state=state)
    words = f"but it is '{state}'."
    for answer in (tell(order_id, UPS), ship(market, order_id)):
        assert answer.status_code == 400
        assert answer.json["message"].endswith(words)


def test_shipping_ships_everything_and_only_once(market, tell):
    order_id = ready(market, lines=[{"sku": "SKU-1", "quantity": 2}, {"sku": "SKU-2"}])
    tell(order_id, UPS)
    market.advance(60)
    assert (ship(market, order_id).status_code, ship(market, order_id).json["message"]) == (
        204,
        "The order status must be 'SHIPPING' but it is 'SHIPPED'.",
    )
    order = market.order(order_id)
    assert (order["order_state"], order["can_shop_ship"]) == ("SHIPPED", False)
    assert {line["order_line_state"] for line in order["order_lines"]} == {"SHIPPED"}
    assert {line["shipped_date"] for line in order["order_lines"]} == {"2026-11-18T09:07:40Z"}
    booked = market.booked(order_id)
    assert (booked["ship_calls"], booked["shipped_by"], booked["shipped_at"]) == (1, "shop", "2026-11-18T09:07:40Z")
    assert booked["shipping_refusals"] == {"OR24": {"The order status must be 'SHIPPING' but it is 'SHIPPED'.": 1}}


def test_refused_lines_do_not_ship(market, tell):
    order_id = market.place(lines=[{"sku": "SKU-1"}, {"sku": "SKU-2"}], workflow="PAY_ON_DUE_DATE")
    market.answer(order_id, True, False)
    tell(order_id, UPS)
    ship(market, order_id)
    lines = market.order(order_id)["order_lines"]
    assert [(line["order_line_state"], line["shipped_date"]) for line in lines] == [
        ("SHIPPED", "2026-11-18T09:06:40Z"),
        ("REFUSED", None),
    ]


def test_tracking_comes_first_where_the_shipping_type_wants_it(market, tell):
    order_id = ready(market)
    answer = ship(market, order_id)
    assert answer.status_code == 400
    assert answer.json["message"] == "Tracking information is mandatory for the shipping type 'STD'"
    tell(order_id, UPS)
    assert ship(market, order_id).status_code == 204


def test_a_letter_needs_no_tracking(market):
    order_id = ready(market, shipping_type_code="LET")
    assert market.order(order_id)["shipping_type_label"] == "Letter"
    assert ship(market, order_id).status_code == 204


@pytest.mark.parametrize("options", [{"fulfillment_center": "CENTRAL"}, {"shipping_type_code": "HOME"}])
def test_what_the_operator_ships_is_not_the_shops(market_with, options):
    types = [{"code": "STD"}, {"code": "HOME", "delivery_by_operator": True}]
    market = market_with(shipping_types=types)
    order_id = ready(market, **options)
    assert market.order(order_id)["can_shop_ship"] is False
    refused = {"code": "ORDER_FULFILLED_UNAUTHORIZED", "message": FULFILLED, "status": 400}
    assert market.put(f"/api/orders/{order_id}/tracking", UPS).json == refused
    assert ship(market, order_id).json == refused


def test_other_peoples_orders_are_not_found_and_the_totals_know(market_with):
    keys = [{"secret": "one", "shop_ids": [1]}, {"secret": "two", "shop_ids": [2]}]
    market = market_with(shops=[{"shop_id": 1}, {"shop_id": 2}], keys=keys)
    order_id = ready(market, shop_id=2)
    assert market.put(f"/api/orders/{order_id}/tracking", UPS).status_code == 404
    assert ship(market, "NOPE").json == {"message": "Order with identifier 'NOPE' not found", "status": 404}
    totals = market.client.get("/_sandbox/books?summary=1").json["totals"]
    assert totals["shipping_refused"] == {"OR23": 1, "OR24": 1}
    assert market.booked(order_id)["shipping_refusals"] == {}


@pytest.mark.parametrize(("path", "role"), [("tracking", "TRACKING_WRITE"), ("ship", "SHIP")])
def test_a_partners_key_needs_the_role(market_with, path, role):
    keys = [
        {"secret": "reader", "shop_ids": [2000], "roles": ["ROLE_PARTNER_ORDER_READ"]},
        {"secret": "shipper", "shop_ids": [2000], "roles": [f"ROLE_PARTNER_ORDER_{role}"]},
    ]
    market = market_with(keys=keys)
    order_id = ready(market, shipping_type_code="LET")
    statuses = [
        market.call("PUT", f"/api/orders/{order_id}/{path}", UPS, key=key).status_code for key in ("reader", "shipper")
    ]
    assert statuses == [403, 204]


def test_goods_paid_on_shipment_are_paid_after_it(market_with):
    market = market_with(payment_seconds=30)
    order_id = ready(market, workflow="PAY_ON_SHIPMENT", shipping_type_code="LET")
    ship(market, order_id)
    assert market.order(order_id)["customer_debited_date"] is None
    market.advance(30)
    assert market.order(order_id)["customer_debited_date"] == "2026-11-18T09:07:10Z"


def test_somebody_may_have_paid_before_that(market_with):
    market = market_with(payment_seconds=30)
    order_id = ready(market, workflow="PAY_ON_SHIPMENT", shipping_type_code="LET")
    ship(market, order_id)
    assert market.act(order_id, "pay").status_code == 200
    market.advance(30)
    assert market.order(order_id)["customer_debited_date"] == "2026-11-18T09:06:40Z"


def test_time_may_bring_it_to_the_customer_and_close_it(market_with):
    market = market_with(receive_seconds=100, close_seconds=50)
    order_id = ready(market, shipping_type_code="LET")
    ship(market, order_id)
    states = []
    for pause in (99, 1, 49, 1):
        market.advance(pause)
        states.append(market.order(order_id)["order_state"])
    assert states == ["SHIPPED", "RECEIVED", "RECEIVED", "CLOSED"]
    assert market.booked(order_id)["received_at"] == "2026-11-18T09:08:20Z"


def test_without_those_settings_it_stays_shipped(market):
    order_id = ready(market, shipping_type_code="LET")
    ship(market, order_id)
    market.advance(90 * 86_400)
    assert market.order(order_id)["order_state"] == "SHIPPED"


def test_both_keep_the_contract():
    contract = mirakl_contract()
    for body in (UPS, OWN, {"carrier_code": "PICKUP"}):
        contract.check_request("PUT", "/api/orders/1-A/tracking", {}, body)
    contract.check_request("PUT", "/api/orders/1-A/ship", {}, None)


def test_every_answer_keeps_the_contract(market, tell):
    contract = mirakl_contract()
    order_id = ready(market)
    refused, told = tell(order_id, {"carrier_code": "X"}), tell(order_id, UPS)
    for answer in (refused, told):
        contract.check_response(
            "PUT", f"/api/orders/{order_id}/tracking", answer.status_code, answer.get_json(silent=True)
        )
    shipped, again = ship(market, order_id), ship(market, order_id)
    for answer in (shipped, again):
        contract.check_response("PUT", f"/api/orders/{order_id}/ship", answer.status_code, answer.get_json(silent=True))
    orders = market.get("/api/orders")
    contract.check_response("GET", "/api/orders", 200, orders.json)
