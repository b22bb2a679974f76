"""Holds, fulfillments, cancellations, refunds: what the warehouse and the till do to an order and to the shelf."""

from __future__ import annotations

import pytest

CLAIM = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
ORDER = """query($id: ID!) { order(id: $id) {
  displayFulfillmentStatus displayFinancialStatus cancelledAt cancelReason
  lineItems(first: 10) { nodes { id sku quantity currentQuantity unfulfilledQuantity refundableQuantity } }
  fulfillmentOrders(first: 5) { nodes { id status supportedActions { action }
    fulfillmentHolds { id reason heldByRequestingApp } lineItems(first: 5) { nodes { id remainingQuantity } } } }
  fulfillments(first: 5) { id status name trackingInfo(first: 5) { company number url }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { sku } } } }
  refunds(first: 5) { id totalRefundedSet { shopMoney { amount } }
    refundLineItems(first: 5) { nodes { quantity restockType subtotalSet { shopMoney { amount } } } }
    orderAdjustments(first: 5) { nodes { reason amountSet { shopMoney { amount } } } } }
  agreements(first: 5) { nodes { reason app { title } } }
} }"""
HOLD = """mutation($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
  fulfillmentHold { id } fulfillmentOrder { status } userErrors { code message } } }"""
RELEASE = """mutation($id: ID!, $holds: [ID!]) { fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) {
  fulfillmentOrder { status } userErrors { code } } }"""
SEND = """mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
  fulfillment { id status } userErrors { message } } }"""
CANCEL = """mutation($id: ID!, $restock: Boolean!, $back: Boolean) {
  orderCancel(orderId: $id, reason: OTHER, restock: $restock, refundMethod: {originalPaymentMethodsRefund: $back}) {
    job { id done } jobResult { id status } orderCancelUserErrors { code message } } }"""
REFUND = """mutation($i: RefundInput!, $key: String!) { refundCreate(input: $i) @idempotent(key: $key) {
  refund { id totalRefundedSet { shopMoney { amount } } } userErrors { message } } }"""


def paid(amount="30.00"):
    return [{"gateway": "Mirakl", "amountSet": {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}}]


@pytest.fixture
def made(client):
    """Two mugs, claimed and paid."""
    order = {"lineItems": [client.line("MUG-1", 2)], "transactions": paid("60.00"), "email": "jo@proxy.example"}
    return client.made(order, **CLAIM)


def state(client, order_id):
    return client(ORDER, id=order_id)


def unit(client, order_id):
    return state(client, order_id)["fulfillmentOrders"]["nodes"][0]


def send(client, order_id, quantity=None, **more):
    work = unit(client, order_id)
    part = {"fulfillmentOrderId": work["id"]}
    if quantity is not None:
        line = work["lineItems"]["nodes"][0]["id"]
        part["fulfillmentOrderLineItems"] = [{"id": line, "quantity": quantity}]
    return client(SEND, f={"lineItemsByFulfillmentOrder": [part], **more})


def control(client, order_id, path="", body=None, **more):
    number = order_id.rpartition("/")[2]
    return client.control(f"orders/{number}{path}", body if body is not None else {}, **more)


def test_a_held_order_is_not_live_and_nothing_of_it_can_be_sent(client, made):
    work = unit(client, made)["id"]
    held = client(HOLD, id=work, hold={"reason": "OTHER", "reasonNotes": "not accepted yet"})

    assert held["fulfillmentOrder"] == {"status": "ON_HOLD"}
    assert state(client, made)["displayFulfillmentStatus"] == "ON_HOLD"
    assert client.entry(made)["live"] is False
    refused = send(client, made)["userErrors"][0]["message"]
    assert refused.endswith("has an unfulfillable status= on_hold.")

    hold = held["fulfillmentHold"]["id"]
    assert client(RELEASE, id=work, holds=[hold])["fulfillmentOrder"] == {"status": "OPEN"}
    assert client.entry(made)["live"] is True


def test_work_held_twice_stays_held_until_both_holds_are_off(client, made):
    control(client, made, "/hold", {"reason": "HIGH_RISK_OF_FRAUD"})
    work = unit(client, made)["id"]
    ours = client(HOLD, id=work, hold={"reason": "OTHER"})["fulfillmentHold"]["id"]

    assert [hold["heldByRequestingApp"] for hold in unit(client, made)["fulfillmentHolds"]] == [False, True]
    assert client(RELEASE, id=work, holds=[ours])["fulfillmentOrder"] == {"status": "ON_HOLD"}
    assert control(client, made, "/release")["status"] == "unfulfilled"


def test_the_same_app_holds_once_by_one_handle(client, made):
    work = unit(client, made)["id"]
    client(HOLD, id=work, hold={"reason": "OTHER"})

    again = client(HOLD, id=work, hold={"reason": "OTHER"})["userErrors"]
    assert [error["code"] for error in again] == ["DUPLICATE_FULFILLMENT_HOLD_HANDLE"]
    assert client(HOLD, id=work, hold={"reason": "OTHER", "handle": "second"})["userErrors"] == []


def test_a_pre_order_waits_for_its_day(client, made):
    control(client, made, "/schedule", {"seconds": 60})
    assert state(client, made)["displayFulfillmentStatus"] == "SCHEDULED"
    assert client.entry(made)["live"] is False
    assert send(client, made)["fulfillment"] is None

    client.control("clock", {"advance": 61})
    assert client.entry(made)["live"] is True
    assert send(client, made)["userErrors"] == []


def test_a_parcel_takes_its_pieces_off_the_committed_ones(client, made):
    assert client.control("stock?sku=MUG-1")["committed"] == 2
    send(client, made, 1, trackingInfo={"company": "UPS", "number": "1Z1"})

    told = state(client, made)
    assert told["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert told["fulfillments"][0]["trackingInfo"] == [
        {
            "company": "UPS",
            "number": "1Z1",
            "url": "https://www.ups.com/WebTracking?loc=en_US&requester=ST&trackNumber=1Z1",
        }
    ]
    assert told["lineItems"]["nodes"][0]["unfulfilledQuantity"] == 1
    stock = client.control("stock?sku=MUG-1")
    assert (stock["quantity"], stock["committed"]) == (8, 1)
    assert client.entry(made)["parcels"][0]["items"][0]["quantity"] == 1


@pytest.mark.parametrize("quantity", [0, 3])
def test_more_than_is_left_cannot_be_sent(client, made, quantity):
    refused = send(client, made, quantity)

    assert refused["userErrors"] == [{"message": "Invalid fulfillment order line item quantity requested."}]


def test_tracking_comes_late_and_is_replaced_as_a_whole(client, made):
    row = send(client, made)["fulfillment"]["id"]
    track = """mutation($id: ID!, $t: FulfillmentTrackingInput!) {
      fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $t) { userErrors { message } } }"""

    client(track, id=row, t={"company": "Krawallpost", "numbers": ["K-1", "K-2"], "urls": ["https://k.example/1"]})

    told = state(client, made)["fulfillments"][0]["trackingInfo"]
    assert [(each["number"], each["url"]) for each in told] == [("K-1", "https://k.example/1"), ("K-2", None)]
    parcels = client.entry(made)["parcels"]
    assert [parcel["tracking_id"].partition("-")[2] for parcel in parcels] == ["", "2"]


def test_a_cancelled_fulfillment_is_work_again(client, made):
    row = send(client, made)["fulfillment"]["id"]

    client("mutation($id: ID!) { fulfillmentCancel(id: $id) { userErrors { message } } }", id=row)

    told = state(client, made)
    assert (told["fulfillments"][0]["status"], told["displayFulfillmentStatus"]) == ("CANCELLED", "UNFULFILLED")
    assert client.control("stock?sku=MUG-1")["committed"] == 2
    assert client.entry(made)["parcels"] == []
    assert send(client, made)["userErrors"] == []


def test_mails_go_only_to_who_was_to_be_notified(client, made):
    send(client, made, 1)
    send(client, made, 1, notifyCustomer=True)

    assert [mail["template"] for mail in client.control("books")["mails"]] == ["shipping_confirmation"]


def test_a_cancellation_is_a_job_that_is_done_later(make_client):
    client = make_client(cancel_seconds=3.0)
    made = client.made({"lineItems": [client.line("MUG-1", 2)], "transactions": paid("60.00")}, **CLAIM)

    asked = client(CANCEL, id=made, restock=True)
    assert (asked["job"]["done"], asked["jobResult"]["status"]) == (False, "STARTED")
    assert state(client, made)["cancelledAt"] is None
    client.control("clock", {"advance": 3})

    job = client("query($id: ID!) { job(id: $id) { done } }", id=asked["job"]["id"])
    assert job == {"done": True}
    told = state(client, made)
    assert (told["cancelReason"], told["displayFulfillmentStatus"]) == ("OTHER", "RESTOCKED")
    assert told["displayFinancialStatus"] == "PAID"
    assert client.stock("MUG-1") == 10
    assert client.entry(made)["canceled"] is True


def test_a_cancellation_leaves_a_refund_without_money_unless_money_goes_back(client, made):
    client(CANCEL, id=made, restock=False)

    told = state(client, made)
    assert told["refunds"][0]["totalRefundedSet"] == {"shopMoney": {"amount": "0.0"}}
    assert told["refunds"][0]["refundLineItems"]["nodes"][0]["restockType"] == "NO_RESTOCK"
    assert told["lineItems"]["nodes"][0]["currentQuantity"] == 0
    assert told["lineItems"]["nodes"][0]["quantity"] == 2
    stock = client.control("stock?sku=MUG-1")
    assert (stock["quantity"], stock["committed"]) == (8, 0)


def test_a_cancellation_can_pay_back(client, made):
    client(CANCEL, id=made, restock=True, back=True)

    assert state(client, made)["displayFinancialStatus"] == "REFUNDED"


def test_a_restock_gives_back_what_was_never_taken(client):
    made = client.made({"lineItems": [client.line("MUG-1", 2)]})
    assert client.stock("MUG-1") == 10

    client(CANCEL, id=made, restock=True)
    client.control("clock", {"advance": 0})

    assert client.stock("MUG-1") == 12


def test_what_is_cancelled_or_sent_cannot_be_cancelled(client, made):
    other = client.made()
    send(client, made, 1)
    client(CANCEL, id=other, restock=True)

    for order_id in (made, other):
        refused = client(CANCEL, id=order_id, restock=True)
        assert refused["job"] is None
        assert [error["code"] for error in refused["orderCancelUserErrors"]] == ["INVALID"]


def test_a_parcel_that_leaves_first_makes_the_job_fail(make_client):
    client = make_client(cancel_seconds=3.0)
    made = client.made()
    asked = client(CANCEL, id=made, restock=True)
    send(client, made)
    client.control("clock", {"advance": 3})

    result = client(
        "query($id: ID!) { node(id: $id) { ... on OrderCancelJobResult { status errors { code } } } }",
        id=asked["jobResult"]["id"],
    )
    assert result == {"status": "FAILED", "errors": [{"code": "INVALID"}]}


def test_a_refund_without_a_key_is_refused_since_april(client, made):
    document = "mutation($i: RefundInput!) { refundCreate(input: $i) { refund { id } userErrors { message } } }"
    given = {"orderId": made, "shipping": {"amount": "0.00"}}

    assert "@idempotent" in client.errors(document, i=given)[0]["message"]
    client.version = "2026-01"
    assert client(document, i=given)["userErrors"] != []


def test_a_refund_happens_once_for_a_key(client, made):
    line = state(client, made)["lineItems"]["nodes"][0]["id"]
    given = {
        "orderId": made,
        "refundLineItems": [{"lineItemId": line, "quantity": 1, "restockType": "CANCEL"}],
        "transactions": [{"orderId": made, "kind": "REFUND", "gateway": "Mirakl", "amount": "30.00"}],
    }
    first = client(REFUND, i=given, key="k-1")
    again = client(REFUND, i=given, key="k-1")
    other = client(REFUND, i={**given, "note": "changed"}, key="k-1")

    assert first["refund"] == again["refund"]
    assert other["userErrors"] == [{"message": "The same idempotency key cannot be used with different parameters."}]
    told = state(client, made)
    assert len(told["refunds"]) == 1
    assert (told["displayFinancialStatus"], client.stock("MUG-1")) == ("PARTIALLY_REFUNDED", 9)
    assert told["lineItems"]["nodes"][0]["currentQuantity"] == 1
    assert unit(client, made)["lineItems"]["nodes"][0]["remainingQuantity"] == 1


def test_money_beside_the_goods_is_a_discrepancy(client, made):
    given = {
        "orderId": made,
        "discrepancyReason": "CUSTOMER",
        "transactions": [{"orderId": made, "kind": "REFUND", "gateway": "Mirakl", "amount": "5.00"}],
    }
    client(REFUND, i=given, key="k-1")

    adjustment = state(client, made)["refunds"][0]["orderAdjustments"]["nodes"][0]
    assert adjustment == {"reason": "CUSTOMER", "amountSet": {"shopMoney": {"amount": "-5.0"}}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"refundLineItems": [{"quantity": 3}]}, "Quantity cannot refund more items than were purchased"),
        ({"refundLineItems": [{"quantity": 1, "restockType": "RETURN"}]}, "Restock type RETURN needs fulfilled items"),
        ({"transactions": [{"amount": "60.01"}]}, "Refund amount cannot be greater"),
        ({}, "Refund must have at least one"),
    ],
)
def test_more_than_there_is_cannot_be_refunded(client, made, change, words):
    line = state(client, made)["lineItems"]["nodes"][0]["id"]
    lines = [{"lineItemId": line, **each} for each in change.get("refundLineItems", [])]
    money = [{"orderId": made, "kind": "REFUND", "gateway": "m", **each} for each in change.get("transactions", [])]

    answer = client(REFUND, i={"orderId": made, "refundLineItems": lines, "transactions": money}, key="k")

    assert answer["userErrors"][0]["message"].startswith(words)
    assert state(client, made)["refunds"] == []


def test_a_line_named_twice_is_not_refunded_more_often_than_it_was_bought(client, made):
    line = state(client, made)["lineItems"]["nodes"][0]["id"]
    lines = [{"lineItemId": line, "quantity": pieces, "restockType": "CANCEL"} for pieces in (2, 1)]

    answer = client(REFUND, i={"orderId": made, "refundLineItems": lines}, key="k")

    assert answer["userErrors"] == [{"message": "Quantity cannot refund more items than were purchased"}]
    assert state(client, made)["refunds"] == []


def test_a_line_named_twice_does_not_leave_more_often_than_there_is_to_send(client, made):
    work = unit(client, made)
    line = work["lineItems"]["nodes"][0]["id"]
    part = {"fulfillmentOrderId": work["id"]}
    part["fulfillmentOrderLineItems"] = [{"id": line, "quantity": pieces} for pieces in (2, 1)]

    answer = client(SEND, f={"lineItemsByFulfillmentOrder": [part]})

    assert answer["userErrors"] == [{"message": "Invalid fulfillment order line item quantity requested."}]
    assert unit(client, made)["lineItems"]["nodes"][0]["remainingQuantity"] == 2


def test_staff_send_cancel_and_delete(client):
    sent, cancelled, gone = client.made(), client.made(), client.made()

    assert control(client, sent, body={"status": "completed"}) == {
        "id": sent.rpartition("/")[2],
        "status": "fulfilled",
        "parcels": [],
    }
    assert control(client, cancelled, body={"status": "cancelled"})["status"] == "cancelled"
    control(client, gone, body={"status": "trash"})
    assert client("query($id: ID!) { order(id: $id) { id } }", id=gone) is None
    assert client.control("books?summary=1")["totals"]["by_status"] == {"fulfilled": 1, "cancelled": 1}


def test_staff_pack_correct_and_take_back(client):
    lines = [
        client.line("MUG-1", 2, properties=[{"name": "_mirakl_line", "value": "O-1-1"}]),
        client.line("TEE-S", 1, "12.10"),
    ]
    made = client.made({"lineItems": lines})
    first = control(client, made, "/ship", {"carrier": "DPD", "number": "D1", "items": [{"line_id": "O-1-1"}]})
    assert (first["status"], first["parcels"][0]["items"][0]["quantity"]) == ("partially_fulfilled", 2)
    second = control(client, made, "/ship", {"items": [{"sku": "TEE-S", "quantity": 1}]})
    assert (second["status"], len(second["parcels"])) == ("fulfilled", 1)

    number = made.rpartition("/")[2]
    late = client.control(f"orders/{number}/parcels/{second['fulfillment']}", {"number": "L1"}, method="PUT")
    assert [parcel["number"] for parcel in late["parcels"]] == ["D1", "L1"]
    undone = client.control(f"orders/{number}/parcels/{second['fulfillment']}", {}, method="DELETE")
    assert (undone["status"], len(undone["parcels"])) == ("partially_fulfilled", 1)


def test_staff_cannot_pack_what_is_held(client, made):
    control(client, made, "/hold")
    number = made.rpartition("/")[2]

    assert client.flask.post(f"/_sandbox/orders/{number}/ship", json={}).status_code == 409


def test_staff_give_money_back(client, made):
    item = {"line_id": client.entry(made)["lines"][0]["id"], "quantity": 1, "amount": "25.00"}

    back = control(client, made, "/refund", {"items": [item], "restock": True, "reason": "Damaged"})

    assert back["amount"] == "25.00"
    refund = client.entry(made)["refunds"][0]
    assert (refund["reason"], refund["items"][0]["restock"]) == ("Damaged", "CANCEL")
    assert client.stock("MUG-1") == 9
