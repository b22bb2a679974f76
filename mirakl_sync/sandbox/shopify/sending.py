"""The warehouse: work is held and released, parcels leave, are corrected, and come back on the books."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import states, stock
from mirakl_sync.sandbox.shopify.model import (
    App,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Order,
    Tracking,
)
from mirakl_sync.sandbox.shopify.placing import CLAIMS
from mirakl_sync.sandbox.shopify.placing_checks import Refused

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

Pieces = list[tuple[FulfillmentOrder, FulfillmentOrderLine, int]]
WRONG_QUANTITY = "Invalid fulfillment order line item quantity requested."
KNOWN_CARRIERS = {
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "DPD Germany": "https://tracking.dpd.de/status/en_US/parcel/{}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "GLS": "https://gls-group.eu/EU/en/parcel-tracking?match={}",
    "UPS": "https://www.ups.com/WebTracking?loc=en_US&requester=ST&trackNumber={}",
}
"""The shop makes the link itself where it knows the carrier by exactly this name."""


def hold(shop: Shop, order: Order, unit: FulfillmentOrder, given: dict[str, Any], app: App | None) -> Hold:
    """One more reason not to send; `given` is a FulfillmentOrderHoldInput."""
    if unit.status not in states.ACTIVE:
        raise Refused("TAKEN", "The fulfillment order is not in a holdable state.", ["id"])
    handle = given.get("handle") or ""
    if any(each.handle == handle and each.app == app for each in unit.holds):
        words = "The handle provided for the fulfillment hold is already in use by this app."
        raise Refused("DUPLICATE_FULFILLMENT_HOLD_HANDLE", words, ["fulfillmentHold", "handle"])
    row = Hold(shop.number("FulfillmentHold"), given["reason"], given.get("reason_notes") or "", app, handle)
    unit.holds.append(row)
    _set_status(shop, unit, "ON_HOLD")
    order.history.append(("held", shop.now()))
    shop.save(order)
    return row


def release(shop: Shop, order: Order, unit: FulfillmentOrder, hold_ids: set[int] | None) -> None:
    """Take holds off, all of them without ids; the last one off opens the work."""
    unit.holds = [each for each in unit.holds if hold_ids is not None and each.id not in hold_ids]
    if not unit.holds and unit.status == "ON_HOLD":
        _set_status(shop, unit, "OPEN")
        order.history.append(("released", shop.now()))
    shop.save(order)


def schedule(shop: Shop, order: Order, seconds: float) -> None:
    """Goods that are to leave later, as with pre-orders: nothing can be sent before."""
    for unit in order.fulfillment_orders:
        if unit.status == "OPEN":
            unit.fulfill_at = shop.now() + timedelta(seconds=seconds)
            _set_status(shop, unit, "SCHEDULED")
            shop.scheduled.add(unit.id)
    shop.save(order)


def open_scheduled(shop: Shop) -> None:
    """Open the work whose day has come."""
    for number in sorted(shop.scheduled):
        found = shop.orders.unit(number)
        if found is None or found[1].status != "SCHEDULED":
            shop.scheduled.discard(number)
        elif found[1].fulfill_at is not None and found[1].fulfill_at <= shop.now():
            shop.scheduled.discard(number)
            _set_status(shop, found[1], "OPEN")
            shop.save(found[0])


def send(shop: Shop, order: Order, pieces: Pieces, tracking: list[Tracking], *, notify: bool) -> Fulfillment:
    """A parcel, or several, with these pieces leave the house."""
    _refuse_odd(pieces)
    now = shop.now()
    row = Fulfillment(
        shop.number("Fulfillment"),
        order.id,
        f"{order.name}.{len(order.fulfillments) + 1}",
        pieces[0][0].location_id,
        now,
        now,
        tracking=tracking,
        fulfillment_order_ids=sorted({unit.id for unit, _, _ in pieces}),
    )
    for unit, line, quantity in pieces:
        line.remaining -= quantity
        row.lines.append(FulfillmentLine(shop.number("FulfillmentLineItem"), line.line, quantity, line))
        stock.uncommit(shop, order, line.line, quantity)
        _set_status(shop, unit, "IN_PROGRESS" if unit.remaining else "CLOSED")
    order.fulfillments.append(row)
    whole = states.fulfillment(order) == "FULFILLED"
    order.history.append(("fulfilled" if whole else "partially_fulfilled", now))
    shop.save(order, "orders/fulfilled" if whole else "orders/partially_fulfilled")
    shop.announce_fulfillment("fulfillments/create", order, row)
    if notify:
        shop.mail("shipping_confirmation", order)
    return row


def correct(shop: Shop, order: Order, row: Fulfillment, tracking: list[Tracking], *, notify: bool) -> None:
    """Other numbers, or the first ones: tracking often comes after the fulfillment."""
    row.tracking, row.updated = tracking, shop.now()
    shop.save(order)
    shop.announce_fulfillment("fulfillments/update", order, row)
    if notify:
        shop.mail("shipping_update", order)


def undo(shop: Shop, order: Order, row: Fulfillment) -> None:
    """A fulfillment is cancelled: its pieces are to be sent again."""
    if row.status == "CANCELLED":
        raise Refused(None, "Fulfillment is already cancelled.", ["id"])
    row.status, row.updated = "CANCELLED", shop.now()
    for each in row.lines:
        each.fulfillment_order_line.remaining += each.quantity
        if order.inventory_behaviour in CLAIMS:
            _recommit(shop, order, each)
    for unit in order.fulfillment_orders:
        if unit.id in row.fulfillment_order_ids:
            _set_status(shop, unit, "OPEN")
    order.history.append(("fulfillment cancelled", shop.now()))
    shop.save(order)
    shop.announce_fulfillment("fulfillments/update", order, row)


def withdraw(shop: Shop, order: Order, line_id: int, pieces: int) -> None:
    """Pieces of a line need not be sent any more."""
    for unit in states.open_units(order):
        for each in unit.lines:
            if each.line.id == line_id and pieces:
                taken = min(each.remaining, pieces)
                each.remaining -= taken
                each.total -= taken
                pieces -= taken
        if not unit.remaining:
            unit.holds.clear()
            _set_status(shop, unit, "CLOSED")


def trackings(given: dict[str, Any] | None) -> list[Tracking]:
    """A FulfillmentTrackingInput as parcels: one number or several, each with the link at its place."""
    given = given or {}
    numbers = list(given.get("numbers") or ([given["number"]] if given.get("number") else []))
    links = list(given.get("urls") or ([given["url"]] if given.get("url") else []))
    company = given.get("company")
    count = max(len(numbers), len(links), 1 if company else 0)
    return [
        Tracking(company, number := _at(numbers, place), _at(links, place) or _known_link(company, number))
        for place in range(count)
    ]


def everything_left(order: Order) -> Pieces:
    """All that may be sent now: what is held or scheduled may not."""
    return [
        (unit, line, line.remaining)
        for unit in order.fulfillment_orders
        if unit.status in ("OPEN", "IN_PROGRESS")
        for line in unit.lines
        if line.remaining
    ]


def _refuse_odd(pieces: Pieces) -> None:
    if not pieces:
        raise Refused(None, "There is nothing to fulfill.", ["fulfillment"])
    if len({unit.location_id for unit, _, _ in pieces}) > 1:
        raise Refused(None, "All fulfillment orders must be assigned to the same location.", ["fulfillment"])
    wanted: Counter[int] = Counter()
    for unit, line, quantity in pieces:
        wanted[line.id] += quantity
        if unit.status not in ("OPEN", "IN_PROGRESS"):
            words = f"Fulfillment order {unit.id} has an unfulfillable status= {unit.status.lower()}."
            raise Refused(None, words, ["fulfillment"])
        if quantity <= 0 or wanted[line.id] > line.remaining:
            raise Refused(None, WRONG_QUANTITY, ["fulfillment"])


def _recommit(shop: Shop, order: Order, each: FulfillmentLine) -> None:
    variant = shop.variant_of(each.line)
    if variant is not None and variant.tracked:
        variant.committed[shop.place_of(order)] += each.quantity
        each.line.claimed += each.quantity


def _set_status(shop: Shop, unit: FulfillmentOrder, status: str) -> None:
    unit.status, unit.updated = status, shop.now()


def _at(values: list[str], place: int) -> str | None:
    return values[place] if place < len(values) else None


def _known_link(company: str | None, number: str | None) -> str | None:
    pattern = KNOWN_CARRIERS.get(company or "")
    return pattern.format(number) if pattern and number else None
