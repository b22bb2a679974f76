"""ST01, ST06, ST23 and ST24: an order that leaves in several shipments."""

from __future__ import annotations

import pytest

UPS = {"carrier_code": "UPS", "tracking_number": "1Z999"}
DHL = {"carrier_code": "DHL", "tracking_number": "77"}
BASKET = [{"sku": "SKU-1", "quantity": 3}, {"sku": "SKU-2", "quantity": 1}]
WRONG_QUANTITY = "Shipment quantity is invalid."
NOT_SHIPPING = "The order status must be 'SHIPPING' but it is '{}'."


@pytest.fixture
def market(market_with):
    return market_with(multi_shipment=True)


class Shop:
    """Somebody who ships by shipments."""

    def __init__(self, market):
        self.market = market

    def order(self, **options):
        return self.market.place(**{"state": "SHIPPING", "lines": BASKET, **options})

    def ask(self, *shipments):
        return self.market.call("POST", "/api/shipments", {"shipments": list(shipments)})

    def made(self, order_id, pieces, **more):
        """ST01 with {line number: quantity}; the one shipment it made."""
        (shipment,) = self.ask(wish(order_id, pieces, **more)).json["shipment_success"]
        return shipment

    def refused(self, order_id, pieces, **more):
        """ST01; the words of its one error."""
        answer = self.ask(wish(order_id, pieces, **more))
        assert (answer.status_code, answer.json["shipment_success"]) == (201, [])
        ((error),) = answer.json["shipment_errors"]
        assert set(error) == {"order_id", "message"}
        assert error["order_id"] == order_id
        return error["message"]

    def change(self, path, *items):
        method = "POST" if path == "tracking" else "PUT"
        return self.market.call(method, f"/api/shipments/{path}", {"shipments": list(items)})

    def shown(self, order_id):
        return self.market.get("/api/shipments", order_id=order_id, limit=100).json["data"]

    def state(self, order_id):
        """The order's state and those of its lines."""
        order = self.market.order(order_id)
        return order["order_state"], *(line["order_line_state"] for line in order["order_lines"])


def wish(order_id, pieces, **more):
    lines = [{"order_line_id": f"{order_id}-{line}", "quantity": quantity} for line, quantity in pieces.items()]
    return {"order_id": order_id, "shipment_lines": lines, **more}


@pytest.fixture
def shop(market):
    return Shop(market)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("PUT", "/delete"),
        ("GET", ""),
        ("GET", "/items_to_ship"),
        ("POST", "/tracking"),
        ("PUT", "/ship"),
    ],
)
def test_without_multi_shipment_there_is_none_of_it(market_with, method, path):
    market = market_with(multi_shipment=False, limits={})
    for _ in range(2):
        answer = market.call(method, f"/api/shipments{path}", {"shipments": []} if method != "GET" else None)
        assert (answer.status_code, answer.json["status"]) == (404, 404)


def test_a_shipment_takes_some_pieces_and_the_order_stays_in_shipping(shop):
    order_id = shop.order()
    more = {"invoice_reference": "INV-9", "tracking": UPS, "shipped": True}
    shipment = shop.made(order_id, {1: 2}, **more)
    assert (shipment["status"], shipment["status_customer_debit"], shipment["order_id"]) == (
        "SHIPPED",
        "NO_DEBIT",
        order_id,
    )
    (line,) = shipment["shipment_lines"]
    assert (line["order_line_id"], line["offer_sku"], line["quantity"]) == (f"{order_id}-1", "SKU-1", 2)
    assert shop.state(order_id) == ("SHIPPING", "SHIPPING", "SHIPPING")
    (shown,) = shop.shown(order_id)
    assert shown == shipment
    assert (shown["invoice_reference"], shown["shipped_date"]) == ("INV-9", "2026-11-18T09:06:40Z")
    assert shown["tracking"]["tracking_url"] == "https://track.example/ups?n=1Z999"


def test_a_line_is_shipped_with_its_last_piece_and_the_order_with_its_last_line(shop):
    order_id = shop.order()
    sent = {"shipped": True, "tracking": UPS}
    shop.made(order_id, {1: 2}, **sent)
    shop.market.advance(60)
    shop.made(order_id, {1: 1}, **sent)
    assert shop.state(order_id) == ("SHIPPING", "SHIPPED", "SHIPPING")
    shop.market.advance(60)
    shop.made(order_id, {2: 1}, **sent)
    assert shop.state(order_id) == ("SHIPPED", "SHIPPED", "SHIPPED")
    dates = [line["shipped_date"] for line in shop.market.order(order_id)["order_lines"]]
    assert dates == ["2026-11-18T09:07:40Z", "2026-11-18T09:08:40Z"]
    booked = shop.market.booked(order_id)
    assert (booked["shipped_by"], booked["shipped_at"], booked["ship_calls"]) == ("shop", "2026-11-18T09:08:40Z", 0)
    assert [one["lines"][0]["quantity"] for one in booked["shipments"]] == [2, 1, 1]


def test_without_the_word_it_is_not_shipped_until_st24(shop):
    order_id = shop.order()
    shipment = shop.made(order_id, {1: 3, 2: 1})
    assert (shipment["status"], shipment["shipped_date"]) == ("SHIPPING", None)
    assert shipment["tracking"]["validity_status"] == "MISSING_TRACKING"
    assert shop.state(order_id)[0] == "SHIPPING"
    item = {"id": shipment["id"]}
    assert shop.change("tracking", {**item, "tracking": UPS}).json["shipment_success"] == [item]
    answer = shop.change("ship", item)
    assert (answer.status_code, answer.json) == (200, {"shipment_success": [item], "shipment_errors": []})
    assert shop.state(order_id) == ("SHIPPED", "SHIPPED", "SHIPPED")
    (error,) = shop.change("ship", item).json["shipment_errors"]
    assert error["message"] == f"Shipment with id '{shipment['id']}' is not in SHIPPING status and cannot be shipped."


def test_asking_again_makes_another_one(shop):
    order_id = shop.order()
    first, second = (shop.made(order_id, {1: 1}, invoice_reference="SAME") for _ in range(2))
    assert first["id"] != second["id"]
    assert len(shop.shown(order_id)) == 2


@pytest.mark.parametrize("pieces", [{1: 4}, {1: 0}, {1: -1}, {3: 1}, {1: 1, 2: 2}])
def test_wrong_pieces_are_an_error_inside_a_201_and_nothing_is_booked(shop, pieces):
    order_id = shop.order()
    assert shop.refused(order_id, pieces) == WRONG_QUANTITY
    assert shop.shown(order_id) == []
    assert shop.market.booked(order_id)["shipping_refusals"] == {"ST01": {WRONG_QUANTITY: 1}}


def test_pieces_in_an_open_shipment_are_taken(shop):
    order_id = shop.order()
    shop.made(order_id, {1: 2})
    assert shop.refused(order_id, {1: 2}) == WRONG_QUANTITY
    shop.made(order_id, {1: 1})


def test_one_line_named_twice_counts_in_sum(shop):
    order_id = shop.order()
    line = {"order_line_id": f"{order_id}-1", "quantity": 2}
    answer = shop.ask({"order_id": order_id, "shipment_lines": [line, line]})
    assert answer.json["shipment_errors"][0]["message"] == WRONG_QUANTITY


def test_of_several_shipments_each_is_judged_alone(shop):
    good, bad = shop.order(), shop.market.place(state="WAITING_ACCEPTANCE", lines=BASKET)
    answer = shop.ask(
        wish(good, {1: 3}), wish(bad, {1: 1}), wish("NOPE", {1: 1}), wish(good, {1: 1}), wish(good, {2: 1})
    )
    assert answer.status_code == 201
    assert [one["order_id"] for one in answer.json["shipment_success"]] == [good, good]
    assert answer.json["shipment_errors"] == [
        {"order_id": bad, "message": NOT_SHIPPING.format("WAITING_ACCEPTANCE")},
        {"order_id": "NOPE", "message": "Order with identifier 'NOPE' not found"},
        {"order_id": good, "message": WRONG_QUANTITY},
    ]


def test_the_offer_sku_still_works_unless_two_lines_have_it(shop):
    order_id = shop.order()
    lines = [{"offer_sku": "SKU-1", "quantity": 1}]
    assert shop.ask({"order_id": order_id, "shipment_lines": lines}).json["shipment_errors"] == []
    twice = shop.order(lines=[{"sku": "SKU-1"}, {"sku": "SKU-1"}])
    (error,) = shop.ask({"order_id": twice, "shipment_lines": lines}).json["shipment_errors"]
    assert error["message"] == "Several order lines have the offer sku 'SKU-1'; use order_line_id."
    assert shop.made(twice, {2: 1})["shipment_lines"][0]["order_line_id"] == f"{twice}-2"


def test_references_and_what_else_was_told_are_shown_again(shop):
    order_id = shop.order()
    line = {"order_line_id": f"{order_id}-1", "quantity": 1, "package_reference": "BOX_1-a"}
    note = {"code": "BILL", "type": "STRING", "value": "7"}
    origin = {"warehouse": {"code": "LYON"}}
    told = {"shipment_lines": [line], "shipment_additional_information": [note], "shipping_from": origin}
    shop.ask({"order_id": order_id, **told})
    (shown,) = shop.shown(order_id)
    assert shown["shipment_lines"][0]["package_reference"] == "BOX_1-a"
    assert shown["shipment_additional_information"] == [note]
    assert shown["shipping_from"] == {"address": None, "warehouse": {"code": "LYON"}}
    assert shop.market.booked(order_id)["shipments"][0]["lines"][0]["package_reference"] == "BOX_1-a"


@pytest.mark.parametrize("reference", ["with space", "é", "x" * 256, "a/b"])
def test_references_have_an_alphabet_and_a_length(shop, reference):
    order_id = shop.order()
    words = "{} must match [0-9a-zA-Z_-]* and have at most 255 characters"
    assert shop.refused(order_id, {1: 1}, invoice_reference=reference) == words.format("invoice_reference")
    line = {"order_line_id": f"{order_id}-1", "quantity": 1, "package_reference": reference}
    (error,) = shop.ask({"order_id": order_id, "shipment_lines": [line]}).json["shipment_errors"]
    assert error["message"] == words.format("package_reference")


def test_the_rules_of_tracking_hold_for_every_shipment(market_with):
    shop = Shop(market_with(multi_shipment=True, disable_seller_alternative_carrier=True))
    order_id = shop.order()
    own = {"carrier_name": "Ada", "tracking_url": "https://ada.example"}
    assert "exist" in shop.refused(order_id, {1: 1}, tracking={"carrier_code": "ups", "tracking_number": "1"})
    assert "required" in shop.refused(order_id, {1: 1}, tracking={"carrier_code": "UPS"})
    assert "not allowed" in shop.refused(order_id, {1: 1}, tracking=own)
    shipment = shop.made(order_id, {1: 1})
    item = {"id": shipment["id"]}
    errors = shop.change("tracking", {**item, "tracking": own}, {**item, "tracking": {}}, item).json["shipment_errors"]
    required = "carrier_code or carrier_name is required"
    assert [one["message"] for one in errors[1:]] == [required, required]
    assert "not allowed" in errors[0]["message"]


def test_an_unregistered_carrier_brings_its_own_url(shop):
    tracking = {"carrier_name": "Ada", "tracking_url": "https://ada.example/7", "carrier_url": "https://wrong.example"}
    shown = shop.made(shop.order(), {1: 1}, tracking=tracking)["tracking"]
    assert (shown["carrier_code"], shown["carrier_name"], shown["tracking_url"], shown["validity_status"]) == (
        None,
        "Ada",
        "https://ada.example/7",
        "UNCOVERED",
    )


def test_mandatory_tracking_is_asked_for_when_it_ships_and_not_before(shop):
    order_id, letter = shop.order(), shop.order(shipping_type_code="LET")
    words = "Tracking information is mandatory for the shipping type 'STD'"
    assert shop.refused(order_id, {1: 1}, shipped=True) == words
    shipment = shop.made(order_id, {1: 1})
    assert shop.change("ship", {"id": shipment["id"]}).json["shipment_errors"][0]["message"] == words
    assert shop.made(letter, {1: 1}, shipped=True)["status"] == "SHIPPED"


def test_what_the_operator_fulfils_is_not_the_shops(shop):
    words = "An unauthorized action has been requested on a fulfilled order"
    assert shop.refused(shop.order(fulfillment_center="CENTRAL"), {1: 1}) == words


def test_only_a_shipment_in_shipping_can_be_deleted_and_its_pieces_are_free_again(shop):
    order_id = shop.order()
    first, second = shop.made(order_id, {1: 3}), shop.made(order_id, {2: 1}, shipped=True, tracking=UPS)
    answer = shop.change("delete", {"id": first["id"]}, {"id": second["id"]}, {"id": "NOPE"})
    words = f"Shipment with id '{second['id']}' is not in SHIPPING status and cannot be deleted."
    assert answer.json == {
        "shipment_success": [{"id": first["id"]}],
        "shipment_errors": [
            {"id": second["id"], "message": words},
            {"id": "NOPE", "message": "No shipment with id 'NOPE'"},
        ],
    }
    assert [one["id"] for one in shop.shown(order_id)] == [second["id"]]
    assert shop.change("delete", {"id": first["id"]}).json["shipment_success"] == []
    shop.made(order_id, {1: 3})
    deleted = [one["deleted_at"] for one in shop.market.booked(order_id)["shipments"]]
    assert deleted == ["2026-11-18T09:06:40Z", None, None]


def test_some_tenants_spell_the_answer_of_a_deletion_as_its_sample_does(market_with):
    shop = Shop(market_with(multi_shipment=True, deletion_spelling="deletion"))
    shipment = shop.made(shop.order(), {1: 1})
    answer = shop.change("delete", {"id": shipment["id"]})
    assert answer.json == {"deletion_success": [{"id": shipment["id"]}], "deletion_errors": []}


def test_tracking_is_replaced_also_after_shipping_until_it_is_closed(shop):
    order_id = shop.order()
    shipment = shop.made(order_id, {1: 3, 2: 1}, shipped=True, tracking=UPS)
    item = {"id": shipment["id"], "tracking": DHL}
    shop.change("tracking", item)
    (shown,) = shop.shown(order_id)
    assert (shown["tracking"]["carrier_code"], shown["tracking"]["tracking_number"]) == ("DHL", "77")
    told = shop.market.booked(order_id)["shipments"][0]["trackings"]
    assert [one["carrier_code"] for one in told] == ["UPS", "DHL"]
    for action in ("receive", "close"):
        shop.market.act(order_id, action)
    assert shop.shown(order_id)[0]["status"] == "CLOSED"
    assert "CLOSED" in shop.change("tracking", item).json["shipment_errors"][0]["message"]


@pytest.mark.parametrize("path", ["tracking", "ship", "delete"])
def test_other_shops_shipments_are_not_to_be_found(market_with, path):
    keys = [{"secret": "both", "shop_ids": [1, 2]}]
    shop = Shop(market_with(multi_shipment=True, shops=[{"shop_id": 1}, {"shop_id": 2}], keys=keys))
    order_id = shop.order(shop_id=2)
    body = {"shipments": [wish(order_id, {1: 1}, tracking=UPS)]}
    (shipment,) = shop.market.call("POST", "/api/shipments", body, shop_id=2).json["shipment_success"]
    answer = shop.change(path, {"id": shipment["id"], "tracking": DHL})
    assert answer.status_code == 200
    assert answer.json["shipment_errors"][0]["message"].startswith(f"No shipment with id '{shipment['id']}'")
    assert shop.refused(order_id, {1: 1}) == f"Order with identifier '{order_id}' not found"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"shipments": []},
        {"shipments": ["X"]},
        {"shipments": [{"order_id": "X", "shipment_lines": []}]},
        {"shipments": [{"order_id": "X", "shipment_lines": [{"order_line_id": "X-1"}]}]},
        {"shipments": [{"shipment_lines": [{"order_line_id": "X-1", "quantity": 1}]}]},
        {"shipments": [{"order_id": "X", "shipped": "yes", "shipment_lines": [{"quantity": 1}]}]},
    ],
)
def test_a_body_that_is_not_whole_is_refused_whole(market, body):
    answer = market.call("POST", "/api/shipments", body)
    assert (answer.status_code, answer.json["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", ["", "/delete", "/tracking", "/ship"])
def test_a_thousand_at_a_time_and_no_more(market, path):
    method = "POST" if path in ("", "/tracking") else "PUT"
    item = {"id": "X", "tracking": UPS, "order_id": "X", "shipment_lines": [{"order_line_id": "X", "quantity": 1}]}
    answers = [market.call(method, f"/api/shipments{path}", {"shipments": [item] * count}) for count in (1000, 1001)]
    assert len(answers[0].json["shipment_errors"]) == 1000
    assert answers[1].json["message"] == "The limit of 1000 is exceeded for the parameter : shipments"


def test_goods_paid_on_shipment_are_prepared_until_the_money_is_there(market_with):
    shop = Shop(market_with(multi_shipment=True, payment_seconds=30))
    order_id = shop.order(workflow="PAY_ON_SHIPMENT")
    shipment = shop.made(order_id, {1: 3}, tracking=UPS)
    assert (shipment["status"], shipment["status_customer_debit"]) == ("SHIPPING", "NOT_STARTED")
    shop.change("ship", {"id": shipment["id"]})
    (shown,) = shop.shown(order_id)
    assert (shown["status"], shown["status_customer_debit"], shown["shipped_date"], shown["payment_details"]) == (
        "SHIPMENT_PREPARED",
        "WAITING_DEBIT_CONFIRMATION",
        None,
        None,
    )
    assert shop.market.order(order_id)["can_cancel"] is False
    shop.market.advance(30)
    (shown,) = shop.shown(order_id)
    assert (shown["status"], shown["status_customer_debit"]) == ("SHIPPED", "DEBIT_OK")
    assert shown["shipped_date"] == shown["payment_details"]["transaction_date"] == "2026-11-18T09:07:10Z"
    assert shop.state(order_id) == ("SHIPPING", "SHIPPED", "SHIPPING")
    shop.made(order_id, {2: 1}, tracking=UPS, shipped=True)
    assert shop.state(order_id)[0] == "SHIPPING"
    shop.market.advance(30)
    assert shop.state(order_id)[0] == "SHIPPED"
    assert shop.market.order(order_id)["customer_debited_date"] == "2026-11-18T09:07:10Z"


def test_a_refused_debit_takes_the_shipment_off_and_its_pieces_are_to_ship_again(market_with):
    shop = Shop(market_with(multi_shipment=True, payment_seconds=30))
    order_id = shop.order(workflow="PAY_ON_SHIPMENT", payment="refused")
    shop.made(order_id, {1: 3, 2: 1}, tracking=UPS, shipped=True)
    shop.market.advance(30)
    (shown,) = shop.shown(order_id)
    assert (shown["status"], shown["status_customer_debit"]) == ("CANCELED", "CANCELED")
    assert shop.state(order_id) == ("SHIPPING", "SHIPPING", "SHIPPING")
    shop.made(order_id, {1: 3})


def test_or24_ships_the_rest_of_an_order_that_has_begun_to_leave(shop):
    order_id = shop.order()
    shop.made(order_id, {1: 1}, tracking=UPS, shipped=True)
    waiting = shop.made(order_id, {1: 1}, tracking=DHL)
    shop.market.put(f"/api/orders/{order_id}/tracking", {**UPS, "tracking_number": "REST"})
    assert shop.market.put(f"/api/orders/{order_id}/ship").status_code == 204
    assert shop.state(order_id) == ("SHIPPED", "SHIPPED", "SHIPPED")
    shown = shop.shown(order_id)
    assert {one["status"] for one in shown} == {"SHIPPED"}
    assert [one["tracking"]["tracking_number"] for one in shown] == ["1Z999", "77", "REST"]
    assert shown[1]["id"] == waiting["id"]
    assert {line["order_line_id"]: line["quantity"] for line in shown[2]["shipment_lines"]} == {
        f"{order_id}-1": 1,
        f"{order_id}-2": 1,
    }
    shop.market.put(f"/api/orders/{order_id}/tracking", {**UPS, "tracking_number": "RIGHT"})
    assert [one["tracking"]["tracking_number"] for one in shop.shown(order_id)] == ["1Z999", "77", "RIGHT"]
    shop.change("tracking", {"id": shown[2]["id"], "tracking": {**DHL, "tracking_number": "OWN"}})
    shop.market.put(f"/api/orders/{order_id}/tracking", UPS)
    assert shop.shown(order_id)[2]["tracking"]["tracking_number"] == "OWN"


def test_or24_has_nothing_to_do_while_everything_waits_for_money(market_with):
    shop = Shop(market_with(multi_shipment=True))
    order_id = shop.order(workflow="PAY_ON_SHIPMENT", payment="never", shipping_type_code="LET")
    shop.made(order_id, {1: 3, 2: 1}, shipped=True)
    answer = shop.market.put(f"/api/orders/{order_id}/ship")
    assert (answer.status_code, answer.json["message"]) == (400, "There is nothing left to ship")
    shop.market.advance(90 * 86_400)
    assert shop.shown(order_id)[0]["status"] == "SHIPMENT_PREPARED"


def test_what_was_refunded_before_shipping_need_not_ship(shop):
    order_id = shop.order(lines=[{"sku": "SKU-1", "quantity": 3, "price_unit": "10.00"}, {"sku": "SKU-2"}])
    shop.made(order_id, {1: 2, 2: 1}, tracking=UPS, shipped=True)
    assert shop.state(order_id)[0] == "SHIPPING"
    refund = {"order_line_id": f"{order_id}-1", "reason_code": "15", "amount": 10, "shipping_amount": 0, "quantity": 1}
    shop.market.put("/api/orders/refund", {"refunds": [{**refund, "excluded_from_shipment": True}]})
    assert shop.state(order_id)[0] == "SHIPPED"


def test_nor_what_was_refunded_altogether(shop):
    lines = [{"sku": "SKU-1", "price_unit": "10.00"}, {"sku": "SKU-2"}]
    order_id = shop.order(lines=lines, shipping_price=0)
    shop.made(order_id, {2: 1}, tracking=UPS, shipped=True)
    refund = {"order_line_id": f"{order_id}-1", "reason_code": "15", "amount": 10, "shipping_amount": 0}
    assert shop.market.put("/api/orders/refund", {"refunds": [refund]}).status_code == 200
    assert shop.state(order_id) == ("SHIPPING", "SHIPPING", "SHIPPED")
    shop.market.advance(60)
    assert shop.state(order_id) == ("SHIPPED", "REFUNDED", "SHIPPED")
    assert shop.market.order(order_id)["order_lines"][0]["shipped_date"] is None


def test_cancelled_pieces_need_not_ship(market_with):
    shop = Shop(market_with(multi_shipment=True))
    basket = [{"sku": "SKU-1", "quantity": 3, "price_unit": "10.00"}]
    order_id = shop.order(workflow="PAY_ON_DUE_DATE", lines=basket, shipping_price=0)
    gone = {"order_line_id": f"{order_id}-1", "reason_code": "34", "amount": 10, "shipping_amount": 0, "quantity": 1}
    assert shop.market.put("/api/orders/cancel", {"cancelations": [gone]}).status_code == 200
    assert shop.refused(order_id, {1: 3}) == WRONG_QUANTITY
    shop.made(order_id, {1: 2}, tracking=UPS, shipped=True)
    assert shop.state(order_id)[0] == "SHIPPED"


def test_an_order_that_has_begun_to_leave_cannot_be_cancelled(shop):
    order_id = shop.order(workflow="NO_CUSTOMER_PAYMENT_CONFIRMATION")
    open_shipment = shop.made(order_id, {2: 1})
    assert shop.market.order(order_id)["can_cancel"] is True
    shop.made(order_id, {1: 1}, tracking=UPS, shipped=True)
    assert shop.market.order(order_id)["can_cancel"] is False
    assert shop.market.put(f"/api/orders/{order_id}/cancel").status_code == 400
    assert shop.market.act(order_id, "cancel").status_code == 409
    other = shop.order(workflow="NO_CUSTOMER_PAYMENT_CONFIRMATION")
    shop.change("delete", {"id": shop.made(other, {1: 1})["id"]})
    shop.made(other, {2: 1})
    shop.market.advance(60)
    assert shop.market.put(f"/api/orders/{other}/cancel").status_code == 204
    assert [one["state"] for one in shop.market.booked(other)["shipments"]] == ["SHIPPING", "CANCELED"]
    assert shop.shown(other)[0]["status"] == "CANCELED"
    assert shop.shown(order_id)[0]["id"] == open_shipment["id"]


def test_the_validity_of_a_number_turns_out_in_time(market_with):
    shop = Shop(market_with(multi_shipment=True, validity_seconds=60, invalid_numbers=["77"]))
    order_id = shop.order()
    for tracking in (UPS, DHL):
        shop.made(order_id, {1: 1}, tracking=tracking)

    def validities():
        return [one["tracking"]["validity_status"] for one in shop.shown(order_id)]

    shop.market.advance(59)
    assert validities() == ["UNVERIFIED", "UNVERIFIED"]
    shop.market.advance(1)
    assert validities() == ["VERIFIED", "INVALID"]
    (_, wrong) = shop.shown(order_id)
    assert wrong["last_updated_date"] == "2026-11-18T09:07:40Z"
    shop.change("tracking", {"id": wrong["id"], "tracking": {**DHL, "tracking_number": "78"}})
    assert validities() == ["VERIFIED", "UNVERIFIED"]
    shop.market.advance(60)
    assert validities() == ["VERIFIED", "VERIFIED"]


def test_a_number_corrected_in_time_is_not_judged_by_the_old_one(market_with):
    shop = Shop(market_with(multi_shipment=True, validity_seconds=60, invalid_numbers=["77"]))
    order_id = shop.order()
    shipment = shop.made(order_id, {1: 1}, tracking=DHL)
    shop.market.advance(30)
    shop.change("tracking", {"id": shipment["id"], "tracking": UPS})
    shop.market.advance(30)
    assert shop.shown(order_id)[0]["tracking"]["validity_status"] == "UNVERIFIED"


def test_without_that_time_only_invalid_numbers_turn_out(market_with):
    shop = Shop(market_with(multi_shipment=True, invalid_numbers=["77"]))
    order_id = shop.order()
    found = [shop.made(order_id, {1: 1}, tracking=told)["tracking"]["validity_status"] for told in (UPS, DHL)]
    assert found == ["UNVERIFIED", "INVALID"]


@pytest.mark.parametrize("workflow", ["PAY_ON_ACCEPTANCE", "PAY_ON_SHIPMENT"])
@pytest.mark.parametrize("state", ["SHIPPED", "RECEIVED", "CLOSED"])
def test_orders_placed_later_in_their_life_have_their_shipments(shop, workflow, state):
    order_id = shop.order(state=state, workflow=workflow)
    assert shop.market.order(order_id)["order_state"] == state
    assert [one["status"] for one in shop.shown(order_id)] == [state]
    assert shop.market.booked(order_id)["shipped_by"] == "portal"
