"""Parcels on the command line: looked at, explained, confirmed, dropped and taken up again."""

from __future__ import annotations

import pytest

from mirakl_sync.dispatch import RecordingDispatcher
from tests.cli.conftest import Floor, Run
from tests.worlds import World

UPS, UPS_2, DHL = "1Z999AA10123456784", "1Z5R89390357567127", "00340434161094042557"
# the letter needs no tracking before it is shipped
LETTER = {"shipping_type_code": "LET"}


def test_a_look_finds_what_left_and_tells_the_marketplace(floor: Floor, acme: World, run: Run) -> None:
    order_id = floor.placed()
    floor.ship(order_id, carrier="ups", number=UPS)
    told = run("shipments", "look").output
    assert "1 placed orders looked at in their shops" in told
    assert acme.their_order(order_id)["state"] == "SHIPPED"
    (row,) = floor.told("shipments", "list")["rows"]
    assert (row["order_id"], row["state"], row["told_as"]) == (order_id, "told", f"UPS {UPS}")
    assert "There is no store 'nowhere'." in run("shipments", "look", "nowhere", code=1).stderr


def test_an_order_shows_its_parcels(floor: Floor, run: Run) -> None:
    order_id = floor.shipped(carrier="UPS", number=UPS)
    told = run("orders", "show", order_id).output
    assert "Parcels" in told
    assert f"UPS {UPS}" in told
    (parcel,) = floor.told("orders", "show", order_id)["parcels"]
    assert (parcel["number"], parcel["state"]) == (UPS, "told")


def test_a_look_with_enqueue_leaves_the_telling_to_the_workers(
    floor: Floor, acme: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = floor.placed()
    floor.ship(order_id, carrier="UPS", number=UPS)
    bells = RecordingDispatcher()
    monkeypatch.setattr("mirakl_sync.cli.context._workers", lambda: bells)
    run("shipments", "look", "--enqueue")
    assert "shipments.advance" in [wake.task for wake in bells.sent]
    assert acme.their_order(order_id)["state"] == "SHIPPING"


def test_a_shop_that_does_not_answer_is_told_and_the_exit_code_says_so(floor: Floor, acme: World, run: Run) -> None:
    floor.placed()
    acme.webshop.trouble({"what": "fail", "match": "/orders"})
    result = run("shipments", "look", code=1)
    assert "0 placed orders looked at in their shops, 1 later" in result.stdout
    assert "webshop: " in result.stderr


def test_lists_filter_count_and_page(floor: Floor, run: Run) -> None:
    told = floor.shipped(carrier="UPS", number=UPS)
    unknown = floor.shipped("LAMP", carrier="Blue  Van", number="BV-4711-X")

    def found(*words: str) -> list[str]:
        return [row["order_id"] for row in floor.told("shipments", "list", *words)["rows"]]

    assert found() == [unknown, told]
    assert found("--state", "told") == [told]
    assert found("--need", "person") == found("--need", "carrier") == found("--need", "telling") == [unknown]
    assert found("--need", "doubt") == found("--need", "number") == found("--need", "dropped") == []
    assert found("--carrier", "blue van") == [unknown]
    assert found("--text", UPS[:6]) == found("--text", told) == [told]
    assert found("--connection", "another") == []
    assert found("--due", "1h") == []
    assert found("--due", "90d") == [unknown]
    paged = run("shipments", "list", "--limit", "1", "--page", "2")
    assert "Page 2 of 2, 2 parcels." in paged.stderr
    assert told in paged.stdout


def test_an_empty_list_says_what_to_do(floor: Floor, run: Run) -> None:
    del floor
    assert "`mirakl-sync shipments look`" in run("shipments", "list").output


def test_a_parcel_is_shown_whole_by_our_number_its_own_or_its_order(floor: Floor, run: Run) -> None:
    order_id = floor.shipped(carrier="UPS", number=UPS)
    told = run("shipments", "show", order_id).output
    for words in ("told (", "carrier", f"UPS {UPS}", "told as shipped", "tell tracking", "noted → told", "Inside"):
        assert words in told
    parcel = floor.parcel(order_id)
    assert [effect["key"] for effect in parcel["effects"]][1] == f"ship:acme-webshop:{order_id}"
    same = [floor.parcel(each) for each in (str(parcel["row"]["id"]), UPS, f"acme-webshop/{order_id}")]
    assert same == [parcel] * 3
    assert "There is no parcel 'X'." in run("shipments", "show", "X", code=1).stderr


def test_a_question_stands_on_the_parcels_page_with_its_way_out(floor: Floor, run: Run) -> None:
    order_id = floor.shipped(carrier="Blue Van", number="BV-4711-X")
    told = run("shipments", "show", order_id).output
    assert "Asked of operations (item" in told
    assert "`mirakl-sync carriers map CONNECTION NAME CODE`" in told
    assert "nothing yet" in told


def test_two_parcels_of_an_order_are_both_shown(floor: Floor, run: Run) -> None:
    order_id = floor.placed("MUG", "LAMP")
    floor.ship(order_id, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 1}])
    floor.ship(order_id, carrier="UPS", number=UPS_2, items=[{"sku": "LAMP", "quantity": 1}])
    run("shipments", "look")
    first, second = floor.told("shipments", "show", order_id)
    assert [[piece["sku"] for piece in each["pieces"]] for each in (first, second)] == [["MUG"], ["LAMP"]]
    assert first["others"] == [second["row"]["id"]]


def test_a_doubted_number_goes_on_with_a_persons_word(floor: Floor, acme: World, run: Run) -> None:
    order_id = floor.shipped(carrier="UPS", number="4711-0815-42")
    assert acme.their_order(order_id)["state"] == "SHIPPING"
    assert [row["order_id"] for row in floor.told("shipments", "list", "--need", "doubt")["rows"]] == [order_id]
    told = run("shipments", "confirm", order_id).output
    assert f"parcel {floor.parcel(order_id)['row']['id']}: " in told
    assert acme.their_order(order_id)["state"] == "SHIPPED"
    assert ("ann", "the number 4711-0815-42 is right") in [
        (entry["who"], entry["sentence"]) for entry in floor.parcel(order_id)["timeline"]
    ]


def test_a_parcel_without_a_number_goes_on_with_a_persons_word(floor: Floor, acme: World, run: Run) -> None:
    (order_id,) = acme.place(lines=[{"sku": "MUG"}], **LETTER)
    acme.settle()
    floor.ship(order_id)
    run("shipments", "look")
    assert [row["order_id"] for row in floor.told("shipments", "list", "--need", "number")["rows"]] == [order_id]
    run("shipments", "send-without-number", order_id)
    assert acme.their_order(order_id)["state"] == "SHIPPED"
    assert "has no number to confirm" in run("shipments", "confirm", order_id, code=1).stderr


def test_dropping_and_taking_up(floor: Floor, acme: World, run: Run) -> None:
    order_id = floor.shipped(carrier="Blue Van", number="BV-4711-X")
    run("shipments", "drop", order_id)
    assert (floor.parcel(order_id)["row"]["state"], floor.parcel(order_id)["why"]) == ("dropped", "dropped by ann")
    assert "Nothing waits for a person." in run("inbox", "list").output
    assert "`shipments take-up` undoes a drop." in run("shipments", "retry", order_id, code=1).stderr
    told = run("shipments", "take-up", "--all-matching", "--yes").output
    assert f"of {order_id}: asks: “Blue Van”" in told
    assert "is noted, not dropped" in run("shipments", "take-up", order_id, code=1).stderr
    assert acme.their_order(order_id)["state"] == "SHIPPING"


def test_many_are_tried_again_by_filter_after_a_question(floor: Floor, acme: World, run: Run) -> None:
    ids = [floor.shipped(carrier="Blue Van", number=f"BV-4711-{sign}") for sign in "AB"]
    asked = run("shipments", "retry", "--all-matching", "--carrier", "blue van", code=2)
    assert "2 parcels match and there is nobody to ask here" in asked.stderr
    told = run("shipments", "retry", "--all-matching", "--carrier", "BLUE VAN", "--yes").output
    assert all(order_id in told for order_id in ids)
    assert "nothing was done" in run("shipments", "retry", "--all-matching", "--text", "zzz", "--yes").output
    assert "Filters go with --all-matching." in run("shipments", "retry", "1", "--state", "told", code=2).stderr
    assert "Name parcels, or use" in run("shipments", "retry", code=2).stderr
    assert [acme.their_order(order_id)["state"] for order_id in ids] == ["SHIPPING", "SHIPPING"]


def test_retry_after_the_marketplace_said_no(floor: Floor, acme: World, run: Run) -> None:
    order_id = floor.placed()
    floor.ship(order_id, carrier="UPS", number=UPS)
    acme.market.trouble({"what": "fail", "match": "OR23", "times": 1})
    failed = run("shipments", "look", code=1).output
    assert "tell tracking" in failed
    assert floor.told("shipments", "list", "--need", "trouble")["total"] == 1
    run("shipments", "retry", UPS)
    assert acme.their_order(order_id)["state"] == "SHIPPED"


def test_enqueue_sets_the_columns_and_rings_the_workers(
    floor: Floor, acme: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = floor.shipped(carrier="UPS", number="4711-0815-42")
    bells = RecordingDispatcher()
    monkeypatch.setattr("mirakl_sync.cli.context._workers", lambda: bells)
    assert "Rang the workers for 1 parcels." in run("shipments", "confirm", order_id, "--enqueue").output
    assert [(wake.task, wake.args) for wake in bells.sent] == [
        ("shipments.advance", (floor.parcel(order_id)["row"]["id"],))
    ]
    assert acme.their_order(order_id)["state"] == "SHIPPING"
