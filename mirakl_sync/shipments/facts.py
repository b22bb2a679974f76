"""What the rules may know of a parcel: plain values, no rows, no clients, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mirakl_sync.records.shipment import Tracking
from mirakl_sync.shipments.carriers import Resolved, Unmapped
from mirakl_sync.shipments.states import State

_NOBODY_SAID = Unmapped("nobody has said which carrier of the marketplace's list it is")


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """A parcel with the order it belongs to and the other parcels of that order."""

    id: int
    order_id: str
    state: State
    marketplace_state: str
    seen_at: datetime
    # the parcel, as the shop tells it
    parcel_id: str = ""
    carrier: str = ""
    number: str = ""
    url: str = ""
    # pieces by the marketplace's line id; None where the shop does not say
    contents: Mapping[str, int] | None = None
    removed: bool = False
    # the order
    order_left: bool = False
    ship_by: datetime | None = None
    managed: bool = True
    paused: bool = False
    fulfilled_by_operator: bool = False
    # pieces of the order that no other parcel has told, or will tell before this one
    open_lines: Mapping[str, int] = field(default_factory=dict)
    # the parcel that speaks for the order where one number, or one shipment, stands for several parcels
    leader: int | None = None
    leader_told: bool = False
    # some parcel of the order was counted as shipped by our word
    order_shipped_told: bool = False
    # the marketplace
    multi_shipment: bool = False
    names_allowed: bool = False
    number_needed: bool = False
    found: Resolved = _NOBODY_SAID
    # what is odd about the number, in words; and the order that was told with it before
    odd: str = ""
    reused_by: str = ""
    # what a person said
    number_confirmed: str = ""
    without_number_by: str = ""
    # what the marketplace was told
    told: Tracking | None = None
    to_correct: bool = False
    # its shipment (ST01) was asked for and nobody answered; looked up only where that decides what follows
    in_doubt: bool = False
    shipment_id: str = ""
    shipment_state: str = ""
