"""How goods leave in shipments: which pieces are left, what follows when a shipment ships, is paid or followed.

A shipment's states and its debit: reference section 2.1; where the vendor is silent it is marked [I].
"""

from __future__ import annotations

import uuid
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.mirakl import life
from mirakl_sync.sandbox.mirakl.model import Line, Order
from mirakl_sync.sandbox.mirakl.shipment_model import GONE, Shipment, ShipmentLine, Tracking

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant


def to_ship(line: Line) -> int:
    """How many pieces of the line have to leave in all: not the cancelled, not the refunded before shipping."""
    if not line.alive or line.state == "REFUNDED":
        return 0
    taken = sum(back.quantity for back in line.cancelations)
    return max(0, line.quantity - taken - sum(back.quantity for back in line.refunds if back.excluded))


def left(order: Order) -> dict[str, int]:
    """Pieces of each line that are in no shipment yet; lines without any are left out."""
    held = _pieces(shipment for shipment in order.shipments if shipment.holds)
    found = {line.line_id: to_ship(line) - held[line.line_id] for line in order.lines}
    return {line_id: pieces for line_id, pieces in found.items() if pieces > 0}


def waiting(order: Order) -> list[Shipment]:
    """Shipments that were made and not shipped."""
    return [shipment for shipment in order.shipments if shipment.holds and shipment.state == "SHIPPING"]


def create(tenant: Tenant, order: Order, at: int, lines: tuple[ShipmentLine, ...], **more: Any) -> Shipment:
    """A shipment in SHIPPING; `more` are fields of Shipment."""
    shipment = Shipment(
        shipment_id=str(uuid.UUID(int=tenant.random.getrandbits(128), version=4)),
        order_id=order.order_id,
        shop_id=order.shop_id,
        sequence=next(tenant.shipment_numbers),
        created=at,
        updated=at,
        state="SHIPPING",
        debit="NOT_STARTED" if order.workflow == "PAY_ON_SHIPMENT" else "NO_DEBIT",
        lines=lines,
        **more,
    )
    order.shipments.append(shipment)
    tenant.shipments.add(shipment)
    tenant.tally["shipments"] += 1
    tenant.orders.touch(order, at)
    return shipment


def track(tenant: Tenant, order: Order, shipment: Shipment, tracking: Tracking, at: int) -> None:
    """Replace the shipment's tracking. Whether the number is any good turns out at once, later or never [I]."""
    shipment.trackings.append(tracking)
    tenant.shipments.touch(shipment, at)
    if tracking.code is None or tracking.number is None:
        shipment.validity = "UNCOVERED"
        return
    shipment.validity = "UNVERIFIED"
    check = partial(_find_out, tenant, shipment, tracking)
    seconds = tenant.settings.validity_seconds
    if seconds is not None:
        tenant.timers.plan(at + round(seconds * 1000), order, check, whatever_state=True)
    elif tracking.number in tenant.settings.invalid_numbers:
        check(order, at)


def _find_out(tenant: Tenant, shipment: Shipment, tracking: Tracking, order: Order, at: int) -> None:
    """The carrier was asked about the number, if it is still the one that counts."""
    if shipment.tracking is tracking and shipment.validity == "UNVERIFIED":
        shipment.validity = "INVALID" if tracking.number in tenant.settings.invalid_numbers else "VERIFIED"
        tenant.shipments.touch(shipment, at)


def ship(tenant: Tenant, order: Order, shipment: Shipment, at: int, by: str) -> None:
    """The shipment leaves; where the customer pays on shipment it is only prepared until the money is there."""
    shipment.shipped_by = by
    if order.workflow != "PAY_ON_SHIPMENT":
        _gone(tenant, order, shipment, at)
        return
    tenant.shipments.move(shipment, "SHIPMENT_PREPARED", at)
    shipment.debit = "WAITING_DEBIT_CONFIRMATION"
    tenant.orders.touch(order, at)
    if order.payment != "never":
        answer = debit if order.payment == "ok" else refuse_debit
        due = at + round(order.payment_seconds * 1000)
        tenant.timers.plan(due, order, partial(answer, tenant, shipment), whatever_state=True)


def debit(tenant: Tenant, shipment: Shipment, order: Order, at: int) -> None:
    """The customer has paid this shipment."""
    if shipment.state == "SHIPMENT_PREPARED":
        shipment.debit, shipment.debited = "DEBIT_OK", at
        order.debited = order.debited or at
        _gone(tenant, order, shipment, at)


def refuse_debit(tenant: Tenant, shipment: Shipment, order: Order, at: int) -> None:
    """The customer's bank said no: the shipment is off, its pieces are to ship again [I]."""
    if shipment.state == "SHIPMENT_PREPARED":
        shipment.debit = "CANCELED"
        tenant.shipments.move(shipment, "CANCELED", at)
        tenant.orders.touch(order, at)


def ship_rest(tenant: Tenant, order: Order, at: int, by: str) -> None:
    """Ship what has not left yet: shipments that wait, and one more of what is in none, with the order's tracking."""
    life.must_be(order, "SHIPPING")
    if not (tenant.settings.multi_shipment or order.shipments):
        life.ship(tenant, order, at, by)
        return
    rest = left(order)
    if rest:
        lines = tuple(
            ShipmentLine(one.line_id, one.sku, rest[one.line_id]) for one in order.lines if one.line_id in rest
        )
        create(tenant, order, at, lines, of_order=True)
    for shipment in waiting(order):
        if shipment.tracking is None and order.tracking is not None:
            shipment.of_order = True
            track(tenant, order, shipment, order.tracking, at)
        ship(tenant, order, shipment, at, by)


def pay(tenant: Tenant, order: Order, at: int) -> None:
    """The customer pays: prepared shipments where there are any, else the order."""
    prepared = [shipment for shipment in order.shipments if shipment.state == "SHIPMENT_PREPARED"]
    for shipment in prepared:
        debit(tenant, shipment, order, at)
    if not prepared:
        life.pay(tenant, order, at)


def settle(tenant: Tenant, order: Order, at: int, by: str) -> None:
    """Lines all of whose pieces have left are SHIPPED, and so is the order when all its lines are."""
    if order.state != "SHIPPING":
        return
    gone = _pieces(one for one in order.shipments if one.state in GONE)
    for line in order.lines:
        if line.shipped is None and 0 < to_ship(line) <= gone[line.line_id]:
            line.shipped, line.state = at, "SHIPPED"
    tenant.orders.touch(order, at)
    if gone and all(to_ship(line) <= gone[line.line_id] for line in order.lines):
        life.ship(tenant, order, at, by)


def _gone(tenant: Tenant, order: Order, shipment: Shipment, at: int) -> None:
    shipment.shipped = at
    tenant.tally["shipments_shipped"] += 1
    tenant.shipments.move(shipment, "SHIPPED", at)
    settle(tenant, order, at, shipment.shipped_by or "shop")


def _pieces(shipments: Any) -> Counter[str]:
    held: Counter[str] = Counter()
    for shipment in shipments:
        for line in shipment.lines:
            held[line.line_id] += line.quantity
    return held
