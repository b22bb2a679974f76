"""A parcel's facts for tests of pure rules, and strategies that draw any of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from mirakl_sync.policy.model import Doubt, Partial, ShipmentPolicy, Unmapped
from mirakl_sync.records.shipment import Carrier, Tracking
from mirakl_sync.shipments import carriers
from mirakl_sync.shipments.facts import ShipmentFacts
from mirakl_sync.shipments.states import State
from tests.rules.making import HOUR, MARKETPLACE_STATES, NOON

UPS = Carrier("UPS", "UPS", "UPS", "https://track.example/ups?n={trackingId}")
DHL = Carrier("DHL", "DHL Paket", "DHL", "https://track.example/dhl?n={trackingId}")
VAN = Carrier("VAN", "Own delivery")
NUMBER = "1Z999AA10123456784"
OTHER = "1Z5R89390357567127"
NOBODY_SAID = carriers.Unmapped("nobody has said which carrier of the marketplace's list it is", (DHL,))
TOLD = Tracking(carrier_code="UPS", number=NUMBER)

STANDARD = ShipmentPolicy()
BY_NAME = ShipmentPolicy(unmapped_carrier=Unmapped.BY_NAME)
WHOLE = ShipmentPolicy(partial=Partial.COMPLETE)


def parcel(**changes: Any) -> ShipmentFacts:
    """The only parcel of an order, seen an hour ago, with carrier and number; everything left; a day to go."""
    values: dict[str, Any] = {
        "id": 7,
        "order_id": "O-1",
        "state": State.NOTED,
        "marketplace_state": "SHIPPING",
        "seen_at": NOON - HOUR,
        "parcel_id": "p1",
        "carrier": "UPS",
        "number": NUMBER,
        "order_left": True,
        "ship_by": NOON + 23 * HOUR,
        "leader": 7,
        "found": carriers.Listed(UPS, "code"),
    }
    return ShipmentFacts(**(values | changes))


def apart(**changes: Any) -> ShipmentFacts:
    """The same on a marketplace that takes every parcel for itself; two pieces of one line in it."""
    values = {"multi_shipment": True, "contents": {"L1": 2}, "open_lines": {"L1": 2, "L2": 1}, "leader": None}
    return parcel(**(values | changes))


PIECES = st.dictionaries(st.sampled_from(["L1", "L2"]), st.integers(-1, 3), max_size=2)
TRACKINGS = st.sampled_from([TOLD, Tracking("UPS", number=OTHER), Tracking(carrier_name="Zeta", number=NUMBER)])
FOUND = st.sampled_from([
    carriers.Listed(UPS, "code"),
    carriers.Listed(VAN, "mapped"),
    carriers.Named("Zeta", "https://zeta.example/{trackingId}"),
    carriers.Named("Zeta"),
    NOBODY_SAID,
    carriers.Unmapped("the shop names no carrier"),
])  # fmt: skip
NUMBERS = st.sampled_from(["", "", NUMBER, NUMBER, NUMBER, OTHER])
_OFTEN = st.sampled_from([True, True, True, False])
_SELDOM = st.sampled_from([False, False, False, True])
_HOURS = st.sampled_from([None, -3, 0, 1, 3, 30])


@st.composite
def any_parcel(draw: st.DrawFn, **fixed: Any) -> ShipmentFacts:
    """Any combination of facts, also those no sane world shows; rare ones rarely."""
    ship_in = draw(_HOURS)
    drawn: dict[str, Any] = {
        "state": draw(st.sampled_from(State)),
        "marketplace_state": draw(st.sampled_from([*MARKETPLACE_STATES, *["SHIPPING"] * 8, *["SHIPPED"] * 3])),
        "seen_at": NOON - draw(st.sampled_from([0, 1, 2, 50])) * HOUR,
        "carrier": draw(st.sampled_from(["", "UPS", "Zeta"])),
        "number": draw(NUMBERS),
        "url": draw(st.sampled_from(["", "https://zeta.example/1"])),
        "contents": draw(st.one_of(st.none(), PIECES)),
        "removed": draw(_SELDOM),
        "order_left": draw(_OFTEN),
        "ship_by": None if ship_in is None else NOON + ship_in * HOUR,
        "managed": draw(_OFTEN),
        "paused": draw(_SELDOM),
        "fulfilled_by_operator": draw(_SELDOM),
        "open_lines": draw(PIECES),
        "leader": draw(st.sampled_from([None, 7, 7, 7, 8])),
        "leader_told": draw(st.booleans()),
        "order_shipped_told": draw(_SELDOM),
        "multi_shipment": draw(st.booleans()),
        "names_allowed": draw(st.booleans()),
        "number_needed": draw(st.booleans()),
        "found": draw(FOUND),
        "odd": draw(st.sampled_from(["", "", "it is short"])),
        "reused_by": draw(st.sampled_from(["", "", "O-9"])),
        "number_confirmed": draw(NUMBERS),
        "without_number_by": draw(st.sampled_from(["", "", "Ada"])),
        "told": draw(st.one_of(st.none(), st.none(), TRACKINGS)),
        "to_correct": draw(st.booleans()),
        "in_doubt": draw(_SELDOM),
        "shipment_id": draw(st.sampled_from(["", "", "S-1"])),
        "shipment_state": draw(st.sampled_from(["", "SHIPPING", "READY_FOR_PICK_UP", "SHIPPED", "SOMETHING_NEW"])),
    }
    return parcel(**(drawn | fixed))


def any_policy(**fixed: Any) -> st.SearchStrategy[ShipmentPolicy]:
    """Any policy a person may set."""
    choices: dict[str, Any] = {
        "unmapped_carrier": st.sampled_from(Unmapped),
        "partial": st.sampled_from(Partial),
        "warn_before": st.sampled_from([timedelta(0), timedelta(hours=4), timedelta(days=9)]),
        "number_patience": st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=2)]),
        "without_number": st.sampled_from(Doubt),
        "odd_number": st.sampled_from(Doubt),
        "reused_number": st.sampled_from(Doubt),
    }
    return st.builds(ShipmentPolicy, **{name: choice for name, choice in choices.items() if name not in fixed}, **{
        name: st.just(value) for name, value in fixed.items()
    })  # fmt: skip
