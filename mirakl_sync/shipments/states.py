"""Our own states of a shipment."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a parcel stands with us."""

    NOTED = "noted"  # the shop says it left; the marketplace does not know yet
    TOLD = "told"  # the marketplace counts it as shipped
    CLOSED = "closed"  # the sale is over; nothing more can be told
    DROPPED = "dropped"  # nothing of it is ours to tell


FINAL = frozenset({State.CLOSED, State.DROPPED})

# Mirakl's spelling of a shipment's states (ST11): made, but not counted as shipped yet
SHIPMENT_OPEN = frozenset({"SHIPPING", "READY_FOR_PICK_UP"})
SHIPMENT_GONE = frozenset({"SHIPMENT_PREPARED", "SHIPPED", "TO_COLLECT", "RECEIVED", "CLOSED"})
