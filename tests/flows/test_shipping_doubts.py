"""A doubt about a number is a question; it never makes a parcel late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mirakl_sync.shipments import by_hand, verify
from tests.flows.parcels import UPS, Packing

Pack = Callable[..., Packing]
WRONG = "1Z999AA10123456785"  # the check digit is 4


def test_a_number_its_carrier_cannot_have_printed_is_asked_about(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=WRONG)
    table.seen()
    assert table.day.questions() == ["number_odd"]
    assert table.confirmed(order)["trackings"] == []


def test_a_person_may_confirm_it(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=WRONG)
    table.seen()
    with table.day.wiring.db.transaction() as tx:
        (row,) = by_hand.find(tx, WRONG)
        by_hand.confirm_number(tx, row, "Ada", table.day.clock())
    table.day.work()
    assert table.confirmed(order)["trackings"] == [("UPS", WRONG)]
    assert table.day.questions() == []
    assert f"the number {WRONG} is right" in table.story(table.row(order))


def test_at_the_last_call_it_is_told_as_it_is(pack: Pack) -> None:
    table = pack(shipments={"warn_before": timedelta(hours=4)})
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=WRONG)
    table.seen()
    by = table.row(order).ship_by
    assert by is not None
    left = by - timedelta(hours=4) - table.day.clock()
    table.day.later(seconds=left.total_seconds() - 60)
    table.ticks()
    assert table.confirmed(order)["ship_calls"] == 0
    table.day.later(seconds=120)
    table.ticks()
    assert table.confirmed(order)["trackings"] == [("UPS", WRONG)]
    assert "number_odd" not in table.day.questions()


def test_a_number_another_order_was_told_with_is_asked_about(pack: Pack) -> None:
    table = pack()
    first, second = table.placed("MUG"), table.placed("LAMP")
    table.ship(first, carrier="UPS", number=UPS)
    table.seen()
    table.ship(second, carrier="UPS", number=UPS)
    table.seen()
    assert table.day.questions() == ["number_reused"]
    assert first in table.day.item("number_reused").question
    assert table.confirmed(second)["trackings"] == []


def test_where_the_policy_trusts_the_warehouse_nothing_is_asked(pack: Pack) -> None:
    table = pack(shipments={"odd_number": "tell", "reused_number": "tell"})
    first, second = table.placed("MUG"), table.placed("LAMP")
    for order in (first, second):
        table.ship(order, carrier="UPS", number=WRONG)
    table.seen()
    assert table.confirmed(first)["trackings"] == table.confirmed(second)["trackings"] == [("UPS", WRONG)]
    assert table.day.questions() == []


def test_what_the_marketplace_finds_out_about_a_number_reaches_a_person(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True, "invalid_numbers": [UPS], "validity_seconds": 60})
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    verify.verify(table.day.wiring)
    assert table.day.questions() == []
    table.day.later(seconds=61)
    verify.verify(table.day.wiring)
    assert table.day.questions() == ["number_invalid"]
    assert table.row(order).validity == "INVALID"
    shipment = table.day.theirs(order)["shipments"][0]["id"]
    table.day.market.post(f"shipments/{shipment}/validity", {"validity": "VERIFIED"})
    verify.verify(table.day.wiring)
    assert table.day.questions() == []
    assert table.day.item("number_invalid").answer == "the marketplace says VERIFIED"


def test_a_parcel_nobody_scans_for_days_is_asked_about(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    table.day.later(days=2)
    verify.verify(table.day.wiring)
    assert table.day.questions() == []
    table.day.later(days=2)
    verify.verify(table.day.wiring)
    assert table.day.questions() == ["number_not_scanned"]
    assert UPS in table.day.item("number_not_scanned").question
    assert order in table.day.item("number_not_scanned").question
