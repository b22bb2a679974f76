"""What a person does to a parcel: set the columns, write the name into the timeline, ring the workers.

Nothing is called here. Every function raises ``Refused`` with a sentence and the way out when the parcel's state
forbids it, and changes nothing then.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import Connection, Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.shipments.case import TASK
from mirakl_sync.shipments.states import FINAL, State


def find(tx: Transaction, text: str) -> list[Shipment]:
    """The parcels meant by our number (``17``), a marketplace order (``O-1-A`` or ``connection/O-1-A``) or a tracking
    number, which may mean several; ``Refused`` when there are none."""
    key, _, rest = text.rpartition("/")
    asked = select(Shipment).join(Order, Order.id == Shipment.order_pk).order_by(Shipment.id)
    if key:
        asked = asked.join(Connection, Connection.id == Shipment.connection_id).where(Connection.key == key)
    doors = [asked.where(Order.order_id == rest), asked.where(Shipment.number == rest)]
    if not key and rest.isdecimal():
        doors.insert(0, asked.where(Shipment.id == int(rest)))
    for door in doors:
        rows = list(tx.execute(door).scalars())
        if rows:
            return rows
    raise Refused(
        f"There is no parcel {text!r}.",
        way_out="`mirakl-sync shipments list --text PART` finds it by order or tracking number.",
    )


def retry(tx: Transaction, row: Shipment, who: str, now: datetime) -> str:
    """Try again now, whatever was planned: after something was mended."""
    _refuse_finished(row)
    row.attempts, row.claims = 0, 0
    return _go_on(tx, row, who, now, "to be tried again now")


def confirm_number(tx: Transaction, row: Shipment, who: str, now: datetime) -> str:
    """The number is right, whatever it looks like."""
    _refuse_finished(row)
    if not row.number:
        _no(f"Parcel {row.id} has no number to confirm.", "Enter it in the shop, or `shipments send-without-number`.")
    row.number_confirmed = row.number
    return _go_on(tx, row, who, now, f"the number {row.number} is right")


def send_without_number(tx: Transaction, row: Shipment, who: str, now: datetime) -> str:
    """It has no number and will get none: tell it all the same."""
    _refuse_finished(row)
    if row.state != State.NOTED:
        _no(f"Parcel {row.id} was told already.", "")
    row.without_number_by = who
    return _go_on(tx, row, who, now, "goes without a tracking number")


def drop(tx: Transaction, row: Shipment, who: str, now: datetime) -> str:
    """Not ours to tell: it was told in the portal, or was never part of this sale. Taken back with ``take_up``."""
    _refuse_finished(row)
    if row.state != State.NOTED or row.marketplace_shipment_id:
        _no(
            f"Parcel {row.id} was told already.",
            "What was told is corrected in the shop or in the marketplace's portal.",
        )
    before, row.state, row.why = row.state, State.DROPPED, f"dropped by {who}"
    row.next_attempt_at, row.blocked_by, row.waiting_for = None, None, ""
    timeline.add(tx, "shipment", row, now, who, "not ours to tell", before=before)
    desk.withdraw(tx, "shipment", row.id, now, f"{who} dropped the parcel")
    return "not ours to tell"


def take_up(tx: Transaction, row: Shipment, who: str, now: datetime) -> str:
    """Undo ``drop``: the parcel is ours to tell after all."""
    if row.state != State.DROPPED:
        _no(f"Parcel {row.id} is {row.state}, not dropped.", "")
    row.state, row.why = State.NOTED, ""
    return _go_on(tx, row, who, now, "ours to tell after all")


def _go_on(tx: Transaction, row: Shipment, who: str, now: datetime, words: str) -> str:
    """The rules look at the parcel now; what they do next is their business."""
    row.next_attempt_at, row.blocked_by, row.waiting_for = now, None, ""
    timeline.add(tx, "shipment", row, now, who, words)
    desk.acted(tx, "shipment", row.id, now)
    tx.wake(TASK, row.id)
    return words


def _refuse_finished(row: Shipment) -> None:
    if row.state in FINAL:
        _no(f"Parcel {row.id} is {row.state}: nothing more can happen.", "`shipments take-up` undoes a drop.")


def _no(words: str, way_out: str) -> NoReturn:
    raise Refused(words, way_out=way_out)
