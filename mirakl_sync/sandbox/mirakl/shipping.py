"""OR23 and OR24: the shop says who carries the order, and that it has left."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from mirakl_sync.sandbox.mirakl import leaving
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad
from mirakl_sync.sandbox.mirakl.tracking import OF_ORDER, is_by_operator, must_be_tracked, read_tracking

Deed = Callable[[Call, Order], None]


def _for_own_order(operation: str) -> Callable[[Deed], Callable[[Call, str], None]]:
    """Find the order, and keep in the books what was refused for it."""

    def around(deed: Deed) -> Callable[[Call, str], None]:
        @wraps(deed)
        def do(call: Call, order_id: str) -> None:
            order = call.order(order_id)
            try:
                if order is None:
                    raise Refusal(404, f"Order with identifier '{order_id}' not found")
                deed(call, order)
            except Refusal as refusal:
                call.tenant.note_refusal(operation, refusal.message, order)
                raise

        return do

    return around


@_for_own_order("OR23")
def tell_tracking(call: Call, order: Order) -> None:
    """OR23: the order's tracking, replaced as often as it is told; still possible for a correction once SHIPPED."""
    must_be_ours_to_ship(call, order)
    must_be_in(order, "SHIPPING", "SHIPPED")
    tracking = read_tracking(call.tenant.settings, call.json(), OF_ORDER, call.now)
    order.trackings.append(tracking)
    for shipment in order.shipments:
        if shipment.of_order and shipment.holds:
            leaving.track(call.tenant, order, shipment, tracking, call.now)
    call.tenant.tally["trackings"] += 1
    call.tenant.orders.touch(order, call.now)


@_for_own_order("OR24")
def ship_order(call: Call, order: Order) -> None:
    """OR24: all that has not left yet leaves; only while SHIPPING, with tracking where SH12 wants it."""
    must_be_ours_to_ship(call, order)
    must_be_in(order, "SHIPPING")
    untracked = leaving.left(order) or any(one.tracking is None for one in leaving.waiting(order))
    if not untracked and not leaving.waiting(order):
        raise bad("There is nothing left to ship")
    if untracked:
        must_be_tracked(order, order.tracking, call.tenant.settings)
    leaving.ship_rest(call.tenant, order, call.now, by="shop")
    order.ship_calls += 1
    call.tenant.tally["ship_calls"] += 1


def must_be_ours_to_ship(call: Call, order: Order) -> None:
    """The operator's own goods and deliveries are not the shop's to ship [I: the code is OR21's]."""
    if is_by_operator(order, call.tenant.settings):
        raise bad("An unauthorized action has been requested on a fulfilled order", "ORDER_FULFILLED_UNAUTHORIZED")


def must_be_in(order: Order, *states: str) -> None:
    """The published words of ST01, also used for OR23 and OR24 [I]."""
    if order.state not in states:
        wanted = "' or '".join(states)
        raise bad(f"The order status must be '{wanted}' but it is '{order.state}'.")
