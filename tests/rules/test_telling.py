"""With which carrier and number a parcel is told, or why not yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from mirakl_sync.cases.step import Ask, Wait
from mirakl_sync.policy.model import Doubt, ShipmentPolicy
from mirakl_sync.records.shipment import Tracking
from mirakl_sync.shipments.carriers import Listed, Named, Unmapped
from mirakl_sync.shipments.facts import ShipmentFacts
from mirakl_sync.shipments.telling import Wanted, last_call, tracking
from tests.rules.making import HOUR, NOON
from tests.rules.parcels import BY_NAME, DHL, NOBODY_SAID, NUMBER, OTHER, STANDARD, TOLD, VAN, any_parcel, any_policy
from tests.rules.parcels import parcel as a_parcel

ZETA = {"carrier": "Zeta Express", "found": NOBODY_SAID}
URL = "https://zeta.example/1"
ONLY_ITS_LIST = "“Zeta”: it is mapped to the name Zeta, but this marketplace takes only its own list."

WANTED: list[tuple[str, ShipmentPolicy, dict[str, Any], Wanted | None]] = [
    ("a carrier of the list by its code", STANDARD, {}, Wanted(TOLD)),
    ("the address is the marketplace's business then", STANDARD, {"url": URL}, Wanted(TOLD)),
    ("a mapped name is told by name", STANDARD, {"found": Named("Zeta"), "names_allowed": True, "url": URL},
     Wanted(Tracking(carrier_name="Zeta", number=NUMBER, url=URL))),
    ("with the mapping's own address", STANDARD,
     {"found": Named("Zeta", "https://z.example/{trackingId}"), "names_allowed": True, "url": URL},
     Wanted(Tracking(carrier_name="Zeta", number=NUMBER, url=f"https://z.example/{NUMBER}"))),
    ("a van that knows no numbers goes by its code", STANDARD, {"number": "", "found": Listed(VAN, "mapped")},
     Wanted(Tracking(carrier_code="VAN"))),
    ("also where this way of shipping needs tracking", STANDARD,
     {"number": "", "found": Listed(VAN, "mapped"), "number_needed": True}, Wanted(Tracking(carrier_code="VAN"))),
    ("a doubt about no number is none", STANDARD, {"number": "", "found": Listed(VAN, "mapped"), "odd": "it is short"},
     Wanted(Tracking(carrier_code="VAN"))),
    ("a parcel of which the shop names no carrier is not the van's", STANDARD,
     {"number": "", "carrier": "", "found": Listed(VAN, "mapped")}, None),
    ("and takes a number that there is", STANDARD, {"found": Listed(VAN, "mapped")},
     Wanted(Tracking(carrier_code="VAN", number=NUMBER))),
    ("without a number nothing is told after patience", STANDARD, {"number": ""}, None),
    ("nor for a carrier nobody mapped", STANDARD, {"number": "", **ZETA}, None),
    ("a person gave the number up", STANDARD, {"number": "", "without_number_by": "Ada", "number_needed": True}, None),
    ("a confirmed number is right", STANDARD, {"odd": "it is short", "number_confirmed": NUMBER}, Wanted(TOLD)),
    ("also when another order was told with it", STANDARD, {"reused_by": "O-9", "number_confirmed": NUMBER},
     Wanted(TOLD)),
    ("doubts may be switched off", ShipmentPolicy(odd_number=Doubt.TELL, reused_number=Doubt.TELL),
     {"odd": "it is short", "reused_by": "O-9"}, Wanted(TOLD)),
]  # fmt: skip

ASKED: list[tuple[str, ShipmentPolicy, dict[str, Any], str, str, str]] = [
    ("a carrier nobody mapped", STANDARD, ZETA, "carrier_unmapped", "zetaexpress",
     "“Zeta Express”: nobody has said which carrier of the marketplace's list it is."),
    ("also where a name would be allowed", STANDARD, ZETA | {"names_allowed": True}, "carrier_unmapped",
     "zetaexpress", "“Zeta Express”: nobody has said which carrier of the marketplace's list it is."),
    ("by_name where names are forbidden", BY_NAME, ZETA, "carrier_unmapped", "zetaexpress",
     "“Zeta Express”: nobody has said which carrier of the marketplace's list it is."),
    ("by_name without a name", BY_NAME, {"carrier": "", "found": Unmapped("the shop names no carrier"),
                                         "names_allowed": True}, "carrier_unmapped", "",
     "A parcel without a carrier: the shop names no carrier."),
    ("a mapping to a name where names are forbidden", STANDARD, {"carrier": "Zeta", "found": Named("Zeta")},
     "carrier_unmapped", "zeta", ONLY_ITS_LIST),
    ("also by_name", BY_NAME, {"carrier": "Zeta", "found": Named("Zeta", URL)},
     "carrier_unmapped", "zeta", ONLY_ITS_LIST),
    ("the carrier before the number's doubts", STANDARD, ZETA | {"odd": "it is short"}, "carrier_unmapped",
     "zetaexpress", "“Zeta Express”: nobody has said which carrier of the marketplace's list it is."),
    ("a number that looks wrong", STANDARD, {"odd": "it is short"}, "number_odd", "ups",
     "The number of O-1's parcel may be wrong for UPS: it is short."),
    ("a number of nobody knows whom", STANDARD, {"odd": "it is short", "carrier": "", "found": Listed(VAN, "mapped")},
     "number_odd", "", "The number of O-1's parcel may be wrong for its carrier: it is short."),
    ("a number another order was told with", STANDARD, {"reused_by": "O-9"}, "number_reused", NUMBER,
     "O-1 left with the tracking number O-9 was told with."),
    ("how it looks before who had it", STANDARD, {"odd": "it is short", "reused_by": "O-9"}, "number_odd", "ups",
     "The number of O-1's parcel may be wrong for UPS: it is short."),
    ("a confirmation of another number is none", STANDARD, {"odd": "it is short", "number_confirmed": OTHER},
     "number_odd", "ups", "The number of O-1's parcel may be wrong for UPS: it is short."),
    ("no number where tracking is needed", STANDARD, {"number": "", "number_needed": True}, "number_missing", "O-1",
     "O-1 left without a tracking number; this way of shipping needs one."),
    ("no number where the policy asks", ShipmentPolicy(without_number=Doubt.ASK), {"number": ""}, "number_missing",
     "O-1", "O-1 left without a tracking number; the policy asks before it goes without."),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "facts", "expected"), [row[1:] for row in WANTED], ids=[row[0] for row in WANTED])
def test_what_shall_be_told(policy: ShipmentPolicy, facts: dict[str, Any], expected: Wanted | None) -> None:
    assert tracking(a_parcel(**facts), policy, NOON) == expected


@pytest.mark.parametrize("row", ASKED, ids=[row[0] for row in ASKED])
def test_what_is_asked_first(row: tuple[str, ShipmentPolicy, dict[str, Any], str, str, str]) -> None:
    _, policy, facts, kind, key, question = row
    asked = tracking(a_parcel(**facts), policy, NOON)
    assert isinstance(asked, Ask)
    assert (asked.kind, asked.key, asked.question) == (kind, key, question)


def test_a_question_about_a_carrier_holds_no_parcels_name_and_shows_the_nearest() -> None:
    """Five hundred parcels behind one name make one question: nothing of a single order is in it."""
    asked = [tracking(a_parcel(**ZETA, order_id=order), STANDARD, NOON) for order in ("O-1", "O-2")]
    assert asked[0] == asked[1]
    assert isinstance(asked[0], Ask)
    assert asked[0].facts == {"carrier": "Zeta Express", "nearest": [f"{DHL.code} ({DHL.label})"]}
    assert (asked[0].until, asked[0].due) == (NOON + HOUR / 6, NOON + 23 * HOUR)


def test_by_name_tells_the_shops_own_name_and_asks_beside_it() -> None:
    told = tracking(a_parcel(**ZETA, names_allowed=True, url=URL), BY_NAME, NOON)
    assert isinstance(told, Wanted)
    assert told.tracking == Tracking(carrier_name="Zeta Express", number=NUMBER, url=URL)
    assert told.also == tracking(a_parcel(**ZETA, url=URL), STANDARD, NOON)


class TestPatience:
    """A number often comes a little after the parcel: it is waited for, but never past half of the time there is."""

    @pytest.mark.parametrize(
        ("seen", "ship_by", "until"),
        [
            ("one hour of patience", 30, 1),
            ("the last call comes first: half of the time", 1, 0.5),
            ("no promise, all the patience", None, 1),
            ("already late: no patience at all", -1, 0),
        ],
    )
    def test_how_long_a_number_is_waited_for(self, seen: str, ship_by: int | None, until: float) -> None:
        facts = a_parcel(number="", seen_at=NOON, ship_by=None if ship_by is None else NOON + ship_by * HOUR)
        ends = NOON + until * HOUR
        if until:
            assert tracking(facts, STANDARD, ends - timedelta(seconds=1)) == Wait("its tracking number", ends), seen
        assert tracking(facts, STANDARD, ends) is None, seen

    def test_a_carrier_nobody_mapped_is_asked_about_when_the_number_is_there(self) -> None:
        facts = a_parcel(number="", seen_at=NOON, **ZETA)
        assert isinstance(tracking(facts, STANDARD, NOON), Wait)

    def test_an_answer_by_hand_ends_the_patience(self) -> None:
        assert tracking(a_parcel(number="", seen_at=NOON, without_number_by="Ada"), STANDARD, NOON) is None

    def test_a_missing_number_is_due_when_the_order_is(self) -> None:
        asked = tracking(a_parcel(number="", number_needed=True), STANDARD, NOON)
        assert isinstance(asked, Ask)
        assert (asked.until, asked.due) == (None, NOON + 23 * HOUR)


class TestLastCall:
    """A doubt never makes a parcel late."""

    @pytest.mark.parametrize(
        ("ship_by", "warn", "at"), [(24, 4, 20), (6, 4, 3), (24, 0, 24), (2, 48, 1), (-2, 4, -1), (0, 4, 0)]
    )
    def test_when_it_is(self, ship_by: int, warn: int, at: float) -> None:
        facts = a_parcel(seen_at=NOON, ship_by=NOON + ship_by * HOUR)
        assert last_call(facts, ShipmentPolicy(warn_before=warn * HOUR)) == NOON + at * HOUR

    def test_without_a_promise_there_is_none_and_the_doubt_waits_for_a_person(self) -> None:
        assert last_call(a_parcel(ship_by=None), STANDARD) is None
        asked = tracking(a_parcel(ship_by=None, odd="it is short"), STANDARD, NOON + 1000 * HOUR)
        assert isinstance(asked, Ask)
        assert asked.until is None

    @pytest.mark.parametrize("doubt", [{"odd": "it is short"}, {"reused_by": "O-9"}])
    def test_a_doubt_looks_again_at_the_last_call_and_then_tells(self, doubt: dict[str, str]) -> None:
        facts, moment = a_parcel(**doubt), NOON + 19 * HOUR
        asked = tracking(facts, STANDARD, moment - timedelta(seconds=1))
        assert isinstance(asked, Ask)
        assert (asked.until, asked.due) == (moment, moment)
        assert tracking(facts, STANDARD, moment) == Wanted(TOLD)

    def test_an_unmapped_carrier_is_never_told_for_lack_of_time(self) -> None:
        assert isinstance(tracking(a_parcel(**ZETA), STANDARD, NOON + 99 * HOUR), Ask)

    def test_nor_is_a_needed_number_left_out(self) -> None:
        assert isinstance(tracking(a_parcel(number="", number_needed=True), STANDARD, NOON + 99 * HOUR), Ask)


@settings(max_examples=200)
@given(any_parcel(), any_policy())
def test_whatever_is_told_was_said_by_shop_person_or_list(facts: ShipmentFacts, policy: ShipmentPolicy) -> None:
    wanted = tracking(facts, policy, NOON)
    if not isinstance(wanted, Wanted):
        return
    told = wanted.tracking
    assert told.number == facts.number
    assert bool(told.carrier_code) != bool(told.carrier_name)
    if told.carrier_code:
        assert isinstance(facts.found, Listed)
        assert told.carrier_code == facts.found.carrier.code
    else:
        assert facts.names_allowed
        assert told.carrier_name in (getattr(facts.found, "name", None), facts.carrier)
    assert (wanted.also is not None) == isinstance(facts.found, Unmapped)


@settings(max_examples=200)
@given(any_parcel(), any_policy())
def test_a_wait_for_a_number_ends_in_the_future_and_before_the_promise(
    facts: ShipmentFacts, policy: ShipmentPolicy
) -> None:
    wanted = tracking(facts, policy, NOON)
    if isinstance(wanted, Wait):
        assert wanted.until is not None
        assert wanted.until > NOON
        assert facts.ship_by is None or wanted.until <= max(facts.ship_by, facts.seen_at)
