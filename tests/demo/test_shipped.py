"""The judge finds every parcel lost, doubled or told wrongly, and lets those wait that somebody was asked about."""

from __future__ import annotations

from typing import Any

import pytest

from mirakl_sync.demo.findings import DOUBLED, LOST, OTHER, WAREHOUSE, Question, Verdict, Ways
from mirakl_sync.demo.verdict import judge
from tests.demo.books import (
    RM_NUMBER,
    UPS_NUMBER,
    apart,
    market,
    order,
    parcel,
    shipment,
    shop,
    shop_order,
    tracking,
    untold,
)

CODES = {"UPS": "UPS", "Royal Mail 24": "RM", "Velo": ""}
WHOLE, EACH = Ways(codes=CODES), Ways(by_shipment=True, codes=CODES)
RM = parcel(RM_NUMBER, carrier="Royal Mail 24")
ONE_AND_ONE = [parcel(pieces=1), parcel(RM_NUMBER, 1, "Royal Mail 24")]
FIRST = shipment(pieces=1)
SECOND = shipment(RM_NUMBER, 1, "P-2", id="s-2", trackings=[tracking(RM_NUMBER, "RM")])


def verdict(books: dict[str, Any], ways: Ways, *questions: Question, **placed: Any) -> Verdict:
    return judge({"nord": market(books)}, shop(shop_order(**placed)), questions, {"nord": ways})


def asked(kind: str, number: str = UPS_NUMBER) -> Question:
    return Question(kind, "Who carries it?", "operations", frozenset({"N-1-A"}), frozenset({("N-1-A", number)}))


@pytest.mark.parametrize(
    ("books", "placed", "shipped"),
    [
        (order(), {}, 1),
        (order(), {"parcels": [parcel(), RM]}, 2),
        (order(trackings=[tracking(RM_NUMBER), tracking()]), {}, 1),
        (order(trackings=[]), {"parcels": []}, 1),
        (order(trackings=[tracking("V-77", None, "Velo")]), {"parcels": [parcel("V-77", carrier="Velo")]}, 1),
        (order(state="RECEIVED"), {}, 1),
        (untold(), {"status": "processing", "parcels": []}, 0),
        (untold(), {"status": "partial-shipped"}, 0),
    ],
)
def test_an_order_told_once_and_rightly_is_no_fault(books: Any, placed: Any, shipped: int) -> None:
    found = verdict(books, WHOLE, **placed)
    assert found.problems == ()
    assert found.rows[0].shipped == shipped


@pytest.mark.parametrize(
    ("books", "placed", "kind", "words"),
    [
        (untold(), {}, LOST, f"UPS {UPS_NUMBER} left the shop, the marketplace says SHIPPING"),
        (untold(trackings=[tracking()]), {}, LOST, "SHIPPING"),
        (untold(), {"parcels": []}, LOST, "it, without a number, left the shop"),
        (order(ship_calls=2), {}, DOUBLED, "told as shipped 2 times"),
        (order(shipped_by="portal", ship_calls=0), {}, OTHER, "shipped by portal, yet 0 of our calls"),
        (order(shipped_by="shop", ship_calls=0), {}, OTHER, "yet 0 of our calls"),
        (order(trackings=[tracking(), tracking("1Z0")]), {}, OTHER, f"told 1Z0, the shop says UPS {UPS_NUMBER}"),
        (order(trackings=[]), {}, OTHER, "told without a number, the shop says UPS"),
        (order(), {"parcels": []}, OTHER, f"told {UPS_NUMBER}, the shop says it, without a number"),
        (order(trackings=[tracking(code="DHL")]), {}, OTHER, "UPS was told as DHL, it is UPS"),
        (order(trackings=[tracking(code=None)]), {}, OTHER, "UPS was told as the name UPS, it is UPS"),
        (
            order(trackings=[tracking("V-77", "UPS", "Velo")]),
            {"parcels": [parcel("V-77", carrier="Velo")]},
            OTHER,
            "Velo was told as UPS, nobody said so",
        ),
        (
            order(trackings=[tracking("7", "UPS", "Bob")]),
            {"parcels": [parcel("7", carrier="Bob")]},
            OTHER,
            "Bob was told as UPS, nobody said so",
        ),
        (order(), {"status": "processing"}, OTHER, "told, though not all of it has left"),
        (untold(trackings=[tracking()]), {"status": "partial-shipped"}, OTHER, "told, though not all of it has left"),
    ],
)
def test_a_whole_order_told_wrongly_is_found(books: Any, placed: Any, kind: str, words: str) -> None:
    found = verdict(books, WHOLE, **placed)
    assert [problem.kind for problem in found.problems] == [kind]
    assert words in found.problems[0].words


@pytest.mark.parametrize(
    ("books", "placed", "shipped"),
    [
        (apart(shipment()), {}, 1),
        (apart(shipment()), {"parcels": [parcel(pieces=2)]}, 1),
        (apart(FIRST, SECOND), {"parcels": ONE_AND_ONE}, 2),
        (apart(shipment(trackings=[tracking("1Z0"), tracking()])), {}, 1),
        (apart(shipment("")), {"parcels": []}, 1),
        (apart(shipment(), shipment("1Z0", deleted_at="2026-03-02T12:00:08Z")), {}, 1),
        (apart(shipment(), shipment("1Z0", state="CANCELED")), {}, 1),
        (apart(FIRST, state="SHIPPING"), {"status": "partial-shipped", "parcels": ONE_AND_ONE[:1]}, 1),
        (apart(state="SHIPPING"), {"status": "processing", "parcels": []}, 0),
    ],
)
def test_parcels_told_one_by_one_and_rightly_are_no_fault(books: Any, placed: Any, shipped: int) -> None:
    found = verdict(books, EACH, **placed)
    assert found.problems == ()
    assert found.rows[0].shipped == shipped


@pytest.mark.parametrize(
    ("books", "placed", "kind", "words"),
    [
        (apart(), {}, LOST, f"UPS {UPS_NUMBER} left the shop and was not told"),
        (apart(), {"parcels": []}, LOST, "it, without a number, left the shop and was not told"),
        (apart(shipment(state="SHIPPING")), {}, LOST, "was not told"),
        (apart(FIRST), {"parcels": ONE_AND_ONE}, LOST, f"Royal Mail 24 {RM_NUMBER} left the shop"),
        (apart(FIRST, FIRST), {"parcels": ONE_AND_ONE[:1]}, DOUBLED, "2 shipments for the parcel P-1"),
        (apart(shipment(), shipment(key="P-9")), {}, DOUBLED, "4 pieces of line N-1-A-1 told, 2 sold"),
        (apart(shipment("1Z0")), {}, OTHER, f"told 1Z0, the shop says UPS {UPS_NUMBER}"),
        (apart(shipment("")), {}, OTHER, "told without a number, the shop says UPS"),
        (apart(FIRST, SECOND), {"parcels": ONE_AND_ONE[:1]}, OTHER, f"shipment {RM_NUMBER} is of no parcel that left"),
        (apart(FIRST), {"parcels": [parcel(pieces=2)]}, OTHER, "told pieces {'N-1-A-1': 1}, the shop packed"),
        (apart(FIRST), {}, OTHER, "told pieces {'N-1-A-1': 1}"),
        (apart(shipment(trackings=[tracking(code="RM")])), {}, OTHER, "UPS was told as RM, it is UPS"),
        (apart(shipment()), {"status": "processing", "parcels": []}, OTHER, "is of no parcel that left"),
    ],
)
def test_a_parcel_told_wrongly_is_found(books: Any, placed: Any, kind: str, words: str) -> None:
    found = verdict(books, EACH, **placed)
    assert kind in [problem.kind for problem in found.problems]
    assert words in next(problem for problem in found.problems if problem.kind == kind).words


@pytest.mark.parametrize("kind", ["carrier_unmapped", "number_missing"])
@pytest.mark.parametrize(("books", "ways"), [(untold(), WHOLE), (apart(), EACH)])
def test_a_parcel_somebody_was_asked_about_is_held_and_not_lost(books: Any, ways: Ways, kind: str) -> None:
    found = verdict(books, ways, asked(kind))
    assert found.held
    assert found.rows[0].held == {kind.replace("_", " "): 1}
    assert found.moving == 0


def test_two_parcels_of_an_order_are_held_together() -> None:
    assert verdict(untold(), WHOLE, asked("carrier_unmapped"), parcels=[parcel(), RM]).rows[0].held.total() == 2


def test_a_question_about_one_parcel_does_not_explain_the_other() -> None:
    books = apart(state="SHIPPING")
    found = verdict(books, EACH, asked("carrier_unmapped", RM_NUMBER), parcels=ONE_AND_ONE)
    assert found.rows[0].held == {"carrier unmapped": 1}
    assert [problem.words for problem in found.problems] == [f"UPS {UPS_NUMBER} left the shop and was not told"]


@pytest.mark.parametrize("kind", ["unknown_sku", "left_but_open", "ship_by_near", "number_invalid", "carrier_gone"])
@pytest.mark.parametrize(("books", "ways"), [(untold(), WHOLE), (apart(), EACH)])
def test_no_other_question_explains_a_parcel(books: Any, ways: Ways, kind: str) -> None:
    assert LOST in [problem.kind for problem in verdict(books, ways, asked(kind)).problems]


@pytest.mark.parametrize("kind", ["number_odd", "over_shipped", "shipment_refused", "carrier_refused", "left_but_open"])
def test_questions_nobody_gave_cause_for_are_faults(kind: str) -> None:
    found = verdict(order(), WHOLE, Question(kind, "It is odd."))
    assert [problem.words for problem in found.problems] == ["It is odd."]


def test_what_is_still_to_be_packed_may_move() -> None:
    found = verdict(untold(), WHOLE, status="processing", parcels=[])
    assert found.held
    assert found.rows[0].waiting == {WAREHOUSE: 1}
    assert found.moving == 1
