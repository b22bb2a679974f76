"""What may wait for an answer: each kind of row, and how it is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mirakl_sync.db.models import Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import by_hand, flow, states, steps
from mirakl_sync.orders.case import ORDERS, TASKS, OrderCase
from mirakl_sync.shipments import by_hand as parcels_by_hand
from mirakl_sync.shipments import flow as parcel_flow
from mirakl_sync.shipments import steps as parcel_steps
from mirakl_sync.shipments.case import TASK, ShipmentCase
from mirakl_sync.shipments.states import FINAL
from mirakl_sync.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of row that waits.

    ``task`` is rung to look at it again, ``retry`` clears what was planned and raises ``Refused`` where that is not
    possible, ``next_step`` asks its rules and changes nothing, ``deeds`` says each step that changes something.
    """

    name: str
    model: type[Any]
    final: frozenset[str]
    task: str
    number: Callable[[Any], str]
    retry: Callable[[Transaction, Any, str, datetime], str]
    next_step: Callable[[Transaction, Any, Wiring], Any]
    deeds: Mapping[type, str]
    advance_all: Callable[[Sequence[int], Wiring], Any]


def _order_step(tx: Transaction, row: Order, wiring: Wiring) -> Any:
    return OrderCase(wiring.connections, wiring.config.call_timeout).next_step(tx, row, wiring.now())


ORDER = Subject(
    name="order",
    model=Order,
    final=states.FINAL,
    task=TASKS[ORDERS],
    number=lambda row: str(row.order_id),
    retry=by_hand.retry,
    next_step=_order_step,
    deeds={
        steps.Answer: "tells the marketplace yes or no (OR21)",
        steps.Prove: "asks the shop about SKU and stock",
        steps.Reserve: "holds the order in the shop",
        steps.Create: "creates the order in the shop",
        steps.Release: "releases the shop's order to the warehouse",
        steps.Find: "looks whether the shop holds an order",
        steps.Withdraw: "cancels the shop's order",
        steps.Trace: "looks in the shop for an order that took the place of the cancelled one",
        steps.HandOver: "moves our reference in the shop to the order that took the place of the cancelled one",
    },
    advance_all=flow.advance_all,
)

SHIPMENT = Subject(
    name="shipment",
    model=Shipment,
    final=FINAL,
    task=TASK,
    number=lambda row: str(row.id),
    retry=parcels_by_hand.retry,
    next_step=lambda tx, row, wiring: ShipmentCase(wiring.connections).next_step(tx, row, wiring.now()),
    deeds={
        parcel_steps.TellTracking: "tells the marketplace carrier and number (OR23)",
        parcel_steps.ShipOrder: "says that the order has left (OR24)",
        parcel_steps.CreateShipment: "says that the parcel has left, with what is in it (ST01)",
        parcel_steps.FindShipment: "looks whether the marketplace has its shipment (ST11)",
        parcel_steps.DeleteShipment: "takes back the shipment of a parcel the shop took back (ST06)",
        parcel_steps.ShipShipment: "says that the shipment has left (ST24)",
        parcel_steps.CorrectTracking: "corrects carrier and number (ST23)",
    },
    advance_all=parcel_flow.advance_all,
)

SUBJECTS = {subject.name: subject for subject in (ORDER, SHIPMENT)}
