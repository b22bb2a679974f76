"""ST01 to ST24 against the simulated marketplace: shipments made, read, corrected, shipped and taken back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mirakl_sync.errors import RateLimited, Refused, Unavailable
from mirakl_sync.records.shipment import ShipmentLine, Tracking

UPS = Tracking(carrier_code="UPS", number="1Z999")
COURIER = Tracking(carrier_name="Dupont Courses", number="7", url="https://dupont.example/7")
LETTER, PARCEL = "LET", "STD"  # only the second may not leave without tracking
NO_SHIPMENT = "11111111-2222-3333-4444-555555555555"
TWO_LINES = [{"sku": "SKU-1", "quantity": 3}, {"sku": "SKU-2", "quantity": 1}]


@pytest.fixture
def market(marketplace: Any) -> Any:
    return marketplace(multi_shipment=True)


def to_ship(market: Any, **options: Any) -> str:
    (order_id,) = market.place(**{"state": "SHIPPING", "shipping_type_code": LETTER, "lines": TWO_LINES} | options)
    return order_id


def state_of(market: Any, order_id: str) -> str:
    return market.book(order_id)["state"]


def test_an_order_leaves_in_two_parcels(market):
    order_id, shop = to_ship(market), market.shop()
    first = shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 2, "BOX_1")], UPS, invoice_reference="INV-9")
    assert (first.order_id, first.state, first.lines) == (
        order_id,
        "SHIPPED",
        (ShipmentLine(f"{order_id}-1", 2, "BOX_1"),),
    )
    assert state_of(market, order_id) == "SHIPPING"
    rest = [ShipmentLine(f"{order_id}-1", 1, "BOX_2"), ShipmentLine(f"{order_id}-2", 1, "BOX_2")]
    second = shop.create_shipment(order_id, rest, COURIER)
    assert state_of(market, order_id) == "SHIPPED"
    found = shop.shipments([order_id])
    assert [one.shipment_id for one in found] == [first.shipment_id, second.shipment_id]
    assert [one.lines for one in found] == [first.lines, tuple(rest)]
    assert found[0].tracking == Tracking("UPS", "UPS", "1Z999", "https://track.example/ups?n=1Z999")
    assert found[1].tracking == COURIER
    assert all(one.updated_at for one in found)


def test_a_shipment_may_be_made_first_and_shipped_later(market):
    order_id, shop = to_ship(market, shipping_type_code=PARCEL, lines=TWO_LINES[1:]), market.shop()
    made = shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 1)], None, shipped=False)
    assert (made.state, made.tracking) == ("SHIPPING", None)
    with pytest.raises(Refused) as caught:
        shop.ship_shipment(made.shipment_id)
    assert caught.value.code == "TRACKING_MISSING"
    shop.correct_tracking(made.shipment_id, UPS)
    shop.ship_shipment(made.shipment_id)
    (found,) = shop.shipments([order_id])
    assert (found.state, found.tracking.number) == ("SHIPPED", "1Z999")
    assert state_of(market, order_id) == "SHIPPED"
    with pytest.raises(Refused) as caught:
        shop.ship_shipment(made.shipment_id)
    assert caught.value.code == "SHIPMENT_INVALID_STATE"


def test_a_wrong_number_is_corrected_after_the_parcel_left(market):
    order_id, shop = to_ship(market), market.shop()
    made = shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 3)], UPS)
    shop.correct_tracking(made.shipment_id, Tracking(carrier_code="DHL", number="00340"))
    (found,) = shop.shipments([order_id])
    assert (found.tracking.carrier_code, found.tracking.number) == ("DHL", "00340")


def test_a_shipment_that_has_not_left_is_taken_back_and_its_pieces_are_free(market):
    order_id, shop = to_ship(market), market.shop()
    lines = [ShipmentLine(f"{order_id}-1", 3)]
    made = shop.create_shipment(order_id, lines, UPS, shipped=False)
    shop.delete_shipment(made.shipment_id)
    assert shop.shipments([order_id]) == ()
    gone = shop.create_shipment(order_id, lines, UPS)
    with pytest.raises(Refused) as caught:
        shop.delete_shipment(gone.shipment_id)
    assert caught.value.code == "SHIPMENT_INVALID_STATE"
    assert len(shop.shipments([order_id])) == 1


@pytest.mark.parametrize("spelling", ["shipment", "deletion"])
def test_a_deletion_is_understood_in_both_spellings(marketplace, spelling):
    market = marketplace(multi_shipment=True, deletion_spelling=spelling)
    order_id, shop = to_ship(market), market.shop()
    made = shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 1)], None, shipped=False)
    shop.delete_shipment(made.shipment_id)
    with pytest.raises(Refused) as caught:
        shop.delete_shipment(made.shipment_id)
    assert caught.value.code == "SHIPMENT_NOT_FOUND"


@pytest.mark.parametrize(
    "act",
    [
        lambda shop: shop.ship_shipment(NO_SHIPMENT),
        lambda shop: shop.correct_tracking(NO_SHIPMENT, UPS),
        lambda shop: shop.delete_shipment(NO_SHIPMENT),
    ],
)
def test_a_shipment_nobody_knows_is_refused_inside_the_200(market, act):
    with pytest.raises(Refused, match=NO_SHIPMENT) as caught:
        act(market.shop())
    assert (caught.value.code, caught.value.status) == ("SHIPMENT_NOT_FOUND", 200)


@pytest.mark.parametrize(
    ("line", "pieces", "tracking", "code"),
    [
        (1, 4, UPS, "SHIPMENT_QUANTITY_INVALID"),
        (9, 1, UPS, "SHIPMENT_QUANTITY_INVALID"),
        (1, 1, Tracking(carrier_code="ups", number="1"), "CARRIER_REFUSED"),
        (1, 1, COURIER, "CARRIER_REFUSED"),
        (1, 1, Tracking(number="1"), "CARRIER_REFUSED"),
        (1, 1, Tracking(carrier_code="UPS"), "TRACKING_MISSING"),
        (1, 1, None, "TRACKING_MISSING"),
    ],
)
def test_a_shipment_that_is_not_taken_says_why_inside_the_201(marketplace, line, pieces, tracking, code):
    market = marketplace(multi_shipment=True, disable_seller_alternative_carrier=True)
    order_id = to_ship(market, shipping_type_code=PARCEL)
    with pytest.raises(Refused) as caught:
        market.shop().create_shipment(order_id, [ShipmentLine(f"{order_id}-{line}", pieces)], tracking)
    assert (caught.value.code, caught.value.status) == (code, 201)
    assert market.shop().shipments([order_id]) == ()


@pytest.mark.parametrize("state", ["WAITING_ACCEPTANCE", "SHIPPED", "CLOSED", "CANCELED"])
def test_an_order_that_is_not_to_ship_takes_no_shipment(market, state):
    order_id = to_ship(market, state=state)
    with pytest.raises(Refused, match=state) as caught:
        market.shop().create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 1)], UPS)
    assert caught.value.code == "ORDER_NOT_SHIPPABLE"


def test_a_shipment_of_an_order_nobody_knows_is_refused_in_words(market):
    with pytest.raises(Refused, match="not found") as caught:
        market.shop().create_shipment("NO-SUCH", [ShipmentLine("1", 1)], UPS)
    assert caught.value.code == ""


@pytest.mark.parametrize(
    "act",
    [
        lambda shop: shop.create_shipment("O-1", [ShipmentLine("1", 1)], UPS),
        lambda shop: shop.shipments(["O-1"]),
        lambda shop: list(shop.shipments_changed_since(datetime.now(UTC))),
        lambda shop: list(shop.orders_to_ship()),
        lambda shop: shop.correct_tracking(NO_SHIPMENT, UPS),
        lambda shop: shop.ship_shipment(NO_SHIPMENT),
        lambda shop: shop.delete_shipment(NO_SHIPMENT),
    ],
)
def test_without_multi_shipment_there_is_nothing_of_all_this(marketplace, act):
    with pytest.raises(Refused) as caught:
        act(marketplace(multi_shipment=False).shop())
    assert (caught.value.status, caught.value.code) == (404, "MULTI_SHIPMENT_OFF")


def test_shipments_of_many_orders_come_over_calls_and_pages(market):
    orders = market.place(60, state="SHIPPING", shipping_type_code=LETTER, lines=[{"sku": "SKU-1", "quantity": 3}])
    shop = market.shop()
    for order_id in orders:
        for _ in range(3):
            shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 1)], None)
    found = shop.shipments([*orders, "NO-SUCH"])
    assert sorted(one.order_id for one in found) == sorted(orders * 3)
    assert len({one.shipment_id for one in found}) == 180
    assert market.calls("ST11") == 3  # two of fifty orders, one further page


def test_only_shipments_that_changed_come_again(market):
    first, second = to_ship(market), to_ship(market)
    shop = market.shop()
    old = shop.create_shipment(first, [ShipmentLine(f"{first}-1", 1)], UPS)
    market.control("POST", "clock", {"advance": 600})
    new = shop.create_shipment(second, [ShipmentLine(f"{second}-1", 1)], UPS)
    since = datetime.now(UTC) + timedelta(seconds=300)
    assert ids(shop.shipments_changed_since(since)) == {new.shipment_id}
    shop.correct_tracking(old.shipment_id, COURIER)
    assert ids(shop.shipments_changed_since(since)) == {old.shipment_id, new.shipment_id}


def ids(pages):
    return {one.shipment_id for page in pages for one in page}


@pytest.mark.parametrize(("number", "validity"), [("1Z999", "VERIFIED"), ("FALSE", "INVALID")])
def test_what_became_of_a_number_is_told(marketplace, number, validity):
    market = marketplace(multi_shipment=True, validity_seconds=60, invalid_numbers=["FALSE"])
    order_id, shop = to_ship(market), market.shop()
    shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 1)], Tracking(carrier_code="UPS", number=number))
    assert shop.shipments([order_id])[0].validity == "UNVERIFIED"
    market.control("POST", "clock", {"advance": 120})
    assert shop.shipments([order_id])[0].validity == validity


def test_what_is_still_to_ship_is_told_by_line(market):
    partly, whole, done = (to_ship(market) for _ in range(3))
    shop = market.shop()
    shop.create_shipment(partly, [ShipmentLine(f"{partly}-1", 2)], None)
    shop.ship_order(done)
    left = {one.order_id: one for page in shop.orders_to_ship() for one in page}
    assert {order_id: one.lines for order_id, one in left.items()} == {
        partly: (ShipmentLine(f"{partly}-1", 1), ShipmentLine(f"{partly}-2", 1)),
        whole: (ShipmentLine(f"{whole}-1", 3), ShipmentLine(f"{whole}-2", 1)),
    }
    assert all(one.entered_at and one.ship_by > one.entered_at for one in left.values())
    (page,) = shop.orders_to_ship(order_ids=[whole, done])
    assert [one.order_id for one in page] == [whole]
    assert list(shop.orders_to_ship(since=datetime.now(UTC) + timedelta(days=1))) == [()]


def test_every_page_of_what_is_to_ship_is_read(market):
    orders = market.place(205, state="SHIPPING")
    pages = list(market.shop().orders_to_ship())
    assert [len(page) for page in pages] == [100, 100, 5]
    assert {one.order_id for page in pages for one in page} == set(orders)


def test_what_is_to_ship_may_be_asked_every_five_minutes(marketplace):
    market = marketplace(multi_shipment=True, limits={})
    to_ship(market)
    shop = market.shop()
    list(shop.orders_to_ship())
    with pytest.raises(RateLimited) as caught:
        list(shop.orders_to_ship())
    assert 240 < caught.value.after <= 300


def test_a_shipment_waits_for_the_money_where_the_buyer_pays_on_shipment(market):
    order_id = to_ship(market, workflow="PAY_ON_SHIPMENT", payment_seconds=60)
    shop = market.shop()
    made = shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 3)], UPS)
    assert made.state == "SHIPMENT_PREPARED"
    market.control("POST", "clock", {"advance": 120})
    assert shop.shipments([order_id])[0].state == "SHIPPED"


@pytest.mark.parametrize("what", ["lose_answer", "fail_after", "odd_json", "slow"])
def test_a_lost_answer_leaves_a_shipment_in_doubt_and_our_reference_finds_it(market, what):
    order_id = to_ship(market)
    shop = market.shop(total=0.4)
    market.trouble(what=what, match="ST01", status=502, seconds=0.6)
    with pytest.raises(Unavailable) as caught:
        shop.create_shipment(order_id, [ShipmentLine(f"{order_id}-1", 1, "OURS_1")], UPS)
    assert caught.value.outcome_unknown
    (found,) = until(lambda: shop.shipments([order_id]))
    assert [line.package_reference for line in found.lines] == ["OURS_1"]
    assert market.calls("ST01") == 1


def until(look):
    for _ in range(100):
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("never made")
