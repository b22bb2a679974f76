"""What we tell a marketplace of parcels: exactly this and nothing empty."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.records.shipment import ShipmentLine, Tracking

MADE = {"shipment_success": [{"id": "s-1", "order_id": "O-1-A", "status": "SHIPPING"}]}
DONE = {"shipment_success": [{"id": "s-1"}]}
SINCE = datetime(2026, 11, 21, 10, 0, 0, 999_999, tzinfo=UTC)
EVERYTHING = Tracking("UPS", "United Parcel", "1Z999", "https://ups.example/1Z999")


@pytest.mark.parametrize(
    ("tracking", "order_body", "shipment_body"),
    [
        (
            EVERYTHING,
            {"carrier_code": "UPS", "tracking_number": "1Z999"},
            {"carrier_code": "UPS", "tracking_number": "1Z999"},
        ),
        (Tracking(carrier_code="UPS"), {"carrier_code": "UPS"}, {"carrier_code": "UPS"}),
        (
            Tracking(carrier_name="Dupont", number="7", url="https://dupont.example/7"),
            {"carrier_name": "Dupont", "carrier_url": "https://dupont.example/7", "tracking_number": "7"},
            {"carrier_name": "Dupont", "tracking_url": "https://dupont.example/7", "tracking_number": "7"},
        ),
        (Tracking(carrier_name="Dupont"), {"carrier_name": "Dupont"}, {"carrier_name": "Dupont"}),
        (Tracking(number="7"), {"tracking_number": "7"}, {"tracking_number": "7"}),
    ],
)
def test_tracking_goes_by_the_carriers_code_or_else_its_name_and_address(told, tracking, order_body, shipment_body):
    shop, transport = told(None, MADE, DONE)
    shop.tell_tracking("O-1-A", tracking)
    shop.create_shipment("O-1-A", [ShipmentLine("L", 1)], tracking)
    shop.correct_tracking("s-1", tracking)
    order, made, corrected = [asked[4] for asked in transport.asked]
    assert order == order_body
    assert made["shipments"][0]["tracking"] == shipment_body
    assert corrected == {"shipments": [{"id": "s-1", "tracking": shipment_body}]}


def test_an_order_is_shipped_without_a_body(told):
    shop, transport = told(None)
    shop.ship_order("O 1/A")
    assert transport.asked == [("OR24", "PUT", "/api/orders/O%201%2FA/ship", {"shop_id": 2000}, None, True)]


def test_a_shipment_names_its_lines_by_id_and_only_what_is_known(told):
    shop, transport = told(MADE)
    lines = [ShipmentLine("L-1", 2, "BOX_1"), ShipmentLine("L-2", 1)]
    shop.create_shipment("O-1-A", lines, Tracking(), shipped=False, invoice_reference="INV-9")
    shop.create_shipment("O-1-A", lines[1:], None)
    first, second = [asked[4]["shipments"] for asked in transport.asked]
    assert first == [
        {
            "order_id": "O-1-A",
            "shipped": False,
            "invoice_reference": "INV-9",
            "shipment_lines": [
                {"order_line_id": "L-1", "quantity": 2, "package_reference": "BOX_1"},
                {"order_line_id": "L-2", "quantity": 1},
            ],
        }
    ]
    assert second == [
        {"order_id": "O-1-A", "shipped": True, "shipment_lines": [{"order_line_id": "L-2", "quantity": 1}]}
    ]


@pytest.mark.parametrize(
    "act",
    [
        lambda shop: shop.tell_tracking("O-1-A", Tracking()),
        lambda shop: shop.correct_tracking("s-1", Tracking()),
        lambda shop: shop.create_shipment("O-1-A", [], EVERYTHING),
        lambda shop: shop.create_shipment("O-1-A", [ShipmentLine("L", 0)], EVERYTHING),
        lambda shop: shop.create_shipment("O-1-A", [ShipmentLine("L", 1, "box 1")], EVERYTHING),
        lambda shop: shop.create_shipment("O-1-A", [ShipmentLine("L", 1)], None, invoice_reference="x" * 256),
        lambda shop: shop.create_shipment("O-1-A", [ShipmentLine("L", 1)], None, invoice_reference="é"),
        lambda shop: shop.orders_to_ship(order_ids=[str(n) for n in range(51)]),
    ],
)
def test_what_cannot_be_meant_is_not_sent(told, act):
    shop, transport = told(MADE)
    with pytest.raises(ValueError, match=r"\w"):
        act(shop)
    assert transport.asked == []


def test_shipments_of_many_orders_are_asked_for_fifty_at_a_time_each_once(told):
    shop, transport = told({"data": []})
    shop.shipments([*(f"O-{n}" for n in range(120)), "O-1", "O-2"])
    assert [len(query["order_id"]) for _, _, _, query, _, _ in transport.asked] == [50, 50, 20]
    assert shop.shipments([]) == ()
    assert len(transport.asked) == 3


def test_every_page_of_shipments_is_read_by_its_token(told):
    pages = [{"data": [shipment(n)], "next_page_token": f"t{n}" if n < 3 else None} for n in (1, 2, 3)]
    shop, transport = told(*pages)
    assert [one.shipment_id for one in shop.shipments(["O-1-A"])] == ["s-1", "s-2", "s-3"]
    assert [query.get("page_token") for _, _, _, query, _, _ in transport.asked] == [None, "t1", "t2"]
    assert {query["limit"] for _, _, _, query, _, _ in transport.asked} == {100}


def test_changed_shipments_come_a_page_at_a_time(told):
    pages = [{"data": [shipment(n)], "next_page_token": "t" if n == 1 else None} for n in (1, 2)]
    shop, transport = told(*pages)
    reading = shop.shipments_changed_since(SINCE)
    assert transport.asked == []
    assert [[one.shipment_id for one in page] for page in reading] == [["s-1"], ["s-2"]]
    assert transport.asked[0][3] == {"last_updated_from": "2026-11-21T10:00:00Z", "limit": 100, "shop_id": 2000}


def test_what_is_to_ship_may_be_narrowed(told):
    shop, transport = told({"data": []})
    list(shop.orders_to_ship())
    list(shop.orders_to_ship(since=SINCE, order_ids=("O-1-A", "O-2-A")))
    assert transport.asked[0][3] == {"limit": 100, "shop_id": 2000}
    assert transport.asked[1][3] == {
        "shipping_date_from": "2026-11-21T10:00:00Z",
        "order_id": ["O-1-A", "O-2-A"],
        "limit": 100,
        "shop_id": 2000,
    }


@pytest.mark.parametrize("pages_count", [False, True])
def test_further_pages_to_ship_take_a_place_of_the_limit_only_where_they_count(told, pages_count):
    row = {"order_id": "O-1-A", "shipment_lines": []}
    pages = [{"data": [row], "next_page_token": f"t{n}"} for n in range(2)]
    shop, transport = told(*pages, {"data": [row]}, pages_count=pages_count)
    assert len(list(shop.orders_to_ship())) == 3
    assert [budget for *_, budget in transport.asked] == [True, pages_count, pages_count]


def test_pages_that_run_in_a_circle_end(told):
    shop, _ = told({"data": [shipment(1)], "next_page_token": "again"})
    with pytest.raises(Unreadable, match="circle"):
        shop.shipments(["O-1-A"])


def shipment(number):
    return {"id": f"s-{number}", "order_id": "O-1-A", "status": "SHIPPED", "shipment_lines": []}
