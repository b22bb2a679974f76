"""OR28 and OR30: money goes back for lines that were paid, or will not be asked for lines that were not.

All items of a call are checked before the first one is booked [I: all or nothing]. Neither is idempotent: the
same request again gives the money back again, as long as there is some left on the line.
"""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from mirakl_sync.sandbox.mirakl import leaving, life, quantities
from mirakl_sync.sandbox.mirakl.line_views import can_refund, returned_taxes
from mirakl_sync.sandbox.mirakl.model import Line, MoneyBack, Order, Taxed, cents
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.platform import REASONS
from mirakl_sync.sandbox.mirakl.refusals import bad

ZERO = Decimal(0)


def refund(call: Call) -> dict[str, Any]:
    """OR28: refund amounts of lines. The answer says it was written down, `refund_state` when it was paid."""
    mode, found = _items(call, "refunds", "REFUND")
    for order, line, _ in found:
        if not can_refund(order, line):
            raise bad(f"The order line '{line.line_id}' cannot be refunded")
    _must_be_left(mode, found)
    _charge_balance(call, found)
    return {"order_tax_mode": mode, "refunds": [_refund(call, mode, *item) for item in found]}


def cancel_lines(call: Call) -> dict[str, Any]:
    """OR30: cancel amounts of lines, while the payment workflow allows it."""
    mode, found = _items(call, "cancelations", "CANCELATION")
    for order, line, sent in found:
        if not call.tenant.settings.partial_cancel or not life.can_cancel(order) or not line.alive:
            raise bad(f"The order line '{line.line_id}' cannot be canceled")
        if not isinstance(sent.get("quantity"), int) or sent["quantity"] > line.quantity:
            raise bad("quantity is required and at most the quantity of the line")
    _must_be_left(mode, found)
    return {"order_tax_mode": mode, "cancelations": [_cancel(call, mode, *item) for item in found]}


Item = tuple[Order, Line, dict[str, Any]]


def _items(call: Call, name: str, reason_type: str) -> tuple[str, list[Item]]:
    sent = call.json()
    mode = sent.get("order_tax_mode") or call.tenant.settings.order_tax_mode
    items = sent.get(name)
    if mode not in ("TAX_INCLUDED", "TAX_EXCLUDED") or not isinstance(items, list) or not items:
        raise bad(f"order_tax_mode and a list of {name} are expected")
    return mode, [_item(call, item, reason_type) for item in items]


def _item(call: Call, sent: Any, reason_type: str) -> Item:
    if not isinstance(sent, dict):
        raise bad("every item must be an object")
    line_id = str(sent.get("order_line_id"))
    order = call.tenant.orders.by_line.get(line_id)
    if order is None or order.shop_id != call.shop_id:
        raise bad(f"Order line with identifier '{line_id}' not found")
    allowed = {reason["code"] for reason in REASONS if reason["type"] == reason_type and reason["is_shop_right"]}
    if str(sent.get("reason_code")) not in allowed:
        raise bad(f"Reason '{sent.get('reason_code')}' is not a reason of type {reason_type} for shops")
    if sent.get("currency_iso_code") not in (None, order.currency):
        raise bad(f"The currency of the order is {order.currency}")
    for field in ("amount", "shipping_amount"):
        _amount(sent, field)
    return order, next(line for line in order.lines if line.line_id == line_id), sent


def _amount(sent: dict[str, Any], field: str) -> Decimal:
    try:
        amount = Decimal(str(sent[field]))
    except (KeyError, InvalidOperation) as error:
        raise bad(f"{field} is required and must be a number") from error
    if not amount.is_finite() or amount < 0 or amount != cents(amount):
        raise bad(f"{field} must not be negative and has at most two decimals")
    return amount


def _must_be_left(mode: str, found: list[Item]) -> None:
    """Several items of one call may give back from the same line: their sum counts."""
    asked: dict[str, list[Decimal]] = {}
    for _, line, sent in found:
        sums = asked.setdefault(line.line_id, [ZERO, ZERO])
        sums[0] += _amount(sent, "amount")
        sums[1] += _amount(sent, "shipping_amount")
        price, shipping = line.left()
        if sums[0] > price.shown(mode) or sums[1] > shipping.shown(mode) or not any(sums):
            raise bad(f"The amount is zero or more than what is left on the order line '{line.line_id}'")


def _charge_balance(call: Call, found: list[Item]) -> None:
    balance = call.tenant.balances[call.shop_id]
    if balance is None:
        return
    asked = sum((_amount(sent, "amount") + _amount(sent, "shipping_amount") for _, _, sent in found), ZERO)
    if asked > balance:
        raise bad("The shop does not have a sufficient payable balance for the refund")
    call.tenant.balances[call.shop_id] = balance - asked


def _money_back(call: Call, mode: str, line: Line, sent: dict[str, Any], group: str) -> MoneyBack:
    price, shipping = _share(line, mode, sent)
    part = price.shown(mode) / line.price.shown(mode) if line.price.net else ZERO
    return MoneyBack(
        number=next(call.tenant.money_numbers),
        group=group,
        price=price,
        shipping=shipping,
        quantity=int(sent.get("quantity") or 0),
        reason_code=str(sent["reason_code"]),
        commission=cents(line.commission * part),
        commission_tax=cents(line.commission_tax * part),
        created=call.now,
    )


def _share(line: Line, mode: str, sent: dict[str, Any]) -> tuple[Taxed, Taxed]:
    """All that is left takes all its tax along, so that no cent stays behind after rounding."""
    price, shipping = line.left()
    amount, shipping_amount = _amount(sent, "amount"), _amount(sent, "shipping_amount")
    return (
        price if amount == price.shown(mode) else line.price.share(amount, mode),
        shipping if shipping_amount == shipping.shown(mode) else line.shipping.share(shipping_amount, mode),
    )


def _refund(call: Call, mode: str, order: Order, line: Line, sent: dict[str, Any]) -> dict[str, Any]:
    back = _money_back(call, mode, line, sent, str(uuid.UUID(int=call.tenant.random.getrandbits(128), version=4)))
    back.excluded = bool(sent.get("excluded_from_shipment", False))
    line.refunds.append(back)
    call.tenant.tally["refunds"] += 1
    call.tenant.orders.touch(order, call.now)
    leaving.settle(call.tenant, order, call.now, by="refund")
    due = call.now + round(call.tenant.settings.refund_seconds * 1000)
    call.tenant.timers.plan(due, order, partial(_pay_out, call.tenant, line, back), whatever_state=True)
    return {
        **_shown(mode, order, line, back),
        "refund_id": str(back.number),
        "order_refund_id": back.group,
        "excluded_from_shipment": back.excluded,
    }


def _pay_out(tenant: Any, line: Line, back: MoneyBack, order: Order, at: int) -> None:
    back.state, back.paid = "REFUNDED", at
    if not line.left()[0].net and all(one.state == "REFUNDED" for one in line.refunds):
        line.state = "REFUNDED"
        leaving.settle(tenant, order, at, by="refund")
    if order.state != "CLOSED" and all(one.state == "REFUNDED" or not one.alive for one in order.lines):
        life.close(tenant, order, at)
    tenant.orders.touch(order, at)


def _cancel(call: Call, mode: str, order: Order, line: Line, sent: dict[str, Any]) -> dict[str, Any]:
    back = _money_back(call, mode, line, sent, "")
    line.cancelations.append(back)
    call.tenant.tally["cancelations"] += 1
    if call.tenant.settings.give_back_on_cancel:
        quantities.give_back(call.tenant, order.shop_id, line.sku, back.quantity, order.order_id, call.now)
    if not line.left()[0].net and not line.left()[1].net:
        line.state = "CANCELED"
    call.tenant.orders.touch(order, call.now)
    if not any(one.alive for one in order.lines):
        life.cancel(call.tenant, order, call.now, by="shop")
    return {**_shown(mode, order, line, back), "cancelation_id": str(back.number)}


def _shown(mode: str, order: Order, line: Line, back: MoneyBack) -> dict[str, Any]:
    return {
        "order_line_id": line.line_id,
        "amount": float(back.price.shown(mode)),
        "shipping_amount": float(back.shipping.shown(mode)),
        "quantity": back.quantity,
        "reason_code": back.reason_code,
        "currency_iso_code": order.currency,
        "taxes": returned_taxes(line, back.price),
        "shipping_taxes": returned_taxes(line, back.shipping),
    }
