"""What the marketplace found out about the numbers it was told (ST11 ``validity_status``)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.connections.opened import OpenConnection, connection_ids
from mirakl_sync.db.models import Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.inbox import desk
from mirakl_sync.shipments.states import State
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# Mirakl's words: nothing more is to be found out about these.
SETTLED = ("VERIFIED", "UNCOVERED", "MISSING_TRACKING")
INVALID, UNVERIFIED = "INVALID", "UNVERIFIED"
# A parcel nobody scanned for so long after it was told has perhaps not left.
NOT_SCANNED_AFTER = timedelta(days=3)
# Older than this, nobody looks any more.
LOOK_FOR = timedelta(days=14)
AT_ONCE = 100


@dataclass(frozen=True)
class VerifyReport:
    """How many parcels were looked at."""

    looked_at: int
    changed: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.looked_at} told numbers looked at, {self.changed} with news"


def verify(wiring: Wiring) -> VerifyReport:
    """Ask each marketplace that checks numbers what became of those it was told lately; ask people about bad ones."""
    looked = changed = 0
    with wiring.db.reading() as tx:
        opened = [wiring.connections.open(tx, pk) for pk in connection_ids(tx, feed="shipments")]
        waiting = {each.id: _waiting(tx, each, wiring.now()) for each in opened if each.multi_shipment}
    for each in opened:
        orders = waiting.get(each.id, ())
        if not orders:
            continue
        try:
            looked += len(orders)
            changed += _look(wiring, each, orders)
        except MiraklSyncError as error:
            log.info("numbers not looked at: %s", error.words, extra={"connection": each.key})
    return VerifyReport(looked, changed)


def _waiting(tx: Transaction, opened: OpenConnection, now: datetime) -> Sequence[str]:
    """Orders with a told number nobody has a last word about, the longest told first."""
    return list(
        tx.execute(
            select(Order.order_id)
            .join(Shipment, Shipment.order_pk == Order.id)
            .where(
                Shipment.connection_id == opened.id,
                Shipment.state == State.TOLD,
                Shipment.marketplace_shipment_id != "",
                Shipment.told_number != "",
                Shipment.validity.not_in(SETTLED),
                Shipment.tracking_told_at > now - LOOK_FOR,
            )
            .group_by(Order.order_id)
            .order_by(Order.order_id)
            .limit(AT_ONCE)
        ).scalars()
    )


def _look(wiring: Wiring, opened: OpenConnection, orders: Sequence[str]) -> int:
    found = {each.shipment_id: each for each in opened.shop.shipments(orders)}
    changed, now = 0, wiring.now()
    with wiring.db.transaction() as tx:
        rows = tx.execute(
            select(Shipment).where(
                Shipment.connection_id == opened.id, Shipment.marketplace_shipment_id.in_(list(found))
            )
        ).scalars()
        for row in rows:
            shown = found[row.marketplace_shipment_id]
            row.marketplace_state = shown.state
            if shown.validity != row.validity:
                changed += 1
                row.validity = shown.validity
                timeline.add(tx, "shipment", row, now, opened.marketplace, f"its number is {shown.validity}")
            _ask_or_close(tx, row, now)
    return changed


def _ask_or_close(tx: Transaction, row: Shipment, now: datetime) -> None:
    late = row.tracking_told_at is not None and row.tracking_told_at + NOT_SCANNED_AFTER < now
    order_id = tx.execute(select(Order.order_id).where(Order.id == row.order_pk)).scalar_one()
    key = f"{order_id}:{row.told_number}"
    if row.validity == INVALID:
        words = f"The marketplace says that {row.told_number}, the number of {order_id}, is no number of its carrier."
        desk.open_item(tx, row.connection_id, Ask("number_invalid", key, words), "shipment", row.id, now)
    elif row.validity == UNVERIFIED and late:
        words = f"No carrier has scanned {row.told_number}, the parcel of {order_id}, for three days."
        desk.open_item(tx, row.connection_id, Ask("number_not_scanned", key, words), "shipment", row.id, now)
    elif row.validity in SETTLED:
        for kind in ("number_invalid", "number_not_scanned"):
            desk.close_by_key(tx, row.connection_id, kind, key, now, f"the marketplace says {row.validity}")
