"""What left the house is told once: whole orders by OR23 and OR24, parcels by ST01 where the marketplace knows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mirakl_sync.policy.model import Doubt, Partial
from mirakl_sync.shipments import by_hand
from tests.flows.parcels import ROYAL_MAIL, UPS, UPS_2, Packing

Pack = Callable[..., Packing]


def test_an_order_is_told_with_its_number_then_as_shipped_and_ends_with_the_sale(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]
    assert table.confirmed(order)["ship_calls"] == 1
    assert table.row(order).state == "told"
    table.day.pull()
    assert table.day.state(order) == "shipped"
    table.day.do(order, "receive")
    table.day.pull()
    table.ticks()
    assert table.row(order).state == "closed"
    assert table.day.questions() == []


def test_the_same_news_again_changes_nothing(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    said = table.story(table.row(order))
    for _ in range(3):
        table.seen()
        table.day.later(hours=2)
        table.look()
        table.ticks()
    assert table.story(table.row(order)) == said
    assert table.confirmed(order)["ship_calls"] == 1
    assert len(table.confirmed(order)["trackings"]) == 1


def test_two_parcels_where_one_number_is_all_the_marketplace_takes(pack: Pack) -> None:
    table = pack()
    order = table.placed(("MUG", 2))
    table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 1}])
    table.seen()
    assert table.confirmed(order)["trackings"] == [], "an order is told whole, when the rest has left too"
    assert "the rest of the order" in table.row(order).waiting_for
    table.ship(order, carrier="UPS", number=UPS_2, items=[{"sku": "MUG", "quantity": 1}])
    table.seen()
    table.ticks()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]
    assert table.confirmed(order)["ship_calls"] == 1
    assert [row.state for row in table.rows(order)] == ["told", "told"]
    assert "one tracking number" in table.story(table.rows(order)[1])[-1] or table.rows(order)[1].why


def test_each_parcel_is_a_shipment_where_the_marketplace_knows_them(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed(("MUG", 3), "LAMP")
    table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 2}])
    table.seen()
    assert table.confirmed(order)["state"] == "SHIPPING"
    rest = [{"sku": "MUG", "quantity": 1}, {"sku": "LAMP", "quantity": 1}]
    table.ship(order, carrier="UPS", number=UPS_2, items=rest)
    table.seen()
    mug, lamp = (f"{order}-{line}" for line in (1, 2))
    assert table.confirmed(order)["shipments"] == [
        ("SHIPPED", {mug: 2}, ("UPS", UPS)),
        ("SHIPPED", {mug: 1, lamp: 1}, ("UPS", UPS_2)),
    ]
    assert table.confirmed(order)["state"] == "SHIPPED"
    assert [row.state for row in table.rows(order)] == ["told", "told"]


def test_parcels_wait_for_the_last_one_where_the_policy_says_so(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True}, shipments={"partial": Partial.COMPLETE})
    order = table.placed("MUG", "LAMP")
    table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 1}])
    table.seen()
    assert table.confirmed(order)["shipments"] == []
    table.ship(order, carrier="UPS", number=UPS_2, items=[{"sku": "LAMP", "quantity": 1}])
    table.seen()
    assert [state for state, *_ in table.confirmed(order)["shipments"]] == ["SHIPPED", "SHIPPED"]


def test_where_nobody_says_what_is_in_which_parcel_the_first_carries_the_order(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG", "LAMP")
    table.ship(order, carrier="UPS", number=UPS, complete=False)
    table.seen()
    assert "what is in it" in table.row(order).waiting_for
    table.ship(order, carrier="UPS", number=UPS_2, complete=True)
    table.seen()
    table.ticks()
    assert table.confirmed(order)["shipments"] == [("SHIPPED", {f"{order}-1": 1, f"{order}-2": 1}, ("UPS", UPS))]
    assert [row.state for row in table.rows(order)] == ["told", "told"]


def test_a_letter_goes_without_a_number_when_its_time_is_over(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG", shipping_type_code="LET")
    table.ship(order)
    table.seen()
    assert table.row(order).waiting_for == "its tracking number"
    table.day.later(hours=1, seconds=1)
    table.ticks()
    assert table.confirmed(order) == {"state": "SHIPPED", "ship_calls": 1, "trackings": [], "shipments": []}


def test_a_number_entered_in_time_is_told_after_all(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG", shipping_type_code="LET")
    table.ship(order)
    table.seen()
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]
    assert table.row(order).state == "told"


def test_a_number_entered_too_late_still_reaches_the_buyer(pack: Pack) -> None:
    table = pack(shipments={"number_patience": timedelta(seconds=1)})
    order = table.placed("MUG", shipping_type_code="LET")
    table.ship(order)
    table.seen()
    table.day.later(seconds=20)
    table.ticks()
    assert table.confirmed(order)["ship_calls"] == 1
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]
    assert table.confirmed(order)["ship_calls"] == 1


def test_where_shipping_needs_tracking_a_person_is_asked_for_the_number(pack: Pack) -> None:
    table = pack(shipments={"number_patience": timedelta(seconds=1), "without_number": Doubt.TELL})
    order = table.placed("MUG", shipping_type_code="STD")
    table.ship(order)
    table.seen()
    table.day.later(seconds=20)
    table.ticks()
    assert table.day.questions() == ["number_missing"]
    assert table.confirmed(order)["ship_calls"] == 0
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["ship_calls"] == 1
    assert table.day.questions() == []


def test_a_person_may_say_that_there_is_no_number(pack: Pack) -> None:
    table = pack(shipments={"number_patience": timedelta(seconds=1), "without_number": Doubt.ASK})
    order = table.placed("MUG", shipping_type_code="LET")
    table.ship(order)
    table.seen()
    table.day.later(seconds=20)
    table.ticks()
    assert table.day.questions() == ["number_missing"]
    with table.day.wiring.db.transaction() as tx:
        (row,) = by_hand.find(tx, order)
        by_hand.send_without_number(tx, row, "Ada", table.day.clock())
    table.day.work()
    assert table.confirmed(order)["ship_calls"] == 1
    assert table.day.questions() == []


@pytest.mark.parametrize("multi", [False, True], ids=["OR23", "ST23"])
def test_a_number_corrected_in_the_shop_is_corrected_on_the_marketplace(pack: Pack, multi: bool) -> None:
    table = pack(market={"multi_shipment": multi})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    _put(table, f"orders/{shop_order}/parcels/{parcel['tracking_id']}", {"number": UPS_2})
    table.day.later(seconds=2)
    table.seen()
    known = table.confirmed(order)
    assert (known["shipments"][-1][2] if multi else known["trackings"][-1]) == ("UPS", UPS_2)
    assert known["ship_calls"] == (0 if multi else 1)
    assert len(known["shipments"]) == (1 if multi else 0)
    assert not table.row(order).to_correct


@pytest.mark.parametrize("multi", [False, True], ids=["OR23", "ST23"])
def test_a_number_deleted_and_entered_anew_is_a_correction_too(pack: Pack, multi: bool) -> None:
    table = pack(market={"multi_shipment": multi})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    _delete(table, f"orders/{shop_order}/parcels/{parcel['tracking_id']}")
    table.ship(order, carrier="DHL Paket", number=ROYAL_MAIL)
    table.day.later(seconds=2)
    table.seen()
    known = table.confirmed(order)
    assert (known["shipments"][-1][2] if multi else known["trackings"][-1]) == ("DHL", ROYAL_MAIL)
    assert len(table.rows(order)) == 1
    assert table.day.questions() == []


@pytest.mark.parametrize("multi", [False, True], ids=["OR23", "ST23"])
def test_deleted_and_entered_anew_is_a_correction_also_when_both_are_seen_apart(pack: Pack, multi: bool) -> None:
    table = pack(market={"multi_shipment": multi})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    _delete(table, f"orders/{shop_order}/parcels/{parcel['tracking_id']}")
    table.day.later(seconds=2)
    table.seen()
    assert table.day.questions() == ["parcel_removed"]
    table.ship(order, carrier="UPS", number=UPS_2)
    table.day.later(seconds=2)
    table.seen()
    known = table.confirmed(order)
    assert (known["shipments"][-1][2] if multi else known["trackings"][-1]) == ("UPS", UPS_2)
    assert len(known["shipments"]) == (1 if multi else 0)
    assert len(table.rows(order)) == 1
    assert table.day.questions() == []
    assert table.day.item("parcel_removed").answer == "the shop entered it anew"


def test_a_parcel_taken_back_before_it_was_told_is_not_told(pack: Pack) -> None:
    table = pack()
    order = table.placed(("MUG", 2))
    (parcel,) = table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 1}])
    table.seen()
    _delete(table, f"orders/{table.day.shop_orders(order)[0]['id']}/parcels/{parcel['tracking_id']}")
    table.day.later(seconds=2)
    table.seen()
    assert table.row(order).state == "dropped"
    table.ship(order, carrier="UPS", number=UPS_2)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS_2)]


def test_a_parcel_taken_back_after_it_was_told_is_a_question(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    _delete(table, f"orders/{table.day.shop_orders(order, live=False)[0]['id']}/parcels/{parcel['tracking_id']}")
    table.day.later(seconds=2)
    table.seen()
    assert table.day.questions() == ["parcel_removed"]
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]


def test_what_somebody_shipped_in_the_portal_is_not_shipped_again(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.day.do(order, "ship")
    table.day.pull()
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)], "the buyer gets the number all the same"
    assert table.confirmed(order)["ship_calls"] == 0
    assert table.row(order).state == "told"


def test_losing_the_race_against_the_marketplaces_own_clock_is_told_to_customer_service(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.day.do(order, "ship")
    table.day.do(order, "receive")
    table.ship(order, carrier="UPS", number=UPS)
    table.poll()
    table.day.pull()
    table.ticks()
    assert table.row(order).state == "closed"
    (item,) = table.day.items("closed_before_told")
    assert item.owner == "customer service"
    assert order in item.question


def test_a_sale_cancelled_before_its_parcel_was_told_is_left_alone(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="Nobody knows", number=UPS)
    table.seen()
    assert table.day.questions() == ["carrier_unmapped"]
    table.day.do(order, "cancel")
    table.day.pull()
    table.ticks()
    assert table.row(order).state == "dropped"
    assert "carrier_unmapped" not in table.day.questions(), "nobody waits for an answer any more"


def test_an_order_in_a_persons_hands_is_not_told(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.day.change(order, managed=False)
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.confirmed(order)["ship_calls"] == 0
    table.day.change(order, managed=True)
    table.day.later(minutes=1)
    with table.day.wiring.db.transaction() as tx:
        (row,) = by_hand.find(tx, order)
        by_hand.retry(tx, row, "Ada", table.day.clock())
    table.day.work()
    assert table.confirmed(order)["ship_calls"] == 1


def test_orders_of_others_and_of_nobody_are_none_of_our_business(pack: Pack) -> None:
    table = pack()
    keys = table.day.world.sandbox["webshop"]
    body = {"status": "processing", "line_items": [{"product_id": 1, "quantity": 1}]}
    import requests

    made = requests.post(
        f"{keys['url']}/wp-json/wc/v3/orders",
        json=body,
        auth=(keys["consumer_key"], keys["consumer_secret"]),
        timeout=5,
    ).json()
    table.day.webshop.post(f"orders/{made['id']}/ship", {"carrier": "UPS", "number": UPS})
    assert table.seen() == []
    assert table.day.questions() == []


def test_more_in_a_parcel_than_was_sold_is_asked_not_sent(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed(("MUG", 2))
    table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 2}])
    table.seen()
    table.ship(order, carrier="UPS", number=UPS_2, items=[{"sku": "MUG", "quantity": 1}])
    table.seen()
    table.day.pull()
    table.ticks()
    assert [shipment[1] for shipment in table.confirmed(order)["shipments"]] == [{f"{order}-1": 2}]
    assert [row.state for row in table.rows(order)] == ["told", "noted"]
    assert table.day.questions() == ["over_shipped"]


def test_a_parcel_that_holds_more_than_is_left_is_a_question(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed(("MUG", 3), "LAMP")
    table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 2}])
    table.seen()
    table.ship(order, carrier="UPS", number=UPS_2, items=[{"sku": "MUG", "quantity": 2}])
    table.seen()
    (item,) = table.day.items("over_shipped")
    assert f"2 of line {order}-1, of which 1 are left to ship" in item.question
    assert len(table.confirmed(order)["shipments"]) == 1


def test_a_shipment_half_made_for_a_parcel_the_shop_took_back_is_taken_back(pack: Pack) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed(("MUG", 2))
    (parcel,) = table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 1}])
    table.poll()
    table.half_make(order, {f"{order}-1": 1})
    _delete(table, f"orders/{table.day.shop_orders(order)[0]['id']}/parcels/{parcel['tracking_id']}")
    table.day.later(seconds=20)
    table.seen()
    table.ticks()
    assert table.confirmed(order)["shipments"] == []
    assert table.row(order).state == "dropped"
    assert table.day.questions() == []


def test_a_paused_feed_keeps_parcels_until_it_is_resumed(pack: Pack) -> None:
    from mirakl_sync.connections.pausing import pause, resume

    table = pack()
    order = table.placed("MUG")
    with table.day.wiring.db.transaction() as tx:
        pause(tx, "acme-webshop", ["shipments"], "Ada", table.day.clock())
    table.day.wiring.connections.forget(table.day.world.connection)
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.row(order).waiting_for == "a person to resume shipments"
    with table.day.wiring.db.transaction() as tx:
        resume(tx, "acme-webshop", ["shipments"], "Ada", table.day.clock())
    table.day.wiring.connections.forget(table.day.world.connection)
    table.day.later(minutes=2)
    table.ticks()
    assert table.confirmed(order)["ship_calls"] == 1


def test_a_shop_that_forgets_to_date_its_change_is_looked_at_by_number(pack: Pack) -> None:
    table = pack(webshop={"tracking_saves_order": False})
    order = table.placed("MUG")
    table.day.webshop.post(f"orders/{table.day.shop_orders(order)[0]['id']}", {"status": "completed"})
    table.day.later(seconds=5)
    table.placed("LAMP")
    table.seen()
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    assert table.row(order).number == "", "neither the poll nor a webhook shows it"
    table.day.later(minutes=20)
    table.look()
    assert table.confirmed(order)["trackings"] == [("UPS", UPS)]


def _put(table: Packing, path: str, body: dict[str, str]) -> None:
    import requests

    assert requests.put(f"{table.day.webshop.url}/_sandbox/{path}", json=body, timeout=5).ok


def _delete(table: Packing, path: str) -> None:
    import requests

    assert requests.delete(f"{table.day.webshop.url}/_sandbox/{path}", json={}, timeout=5).ok
