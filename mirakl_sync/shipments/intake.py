"""From what a shop says left the house to parcels we look after. Called again with the same news it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Order, Shipment, ShipmentLine
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk
from mirakl_sync.mirakl.orders import read_order
from mirakl_sync.orders import states as orders
from mirakl_sync.records.shipment import Parcel
from mirakl_sync.records.shop import PlatformOrder
from mirakl_sync.shipments import loading
from mirakl_sync.shipments.case import TASK
from mirakl_sync.shipments.states import FINAL, State

# Columns hold so much; what is longer is no carrier's and no number.
_MOST_ID, _MOST_TEXT = 120, 200


def note(tx: Transaction, row: Order, shown: PlatformOrder, now: datetime) -> bool:
    """Keep what the shop's order says of its parcels and ring for what changed; True when something did.

    Parcels of ended sales are nobody's business. The caller has made sure that ``shown`` is not older than what was
    seen before.
    """
    if row.state in (orders.State.REFUSED, orders.State.CANCELED) or not (shown.left or shown.parcels or _any(tx, row)):
        return False
    # one notice at a time for an order: two doors may bring the same news at the same moment
    tx.execute(select(Order.id).where(Order.id == row.id).with_for_update())
    kept = list(tx.execute(select(Shipment).where(Shipment.order_pk == row.id).order_by(Shipment.id)).scalars())
    changed = _whole_order(tx, row, shown, kept, now)
    by_id = {each.parcel_id: each for each in kept}
    told = {_id(parcel): parcel for parcel in shown.parcels}
    vanished = [each for each in kept if each.parcel_id and each.parcel_id not in told and _counts(each)]
    fresh = [parcel for key, parcel in told.items() if key not in by_id]
    for parcel, instead in _replaced(kept, vanished, fresh):
        _replace(tx, instead, parcel, now)
        fresh.remove(parcel)
        vanished = [each for each in vanished if each is not instead]
        changed = True
    for key, parcel in told.items():
        if key in by_id:
            changed |= _again(tx, by_id[key], parcel, now)
    for parcel in fresh:
        _insert(tx, row, parcel, now)
    for each in vanished:
        _vanish(tx, row, each, now)
    if shown.left and not told and not any(_counts(each) or each.state == State.TOLD for each in kept):
        _insert(tx, row, Parcel(""), now)
        changed = True
    return changed or bool(fresh or vanished)


def _any(tx: Transaction, row: Order) -> bool:
    return tx.execute(select(Shipment.id).where(Shipment.order_pk == row.id).limit(1)).first() is not None


def _id(parcel: Parcel) -> str:
    return parcel.parcel_id[:_MOST_ID]


def _counts(each: Shipment) -> bool:
    """True for parcels the shop still stands by."""
    return not each.removed and each.state != State.DROPPED


def _whole_order(tx: Transaction, row: Order, shown: PlatformOrder, kept: Sequence[Shipment], now: datetime) -> bool:
    """The shop says that everything has left, or takes it back."""
    if shown.left == (row.left_at is not None):
        return False
    row.left_at = now if shown.left else None
    words = "everything has left the house" if shown.left else "not everything has left the house after all"
    timeline.add(tx, "order", row, now, "shop", words)
    for each in kept:
        _ring(tx, each, now)
    return True


def _replaced(
    kept: Sequence[Shipment], vanished: Sequence[Shipment], fresh: Sequence[Parcel]
) -> list[tuple[Parcel, Shipment]]:
    """A parcel that came in another's place: staff correct a number by deleting it and entering a new one, which may be
    seen apart, and a number is often entered after the order was said to have left."""
    nameless = [each for each in kept if not each.parcel_id and each.state not in FINAL]
    if fresh and nameless:
        return [(fresh[0], nameless[0])]
    taken_back = [*vanished, *(each for each in kept if each.removed and each.state == State.TOLD)]
    return [(fresh[0], taken_back[0])] if len(fresh) == len(taken_back) == 1 else []


def _replace(tx: Transaction, each: Shipment, parcel: Parcel, now: datetime) -> None:
    before = _known(each)
    each.parcel_id, each.removed = _id(parcel), False
    if each.questioned:
        desk.withdraw(tx, "shipment", each.id, now, "the shop entered it anew")
    _write(each, parcel)
    _heard(tx, each, before, f"the shop now says: {_said(each)}", now)


def _again(tx: Transaction, each: Shipment, parcel: Parcel, now: datetime) -> bool:
    """The shop shows a parcel again: perhaps corrected, perhaps one it had taken away."""
    before = _known(each)
    came_back, each.removed = each.removed, False
    if came_back and each.state == State.DROPPED:
        each.state, each.why = State.NOTED, ""
    _write(each, parcel)
    if _known(each) == before and not came_back:
        return False
    _heard(tx, each, before, f"the shop {'shows it again' if came_back else 'corrected it'}: {_said(each)}", now)
    return True


def _heard(tx: Transaction, each: Shipment, before: _Known, words: str, now: datetime) -> None:
    timeline.add(tx, "shipment", each, now, "shop", words)
    # told, and perhaps being told as shipped at this very moment
    told = each.state == State.TOLD or each.tracking_told_at is not None
    if told and _known(each)[:3] != before[:3]:
        each.to_correct = True
    _ring(tx, each, now)


def _insert(tx: Transaction, row: Order, parcel: Parcel, now: datetime) -> None:
    order = read_order(row.payload)
    address = order.buyer.shipping
    each = Shipment(
        connection_id=row.connection_id,
        store_pk=row.store_pk,
        order_pk=row.id,
        parcel_id=_id(parcel),
        first_id=_id(parcel),
        state=State.NOTED,
        country=address.country_code if address else "",
        shipping_type=order.shipping_type_code,
        seen_at=now,
        ship_by=row.ship_by,
        next_attempt_at=now,
    )
    _write(each, parcel)
    tx.add(each)
    tx.flush()
    timeline.add(tx, "shipment", each, now, "shop", f"left the house: {_said(each)}")
    _ring(tx, each, now)


def _vanish(tx: Transaction, row: Order, each: Shipment, now: datetime) -> None:
    """The shop no longer shows a parcel; what the marketplace was told cannot be taken back by us."""
    each.removed = True
    timeline.add(tx, "shipment", each, now, "shop", "the shop no longer shows it")
    if each.state == State.TOLD:
        words = f"The shop took back the parcel {each.number} of {row.order_id}; the marketplace was told of it."
        ask = Ask("parcel_removed", row.order_id, words, facts={"number": each.number})
        desk.open_item(tx, row.connection_id, ask, "shipment", each.id, now)
        each.questioned = True
    _ring(tx, each, now)


def _write(each: Shipment, parcel: Parcel) -> None:
    each.carrier, each.number = parcel.carrier.strip()[:_MOST_TEXT], parcel.number.strip()[:_MOST_TEXT]
    each.url, each.left_at = parcel.url.strip(), parcel.left_at
    # what is inside is only known better, never forgotten: told contents stay as they were told
    inside = {line.line_id: line.quantity for line in parcel.lines or ()}
    if each.state != State.NOTED or not inside:
        return
    kept = {line.line_id: line for line in each.lines}
    for line_id, pieces in inside.items():
        if line_id in kept:
            kept[line_id].quantity = pieces
        else:
            each.lines.append(ShipmentLine(line_id=line_id, quantity=pieces))
    for line_id in kept.keys() - inside.keys():
        each.lines.remove(kept[line_id])


_Known = tuple[str, str, str, dict[str, int] | None]


def _known(each: Shipment) -> _Known:
    return each.carrier, each.number, each.url, loading.contents(each)


def _said(each: Shipment) -> str:
    carrier = each.carrier or "no carrier named"
    pieces = sum(line.quantity for line in each.lines)
    inside = f", {pieces} pieces" if pieces else ""
    return f"{carrier}, number {each.number or 'not yet known'}{inside}"


def _ring(tx: Transaction, each: Shipment, now: datetime) -> None:
    if each.state in FINAL:
        return
    each.next_attempt_at = each.rung_at = now
    tx.wake(TASK, each.id)
