"""What a parcel needs next: a table per state and way of telling, and what must hold for any facts at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.policy.model import Partial, ShipmentPolicy
from mirakl_sync.policy.model import Unmapped as UnmappedPolicy
from mirakl_sync.records.shipment import Tracking
from mirakl_sync.shipments.carriers import Named
from mirakl_sync.shipments.facts import ShipmentFacts
from mirakl_sync.shipments.rules import LOOK_AT_LEADER, LOOK_WHILE_PAUSED, Step, next_step
from mirakl_sync.shipments.states import FINAL, State
from mirakl_sync.shipments.steps import (
    CorrectTracking,
    CreateShipment,
    DeleteShipment,
    FindShipment,
    ShipOrder,
    ShipShipment,
    TellTracking,
)
from tests.rules.making import NOON
from tests.rules.parcels import (
    BY_NAME,
    NOBODY_SAID,
    NUMBER,
    OTHER,
    STANDARD,
    TOLD,
    WHOLE,
    any_parcel,
    any_policy,
    apart,
    parcel,
)

NEW = Tracking(carrier_code="UPS", number=OTHER)
ZETA = {"carrier": "Zeta", "found": NOBODY_SAID}
BY_ZETA = Tracking(carrier_name="Zeta", number=NUMBER)
WAITS_FOR_END = Wait("the end of the sale")
PAUSED = Wait("a person to resume shipments", NOON + LOOK_WHILE_PAUSED)
A_MINUTE_ON = NOON + LOOK_AT_LEADER
ONE_NUMBER = "this marketplace takes one tracking number for a whole order"
UNKNOWN = "the shop does not say what is in which parcel"
LATE = Ask(
    "closed_before_told",
    "O-1",
    "O-1 was RECEIVED on the marketplace before its tracking number (UPS) was told: the buyer never saw it.",
)
Row = tuple[str, ShipmentFacts, Step]


def settles(state: State, why: str, tell: Ask | None = None) -> Settle:
    """A change of state, as the rules write it."""
    return Settle(state, why, tell)


def over(pieces: str) -> Ask:
    """The question about a parcel that holds too much."""
    return Ask("over_shipped", "O-1", f"A parcel of O-1 holds {pieces}.", due=parcel().ship_by)


ANY_WAY: list[Row] = [
    ("a closed parcel stays closed", parcel(state=State.CLOSED), settles(State.CLOSED, "nothing more can happen")),
    ("a dropped one stays dropped", parcel(state=State.DROPPED), settles(State.DROPPED, "nothing more can happen")),
    ("an order a person took over", parcel(managed=False), Wait("a person, who took this order over")),
    ("also when it was told", parcel(managed=False, state=State.TOLD, to_correct=True),
     Wait("a person, who took this order over")),
    ("a shipment nobody answered for is looked for first", apart(in_doubt=True), FindShipment()),
    ("also when the sale is over", apart(in_doubt=True, marketplace_state="RECEIVED"), FindShipment()),
    ("also when the shop took the parcel away", apart(in_doubt=True, removed=True), FindShipment()),
    ("not for an order a person took over", apart(in_doubt=True, managed=False),
     Wait("a person, who took this order over")),
    ("a sale that ended", parcel(marketplace_state="CANCELED"),
     settles(State.DROPPED, "the sale ended: the marketplace says CANCELED")),
    ("a sale that was refused", apart(marketplace_state="REFUSED"),
     settles(State.DROPPED, "the sale ended: the marketplace says REFUSED")),
    ("a sale that ended although it was told", parcel(state=State.TOLD, marketplace_state="CANCELED", to_correct=True),
     settles(State.CLOSED, "the sale ended: the marketplace says CANCELED")),
    ("the operator's own fulfilment", parcel(fulfilled_by_operator=True),
     settles(State.DROPPED, "the operator ships this order itself")),
    ("a parcel the shop took away", parcel(removed=True),
     settles(State.DROPPED, "the shop no longer shows this parcel")),
    ("a marketplace that does not let it ship yet", parcel(marketplace_state="WAITING_DEBIT_PAYMENT"),
     Wait("the marketplace to let it be shipped: it says WAITING_DEBIT_PAYMENT")),
    ("a state nobody knows", apart(marketplace_state="SOMETHING_NEW"),
     Wait("the marketplace to let it be shipped: it says SOMETHING_NEW")),
    ("shipments are paused", parcel(paused=True), PAUSED),
    ("shipments are paused, each for itself", apart(paused=True), PAUSED),
    ("corrections are paused too", parcel(paused=True, state=State.TOLD, to_correct=True, number=OTHER, told=TOLD),
     PAUSED),
    ("the end is seen while paused", parcel(paused=True, state=State.TOLD, marketplace_state="CLOSED"),
     settles(State.CLOSED, "the marketplace says CLOSED")),
]  # fmt: skip

OVER: list[Row] = [
    ("a told parcel is closed with the sale", parcel(state=State.TOLD, marketplace_state="RECEIVED", told=TOLD),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("the race against the marketplace's clock is lost", parcel(marketplace_state="RECEIVED"),
     settles(State.CLOSED, "the marketplace says RECEIVED", LATE)),
    ("lost where parcels are told apart", apart(marketplace_state="RECEIVED"),
     settles(State.CLOSED, "the marketplace says RECEIVED", LATE)),
    ("lost for this parcel though another was told", apart(marketplace_state="RECEIVED", order_shipped_told=True),
     settles(State.CLOSED, "the marketplace says RECEIVED", LATE)),
    ("nobody is told twice when the order's number was told",
     parcel(marketplace_state="RECEIVED", leader=8, order_shipped_told=True, contents={"L1": 1}),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("nor when one shipment stood for all", apart(marketplace_state="RECEIVED", contents=None, leader=8,
                                                  order_shipped_told=True),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("nor when the number had reached the buyer", parcel(marketplace_state="RECEIVED", told=TOLD),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("nor when its shipment was made", apart(marketplace_state="RECEIVED", shipment_id="S-1"),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("without a number nobody missed anything", parcel(marketplace_state="RECEIVED", number=""),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("nor with a parcel the shop took away", parcel(marketplace_state="RECEIVED", removed=True),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
    ("nor where the operator ships", parcel(marketplace_state="RECEIVED", fulfilled_by_operator=True),
     settles(State.CLOSED, "the marketplace says RECEIVED")),
]  # fmt: skip

WHOLE_ORDERS: list[Row] = [
    ("the number first", parcel(), TellTracking(TOLD)),
    ("then the shipping", parcel(told=TOLD), ShipOrder()),
    ("without a number only the shipping", parcel(number=""), ShipOrder()),
    ("a number the shop corrected in between", parcel(number=OTHER, told=TOLD), TellTracking(NEW)),
    ("not before everything has left", parcel(order_left=False),
     Wait("the rest of the order, which this marketplace takes only whole")),
    ("another parcel speaks", parcel(leader=8), Wait(f"the order's first parcel: {ONE_NUMBER}", A_MINUTE_ON)),
    ("and has spoken", parcel(leader=8, leader_told=True),
     settles(State.TOLD, f"told with the order's first parcel: {ONE_NUMBER}")),
    ("its own word does not count for a follower", parcel(leader=8, order_shipped_told=True),
     Wait(f"the order's first parcel: {ONE_NUMBER}", A_MINUTE_ON)),
    ("another speaks now, the order was shipped by the one before", parcel(told=TOLD, order_shipped_told=True),
     settles(State.TOLD, "the marketplace says SHIPPING")),
    ("a parcel taken away after its number was told", parcel(removed=True, told=TOLD), ShipOrder()),
    ("shipped by somebody else: the number all the same", parcel(marketplace_state="SHIPPED"), TellTracking(TOLD)),
    ("shipped by somebody else, number told", parcel(marketplace_state="SHIPPED", told=TOLD),
     settles(State.TOLD, "the marketplace says SHIPPED")),
    ("to be collected, number told", parcel(marketplace_state="TO_COLLECT", told=TOLD),
     settles(State.TOLD, "the marketplace says TO_COLLECT")),
    ("shipped by somebody else and there is no number",
     parcel(marketplace_state="SHIPPED", number="", number_needed=True),
     settles(State.TOLD, "the marketplace says SHIPPED; there is no number to tell")),
    ("contents are nobody's business here", parcel(contents={"L9": 7}), TellTracking(TOLD)),
    ("a name mapped by a person", parcel(**ZETA | {"found": Named("Zeta")}, names_allowed=True), TellTracking(BY_ZETA)),
]  # fmt: skip

SHIPMENTS: list[Row] = [
    ("a shipment with what is inside", apart(), CreateShipment({"L1": 2}, TOLD)),
    ("before the rest has left", apart(order_left=False), CreateShipment({"L1": 2}, TOLD)),
    ("without a number once patience is over", apart(number=""), CreateShipment({"L1": 2}, None)),
    ("lines without pieces are left out", apart(contents={"L1": 2, "L2": 0}), CreateShipment({"L1": 2}, TOLD)),
    ("made, but not counted as shipped", apart(shipment_id="S-1", shipment_state="SHIPPING"), ShipShipment()),
    ("made, waiting to be picked up", apart(shipment_id="S-1", shipment_state="READY_FOR_PICK_UP"), ShipShipment()),
    ("made, then taken away by the shop", apart(shipment_id="S-1", shipment_state="SHIPPING", removed=True),
     DeleteShipment()),
    ("counted as shipped, then taken away by the shop",
     apart(shipment_id="S-1", shipment_state="SHIPPED", removed=True),
     settles(State.TOLD, "the marketplace's shipment is SHIPPED")),
    ("made and shipped", apart(shipment_id="S-1", shipment_state="SHIPPED"),
     settles(State.TOLD, "the marketplace's shipment is SHIPPED")),
    ("in a state nobody knows", apart(shipment_id="S-1", shipment_state="SOMETHING_NEW"),
     settles(State.TOLD, "the marketplace's shipment is SOMETHING_NEW")),
    ("contents unknown: not before all has left", apart(contents=None, leader=7, order_left=False),
     Wait("what is in it: the shop does not say, and not everything has left")),
    ("contents unknown: the rest of the order", apart(contents=None, leader=7),
     CreateShipment({"L1": 2, "L2": 1}, TOLD)),
    ("contents unknown: what others left open", apart(contents=None, leader=7, open_lines={"L1": 0, "L2": 1, "L3": -1}),
     CreateShipment({"L2": 1}, TOLD)),
    ("contents unknown: nothing is left", apart(contents=None, leader=7, open_lines={"L1": 0}),
     settles(State.TOLD, "the order's other parcels told everything that is in it")),
    ("contents unknown: another speaks", apart(contents=None, leader=8),
     Wait(f"the order's first parcel: {UNKNOWN}", A_MINUTE_ON)),
    ("contents unknown: another has spoken", apart(contents=None, leader=8, leader_told=True),
     settles(State.TOLD, f"told with the order's first parcel: {UNKNOWN}")),
    ("another parcel's word is none for one whose contents are known", apart(leader=8, leader_told=True),
     CreateShipment({"L1": 2}, TOLD)),
    ("more than is open", apart(open_lines={"L1": 1}), over("2 of line L1, of which 1 are left to ship")),
    ("only what is too much is named", apart(contents={"L1": 2, "L2": 2}),
     over("2 of line L2, of which 1 are left to ship")),
    ("a line the order does not have", apart(contents={"L1": 1, "L9": 1}),
     over("1 of line L9, of which 0 are left to ship")),
    ("nothing at all", apart(contents={"L1": 0}), over("nothing that is left to ship")),
    ("too much is asked before the carrier is", apart(**ZETA, open_lines={}),
     over("2 of line L1, of which 0 are left to ship")),
    ("shipped by somebody else", apart(marketplace_state="SHIPPED"),
     settles(State.TOLD, "the marketplace says SHIPPED: it was told elsewhere")),
    ("shipped with our shipment", apart(marketplace_state="SHIPPED", shipment_id="S-1", shipment_state="SHIPPED"),
     settles(State.TOLD, "the marketplace says SHIPPED")),
    ("shipped with ours, of which nothing is open any more",
     apart(marketplace_state="SHIPPED", shipment_id="S-1", order_shipped_told=True, open_lines={}),
     settles(State.TOLD, "the marketplace says SHIPPED")),
    ("shipped by somebody else, whatever is open", apart(marketplace_state="SHIPPED", open_lines={}),
     settles(State.TOLD, "the marketplace says SHIPPED: it was told elsewhere")),
    ("shipped by our other parcels, and here is one too many",
     apart(marketplace_state="SHIPPED", order_shipped_told=True, open_lines={"L1": 0}),
     over("2 of line L1, of which 0 are left to ship")),
    ("a name mapped by a person", apart(**ZETA | {"found": Named("Zeta")}, names_allowed=True),
     CreateShipment({"L1": 2}, BY_ZETA)),
]  # fmt: skip

CORRECTIONS: list[Row] = [
    ("what was told is right", parcel(state=State.TOLD, told=TOLD), WAITS_FOR_END),
    ("what was told is right again", parcel(state=State.TOLD, told=TOLD, to_correct=True), WAITS_FOR_END),
    ("another number", parcel(state=State.TOLD, told=TOLD, to_correct=True, number=OTHER), TellTracking(NEW)),
    ("another number after the parcel arrived at the point of collection",
     parcel(state=State.TOLD, marketplace_state="TO_COLLECT", told=TOLD, to_correct=True, number=OTHER),
     TellTracking(NEW)),
    ("a number where there was none", parcel(state=State.TOLD, to_correct=True), TellTracking(TOLD)),
    ("nobody said that what was told is wrong", parcel(state=State.TOLD, told=NEW), WAITS_FOR_END),
    ("a number that was taken out again is not untold, nor asked for",
     parcel(state=State.TOLD, told=TOLD, to_correct=True, number="", number_needed=True), WAITS_FOR_END),
    ("a follower's number is not the order's", parcel(state=State.TOLD, told=None, to_correct=True, leader=8),
     WAITS_FOR_END),
    ("a parcel taken away corrects nothing", parcel(state=State.TOLD, told=TOLD, to_correct=True, number=OTHER,
                                                    removed=True), WAITS_FOR_END),
    ("a shipment's own number", apart(state=State.TOLD, shipment_id="S-1", told=TOLD, to_correct=True, number=OTHER),
     CorrectTracking(NEW)),
    ("also when it speaks for nobody", apart(state=State.TOLD, shipment_id="S-1", told=TOLD, to_correct=True,
                                             number=OTHER, leader=8), CorrectTracking(NEW)),
    ("a parcel told elsewhere has no shipment of ours to correct", apart(state=State.TOLD, to_correct=True),
     WAITS_FOR_END),
    ("a carrier mapped by name meanwhile", apart(state=State.TOLD, shipment_id="S-1", told=TOLD, to_correct=True,
                                                 names_allowed=True, **ZETA | {"found": Named("Zeta")}),
     CorrectTracking(BY_ZETA)),
]  # fmt: skip


def _ids(rows: list[Row]) -> dict[str, Any]:
    return {"argvalues": [row[1:] for row in rows], "ids": [row[0] for row in rows]}


@pytest.mark.parametrize(("facts", "expected"), **_ids(ANY_WAY))
def test_before_any_way_of_telling(facts: ShipmentFacts, expected: Step) -> None:
    assert next_step(facts, STANDARD, NOON) == expected


@pytest.mark.parametrize(("facts", "expected"), **_ids(OVER))
def test_when_the_sale_is_over(facts: ShipmentFacts, expected: Step) -> None:
    assert next_step(facts, STANDARD, NOON) == expected


def test_a_lost_race_is_told_also_where_the_shop_names_no_carrier() -> None:
    step = next_step(parcel(marketplace_state="CLOSED", carrier=""), STANDARD, NOON)
    assert isinstance(step, Settle)
    assert step.tell is not None
    assert "its tracking number (no carrier named) was told" in step.tell.question


@pytest.mark.parametrize(("facts", "expected"), **_ids(WHOLE_ORDERS))
def test_where_orders_are_told_whole(facts: ShipmentFacts, expected: Step) -> None:
    assert next_step(facts, STANDARD, NOON) == expected


@pytest.mark.parametrize(("facts", "expected"), **_ids(SHIPMENTS))
def test_where_parcels_are_told_apart(facts: ShipmentFacts, expected: Step) -> None:
    assert next_step(facts, STANDARD, NOON) == expected


@pytest.mark.parametrize(("facts", "expected"), **_ids(CORRECTIONS))
def test_what_was_told_is_corrected(facts: ShipmentFacts, expected: Step) -> None:
    assert next_step(facts, STANDARD, NOON) == expected


class TestPolicy:
    def test_parcels_may_be_told_only_when_all_have_left(self) -> None:
        words = "the rest of the order: parcels are told when all have left"
        assert next_step(apart(order_left=False), WHOLE, NOON) == Wait(words)
        assert next_step(apart(), WHOLE, NOON) == CreateShipment({"L1": 2}, TOLD)

    def test_a_shipment_that_was_made_is_finished_even_so(self) -> None:
        made = apart(order_left=False, shipment_id="S-1", shipment_state="SHIPPING")
        assert next_step(made, WHOLE, NOON) == ShipShipment()

    @pytest.mark.parametrize("facts", [parcel(**ZETA, names_allowed=True), apart(**ZETA, names_allowed=True)])
    def test_an_unmapped_carrier_is_held(self, facts: ShipmentFacts) -> None:
        step = next_step(facts, STANDARD, NOON)
        assert isinstance(step, Ask)
        assert (step.kind, step.key) == ("carrier_unmapped", "zeta")

    def test_or_told_by_its_name_with_the_question_beside_it(self) -> None:
        question = next_step(parcel(**ZETA, names_allowed=True), STANDARD, NOON)
        assert isinstance(question, Ask)
        assert next_step(parcel(**ZETA, names_allowed=True), BY_NAME, NOON) == TellTracking(BY_ZETA, question)
        assert next_step(apart(**ZETA, names_allowed=True), BY_NAME, NOON) == CreateShipment(
            {"L1": 2}, BY_ZETA, question
        )
        told = apart(**ZETA, names_allowed=True, state=State.TOLD, shipment_id="S-1", told=TOLD, to_correct=True)
        assert next_step(told, BY_NAME, NOON) == CorrectTracking(BY_ZETA, question)

    def test_once_told_by_its_name_the_order_is_shipped_without_asking_again(self) -> None:
        assert next_step(parcel(**ZETA, names_allowed=True, told=BY_ZETA), BY_NAME, NOON) == ShipOrder()

    def test_a_missing_number_holds_either_way(self) -> None:
        for facts in (parcel, apart):
            step = next_step(facts(number="", number_needed=True), STANDARD, NOON)
            assert isinstance(step, Ask)
            assert step.kind == "number_missing"
            waiting = next_step(facts(number="", seen_at=NOON), STANDARD, NOON)
            assert waiting == Wait("its tracking number", NOON + timedelta(hours=1))


# Any facts at all.

CHANGES = TellTracking | ShipOrder | CreateShipment | ShipShipment | CorrectTracking | DeleteShipment


@settings(max_examples=250)
@given(any_parcel(), any_policy())
def test_there_is_an_answer_to_any_facts(facts: ShipmentFacts, policy: ShipmentPolicy) -> None:
    step = next_step(facts, policy, NOON)
    assert isinstance(step, CHANGES | FindShipment | Settle | Wait | Ask)
    assert next_step(facts, policy, NOON) == step
    if isinstance(step, Settle):
        assert step.state != State.NOTED
        assert step.why


@settings(max_examples=200)
@given(any_parcel(), any_policy())
def test_nothing_is_told_where_nothing_may_be(facts: ShipmentFacts, policy: ShipmentPolicy) -> None:
    forbidden = facts.state in FINAL or not facts.managed or facts.paused
    forbidden |= facts.marketplace_state not in ("SHIPPING", "SHIPPED", "TO_COLLECT") and facts.state is not State.TOLD
    forbidden |= facts.marketplace_state in ("RECEIVED", "CLOSED", "CANCELED", "REFUSED")
    forbidden |= facts.fulfilled_by_operator and facts.state is not State.TOLD
    if forbidden:
        assert not isinstance(next_step(facts, policy, NOON), CHANGES)


@settings(max_examples=200)
@given(any_parcel(state=State.NOTED), any_policy(unmapped_carrier=UnmappedPolicy.HOLD))
def test_hold_never_tells_a_name_nobody_mapped(facts: ShipmentFacts, policy: ShipmentPolicy) -> None:
    step = next_step(facts, policy, NOON)
    told = getattr(step, "tracking", None)
    assert getattr(step, "also", None) is None
    if told is not None and told.carrier_name:
        assert isinstance(facts.found, Named)


@settings(max_examples=200)
@given(any_parcel(), any_policy())
def test_a_shipment_holds_what_is_open_and_every_step_is_of_its_way(
    facts: ShipmentFacts, policy: ShipmentPolicy
) -> None:
    match next_step(facts, policy, NOON):
        case CreateShipment(lines):
            assert facts.multi_shipment
            assert lines
            assert all(0 < pieces <= facts.open_lines.get(line, 0) for line, pieces in lines.items())
            assert facts.order_left or policy.partial is Partial.EACH
        case ShipShipment() | DeleteShipment() | CorrectTracking():
            assert facts.multi_shipment
            assert facts.shipment_id
        case ShipOrder() | TellTracking():
            assert not facts.multi_shipment
            assert facts.leader == facts.id
