"""OR21, OR04 and OR29: the shop answers an order, writes its own reference on it, cancels it."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.mirakl import life
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad

OR04_LIMIT = 100
REFERENCE_LENGTH = 2000


def answer_order(call: Call, order_id: str) -> None:
    """OR21: one decision for every line of an order in WAITING_ACCEPTANCE. 204, or a documented code."""
    order = call.order(order_id)
    if order is not None:
        order.answer_calls += 1
        call.tenant.tally["answer_calls"] += 1
    decisions = _decisions(call.json())
    if order is None:
        raise Refusal(404, f"Order with identifier '{order_id}' not found", "ORDER_NOT_FOUND")
    _must_be_open(order)
    _must_match(order, decisions)
    accepted = [accepted for _, accepted in decisions]
    if any(accepted) and not all(accepted) and not _partly(call):
        raise bad("Partial acceptance is disabled for this shop", "ORDER_PARTIAL_ACCEPTANCE_DISABLED")
    if not any(accepted):
        life.refuse(call.tenant, order, call.now, by="shop")
        return
    refused = frozenset(line_id for line_id, taken in decisions if not taken)
    life.accept(call.tenant, order, call.now, by="shop", refused_lines=refused)
    order.acceptances += 1
    call.tenant.tally["acceptances"] += 1


def _decisions(sent: dict[str, Any]) -> list[tuple[str, bool]]:
    lines = sent.get("order_lines")
    if not isinstance(lines, list) or not lines:
        raise bad("order_lines must not be empty", "VALIDATION_ERROR")
    if any(line is None for line in lines):
        raise bad("order_lines contains a null element", "ORDER_LINE_NULL_ELEMENT")
    for line in lines:
        known = isinstance(line, dict) and isinstance(line.get("id"), str | int)
        if not known or not isinstance(line.get("accepted"), bool):
            raise bad("every order line needs an id and a boolean accepted", "VALIDATION_ERROR")
    return [(str(line["id"]), line["accepted"]) for line in lines]


def _must_be_open(order: Order) -> None:
    if order.fulfillment_center != "DEFAULT":
        raise bad("An unauthorized action has been requested on a fulfilled order", "ORDER_FULFILLED_UNAUTHORIZED")
    if order.state != "WAITING_ACCEPTANCE":
        raise bad("Order is not in the expected state for this operation", "ORDER_INVALID_STATE")


def _must_match(order: Order, decisions: list[tuple[str, bool]]) -> None:
    named = [line_id for line_id, _ in decisions]
    own = {line.line_id for line in order.lines}
    if len(set(named)) < len(named):
        raise bad("The order lines list contains duplicate order line IDs", "ORDER_LINE_DUPLICATE_ID")
    if not set(named) <= own:
        raise bad("The requested order line does not exist on this order", "ORDER_LINE_NOT_FOUND")
    if set(named) < own:
        raise bad("Some order lines are missing from the decision", "ORDER_LINE_ACCEPTANCE_DECISION_MISSING")


def _partly(call: Call) -> bool:
    own = call.tenant.shop(call.shop_id).partial_acceptance
    return call.tenant.settings.partial_acceptance if own is None else own


def cancel_order(call: Call, order_id: str) -> None:
    """OR29: the whole order, while the payment workflow allows it."""
    order = call.order(order_id)
    if order is None:
        raise Refusal(404, f"Order with identifier '{order_id}' not found")
    if not life.can_cancel(order):
        raise bad(f"Order '{order_id}' cannot be canceled")
    life.cancel(call.tenant, order, call.now, by="shop")


def update_orders(call: Call) -> dict[str, Any]:
    """OR04: the seller's reference; null clears it. Mistakes are told per order inside a 200."""
    updates = call.json().get("orders")
    if not isinstance(updates, list):
        raise bad("orders must be a list")
    if len(updates) > OR04_LIMIT:
        raise bad(f"The limit of {OR04_LIMIT} is exceeded for the parameter : orders")
    return {"updated_orders": [_update(call, update) for update in updates]}


def _update(call: Call, update: Any) -> dict[str, Any]:
    sent = update if isinstance(update, dict) else {}
    order_id = str(sent.get("order_id"))
    order = call.order(order_id)
    if order is None:
        return _not_updated(order_id, "ORDER_NOT_FOUND", "order_id", "The requested order does not exist")
    references = sent.get("references") or {}
    if "order_reference_for_seller" not in references:
        return {"order_id": order_id, "updated": {}}
    reference = references["order_reference_for_seller"]
    if reference is not None and (not isinstance(reference, str) or len(reference) > REFERENCE_LENGTH):
        field = "references.order_reference_for_seller"
        return _not_updated(order_id, "VALIDATION_ERROR", field, f"at most {REFERENCE_LENGTH} characters")
    call.tenant.orders.refer(order, reference or None)
    call.tenant.orders.touch(order, call.now)
    return {"order_id": order_id, "updated": {"references": {"order_reference_for_seller": reference}}}


def _not_updated(order_id: str, code: str, field: str, message: str) -> dict[str, Any]:
    return {"order_id": order_id, "errors": [{"code": code, "field": field, "message": message}]}
