"""An order's whole story in plain words, on the command line: from a real day with both simulated sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mirakl_sync.db.models import Delivery
from tests.cli.conftest import Floor, Run
from tests.worlds import World

UPS = "1Z999AA10123456784"


def sentences(told: dict[str, Any]) -> list[str]:
    return [each["sentence"] for each in told["story"]]


def test_a_parcel_that_waits_for_a_person_is_explained(floor: Floor, run: Run) -> None:
    order_id = floor.shipped(carrier="Brown Trucks", number=UPS)
    told = run("explain", order_id).output
    for words in (
        f"Order {order_id} of Acme, part of the sale",
        "Whose turn: operations.",
        "answer, kept: It was accepted at",
        "ship, runs: It is to be shipped by",
        "which the marketplace does not know yet",
        "Left the house: Brown Trucks",
        f"ledger answer:acme-webshop:{order_id}",
        "price as agreed. (received → accepted)",
        "What happens next",
        "  - Operations must answer question 1",
        "Way out: `mirakl-sync carriers map CONNECTION NAME CODE`",
    ):
        assert words in told
    assert "\x1b[" not in told


def test_the_story_goes_on_to_the_end_of_the_sale(floor: Floor, acme: World, run: Run) -> None:
    order_id = floor.shipped(carrier="Brown Trucks", number=UPS)
    run("inbox", "comment", "1", "asked the warehouse")
    run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS")
    acme.market.post(f"orders/{order_id}/receive")
    acme.settle()
    told = floor.told("explain", f"acme-webshop/{order_id}")
    assert (told["turn"], [each["verdict"] for each in told["promises"]]) == ("nobody", ["kept", "kept"])
    assert told["next"] == ["Nothing: it is over."]
    moments = [each["at"] for each in told["story"]]
    assert moments == sorted(moments)
    expected = [
        "Seen: WAITING_ACCEPTANCE", "We told the marketplace yes (OR21); confirmed", "Everything has left the house.",
        "Left the house: Brown Trucks", "Asked: “Brown Trucks”", "About question 1: asked the warehouse.",
        "The carrier “Brown Trucks” is UPS.", "Question 1 is settled.",
        "We told the marketplace carrier and number (OR23); confirmed",
        "We told the marketplace that the whole order has left (OR24); confirmed",
    ]  # fmt: skip
    said = sentences(told)
    places = [next(place for place, each in enumerate(said) if each.startswith(words)) for words in expected]
    assert places == sorted(places)


def test_a_word_given_before_is_part_of_the_story(floor: Floor, run: Run) -> None:
    run("carriers", "map", "acme-webshop", "Brown Trucks", "UPS")
    order_id = floor.shipped(carrier="BROWN trucks", number=UPS)
    told = floor.told("explain", order_id)
    assert "Said that the carrier “Brown Trucks” is UPS." in sentences(told)
    assert "UPS" not in "".join(sentences(floor.told("explain", floor.placed())))


def test_webhooks_of_the_shops_order_are_evidence_and_their_bodies_stay_closed(
    floor: Floor, acme: World, run: Run
) -> None:
    order_id = floor.placed()
    row = acme.order(order_id)
    number = row.links[0].platform_order_id
    with acme.wiring.db.transaction() as tx:
        for place, subject in enumerate((number, f"9{number}", "unreadable")):
            body = f'{{"id": {subject}, "billing": {{"last_name": "Buyerson"}}}}'
            at = acme.wiring.now() + timedelta(seconds=place)
            kept = {"store_pk": row.store_pk, "topic": "order.deleted", "received_at": at, "digested_at": at}
            tx.add(Delivery(key=f"k{place}", body=body, outcome="1 orders changed", **kept))
    told = floor.told("explain", order_id)
    webhooks = [each for each in told["story"] if each["evidence"].startswith("webhook")]
    assert [each["sentence"] for each in webhooks] == ["A webhook came (order.deleted): 1 orders changed."]
    assert "Buyerson" not in run("explain", order_id).output


def test_an_order_nobody_knows_is_one_sentence(floor: Floor, run: Run) -> None:
    del floor
    assert "There is no order 'X'." in run("explain", "X", code=1).stderr
