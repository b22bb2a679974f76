"""What a marketplace answers of parcels: errors inside 200 and 201, both spellings, and bad rows among good ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mirakl_sync.errors import Refused, Unreadable
from mirakl_sync.records.shipment import MarketplaceShipment, OrderToShip, ShipmentLine, Tracking

AT = datetime(2026, 3, 2, 8, 7, 22, 326_000, tzinfo=UTC)
ROW = {
    "id": "f40bf65e",
    "order_id": "O-1-A",
    "created_date": "2026-03-01T00:00:00Z",
    "last_updated_date": "2026-03-02T08:07:22.326Z",
    "status": "SHIPPED",
    "status_customer_debit": "NO_DEBIT",
    "invoice_reference": "INV-9",
    "shipment_lines": [{"order_line_id": "O-1-A-1", "offer_sku": "SKU", "quantity": 1, "package_reference": "BOX"}],
    "tracking": {"carrier_code": "UPS", "carrier_name": "UPS", "tracking_number": "1Z9", "validity_status": "VERIFIED"},
}
TO_SHIP = {
    "order_id": "O-1-A",
    "shipping_date": "2026-03-02T08:07:22.326Z",
    "shipping_deadline": "2026-03-02T08:07:22.326Z",
    "shipping_type_code": "STD",
    "shipping_address": {"lastname": "Byron", "street_1": "1 rue Exemple"},
    "shipment_lines": [{"order_line_id": "O-1-A-1", "offer_sku": "SKU-1", "quantity": 2}],
}
ONE = {
    "ST06": lambda shop: shop.delete_shipment("s-1"),
    "ST23": lambda shop: shop.correct_tracking("s-1", Tracking(carrier_code="UPS", number="1")),
    "ST24": lambda shop: shop.ship_shipment("s-1"),
}
NOT_AN_OUTCOME = [None, [], {}, "done", {"shipment_success": [], "shipment_errors": []}, {"shipment_errors": [7]}]


def ship(shop):
    return shop.create_shipment("O-1-A", [ShipmentLine("O-1-A-1", 1)], None)


def test_a_shipment_is_read_whole(told):
    shop, _ = told({"data": [ROW]})
    assert shop.shipments(["O-1-A"]) == (
        MarketplaceShipment(
            "f40bf65e",
            "O-1-A",
            "SHIPPED",
            lines=(ShipmentLine("O-1-A-1", 1, "BOX"),),
            tracking=Tracking("UPS", "UPS", "1Z9"),
            validity="VERIFIED",
            updated_at=AT,
        ),
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tracking": None}, {"tracking": None, "validity": ""}),
        ({"tracking": {}}, {"tracking": None, "validity": ""}),
        ({"tracking": {"validity_status": "MISSING_TRACKING"}}, {"tracking": None, "validity": "MISSING_TRACKING"}),
        ({"tracking": {"tracking_number": 7, "validity_status": "LOST_AT_SEA"}}, {"validity": "LOST_AT_SEA"}),
        ({"status": "FLOATING"}, {"state": "FLOATING"}),
        ({"last_updated_date": None}, {"updated_at": datetime(2026, 3, 1, tzinfo=UTC)}),
        ({"last_updated_date": None, "created_date": None}, {"updated_at": None}),
        ({"shipment_lines": None}, {"lines": ()}),
        ({"shipment_lines": [{"order_line_id": 139, "quantity": 2}]}, {"lines": (ShipmentLine("139", 2),)}),
        ({"id": 12, "nobody_knows": {}}, {"shipment_id": "12"}),
    ],
)
def test_a_shipment_is_read_where_mirakl_is_loose(told, changes, expected):
    shop, _ = told({"data": [ROW | changes]})
    (found,) = shop.shipments(["O-1-A"])
    assert {name: getattr(found, name) for name in expected} == expected


def test_what_is_to_ship_is_read_line_by_line(told):
    twice = [{"order_line_id": "L", "quantity": 4, "package_reference": box} for box in ("BOX1", "BOX2")]
    bare = {"order_id": "O-2-A", "shipment_lines": twice, "shipping_deadline": None}
    shop, _ = told({"data": [TO_SHIP, bare]})
    assert list(shop.orders_to_ship()) == [
        (
            OrderToShip("O-1-A", (ShipmentLine("O-1-A-1", 2),), entered_at=AT, ship_by=AT),
            OrderToShip("O-2-A", (ShipmentLine("L", 4, "BOX1"), ShipmentLine("L", 4, "BOX2"))),
        )
    ]


BAD = [
    None,
    [],
    ROW | {"id": None},
    ROW | {"order_id": " "},
    ROW | {"last_updated_date": "soon"},
    ROW | {"tracking": "UPS"},
    ROW | {"shipment_lines": [{"order_line_id": "L", "quantity": "many"}]},
    ROW | {"shipment_lines": [{"offer_sku": "SKU", "quantity": 1}]},
]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_shipment_among_changed_ones_does_not_stop_the_others(told, bad):
    shop, _ = told({"data": [bad, ROW]})
    assert [[one.shipment_id for one in page] for page in shop.shipments_changed_since(AT)] == [["f40bf65e"]]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_shipment_of_an_order_is_not_taken_for_none(told, bad):
    shop, _ = told({"data": [ROW, bad]})
    with pytest.raises(Unreadable, match="ST11"):
        shop.shipments(["O-1-A"])


@pytest.mark.parametrize("bad", [None, TO_SHIP | {"order_id": None}, TO_SHIP | {"shipment_lines": None}])
def test_a_bad_order_to_ship_does_not_stop_the_others(told, bad):
    shop, _ = told({"data": [bad, TO_SHIP]})
    assert [[one.order_id for one in page] for page in shop.orders_to_ship()] == [["O-1-A"]]


@pytest.mark.parametrize("answer", [None, [], {}, {"data": None}, {"data": {}}])
@pytest.mark.parametrize(
    "act",
    [
        lambda shop: shop.shipments(["O-1-A"]),
        lambda shop: list(shop.shipments_changed_since(AT)),
        lambda shop: list(shop.orders_to_ship()),
    ],
)
def test_an_answer_without_a_list_is_unreadable(told, act, answer):
    shop, _ = told(answer)
    with pytest.raises(Unreadable) as caught:
        act(shop)
    assert not caught.value.outcome_unknown


def test_an_unreadable_answer_is_kept_without_the_buyer(told):
    shop, _ = told({"data": {"0": TO_SHIP}})
    with pytest.raises(Unreadable) as caught:
        list(shop.orders_to_ship())
    assert "O-1-A" in str(caught.value.payload)
    assert not {"Byron", "1 rue Exemple"} & set(str(caught.value.payload).split("'"))


def test_a_made_shipment_is_answered(told):
    shop, _ = told({"shipment_success": [ROW], "shipment_errors": []})
    assert ship(shop).shipment_id == "f40bf65e"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("The order status must be 'SHIPPING' but it is 'SHIPPED'.", "ORDER_NOT_SHIPPABLE"),
        ("Shipment quantity is invalid.", "SHIPMENT_QUANTITY_INVALID"),
        ("The moon is in the wrong phase.", ""),
    ],
)
@pytest.mark.parametrize("successes", [[], None])
def test_an_error_inside_a_201_is_a_refusal_in_their_words(told, message, code, successes):
    shop, _ = told({"shipment_success": successes, "shipment_errors": [{"order_id": "O-1-A", "message": message}]})
    with pytest.raises(Refused) as caught:
        ship(shop)
    assert caught.value.code == code
    assert message in caught.value.words
    assert "O-1-A" in caught.value.words
    assert caught.value.request == "ST01"


@pytest.mark.parametrize(
    "answer",
    [
        *NOT_AN_OUTCOME,
        {"shipment_success": [{"id": "s-1"}]},
        {"shipment_success": [{"id": "s-1", "order_id": "O-9-A", "status": "SHIPPED"}]},
        {"shipment_success": [5], "shipment_errors": [{"message": "no"}]},
    ],
)
def test_an_answer_that_does_not_tell_whether_a_shipment_was_made_leaves_it_in_doubt(told, answer):
    shop, _ = told(answer)
    with pytest.raises(Unreadable, match="ST01") as caught:
        ship(shop)
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("code", ONE)
@pytest.mark.parametrize("name", ["shipment_success", "deletion_success"])
def test_a_success_is_known_by_either_spelling(told, code, name):
    shop, _ = told({name: [{"id": "s-1"}]})
    ONE[code](shop)


@pytest.mark.parametrize(
    ("code", "message", "ours"),
    [
        ("ST06", "Shipment with id 's-1' is not in SHIPPING status and cannot be deleted.", "SHIPMENT_INVALID_STATE"),
        ("ST06", "No shipment with id 's-1'", "SHIPMENT_NOT_FOUND"),
        ("ST23", "No shipment with id 's-1'.", "SHIPMENT_NOT_FOUND"),
        ("ST24", "No shipment with id 's-1'.", "SHIPMENT_NOT_FOUND"),
        ("ST24", "", ""),
    ],
)
@pytest.mark.parametrize("name", ["shipment_errors", "deletion_errors"])
def test_an_error_inside_a_200_is_a_refusal_in_their_words(told, code, message, ours, name):
    shop, _ = told({"shipment_success": [], name: [{"id": "s-1", "message": message}]})
    with pytest.raises(Refused) as caught:
        ONE[code](shop)
    assert caught.value.code == ours
    assert (message or "without a word") in caught.value.words
    assert "s-1" in caught.value.words


@pytest.mark.parametrize("answer", [*NOT_AN_OUTCOME, {"shipment_success": [{"id": "s-2"}]}, {"shipment_success": [[]]}])
@pytest.mark.parametrize("code", ONE)
def test_an_answer_that_does_not_name_our_shipment_leaves_it_in_doubt(told, code, answer):
    shop, _ = told(answer)
    with pytest.raises(Unreadable, match=code) as caught:
        ONE[code](shop)
    assert caught.value.outcome_unknown
