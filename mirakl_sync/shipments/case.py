"""Shipments as cases: their facts, their deeds and what is written down of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mirakl_sync.cases import ledger
from mirakl_sync.cases.deed import Deed
from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.connections.opened import Connections, OpenConnection
from mirakl_sync.db.models import Effect, Marketplace, Shipment, ShipmentLine
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.records.shipment import MarketplaceShipment, Tracking
from mirakl_sync.shipments import carriers, deeds, loading, numbers, rules
from mirakl_sync.shipments.deeds import LANE
from mirakl_sync.shipments.states import FINAL, SHIPMENT_OPEN, State
from mirakl_sync.shipments.steps import (
    CorrectTracking,
    CreateShipment,
    DeleteShipment,
    FindShipment,
    ShipOrder,
    ShipShipment,
    TellTracking,
)

TASK = "shipments.advance"
# After a refusal for the order's state the marketplace's own view decides; it comes with the next look.
OWN_VIEW = timedelta(seconds=90)
# So often it may refuse for that reason before a person is asked.
PATIENCE = 3
# What was refused otherwise is asked of a person and tried again now and then: operators change their rules.
TRY_AGAIN = timedelta(hours=1)

# A refusal a person knows by another name. Codes are read out of words (mirakl/refusals.py): they choose the question,
# never what was done.
_ASKED_AS = {"SHIPMENT_QUANTITY_INVALID": "over_shipped", "TRACKING_MISSING": "number_missing"}


class ShipmentCase:
    """Implements ``mirakl_sync.cases.case.Case`` for shipments."""

    model = Shipment
    subject = "shipment"
    final = frozenset[str](FINAL)

    def __init__(self, connections: Connections, call_timeout: timedelta = timedelta(seconds=30)) -> None:
        self._connections = connections
        self._call_timeout = call_timeout

    def next_step(self, tx: Transaction, row: Shipment, now: datetime) -> rules.Step:
        """Ask the rules."""
        order = loading.order_of(tx, row)
        policy = self._connections.policy(tx, order.policy_id).shipments
        facts = loading.facts(tx, row, order, self._open(tx, row), self._connections)
        return rules.next_step(facts, policy, now)

    def deed(self, tx: Transaction, row: Shipment, step: Any, now: datetime) -> Deed | Wait:
        """The call behind a step."""
        opened, order_id = self._open(tx, row), loading.order_of(tx, row).order_id
        also = getattr(step, "also", None)
        if also is not None:
            # told by its name all the same: the question holds nothing back and nobody waits for it
            desk.open_item(tx, row.connection_id, also, "", None, now)
        match step:
            case TellTracking(tracking):
                return deeds.tell_tracking(opened, order_id, tracking)
            case ShipOrder():
                return deeds.ship_order(opened, order_id)
            case CreateShipment(lines, tracking):
                return deeds.create_shipment(opened, row, order_id, lines, tracking)
            case FindShipment():
                settled_at = self._creation(tx, row, order_id).asked_at + self._call_timeout
                if now < settled_at:
                    return Wait("certainty whether its shipment was made", settled_at)
                return deeds.find_shipment(opened, row, order_id)
            case ShipShipment():
                return deeds.ship_shipment(opened, order_id, row.marketplace_shipment_id)
            case DeleteShipment():
                return deeds.delete_shipment(opened, order_id, row.marketplace_shipment_id)
            case CorrectTracking(tracking):
                return deeds.correct_tracking(opened, row.marketplace_shipment_id, tracking)
        raise TypeError(f"no deed for {step!r}")

    def succeeded(self, tx: Transaction, row: Shipment, step: Any, result: Any, now: datetime) -> str:
        """Write down what happened."""
        match step:
            case TellTracking(tracking) | CorrectTracking(tracking):
                corrected = row.tracking_told_at is not None
                _told(row, tracking, now)
                return f"{'corrected' if corrected else 'told'}: {_said(tracking)}"
            case ShipOrder():
                return _shipped(tx, row, "told as shipped with the whole order", now)
            case CreateShipment(lines, tracking):
                return self._created(tx, row, lines, tracking, result, now)
            case FindShipment():
                return self._found(tx, row, result, now)
            case ShipShipment():
                row.marketplace_state = "SHIPPED"
                return _shipped(tx, row, f"shipment {row.marketplace_shipment_id} told as shipped", now)
            case DeleteShipment():
                words = f"shipment {row.marketplace_shipment_id} taken back with its parcel"
                row.marketplace_shipment_id = row.marketplace_state = ""
                row.tracking_told_at = None
                return words
        raise TypeError(f"nothing to write down for {step!r}")

    def _creation(self, tx: Transaction, row: Shipment, order_id: str) -> Effect:
        effect = ledger.find(tx, deeds.shipment_key(self._open(tx, row), row, order_id))
        if effect is None:
            raise LookupError(f"nobody asked the marketplace for a shipment of parcel {row.id}")
        return effect

    def _found(self, tx: Transaction, row: Shipment, result: MarketplaceShipment | None, now: datetime) -> str:
        effect = self._creation(tx, row, loading.order_of(tx, row).order_id)
        if result is None:
            ledger.not_done(effect, "looked: it had not happened")
            return "the marketplace has no shipment of it"
        ledger.confirm(tx, effect.key, now, their_id=result.shipment_id, words="found by looking")
        inside = {line.line_id: line.quantity for line in result.lines}
        return self._created(tx, row, inside, None, result, now)

    def _created(
        self,
        tx: Transaction,
        row: Shipment,
        lines: Mapping[str, int],
        tracking: Tracking | None,
        result: MarketplaceShipment,
        now: datetime,
    ) -> str:
        row.marketplace_shipment_id, row.marketplace_state = result.shipment_id, result.state
        # what an earlier, unanswered call had told counts, not what would be told now
        told = result.tracking or tracking
        if told is not None:
            _told(row, replace(told, number=told.number or numbers.clean(row.number)), now)
        if not row.lines:
            row.lines = [ShipmentLine(line_id=line, quantity=pieces) for line, pieces in lines.items()]
        words = f"told as shipment {result.shipment_id}: {_said(told) if told else 'without a number'}"
        return words if result.state in SHIPMENT_OPEN else _shipped(tx, row, words, now)

    def refused(self, tx: Transaction, row: Shipment, step: Any, error: Refused, now: datetime) -> Wait | Ask | None:
        """What follows from a no."""
        order, opened = loading.order_of(tx, row), self._open(tx, row)
        if error.code == "MULTI_SHIPMENT_OFF":
            self._learn_single_shipments(tx, row)
            return None
        row.attempts += 1
        of_its_state = error.code in ("ORDER_INVALID_STATE", "ORDER_NOT_SHIPPABLE")
        if of_its_state and row.state == State.NOTED and row.attempts <= PATIENCE:
            return Wait(
                "the marketplace's own view of this order", now + max(OWN_VIEW, opened.policy.orders.poll_every)
            )
        if isinstance(step, ShipShipment) and error.code == "SHIPMENT_INVALID_STATE" and row.attempts <= PATIENCE:
            # as a rule it has left already, by an unheard call of ours: that is looked at before it is asked again
            effect = ledger.find(tx, deeds.ship_key(opened, row.marketplace_shipment_id))
            if effect is not None:
                ledger.doubt(effect, error.words)
            return Wait("the marketplace's own view of this shipment", now + OWN_VIEW)
        # a correction that was refused is not tried again by itself, a parcel nobody knows of is
        row.to_correct = False
        again = now + TRY_AGAIN if row.state == State.NOTED else None
        words = f"{order.order_id}: {error.words}"
        if error.code == "CARRIER_REFUSED":
            tx.get_one(Marketplace, opened.marketplace_pk).lists_due_at = now
            key = carriers.normalised(row.carrier)
            return Ask("carrier_refused", key, words, until=again, due=row.ship_by, facts={"carrier": row.carrier})
        kind = _ASKED_AS.get(error.code, "shipment_refused")
        return Ask(kind, order.order_id, words, until=again, due=row.ship_by)

    def silent(self, tx: Transaction, row: Shipment, step: Any, now: datetime) -> None:
        """Marketplaces are not left alone for their silence: each has its own call limits."""

    def settled(self, tx: Transaction, row: Shipment, now: datetime) -> None:
        """The marketplace showed that it knows: an ask of ours in doubt is answered with that."""
        if row.state != State.TOLD:
            return
        row.attempts, row.last_problem = 0, ""
        order_id, opened = loading.order_of(tx, row).order_id, self._open(tx, row)
        effect = ledger.find(tx, deeds.ship_key(opened, order_id))
        if ledger.in_doubt(effect):
            ledger.confirm(tx, deeds.ship_key(opened, order_id), now, words="seen shipped by the marketplace")
            row.shipped_told_at = row.shipped_told_at or now
        ring_company(tx, row)

    def wake(self, tx: Transaction, row: Shipment, lane: str, countdown: float | None = None) -> None:
        """Ring the workers; there is one lane."""
        del lane
        tx.wake(TASK, row.id, countdown=countdown)

    def lane_of(self, tx: Transaction, row: Shipment) -> str:
        """Shipments have their own workers."""
        del tx, row
        return LANE

    def deadline(self, row: Shipment) -> datetime | None:
        """The promise to ship."""
        return row.ship_by if row.state == State.NOTED else None

    def connection_of(self, row: Shipment) -> int:
        """Whose people are asked."""
        return row.connection_id

    def _open(self, tx: Transaction, row: Shipment) -> OpenConnection:
        return self._connections.open(tx, row.connection_id)

    def _learn_single_shipments(self, tx: Transaction, row: Shipment) -> None:
        """The marketplace knows no shipments after all: from now on orders are told whole."""
        market = tx.get_one(Marketplace, self._open(tx, row).marketplace_pk)
        market.facts = {**market.facts, "multi_shipment": False}
        self._connections.forget(row.connection_id)


def ring_company(tx: Transaction, row: Shipment) -> None:
    """The other parcels of the order may go on now. Their rows are left alone: two of them ring at the same moment."""
    for other in loading.others(tx, row):
        if other.state == State.NOTED and other.blocked_by is None:
            tx.wake(TASK, other.id)


def _told(row: Shipment, tracking: Tracking, now: datetime) -> None:
    row.told_carrier_code, row.told_carrier_name = tracking.carrier_code, tracking.carrier_name
    row.told_number, row.told_url = tracking.number, tracking.url
    # the shop may have corrected it while it was being told
    row.tracking_told_at, row.to_correct = now, bool(row.number) and numbers.clean(row.number) != tracking.number


def _shipped(tx: Transaction, row: Shipment, words: str, now: datetime) -> str:
    row.state, row.why, row.shipped_told_at = State.TOLD, words, now
    ring_company(tx, row)
    return words


def _said(tracking: Tracking) -> str:
    carrier = tracking.carrier_code or f"“{tracking.carrier_name}” by its name"
    return f"{carrier}, number {tracking.number}" if tracking.number else f"{carrier}, which has no number"
