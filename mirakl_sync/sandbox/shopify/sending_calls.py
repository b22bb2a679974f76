"""The warehouse by the API: holds, fulfillments, tracking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import sending
from mirakl_sync.sandbox.shopify.fulfillment_views import FulfillmentOrderView, FulfillmentView, hold
from mirakl_sync.sandbox.shopify.gids import number_of
from mirakl_sync.sandbox.shopify.model import FulfillmentOrder, Order
from mirakl_sync.sandbox.shopify.placing_checks import Refused

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

Shown = dict[str, Any]
NO_UNIT = "Fulfillment order not found."
NO_FULFILLMENT = "Fulfillment does not exist."


def hold_unit(call: Call, fulfillment_hold: Shown, id: str) -> Shown:
    """fulfillmentOrderHold: the whole fulfillment order; splitting one is not simulated."""
    empty: Shown = {"fulfillmentHold": None, "fulfillmentOrder": None, "remainingFulfillmentOrder": None}
    found = call.shop.orders.unit(number_of(id, "FulfillmentOrder"))
    if found is None:
        return {**empty, "userErrors": [_error("FULFILLMENT_ORDER_NOT_FOUND", NO_UNIT, ["id"])]}
    if fulfillment_hold.get("fulfillment_order_line_items"):
        words = "This fulfillment order cannot be split."
        field = ["fulfillmentHold", "fulfillmentOrderLineItems"]
        return {**empty, "userErrors": [_error("FULFILLMENT_ORDER_NOT_SPLITTABLE", words, field)]}
    try:
        row = sending.hold(call.shop, *found, fulfillment_hold, call.app)
    except Refused as refused:
        return {**empty, "userErrors": refused.errors()}
    return {
        **empty,
        "fulfillmentHold": hold(row, call.shop),
        "fulfillmentOrder": FulfillmentOrderView(call.shop, *found),
        "userErrors": [],
    }


def release_unit(call: Call, id: str, hold_ids: list[str] | None = None, external_id: str | None = None) -> Shown:
    """fulfillmentOrderReleaseHold."""
    found = call.shop.orders.unit(number_of(id, "FulfillmentOrder"))
    if found is None:
        errors = [_error("FULFILLMENT_ORDER_NOT_FOUND", NO_UNIT, ["id"])]
        return {"fulfillmentOrder": None, "userErrors": errors}
    chosen = None if hold_ids is None else {number_of(each, "FulfillmentHold") for each in hold_ids}
    sending.release(call.shop, *found, chosen)
    return {"fulfillmentOrder": FulfillmentOrderView(call.shop, *found), "userErrors": []}


def create(call: Call, fulfillment: Shown, message: str | None = None) -> Shown:
    """fulfillmentCreate: without line items the rest of a fulfillment order."""
    try:
        order, pieces = _chosen(call, fulfillment["line_items_by_fulfillment_order"])
        row = sending.send(
            call.shop,
            order,
            pieces,
            sending.trackings(fulfillment.get("tracking_info")),
            notify=bool(fulfillment.get("notify_customer")),
        )
    except Refused as refused:
        return {"fulfillment": None, "userErrors": refused.errors()}
    return {"fulfillment": FulfillmentView(call.shop, order, row), "userErrors": []}


def update_tracking(
    call: Call, fulfillment_id: str, tracking_info_input: Shown, notify_customer: bool | None = None
) -> Shown:
    """fulfillmentTrackingInfoUpdate: what was there is replaced."""
    found = call.shop.orders.fulfillment(number_of(fulfillment_id, "Fulfillment"))
    if found is None:
        errors = [{"field": ["fulfillmentId"], "message": NO_FULFILLMENT}]
        return {"fulfillment": None, "userErrors": errors}
    sending.correct(call.shop, *found, sending.trackings(tracking_info_input), notify=bool(notify_customer))
    return {"fulfillment": FulfillmentView(call.shop, *found), "userErrors": []}


def cancel(call: Call, id: str) -> Shown:
    """fulfillmentCancel."""
    found = call.shop.orders.fulfillment(number_of(id, "Fulfillment"))
    if found is None:
        return {"fulfillment": None, "userErrors": [{"field": ["id"], "message": NO_FULFILLMENT}]}
    try:
        sending.undo(call.shop, *found)
    except Refused as refused:
        return {"fulfillment": None, "userErrors": refused.errors()}
    return {"fulfillment": FulfillmentView(call.shop, *found), "userErrors": []}


def _chosen(call: Call, given: list[Shown]) -> tuple[Order, sending.Pieces]:
    pieces: sending.Pieces = []
    orders: dict[int, Order] = {}
    for each in given:
        found = call.shop.orders.unit(number_of(each["fulfillment_order_id"], "FulfillmentOrder"))
        if found is None:
            raise Refused(None, NO_UNIT, ["fulfillment", "lineItemsByFulfillmentOrder"])
        order, unit = found
        orders[order.id] = order
        pieces += _pieces(unit, each.get("fulfillment_order_line_items"))
    if len(orders) != 1:
        raise Refused(None, "Fulfillment orders must belong to one order.", ["fulfillment"])
    return next(iter(orders.values())), pieces


def _pieces(unit: FulfillmentOrder, given: list[Shown] | None) -> sending.Pieces:
    if not given:
        left = [(unit, line, line.remaining) for line in unit.lines if line.remaining]
        return left or [(unit, line, 0) for line in unit.lines[:1]]
    lines = {line.id: line for line in unit.lines}
    pieces: sending.Pieces = []
    for each in given:
        line = lines.get(number_of(each["id"], "FulfillmentOrderLineItem"))
        if line is None:
            raise Refused(None, "Fulfillment order line item does not exist.", ["fulfillment"])
        pieces.append((unit, line, each["quantity"]))
    return pieces


def _error(code: str, words: str, field: list[str]) -> Shown:
    return {"code": code, "message": words, "field": field}
