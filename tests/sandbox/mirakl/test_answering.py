"""OR21, OR04, OR29: every documented answer to an answer."""

from __future__ import annotations

import pytest

TWO = [{"sku": "SKU-1", "quantity": 1}, {"sku": "SKU-2", "quantity": 3}]


def decide(market, order_id, decisions):
    return market.put(f"/api/orders/{order_id}/accept", {"order_lines": decisions})


def line_ids(market, order_id):
    return [line["order_line_id"] for line in market.order(order_id)["order_lines"]]


def test_accepting_every_line_is_204_and_the_second_time_a_wrong_state(market):
    order_id = market.place(lines=TWO)
    first = market.answer(order_id, True)
    assert (first.status_code, first.data) == (204, b"")
    second = market.answer(order_id, True)
    assert second.status_code == 400
    assert second.json == {
        "code": "ORDER_INVALID_STATE",
        "message": "Order is not in the expected state for this operation",
        "status": 400,
    }
    booked = market.booked(order_id)
    assert (booked["accepted_by"], booked["acceptances"], booked["answer_calls"]) == ("shop", 1, 2)


def test_refusing_every_line_refuses_the_order_with_a_decision_date(market):
    order_id = market.place(lines=TWO)
    assert market.answer(order_id, False).status_code == 204
    order = market.order(order_id)
    assert (order["order_state"], order["acceptance_decision_date"]) == ("REFUSED", "2026-11-18T09:06:40Z")
    assert market.booked(order_id)["refused_by"] == "shop"


def test_a_part_may_be_refused_and_the_rest_goes_on(market):
    order_id = market.place(lines=TWO)
    assert market.answer(order_id, True, False).status_code == 204
    lines = market.order(order_id)["order_lines"]
    assert [line["order_line_state"] for line in lines] == ["WAITING_DEBIT", "REFUSED"]


def test_a_part_may_not_be_refused_where_the_shop_must_decide_as_one(market_with):
    market = market_with(partial_acceptance=False)
    order_id = market.place(lines=TWO)
    answer = market.answer(order_id, True, False)
    assert (answer.status_code, answer.json["code"]) == (400, "ORDER_PARTIAL_ACCEPTANCE_DISABLED")
    assert market.order(order_id)["order_state"] == "WAITING_ACCEPTANCE"


def test_an_order_fulfilled_by_the_operator_is_not_ours_to_answer(market):
    order_id = market.place(fulfillment_center="OPERATOR-1")
    assert market.answer(order_id, True).json["code"] == "ORDER_FULFILLED_UNAUTHORIZED"


def test_an_unknown_order_is_404(market):
    answer = decide(market, "NOPE-A", [{"id": "1", "accepted": True}])
    assert (answer.status_code, answer.json["code"]) == (404, "ORDER_NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda first, second: [first], "ORDER_LINE_ACCEPTANCE_DECISION_MISSING"),
        (lambda first, second: [first, second, first], "ORDER_LINE_DUPLICATE_ID"),
        (lambda first, second: [first, second, {"id": "other", "accepted": True}], "ORDER_LINE_NOT_FOUND"),
        (lambda first, second: [first, None], "ORDER_LINE_NULL_ELEMENT"),
        (lambda first, second: [], "VALIDATION_ERROR"),
        (lambda first, second: "all", "VALIDATION_ERROR"),
        (lambda first, second: [first, {"id": second["id"]}], "VALIDATION_ERROR"),
        (lambda first, second: [first, {**second, "accepted": "true"}], "VALIDATION_ERROR"),
    ],
)
def test_a_mistaken_answer_is_named_and_changes_nothing(market, change, code):
    order_id = market.place(lines=TWO)
    told = [{"id": line_id, "accepted": True} for line_id in line_ids(market, order_id)]
    answer = decide(market, order_id, change(*told))
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert market.order(order_id)["order_state"] == "WAITING_ACCEPTANCE"


def test_line_ids_may_be_plain_numbers_and_a_product_may_be_on_two_lines(market_with):
    market = market_with(line_ids="numeric", duplicate_sku_chance=1)
    order_id = market.place()
    lines = market.order(order_id)["order_lines"]
    assert [line["order_line_id"] for line in lines] == [str(139 + place) for place in range(len(lines))]
    assert lines[0]["offer_sku"] == lines[-1]["offer_sku"]
    assert market.answer(order_id, True).status_code == 204


def test_our_reference_can_be_written_found_and_cleared(market):
    order_id, other = market.place(), market.place()

    def refer(reference):
        body = {"orders": [{"order_id": order_id, "references": {"order_reference_for_seller": reference}}]}
        return market.put("/api/orders", body)

    assert refer("W-77").json == {
        "updated_orders": [{"order_id": order_id, "updated": {"references": {"order_reference_for_seller": "W-77"}}}]
    }
    found = market.get("/api/orders", order_references_for_seller="W-77,W-78").json["orders"]
    assert [order["order_id"] for order in found] == [order_id] != [other]
    assert market.booked(order_id)["reference_for_seller"] == "W-77"
    refer(None)
    assert market.get("/api/orders", order_references_for_seller="W-77").json["total_count"] == 0


def test_a_wrong_reference_is_told_per_order_inside_a_200(market):
    order_id = market.place()
    long = {"order_id": order_id, "references": {"order_reference_for_seller": "x" * 2001}}
    answer = market.put("/api/orders", {"orders": [long, {"order_id": "NOPE-A"}]})
    assert answer.status_code == 200
    codes = [order["errors"][0]["code"] for order in answer.json["updated_orders"]]
    assert codes == ["VALIDATION_ERROR", "ORDER_NOT_FOUND"]


def test_more_than_a_hundred_references_are_refused(market):
    answer = market.put("/api/orders", {"orders": [{"order_id": str(number)} for number in range(101)]})
    assert answer.status_code == 400
    assert answer.json["message"] == "The limit of 100 is exceeded for the parameter : orders"


def test_cancelling_is_for_workflows_where_no_money_has_moved(market):
    prepaid = market.place(state="SHIPPING")
    later = market.place(state="SHIPPING", workflow="PAY_ON_DELIVERY")
    assert market.put(f"/api/orders/{prepaid}/cancel").status_code == 400
    assert market.put(f"/api/orders/{later}/cancel").status_code == 204
    assert market.order(later)["order_state"] == "CANCELED"


def test_a_put_without_length_is_411(market):
    order_id = market.place(state="SHIPPING", workflow="PAY_ON_DELIVERY")
    answer = market.client.put(f"/api/orders/{order_id}/cancel", headers={"Authorization": market.key})
    assert (answer.status_code, answer.json["status"]) == (411, 411)
