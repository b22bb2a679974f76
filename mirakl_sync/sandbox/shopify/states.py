"""What is not kept but told: the statuses of an order, from its transactions and fulfillment orders."""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.sandbox.shopify.model import ZERO, FulfillmentOrder, Line, Order
from mirakl_sync.sandbox.shopify.totals import current_total

ACTIVE = ("OPEN", "IN_PROGRESS", "SCHEDULED", "ON_HOLD", "INCOMPLETE")


def received(order: Order) -> Decimal:
    kinds = ("SALE", "CAPTURE")
    return sum((t.amount for t in order.transactions if t.kind in kinds and t.status == "SUCCESS"), ZERO)


def refunded(order: Order) -> Decimal:
    return sum((t.amount for t in order.transactions if t.kind == "REFUND" and t.status == "SUCCESS"), ZERO)


def financial(order: Order) -> str:
    """`displayFinancialStatus`: as the creator said, else by the money that moved."""
    if order.financial_status:
        return order.financial_status
    paid, back = received(order), refunded(order)
    if back and back >= paid:
        return "REFUNDED"
    if back:
        return "PARTIALLY_REFUNDED"
    if paid >= current_total(order):
        return "PAID"
    if paid:
        return "PARTIALLY_PAID"
    authorized = any(t.kind == "AUTHORIZATION" and t.status == "SUCCESS" for t in order.transactions)
    if authorized:
        return "VOIDED" if order.cancelled else "AUTHORIZED"
    return "VOIDED" if order.cancelled else "PENDING"


def fulfilled_pieces(order: Order, line: Line) -> int:
    return sum(
        each.quantity
        for fulfillment in order.fulfillments
        if fulfillment.status == "SUCCESS"
        for each in fulfillment.lines
        if each.line is line
    )


def unfulfilled_pieces(order: Order, line: Line) -> int:
    """Pieces still to be sent: what fulfillment orders that are not over have left."""
    return sum(each.remaining for unit in open_units(order) for each in unit.lines if each.line is line)


def open_units(order: Order) -> list[FulfillmentOrder]:
    """Fulfillment orders with pieces left to send."""
    return [unit for unit in order.fulfillment_orders if unit.status in ACTIVE]


def fulfillment(order: Order) -> str:
    """`displayFulfillmentStatus`."""
    units = open_units(order)
    sent = any(each.status == "SUCCESS" for each in order.fulfillments)
    left = sum(unit.remaining for unit in units)
    if any(unit.status == "ON_HOLD" for unit in units):
        return "ON_HOLD"
    if not left:
        if sent:
            return "FULFILLED"
        restocked = any(line.restock_type == "CANCEL" for refund in order.refunds for line in refund.lines)
        return "RESTOCKED" if restocked else "UNFULFILLED"
    if sent:
        return "PARTIALLY_FULFILLED"
    if all(unit.status == "SCHEDULED" for unit in units):
        return "SCHEDULED"
    return "IN_PROGRESS" if any(unit.status == "IN_PROGRESS" for unit in units) else "UNFULFILLED"


def live(order: Order) -> bool:
    """May the warehouse work on it?"""
    return order.cancelled is None and not any(
        unit.status in ("ON_HOLD", "SCHEDULED") for unit in order.fulfillment_orders
    )


def why_not_editable(order: Order) -> str:
    """The reason an order cannot be edited; empty = it can."""
    if order.cancelled:
        return "The order is cancelled."
    return "" if open_units(order) else "The order has no unfulfilled items."
