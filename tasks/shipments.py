"""Shipments: tell the marketplaces what left. Each task is a name and one call."""

from __future__ import annotations

from mirakl_sync.connections import refresh
from mirakl_sync.shipments import flow, verify
from mirakl_sync.shipments import watch as promises
from mirakl_sync.upkeep import queues
from tasks.app import app
from tasks.work import at_work, told


@app.task(name="shipments.advance")
def advance(*shipment_ids: int) -> str:
    """Tell the marketplaces of these parcels (OR23 and OR24, or ST01)."""
    with at_work("shipments.advance", shipments=shipment_ids) as wiring:
        return told(flow.advance_all(shipment_ids, wiring))


@app.task(name="shipments.sweep")
def sweep() -> str:
    """Ring again for every parcel that is due and was not rung lately."""
    with at_work("shipments.sweep") as wiring:
        return told(flow.ring_due(wiring))


@app.task(name="shipments.watch")
def watch() -> str:
    """Tell people about ship-by dates running out and about orders that left unnoticed."""
    with at_work("shipments.watch") as wiring:
        return told(promises.watch(wiring))


@app.task(name="shipments.refresh_lists")
def refresh_lists() -> str:
    """Read again the marketplaces' carriers, ways of shipping and rules (SH21, SH12, PC01), once a day."""
    with at_work("shipments.refresh_lists") as wiring:
        return told(refresh.refresh_due(wiring))


@app.task(name="shipments.verify")
def verify_numbers() -> str:
    """Ask the marketplaces what they found out about the numbers they were told (ST11)."""
    with at_work("shipments.verify") as wiring:
        return told(verify.verify(wiring))


@app.task(name="shipments.beat")
def beat() -> str:
    """Show that a worker serves this queue."""
    with at_work("shipments.beat") as wiring:
        return told(queues.beat("shipments", wiring))
