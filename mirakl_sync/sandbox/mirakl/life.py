"""How an order lives: who may move it from which state, what time does to it, what follows from each step.

States and arrows: Mirakl seller API, reference section 2; where the vendor is silent it is marked [I].
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mirakl_sync.sandbox.mirakl import quantities
from mirakl_sync.sandbox.mirakl.dates import window_end
from mirakl_sync.sandbox.mirakl.model import Line, Order
from mirakl_sync.sandbox.mirakl.shipment_model import GONE

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant

Step = Callable[["Tenant", Order, int], None]


_SHIPMENT_FOLLOWS = {  # (the order's new state, the shipment's old one) → its new one
    ("RECEIVED", "SHIPPED"): "RECEIVED",
    ("RECEIVED", "TO_COLLECT"): "RECEIVED",
    ("CLOSED", "SHIPPED"): "CLOSED",
    ("CLOSED", "TO_COLLECT"): "CLOSED",
    ("CLOSED", "RECEIVED"): "CLOSED",
    ("CLOSED", "SHIPPING"): "CANCELED",
    ("CANCELED", "SHIPPING"): "CANCELED",
}


class WrongState(Exception):
    """The order is not in a state that allows this."""


def begin(tenant: Tenant, order: Order) -> None:
    """Start the life of an order just placed in STAGING."""
    staging = tenant.settings.staging_seconds if order.staging_seconds is None else order.staging_seconds
    if staging:
        _later(tenant, order, order.created, staging, end_staging)
    else:
        end_staging(tenant, order, order.created)


def end_staging(tenant: Tenant, order: Order, at: int) -> None:
    """The operator's checks are over: the shop may decide, or there was fraud."""
    if order.staging_end == "fraud":
        cancel(tenant, order, at, by="fraud")
        return
    window = order.window or tenant.settings.acceptance_window
    _to(tenant, order, "WAITING_ACCEPTANCE", at)
    order.accept_by = window_end(at, window, tenant.settings.timezone)
    if _accepts_automatically(tenant, order):
        accept(tenant, order, at, by="automatic")
    else:
        tenant.timers.plan(order.accept_by, order, partial(time_out, tenant))


def time_out(tenant: Tenant, order: Order, at: int) -> None:
    """Nobody answered: refused, with no decision date; the offers may be set to zero."""
    tenant.late.append(order.order_id)
    refuse(tenant, order, at, by="timeout")
    if tenant.settings.zero_offer_on_timeout:
        for line in order.lines:
            quantities.zero(tenant, order.shop_id, line.sku, order.order_id, at)


def accept(tenant: Tenant, order: Order, at: int, by: str, refused_lines: frozenset[str] = frozenset()) -> None:
    """Lines not in `refused_lines` are accepted. The decision date stays null when it was automatic."""
    must_be(order, "WAITING_ACCEPTANCE")
    decided = None if by == "automatic" else at
    for line in order.lines:
        line.decided = decided
        if line.line_id in refused_lines:
            line.state = "REFUSED"
    order.decided, order.accepted, order.accepted_by = decided, at, by
    tenant.tally[f"accepted_by_{by}"] += 1
    _take_back_refused(tenant, [line for line in order.lines if not line.alive], order, at, by)
    if order.workflow == "PAY_ON_ACCEPTANCE":
        _to(tenant, order, "WAITING_DEBIT", at)
        _later(tenant, order, at, tenant.settings.debit_seconds, ask_for_money)
    else:
        _to_shipping(tenant, order, at)


def refuse(tenant: Tenant, order: Order, at: int, by: str) -> None:
    """All lines are refused, by the shop, the operator or the timeout."""
    must_be(order, "WAITING_ACCEPTANCE")
    _take_back_refused(tenant, order.lines, order, at, by)
    order.decided = None if by == "timeout" else at
    order.refused_by = by
    for line in order.lines:
        line.decided, line.state = order.decided, "REFUSED"
    tenant.tally[f"refused_by_{by}"] += 1
    _to(tenant, order, "REFUSED", at)


def ask_for_money(tenant: Tenant, order: Order, at: int) -> None:
    """The operator's payment system is asked to debit the customer; the answer may never come."""
    _to(tenant, order, "WAITING_DEBIT_PAYMENT", at)
    if order.payment == "ok":
        _later(tenant, order, at, order.payment_seconds, pay)
    elif order.payment == "refused":
        _later(tenant, order, at, order.payment_seconds, refuse_payment)


def pay(tenant: Tenant, order: Order, at: int) -> None:
    """The customer has paid. This opens the way to shipping; later, only the date is noted."""
    if order.debited is not None or order.state in ("STAGING", "WAITING_ACCEPTANCE", "REFUSED", "CANCELED"):
        raise WrongState(f"{order.order_id} cannot be paid in {order.state}")
    order.debited = at
    if order.state in ("WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"):
        _to_shipping(tenant, order, at)
    else:
        tenant.orders.touch(order, at)


def refuse_payment(tenant: Tenant, order: Order, at: int) -> None:
    """The customer's bank said no."""
    must_be(order, "WAITING_DEBIT", "WAITING_DEBIT_PAYMENT")
    cancel(tenant, order, at, by="payment")


def cancel(tenant: Tenant, order: Order, at: int, by: str) -> None:
    """The whole order is cancelled by shop, operator, customer, payment or fraud check."""
    must_be(order, "STAGING", "WAITING_ACCEPTANCE", "WAITING_DEBIT", "WAITING_DEBIT_PAYMENT", "SHIPPING")
    if _has_begun_to_leave(order):
        raise WrongState(f"a part of {order.order_id} has left already")
    if tenant.settings.give_back_on_cancel:
        _return_goods(tenant, [line for line in order.lines if line.alive], order, at)
    order.cancelled_by = by
    tenant.tally[f"cancelled_by_{by}"] += 1
    _to(tenant, order, "CANCELED", at)


def ship(tenant: Tenant, order: Order, at: int, by: str) -> None:
    """Everything has left. Time may bring it to the customer by itself."""
    must_be(order, "SHIPPING")
    order.shipped, order.shipped_by = at, by
    for line in order.lines:
        if line.alive and line.state != "REFUNDED" and line.shipped is None:
            line.shipped = at
    tenant.tally[f"shipped_by_{by}"] += 1
    _to(tenant, order, "SHIPPED", at)
    if order.workflow == "PAY_ON_SHIPMENT" and order.debited is None and order.payment == "ok":
        due = at + round(order.payment_seconds * 1000)
        tenant.timers.plan(due, order, partial(_pay_after_shipping, tenant), whatever_state=True)
    if tenant.settings.receive_seconds is not None:
        _later(tenant, order, at, tenant.settings.receive_seconds, receive)


def _pay_after_shipping(tenant: Tenant, order: Order, at: int) -> None:
    if order.debited is None:
        pay(tenant, order, at)


def receive(tenant: Tenant, order: Order, at: int) -> None:
    """The customer has it."""
    must_be(order, "SHIPPED", "TO_COLLECT")
    order.received = at
    _to(tenant, order, "RECEIVED", at)
    if tenant.settings.close_seconds is not None:
        _later(tenant, order, at, tenant.settings.close_seconds, close)


def close(tenant: Tenant, order: Order, at: int) -> None:
    """Final: no more refunds."""
    must_be(order, "SHIPPING", "SHIPPED", "TO_COLLECT", "RECEIVED")
    _to(tenant, order, "CLOSED", at)


def can_cancel(order: Order) -> bool:
    """May the shop still cancel (OR29, OR30)? Per payment workflow, reference section 2.2."""
    if order.workflow == "PAY_ON_ACCEPTANCE" or order.state != "SHIPPING" or _has_begun_to_leave(order):
        return False
    return order.workflow == "NO_CUSTOMER_PAYMENT_CONFIRMATION" or order.debited is None


def _to_shipping(tenant: Tenant, order: Order, at: int) -> None:
    order.reached_shipping = at
    _to(tenant, order, "SHIPPING", at)


def _to(tenant: Tenant, order: Order, state: str, at: int) -> None:
    """Move the order, every line that is still alive, and the shipments that go the same way."""
    for line in order.lines:
        if line.alive and line.state != "REFUNDED":
            line.state = state
    for shipment in order.shipments:
        follows = _SHIPMENT_FOLLOWS.get((state, shipment.state))
        if follows is not None and shipment.holds:
            tenant.shipments.move(shipment, follows, at)
    tenant.orders.move(order, state)
    tenant.orders.touch(order, at)


def _has_begun_to_leave(order: Order) -> bool:
    return any(one.holds and one.state in ("SHIPMENT_PREPARED", *GONE) for one in order.shipments)


def _later(tenant: Tenant, order: Order, at: int, seconds: float, deed: Step) -> None:
    tenant.timers.plan(at + round(seconds * 1000), order, partial(deed, tenant))


def _accepts_automatically(tenant: Tenant, order: Order) -> bool:
    how = tenant.settings.order_acceptance
    return how == "AUTOMATIC" or (how == "BOTH" and tenant.shop(order.shop_id).automatic_acceptance)


def _take_back_refused(tenant: Tenant, lines: list[Line], order: Order, at: int, by: str) -> None:
    """Some operators set to zero what a shop refused: it said itself that there is none."""
    if tenant.settings.give_back_on_refusal:
        _return_goods(tenant, lines, order, at)
    if tenant.settings.zero_offer_on_refusal and by == "shop":
        for line in lines:
            quantities.zero(tenant, order.shop_id, line.sku, order.order_id, at)


def _return_goods(tenant: Tenant, lines: list[Line], order: Order, at: int) -> None:
    """Mirakl does not publish when quantities come back: a setting per reason [I]."""
    for line in lines:
        pieces = line.quantity - sum(one.quantity for one in line.cancelations)
        quantities.give_back(tenant, order.shop_id, line.sku, pieces, order.order_id, at)


def must_be(order: Order, *states: str) -> None:
    """WrongState unless the order is in one of `states`."""
    if order.state not in states:
        raise WrongState(f"{order.order_id} is {order.state}, expected {' or '.join(states)}")
