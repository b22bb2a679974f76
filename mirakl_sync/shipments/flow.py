"""Take a shipment as far as it can go: what task, console and command line call alike."""

from __future__ import annotations

from collections.abc import Sequence

from mirakl_sync.cases import advance as machinery
from mirakl_sync.cases import flow, sweep
from mirakl_sync.cases.flow import Advanced
from mirakl_sync.cases.outcome import Outcome
from mirakl_sync.cases.sweep import SweepReport
from mirakl_sync.db.models import Shipment
from mirakl_sync.dispatch import packed
from mirakl_sync.shipments.case import TASK, ShipmentCase
from mirakl_sync.wiring import Wiring


def advance(shipment_pk: int, wiring: Wiring) -> Outcome:
    """Advance one shipment."""
    case = ShipmentCase(wiring.connections, wiring.config.call_timeout)
    return machinery.advance(case, shipment_pk, wiring.machinery)


def advance_all(shipment_pks: Sequence[int], wiring: Wiring) -> Advanced:
    """Advance many shipments at the same time, each by itself. See ``cases.flow``."""
    return flow.advance_all(shipment_pks, lambda pk: advance(pk, wiring), wiring.crew, "shipments")


def ring_due(wiring: Wiring) -> SweepReport:
    """Ring for due shipments, the nearest ship-by date first."""
    return sweep.sweep(
        wiring.db,
        Shipment,
        Shipment.ship_by,
        lambda _tx, rows: packed(TASK, [row.id for row in rows]),
        wiring.now(),
        "shipments",
    )
