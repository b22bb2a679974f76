"""A whole order of parcels, from the shop's first word to the marketplace's last: told once, and never too much."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.records.shipment import Tracking
from mirakl_sync.shipments import company
from mirakl_sync.shipments.company import Member
from mirakl_sync.shipments.facts import ShipmentFacts
from mirakl_sync.shipments.rules import Step, next_step
from mirakl_sync.shipments.states import State
from mirakl_sync.shipments.steps import CreateShipment, ShipOrder, TellTracking
from tests.rules.making import NOON
from tests.rules.parcels import NUMBER, OTHER, STANDARD, parcel


class Marketplace:
    """As much of a marketplace as the rules can see: what it was told, and what it makes of that."""

    def __init__(self, ordered: dict[str, int], *, multi: bool) -> None:
        self.ordered, self.multi = ordered, multi
        self.shipped: Counter[str] = Counter()
        self.ship_calls = 0
        self.trackings: list[Tracking] = []

    @property
    def state(self) -> str:
        """SHIPPED when everything has left."""
        done = self.shipped == Counter(self.ordered) if self.multi else self.ship_calls > 0
        return "SHIPPED" if done else "SHIPPING"

    def do(self, parcel: ShipmentFacts, step: Step) -> ShipmentFacts:
        """Carry a step out; answers the parcel as we would write it down."""
        match step:
            case TellTracking(told):
                self.trackings.append(told)
                return replace(parcel, told=told, to_correct=False)
            case ShipOrder():
                assert self.ship_calls == 0, "OR24 twice"
                self.ship_calls += 1
                return replace(parcel, state=State.TOLD, order_shipped_told=True)
            case CreateShipment(lines, told):
                self.shipped.update(lines)
                assert all(pieces <= self.ordered[line] for line, pieces in self.shipped.items()), "over-shipped"
                contents = parcel.contents or lines
                return replace(parcel, state=State.TOLD, shipment_id=f"S-{parcel.id}", told=told, contents=contents,
                               order_shipped_told=True)  # fmt: skip
            case Settle(state):
                return replace(parcel, state=State(state))
        return parcel


def _view(parcel: ShipmentFacts, all_of_them: list[ShipmentFacts], market: Marketplace) -> ShipmentFacts:
    """A parcel's facts, made from its order's other parcels as loading does."""
    members = [
        Member(each.id, each.state, each.removed, bool(each.number),
               told=each.told is not None or each.order_shipped_told, shipped_told=each.order_shipped_told,
               contents=each.contents)
        for each in all_of_them
    ]  # fmt: skip
    leader = company.leader(members, of_unknown_contents=market.multi)
    return replace(
        parcel,
        marketplace_state=market.state,
        multi_shipment=market.multi,
        leader=leader,
        leader_told=any(each.id == leader and each.state is State.TOLD for each in members),
        order_shipped_told=any(each.shipped_told for each in members),
        open_lines=company.open_lines(market.ordered, members, parcel.id) if market.multi else {},
    )


ORDERED = st.dictionaries(st.sampled_from(["L1", "L2"]), st.integers(1, 3), min_size=1)


@settings(max_examples=250)
@given(
    ORDERED,
    st.lists(st.tuples(st.sampled_from([NUMBER, OTHER, ""]), st.one_of(st.none(), ORDERED)), min_size=1, max_size=4),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_whatever_turns_parcels_take_an_order_is_told_once_and_never_too_much(
    ordered: dict[str, int], shop: list[tuple[str, dict[str, int] | None]], multi: bool, chance: Any
) -> None:
    market = Marketplace(ordered, multi=multi)
    parcels = [parcel(id=pk, number=number, contents=inside) for pk, (number, inside) in enumerate(shop, 1)]
    for _ in range(8):
        for place in chance.sample(range(len(parcels)), len(parcels)):
            facts = _view(parcels[place], parcels, market)
            step = next_step(facts, STANDARD, NOON)
            parcels[place] = market.do(parcels[place], step)
    steps = [next_step(_view(each, parcels, market), STANDARD, NOON) for each in parcels]
    assert all(isinstance(step, Ask | Settle | Wait) for step in steps), "something is still told"
    if multi:
        # whatever is not told is in somebody's hands
        held = any(isinstance(step, Ask) and step.kind == "over_shipped" for step in steps)
        assert held or all(each.state is State.TOLD for each in parcels)
        assert held or any(inside is not None for _, inside in shop) or market.state == "SHIPPED"
    else:
        assert market.state == "SHIPPED"
        assert all(each.state is State.TOLD for each in parcels)
        numbers = [number for number, _ in shop if number]
        assert [told.number for told in market.trackings] == numbers[:1]
