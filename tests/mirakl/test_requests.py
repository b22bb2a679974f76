"""What we send: against the published contract, and what of it takes a place of the call limit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mirakl_sync.errors import Unreadable
from mirakl_sync.mirakl.shop import api_host
from mirakl_sync.records.shipment import ShipmentLine, Tracking
from mirakl_sync.records.stock import StockLine
from tests.contracts import mirakl_contract
from tests.mirakl.conftest import SHOP
from tests.recorded import recorded

PAGE = recorded("mirakl/recorded/or11.json")
SINCE = datetime(2026, 11, 21, 10, 0, 0, 999_999, tzinfo=UTC)
UPS = Tracking(carrier_code="UPS", carrier_name="United Parcel", number="1Z999", url="https://ups.example/1Z999")
COURIER = Tracking(carrier_name="Dupont Courses", number="7", url="https://dupont.example/7")
DONE = {"shipment_success": [{"id": "s-1"}], "shipment_errors": []}
MADE = {"shipment_success": [{"id": "s-1", "order_id": "O-1-A", "status": "SHIPPED"}], "shipment_errors": []}
BOX = (ShipmentLine("O-1-A-1", 2, "BOX_1"), ShipmentLine("O-1-A-2", 1))
CALLS = {
    "OR11 changed": (lambda shop: list(shop.orders_changed_since(SINCE)), PAGE),
    "OR11 all": (lambda shop: list(shop.orders_changed_since(None)), PAGE),
    "OR11 by id": (lambda shop: shop.orders_by_id(["O-1-A", "O-2-A"]), PAGE),
    "OR11 in states": (lambda shop: list(shop.orders_in_states(["WAITING_ACCEPTANCE", "SHIPPING"])), PAGE),
    "OR21": (lambda shop: shop.answer_order("O-1-A", {"O-1-A-1": True, "O-1-A-2": False}), {}),
    "OR04": (lambda shop: shop.set_references({"O-1-A": "100"}), {"updated_orders": [{"order_id": "O-1-A"}]}),
    "V01": (lambda shop: shop.version(), {}),
    "A01": (lambda shop: shop.account(), {"shop_id": 2000, "shop_name": "Acme", "shop_state": "OPEN"}),
    "PC01": (lambda shop: shop.configuration(), {"features": {}}),
    "SH12": (lambda shop: shop.shipping_types(), {"shipping_types": []}),
    "SH21": (lambda shop: shop.carriers(), {"carriers": []}),
    "RE01": (lambda shop: shop.reasons(), {"reasons": []}),
    "OR23 by code": (lambda shop: shop.tell_tracking("O-1-A", UPS), None),
    "OR23 by name": (lambda shop: shop.tell_tracking("O-1-A", COURIER), None),
    "OR24": (lambda shop: shop.ship_order("O-1-A"), None),
    "ST01": (lambda shop: shop.create_shipment("O-1-A", BOX, COURIER, invoice_reference="INV-9"), MADE),
    "ST01 bare": (lambda shop: shop.create_shipment("O-1-A", BOX, None, shipped=False), MADE),
    "ST11 by order": (lambda shop: shop.shipments(["O-1-A", "O-2-A"]), {"data": []}),
    "ST11 changed": (lambda shop: list(shop.shipments_changed_since(SINCE)), {"data": []}),
    "ST12": (lambda shop: list(shop.orders_to_ship()), {"data": []}),
    "ST12 narrowed": (lambda shop: list(shop.orders_to_ship(since=SINCE, order_ids=["O-1-A"])), {"data": []}),
    "ST23": (lambda shop: shop.correct_tracking("s-1", UPS), DONE),
    "ST24": (lambda shop: shop.ship_shipment("s-1"), DONE),
    "STO01": (lambda shop: shop.send_stock([StockLine("A", 1)]), {"import_id": "i-1"}),
    "STO02": (lambda shop: shop.stock_import("i-1"), {"status": "WAITING"}),
    "STO03": (lambda shop: list(shop.refused_lines("i-1")), b"line;reason;offer-sku\n"),
    "OF21": (lambda shop: list(shop.offers()), {"offers": [], "total_count": 0}),
    "OF21 counted": (lambda shop: shop.offers_count(), {"offers": [], "total_count": 0}),
    "OF21 of a SKU": (lambda shop: shop.offers_of("A"), {"offers": [], "total_count": 0}),
    "OF52 changed": (lambda shop: shop.ask_for_offers(SINCE), {"tracking_id": "t-1"}),
    "OF52_FULL": (lambda shop: shop.ask_for_offers(None), {"tracking_id": "t-1"}),
    "OF53": (lambda shop: shop.offers_export("t-1"), {"status": "PENDING"}),
    "ST06": (lambda shop: shop.delete_shipment("s-1"), DONE),
}


@pytest.mark.parametrize("tax_mode", [None, "TAX_EXCLUDED"])
@pytest.mark.parametrize("name", CALLS)
def test_every_request_keeps_the_published_contract(told, name, tax_mode):
    act, answer = CALLS[name]
    shop, transport = told(answer, tax_mode=tax_mode, locale="fr_FR")
    act(shop)
    (asked,) = transport.asked
    code, method, path, query, body, _ = asked
    assert code == name.split()[0]
    written = {key: value if isinstance(value, list) else str(value) for key, value in query.items()}
    mirakl_contract().check_request(method, path, written, body)
    assert query == {} if code == "V01" else query["shop_id"] == SHOP


def test_a_read_of_changes_asks_for_all_states_in_order_of_creation(told):
    shop, transport = told(PAGE, tax_mode="TAX_INCLUDED")
    list(shop.orders_changed_since(SINCE))
    assert transport.asked[0][3] == {
        "start_update_date": "2026-11-21T10:00:00Z",
        "sort": "dateCreated",
        "order": "asc",
        "order_tax_mode": "TAX_INCLUDED",
        "max": 100,
        "offset": 0,
        "shop_id": 2000,
    }


@pytest.mark.parametrize("pages_count", [False, True])
def test_further_pages_take_a_place_of_the_limit_only_where_they_count(told, pages_count):
    pages = [{"orders": [{**PAGE["orders"][0], "order_id": str(n)}], "total_count": 3} for n in range(3)]
    shop, transport = told(*pages, pages_count=pages_count)
    assert len(list(shop.orders_changed_since(None))) == 3
    assert [budget for *_, budget in transport.asked] == [True, pages_count, pages_count]


def test_an_answer_names_every_line_and_nothing_else(told):
    shop, transport = told({})
    shop.answer_order("O 1/A", {"1": True, "2": False})
    _, method, path, query, body, _ = transport.asked[0]
    assert (method, path, query) == ("PUT", "/api/orders/O%201%2FA/accept", {"shop_id": 2000})
    assert body == {"order_lines": [{"id": "1", "accepted": True}, {"id": "2", "accepted": False}]}


def test_what_cannot_be_meant_is_not_sent(told):
    shop, transport = told({})
    with pytest.raises(ValueError, match="no decisions"):
        shop.answer_order("O-1", {})
    with pytest.raises(ValueError, match="takes 100 orders"):
        shop.set_references({str(n): "x" for n in range(101)})
    assert shop.set_references({}) == {}
    assert transport.asked == []


def test_references_refused_inside_a_200_are_told_in_words(told):
    error = {"code": "ORDER_NOT_FOUND", "field": "order_id", "message": "Order not found"}
    rows = [{"order_id": "A", "updated": {}}, {"order_id": "B", "errors": [error]}, {"order_id": "C", "errors": None}]
    shop, _ = told({"updated_orders": rows})
    assert shop.set_references({"A": "1", "B": "2", "C": "3", "D": "4"}) == {
        "B": "ORDER_NOT_FOUND on order_id: Order not found",
        "D": "Mirakl's answer does not name the order",
    }


@pytest.mark.parametrize("answer", [[], {}, {"updated_orders": None}, {"updated_orders": [5]}])
def test_an_unreadable_answer_to_a_write_leaves_it_in_doubt(told, answer):
    shop, _ = told(answer)
    with pytest.raises(Unreadable) as caught:
        shop.set_references({"A": "1"})
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("name", ["A01", "PC01", "SH12", "SH21", "RE01"])
@pytest.mark.parametrize("answer", [None, [], "text", {"carriers": [{}], "reasons": {}, "shipping_types": None}])
def test_an_unreadable_answer_to_a_read_says_so(told, name, answer):
    shop, _ = told(answer)
    with pytest.raises(Unreadable, match=name):
        CALLS[name][0](shop)


@pytest.mark.parametrize(
    "address",
    [
        "https://demo.mirakl.net",
        "https://demo.mirakl.net/",
        "https://demo.mirakl.net/api",
        " https://demo.mirakl.net/api/ ",
    ],
)
def test_an_address_may_come_with_or_without_api(address):
    assert api_host(address) == "https://demo.mirakl.net"
