"""What a parcel needs next so that its marketplace knows of it, once and rightly. Pure; ``now`` is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.orders.states import ENDED_STATES, LEFT_STATES, OVER_STATES, SHIPPING
from mirakl_sync.policy.model import Partial, ShipmentPolicy
from mirakl_sync.shipments import telling
from mirakl_sync.shipments.facts import ShipmentFacts
from mirakl_sync.shipments.states import FINAL, SHIPMENT_OPEN, State
from mirakl_sync.shipments.steps import (
    CorrectTracking,
    CreateShipment,
    DeleteShipment,
    FindShipment,
    ShipmentStep,
    ShipOrder,
    ShipShipment,
    TellTracking,
)

# Nobody rings when a feed is resumed.
LOOK_WHILE_PAUSED = timedelta(minutes=1)
# The leader rings when it is told; should that bell be lost, nobody else would.
LOOK_AT_LEADER = timedelta(minutes=1)

Step = ShipmentStep | Settle | Wait | Ask


def next_step(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Step:
    """The next thing to do for a parcel, given what is known of it and its order, the policy and the time."""
    if parcel.state in FINAL:
        return Settle(parcel.state, "nothing more can happen")
    if not parcel.managed:
        return Wait("a person, who took this order over")
    if parcel.in_doubt:
        return FindShipment()
    if parcel.marketplace_state in OVER_STATES:
        return _over(parcel)
    if parcel.marketplace_state in ENDED_STATES:
        ended = State.CLOSED if parcel.state is State.TOLD else State.DROPPED
        return Settle(ended, f"the sale ended: the marketplace says {parcel.marketplace_state}")
    if parcel.state is State.TOLD:
        return _told(parcel, policy, now)
    if parcel.fulfilled_by_operator:
        return Settle(State.DROPPED, "the operator ships this order itself")
    if parcel.removed and parcel.told is None and not parcel.shipment_id:
        return Settle(State.DROPPED, "the shop no longer shows this parcel")
    if parcel.marketplace_state != SHIPPING and parcel.marketplace_state not in LEFT_STATES:
        return Wait(f"the marketplace to let it be shipped: it says {parcel.marketplace_state}")
    if parcel.paused:
        return _paused(now)
    return _by_shipment(parcel, policy, now) if parcel.multi_shipment else _by_order(parcel, policy, now)


def _over(parcel: ShipmentFacts) -> Settle:
    """Received or closed. A parcel never told has lost the race against the marketplace's own clock."""
    words = f"the marketplace says {parcel.marketplace_state}"
    told = parcel.state is State.TOLD or parcel.told is not None or bool(parcel.shipment_id)
    # one number, or one shipment, may have stood for all
    by_another = parcel.order_shipped_told and (not parcel.multi_shipment or parcel.contents is None)
    if told or by_another or not parcel.number or parcel.removed or parcel.fulfilled_by_operator:
        return Settle(State.CLOSED, words)
    late = (
        f"{parcel.order_id} was {parcel.marketplace_state} on the marketplace before its tracking number "
        f"({parcel.carrier or 'no carrier named'}) was told: the buyer never saw it."
    )
    return Settle(State.CLOSED, words, tell=Ask("closed_before_told", parcel.order_id, late))


def _told(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Step:
    """The marketplace knows. Only a correction is left, as long as the sale runs."""
    speaks = bool(parcel.shipment_id) if parcel.multi_shipment else parcel.leader == parcel.id
    if not (parcel.to_correct and parcel.number and speaks) or parcel.removed:
        return Wait("the end of the sale")
    if parcel.paused:
        return _paused(now)
    wanted = telling.tracking(parcel, policy, now)
    if isinstance(wanted, Wait | Ask):
        return wanted
    if wanted is None or wanted.tracking == parcel.told:
        return Wait("the end of the sale")
    if parcel.multi_shipment:
        return CorrectTracking(wanted.tracking, wanted.also)
    return TellTracking(wanted.tracking, wanted.also)


def _paused(now: datetime) -> Wait:
    return Wait("a person to resume shipments", now + LOOK_WHILE_PAUSED)


def _by_order(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Step:
    """OR23, then OR24: one number and one shipping for the whole order."""
    if parcel.leader != parcel.id:
        return _follow(parcel, "this marketplace takes one tracking number for a whole order", now)
    if not parcel.order_left:
        return Wait("the rest of the order, which this marketplace takes only whole")
    gone = parcel.marketplace_state in LEFT_STATES
    if gone and not parcel.number:
        return Settle(State.TOLD, f"the marketplace says {parcel.marketplace_state}; there is no number to tell")
    wanted = telling.tracking(parcel, policy, now)
    if isinstance(wanted, Wait | Ask):
        return wanted
    if wanted is not None and wanted.tracking != parcel.told:
        return TellTracking(wanted.tracking, wanted.also)
    if gone or parcel.order_shipped_told:
        return Settle(State.TOLD, f"the marketplace says {parcel.marketplace_state}")
    return ShipOrder()


def _by_shipment(parcel: ShipmentFacts, policy: ShipmentPolicy, now: datetime) -> Step:
    """ST01: every parcel a shipment of its own, with what is in it."""
    if parcel.marketplace_state in LEFT_STATES:
        return _left(parcel)
    if parcel.shipment_id:
        if parcel.shipment_state in SHIPMENT_OPEN:
            return DeleteShipment() if parcel.removed else ShipShipment()
        return Settle(State.TOLD, f"the marketplace's shipment is {parcel.shipment_state}")
    if policy.partial is Partial.COMPLETE and not parcel.order_left:
        return Wait("the rest of the order: parcels are told when all have left")
    if parcel.contents is None:
        if not parcel.order_left:
            return Wait("what is in it: the shop does not say, and not everything has left")
        if parcel.leader != parcel.id:
            return _follow(parcel, "the shop does not say what is in which parcel", now)
    lines = _lines(parcel)
    if isinstance(lines, Ask | Settle):
        return lines
    wanted = telling.tracking(parcel, policy, now)
    if isinstance(wanted, Wait | Ask):
        return wanted
    if wanted is None:
        return CreateShipment(lines, None)
    return CreateShipment(lines, wanted.tracking, wanted.also)


def _left(parcel: ShipmentFacts) -> Step:
    """The marketplace counts the whole order as shipped, by our parcels or by somebody in the portal."""
    if not parcel.shipment_id and parcel.order_shipped_told and isinstance(surplus := _lines(parcel), Ask):
        return surplus
    elsewhere = "" if parcel.shipment_id else ": it was told elsewhere"
    return Settle(State.TOLD, f"the marketplace says {parcel.marketplace_state}{elsewhere}")


def _follow(parcel: ShipmentFacts, why: str, now: datetime) -> Step:
    if parcel.leader_told:
        return Settle(State.TOLD, f"told with the order's first parcel: {why}")
    return Wait(f"the order's first parcel: {why}", now + LOOK_AT_LEADER)


def _lines(parcel: ShipmentFacts) -> dict[str, int] | Settle | Ask:
    """What the marketplace is told is inside; a question where that is more than the order still has to ship."""
    still_open = {line: pieces for line, pieces in parcel.open_lines.items() if pieces > 0}
    if parcel.contents is None:
        nothing = Settle(State.TOLD, "the order's other parcels told everything that is in it")
        return still_open or nothing
    inside = {line: pieces for line, pieces in parcel.contents.items() if pieces > 0}
    if inside and all(pieces <= still_open.get(line, 0) for line, pieces in inside.items()):
        return inside
    too_much = ", ".join(
        f"{pieces} of line {line}, of which {still_open.get(line, 0)} are left to ship"
        for line, pieces in inside.items()
        if pieces > still_open.get(line, 0)
    )
    words = f"A parcel of {parcel.order_id} holds {too_much or 'nothing that is left to ship'}."
    return Ask("over_shipped", parcel.order_id, words, due=parcel.ship_by)
