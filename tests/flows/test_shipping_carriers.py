"""Carriers are mapped strictly to the marketplace's list: one question for every parcel behind an unknown name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mirakl_sync.db.models import CarrierMapping, Connection, Shipment, TimelineEntry
from mirakl_sync.errors import Refused
from mirakl_sync.policy.model import Unmapped
from mirakl_sync.shipments import mapping
from mirakl_sync.shipments.mapping import Target
from tests.flows.parcels import ROYAL_MAIL, UPS, UPS_2, Packing

Pack = Callable[..., Packing]
DHL = "00340434161094042557"
STRICT = {"disable_seller_alternative_carrier": True}
BY_NAME = {"unmapped_carrier": Unmapped.BY_NAME}


@pytest.mark.parametrize(
    ("spelled", "code"),
    [
        ("UPS", "UPS"),
        ("ups", "UPS"),
        ("D.H.L. Paket", "DHL"),
        ("dhl", "DHL"),
        ("Colissimo", "COL"),
        ("COLISSIMO", "COL"),
    ],
)
def test_a_code_a_label_or_a_standard_code_needs_no_word(pack: Pack, spelled: str, code: str) -> None:
    table = pack(shipments={"odd_number": "tell"})
    order = table.placed("MUG")
    table.ship(order, carrier=spelled, number="AB12345678")
    table.seen()
    assert table.confirmed(order)["trackings"] == [(code, "AB12345678")]


def test_many_parcels_behind_one_name_are_one_question_and_one_word_lets_all_go(pack: Pack) -> None:
    table = pack(shipments={"reused_number": "tell"})
    orders = table.day.buy_many(12, "MUG")
    table.day.world.settle()
    for number, order in enumerate(orders):
        table.ship(order, carrier=("Royal Mail 24", "ROYAL-MAIL 24", "royal mail  24")[number % 3], number=ROYAL_MAIL)
    table.seen()
    item = table.day.item("carrier_unmapped")
    assert (item.times_seen, item.owner) == (12, "operations")
    assert item.due_at <= min(table.row(order).ship_by for order in orders)
    mapped = table.map("Royal Mail 24", "DHL")
    assert len(mapped.released) == 12
    assert all(table.confirmed(order)["ship_calls"] == 1 for order in orders)
    assert all(table.confirmed(order)["trackings"] == [("DHL", ROYAL_MAIL)] for order in orders)
    assert table.day.questions() == []
    closed = table.day.item("carrier_unmapped")
    assert (closed.closed_by, closed.answer) == ("Ada", "the carrier “Royal Mail 24” is DHL")


def test_the_mapping_who_made_it_and_what_it_released_can_be_read_later(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="Royal Mail 24", number=ROYAL_MAIL)
    table.seen()
    table.map("Royal Mail 24", "DHL")
    table.map("Royal Mail 24", "COL")
    with table.day.wiring.db.reading() as tx:
        said = select(TimelineEntry.who, TimelineEntry.sentence).where(TimelineEntry.subject == "carrier mapping")
        assert [tuple(row) for row in tx.execute(said.order_by(TimelineEntry.id))] == [
            ("Ada", "the carrier “Royal Mail 24” is DHL; 1 parcel goes on"),
            ("Ada", "the carrier “Royal Mail 24” is COL (before: DHL); 0 parcels go on"),
        ]
    assert "the carrier “Royal Mail 24” is DHL" in table.story(table.row(order))


def test_the_question_names_the_closest_of_the_list(pack: Pack) -> None:
    table = pack(market={"carriers": [{"code": "RM", "label": "Royal Mail"}, {"code": "UPS", "label": "UPS"}]})
    order = table.placed("MUG")
    table.ship(order, carrier="Royal Mail 24", number=ROYAL_MAIL)
    table.seen()
    assert table.day.item("carrier_unmapped").facts["nearest"] == ["RM (Royal Mail)"]


def test_a_strict_marketplace_is_never_told_a_name(pack: Pack) -> None:
    table = pack(market=STRICT, shipments=BY_NAME)
    order = table.placed("MUG")
    table.ship(order, carrier="Bike courier", number="BC-778899")
    table.seen()
    assert table.day.questions() == ["carrier_unmapped"]
    assert table.confirmed(order)["trackings"] == []
    with pytest.raises(Refused, match="only carriers of its own list"):
        table.map("Bike courier", target=Target(name="Bike courier"))


def test_elsewhere_a_name_may_be_told_and_is_asked_about_all_the_same(pack: Pack) -> None:
    table = pack(shipments=BY_NAME)
    order = table.placed("MUG")
    table.ship(order, carrier="Bike courier", number="BC-778899")
    table.seen()
    assert table.confirmed(order)["trackings"] == [("Bike courier", "BC-778899")]
    assert table.confirmed(order)["ship_calls"] == 1
    assert table.day.questions() == ["carrier_unmapped"]
    table.map("Bike courier", target=Target(name="Bikes & Co", url="https://bikes.example/{trackingId}"))
    assert table.day.questions() == []
    next_one = table.placed("MUG")
    table.ship(next_one, carrier="bike courier", number="BC-990011")
    table.seen()
    (told,) = table.day.theirs(next_one)["trackings"]
    assert (told["carrier_name"], told["tracking_url"]) == ("Bikes & Co", "https://bikes.example/BC-990011")


def test_a_country_may_have_a_carrier_of_its_own(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.map("Eurosend", "COL")
    table.map("Eurosend", "DHL", country=_country(table, order))
    table.ship(order, carrier="Eurosend", number=DHL)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("DHL", DHL)]


def _country(table: Packing, order: str) -> str:
    from mirakl_sync.mirakl.orders import read_order

    with table.day.wiring.db.reading() as tx:
        from mirakl_sync.db.models import Order

        row = tx.execute(select(Order).where(Order.order_id == order)).scalar_one()
        address = read_order(row.payload).buyer.shipping
    assert address is not None
    return address.country_code


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("NOPE"), "lists no carrier 'NOPE'"),
        (Target("ups"), "lists no carrier 'ups'"),
        (Target(), "one of the two"),
        (Target("UPS", "United"), "one of the two"),
    ],
)
def test_a_word_that_means_nothing_there_is_refused(pack: Pack, target: Target, words: str) -> None:
    table = pack()
    with pytest.raises(Refused) as refused:
        table.map("United", target=target)
    assert words in refused.value.words
    with table.day.wiring.db.reading() as tx:
        assert tx.execute(select(CarrierMapping)).first() is None


def test_a_list_that_shrank_is_a_question_before_the_next_parcel_and_holds_that_one(pack: Pack) -> None:
    table = pack()
    table.map("Brown vans", "UPS")
    table.day.market.post("carriers", {"remove": "UPS"})
    assert "1 gone" in table.learn()
    gone = table.day.item("carrier_gone")
    assert "“Brown vans” of acme-webshop" in gone.question
    order = table.placed("MUG")
    table.ship(order, carrier="Brown vans", number=UPS)
    table.seen()
    assert table.day.questions() == ["carrier_gone", "carrier_unmapped"]
    assert "no longer on the marketplace's list" in table.day.item("carrier_unmapped").question
    table.map("Brown vans", "DHL")
    assert table.confirmed(order)["ship_calls"] == 0, "the number is no DHL number: that is asked now"
    assert "number_odd" in table.day.questions()


def test_a_carrier_back_on_the_list_closes_its_question(pack: Pack) -> None:
    table = pack()
    table.map("Brown vans", "UPS")
    table.day.market.post("carriers", {"remove": "UPS"})
    table.learn()
    table.day.market.post("carriers", {"carriers": [{"code": "UPS", "label": "UPS"}]})
    table.learn()
    assert table.day.questions() == []
    assert table.day.item("carrier_gone").answer == "UPS is on the list again"


def test_a_carrier_the_marketplace_refuses_is_asked_and_its_list_read_anew(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.day.market.post("carriers", {"remove": "UPS"})
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.day.questions() == ["carrier_refused"]
    assert "UPS" in table.day.item("carrier_refused").question
    table.learn()
    table.map("UPS", "DHL")
    assert table.day.questions() == ["number_odd"]


def test_a_word_taken_back_makes_the_next_parcel_ask_again(pack: Pack) -> None:
    table = pack()
    table.map("Brown vans", "UPS")
    with table.day.wiring.db.transaction() as tx:
        connection = tx.get_one(Connection, table.day.world.connection)
        said = mapping.forget(tx, connection, "brown VANS", "Ada", table.day.clock())
    assert said == "the carrier “Brown vans” is no longer UPS"
    order = table.placed("MUG")
    table.ship(order, carrier="Brown vans", number=UPS)
    table.seen()
    assert table.day.questions() == ["carrier_unmapped"]


@pytest.mark.parametrize("multi", [False, True], ids=["OR23", "ST23"])
def test_a_word_corrected_may_correct_what_was_told(pack: Pack, multi: bool) -> None:
    table = pack(market={"multi_shipment": multi}, shipments={"odd_number": "tell"})
    table.map("Brown vans", "DHL")
    order = table.placed("MUG")
    table.ship(order, carrier="Brown vans", number=UPS_2)
    table.seen()
    table.map("Brown vans", "UPS")
    assert _last(table, order, multi) == ("DHL", UPS_2), "a new word is for new parcels"
    table.map("Brown vans", "UPS", correct_told=True)
    assert _last(table, order, multi) == ("UPS", UPS_2)


def test_a_parcel_without_a_carrier_can_be_given_one_for_all(pack: Pack) -> None:
    table = pack(shipments={"odd_number": "tell"})
    order = table.placed("MUG")
    table.ship(order, carrier="", number=UPS)
    table.seen()
    assert table.day.questions() == ["carrier_unmapped"]
    assert "without a carrier: the shop names no carrier" in table.day.item("carrier_unmapped").question
    table.map("", "UPS")
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]


def test_lists_are_read_once_a_day(pack: Pack) -> None:
    from mirakl_sync.connections import refresh

    table = pack()
    asked = table.day.market.get("calls")["by_operation"]["SH21"]
    refresh.refresh_due(table.day.wiring)
    table.day.later(hours=23)
    refresh.refresh_due(table.day.wiring)
    assert table.day.market.get("calls")["by_operation"]["SH21"] == asked
    table.day.later(hours=2)
    said = refresh.refresh_due(table.day.wiring).sentence()
    assert said == "acme: rules, 2 ways of shipping, 4 carriers"
    assert table.day.market.get("calls")["by_operation"]["SH21"] != asked


def _last(table: Packing, order: str, multi: bool) -> Any:
    known = table.confirmed(order)
    return known["shipments"][-1][2] if multi else known["trackings"][-1]


def test_a_marketplace_that_turns_out_to_know_no_shipments_is_told_whole_orders(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG")
    table.day.market.post("features", {"multi_shipment": False})
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]
    assert table.confirmed(order)["ship_calls"] == 1
    with table.day.wiring.db.reading() as tx:
        assert tx.execute(select(Shipment.state)).scalar_one() == "told"
