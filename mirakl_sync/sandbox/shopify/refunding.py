"""Refunds: what a refund takes off the order, gives back to the shelf, and pays. Money is only one part of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import sending, states, stock, totals
from mirakl_sync.sandbox.shopify.gids import number_of
from mirakl_sync.sandbox.shopify.model import (
    ZERO,
    Agreement,
    App,
    Line,
    Order,
    Refund,
    RefundLine,
    Transaction,
)
from mirakl_sync.sandbox.shopify.order_calls import NO_ORDER, order_of
from mirakl_sync.sandbox.shopify.order_views import OrderView
from mirakl_sync.sandbox.shopify.placing_checks import Refused
from mirakl_sync.sandbox.shopify.refund_views import RefundView

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
GATEWAY = "manual"


@dataclass
class Wanted:
    """A refund somebody wants: lines with pieces and restock type, shipping, and money by gateway."""

    lines: list[tuple[Line, int, str]] = field(default_factory=list)
    shipping: Decimal = ZERO
    money: list[tuple[str, Decimal, int | None]] = field(default_factory=list)
    note: str = ""
    discrepancy_reason: str | None = None
    location_id: int | None = None
    over: bool = False


def create(call: Call, input: Shown) -> Shown:
    """refundCreate."""
    order = order_of(call, input["order_id"])
    if order is None:
        return {"order": None, "refund": None, "userErrors": [{"field": ["orderId"], "message": NO_ORDER}]}
    try:
        row = refund(call.shop, order, _wanted(order, input), call.app)
    except Refused as refused:
        return {"order": None, "refund": None, "userErrors": refused.errors()}
    if input.get("notify"):
        call.shop.mail("refund_notification", order)
    return {
        "order": OrderView(call.shop, order),
        "refund": RefundView(call.shop, order, row),
        "userErrors": [],
    }


def refund(shop: Shop, order: Order, wanted: Wanted, app: App | None) -> Refund:
    """Book a refund; raises `Refused` and changes nothing when it cannot be."""
    refuse_odd(order, wanted)
    row = Refund(shop.number("Refund"), order.id, shop.now(), wanted.note)
    for line, pieces, kind in wanted.lines:
        row.lines.append(_taken_off(shop, order, wanted, line, pieces, kind))
    _shipping_back(shop, order, row, wanted.shipping)
    for gateway, amount, parent in wanted.money:
        number, now = shop.number("OrderTransaction"), shop.now()
        paid = Transaction(number, "REFUND", "SUCCESS", amount, gateway, now, now, parent)
        row.transactions.append(paid)
        order.transactions.append(paid)
    row.discrepancy = _worth(order, row) - row.money if wanted.money else ZERO
    row.discrepancy_reason = wanted.discrepancy_reason if row.discrepancy else None
    order.financial_status = None
    order.refunds.append(row)
    order.agreements.append(Agreement(shop.number("SalesAgreement"), "refund", row.created, app, row.id))
    order.history.append(("refunded", row.created))
    shop.save(order)
    shop.announce_refund(order, row)
    return row


def refuse_odd(order: Order, wanted: Wanted) -> None:
    if not (wanted.lines or wanted.shipping or wanted.money):
        raise Refused(None, "Refund must have at least one line item, shipping or transaction", ["input"])
    _refuse_odd_lines(order, wanted)
    left = totals.shipping(order) - sum((line.refunded for line in order.shipping_lines), ZERO)
    if wanted.shipping > left:
        raise Refused(None, "Shipping refund amount is greater than what was paid", ["input", "shipping"])
    owed = states.received(order) - states.refunded(order)
    if not wanted.over and sum((amount for _, amount, _ in wanted.money), ZERO) > owed:
        words = f"Refund amount cannot be greater than the amount that can be refunded ({owed:.2f})"
        raise Refused(None, words, ["input", "transactions"])


def _refuse_odd_lines(order: Order, wanted: Wanted) -> None:
    taken: Counter[tuple[int, str]] = Counter()
    for place, (line, pieces, kind) in enumerate(wanted.lines):
        where = ["input", "refundLineItems", str(place)]
        taken[line.id, ""] += pieces
        taken[line.id, kind] += pieces
        if pieces <= 0 or taken[line.id, ""] > line.current:
            raise Refused(None, "Quantity cannot refund more items than were purchased", [*where, "quantity"])
        if kind == "CANCEL" and taken[line.id, kind] > states.unfulfilled_pieces(order, line):
            raise Refused(None, "Restock type CANCEL needs unfulfilled items", [*where, "restockType"])
        if kind == "RETURN" and taken[line.id, kind] > states.fulfilled_pieces(order, line):
            raise Refused(None, "Restock type RETURN needs fulfilled items", [*where, "restockType"])


def _wanted(order: Order, given: Shown) -> Wanted:
    lines = {line.id: line for line in order.lines}
    wanted = Wanted(
        note=given.get("note") or "",
        discrepancy_reason=given.get("discrepancy_reason"),
        over=bool(given.get("allow_over_refunding")),
    )
    for place, each in enumerate(given.get("refund_line_items") or ()):
        line = lines.get(number_of(each["line_item_id"], "LineItem"))
        if line is None:
            raise Refused(None, "Line item does not exist", ["input", "refundLineItems", str(place), "lineItemId"])
        wanted.lines.append((line, each["quantity"], each.get("restock_type") or "NO_RESTOCK"))
        wanted.location_id = number_of(each.get("location_id"), "Location") or wanted.location_id
    shipping = given.get("shipping") or {}
    if shipping.get("full_refund"):
        wanted.shipping = totals.shipping(order) - sum((line.refunded for line in order.shipping_lines), ZERO)
    elif shipping.get("amount"):
        wanted.shipping = shipping["amount"]
    for each in given.get("transactions") or ():
        if each["kind"] != "REFUND":
            raise Refused(None, "Transactions must be of kind refund", ["input", "transactions"])
        wanted.money.append((each["gateway"], each["amount"], number_of(each.get("parent_id"), "OrderTransaction")))
    return wanted


def _taken_off(shop: Shop, order: Order, wanted: Wanted, line: Line, pieces: int, kind: str) -> RefundLine:
    tax = totals.share(line, line.tax, pieces, order.currency)
    line.removed += pieces
    unsent = min(pieces, states.unfulfilled_pieces(order, line))
    if kind == "RETURN":
        unsent = 0
        _back_on_the_shelf(shop, order, wanted, line, pieces)
    elif kind == "CANCEL":
        stock.release(shop, order, line, pieces, "refund")
    else:
        stock.uncommit(shop, order, line, unsent)
    sending.withdraw(shop, order, line.id, unsent)
    return RefundLine(shop.number("RefundLineItem"), line, pieces, kind, line.price * pieces, tax, wanted.location_id)


def _back_on_the_shelf(shop: Shop, order: Order, wanted: Wanted, line: Line, pieces: int) -> None:
    variant = shop.variant_of(line)
    if variant is None or not variant.tracked:
        return
    places = [at for at, each in enumerate(shop.locations) if each.id == wanted.location_id]
    stock.move(shop, variant, places[0] if places else shop.place_of(order), pieces, "refund", order.id)


def _shipping_back(shop: Shop, order: Order, row: Refund, amount: Decimal) -> None:
    for line in order.shipping_lines:
        part = min(amount, line.price - line.refunded)
        if part > 0:
            line.refunded += part
            amount -= part
            row.shipping.append((shop.number("RefundShippingLine"), line, part))


def _worth(order: Order, row: Refund) -> Decimal:
    goods = sum((each.subtotal for each in row.lines), ZERO)
    taxes = ZERO if order.taxes_included else sum((each.tax for each in row.lines), ZERO)
    return goods + taxes + sum((part for _, _, part in row.shipping), ZERO)
