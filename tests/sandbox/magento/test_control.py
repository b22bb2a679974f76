"""The shop floor by remote control, and the books: the same dialect as every shop sandbox speaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mirakl_sync.sandbox.magento import from_plan
from mirakl_sync.sandbox.magento.bookkeeping import books
from tests.sandbox.magento.conftest import Client, entity

Make = Callable[..., Client]
PARCEL = {"carrier": "MRW", "number": "T1", "link": "https://mrw.example/T1"}


def order_of(client: Client, number: int = 1) -> dict[str, Any]:
    return next(order for order in client.control("books")["orders"] if order["id"] == number)


def refused(client: Client, path: str, body: Any) -> int:
    return client.flask.post(f"/_sandbox/{path}", json=body).status_code


def test_the_books_name_reference_lines_and_both_numbers(client: Client) -> None:
    client.place("MKP-1", quantity=2)
    told = client.control("books")
    assert told["by_reference"] == {"nordmarkt/2000/MKP-1": [1]}
    order = told["orders"][0]
    assert (order["number"], order["total"], order["currency"]) == ("MKP-1", "28.80", "EUR")
    assert (order["reference"], order["live"], order["canceled"]) == ("nordmarkt/2000/MKP-1", False, False)
    assert order["lines"] == [
        {"id": 1, "line_id": "MKP-1-1", "sku": "MUG-1", "product_id": 1, "quantity": 2, "open": 2, "shipped": 0}
        | {"canceled": 0, "refunded": 0, "total": "24.00", "total_tax": "4.00"}
    ]
    assert (told["stock"], told["physical"]) == ({"MUG-1": 10, "VOUCHER": None}, {"MUG-1": 10, "VOUCHER": None})
    assert client.control("books?summary=1").keys() == {"totals"}
    client.ok("POST", "order/1/invoice", {"capture": True})
    assert order_of(client)["live"] is True


def test_the_same_reference_twice_shows_and_a_cancelled_order_is_no_double(client: Client) -> None:
    payment = {"method": "checkmo", "additional_information": ["mirakl_reference=nordmarkt/2000/M"]}
    client.place("M-1", payment=payment)
    client.place("M-2", payment=payment)
    assert client.control("books")["totals"]["doubled_references"] == 1
    client.ok("POST", "orders/2/cancel")
    assert client.control("books")["totals"]["doubled_references"] == 0


@pytest.mark.parametrize(("shipped", "counts"), [(False, False), (True, True)])
def test_a_refund_before_anything_left_is_a_cancellation(client: Client, shipped: bool, counts: bool) -> None:
    client.place("MKP-1")
    client.control("orders/1", {"status": "completed" if shipped else "invoiced"})
    client.ok("POST", "order/1/refund", {})
    order = order_of(client)
    assert (order["state"], order["canceled"]) == ("closed", not counts)
    assert bool(client.control("books")["by_reference"]) is counts


def test_customers_buy_what_the_shop_would_sell(client: Client) -> None:
    sold = client.control("sell", {"sku": "MUG-1", "quantity": 4})
    assert sold == {"sold": True, "order": 1, "status": "processing", "stock": 6}
    away = client.control("sell", {"sku": "MUG-1", "quantity": 7})
    assert away == {"sold": False, "turned_away": 7, "available": 6}
    assert client.control("sell", {"sku": "VOUCHER", "quantity": 500})["stock"] is None
    shown = client.control("stock?sku=MUG-1")
    assert (shown["quantity"], shown["physical"], shown["available"], shown["turned_away"]) == (6, 10, 6, 7)
    (change,) = shown["history"]
    assert {**change, "at": ""} == {"at": "", "before": 10, "after": 6, "physical": 10, "cause": "sale", "order": 1}
    assert client.control("sell", {"sku": "MUG-1", "quantity": 1, "paid": False})["status"] == "pending"


@pytest.mark.parametrize(("way", "sold", "oversold"), [("orders/create", True, 6), ("mirakl/orders", False, 0)])
def test_the_phantom_of_a_direct_order_oversells_in_the_web_shop(
    make_client: Make, way: str, sold: bool, oversold: int
) -> None:
    client = make_client(module=True)
    client.place("MKP-1", quantity=6, way=way)
    assert client.control("sell", {"sku": "MUG-1", "quantity": 10})["sold"] is sold
    told = client.control("books")
    assert told["oversold"] == ({"MUG-1": oversold} if oversold else {})
    assert told["totals"]["stock"]["below_zero"] == int(sold)


def test_after_shipping_the_phantom_is_there_until_the_tool_runs(client: Client) -> None:
    client.place("MKP-1", quantity=2)
    client.control("orders/1/ship", PARCEL)
    assert client.control("stock?sku=MUG-1")["quantity"] == 10
    assert client.control("stock?sku=MUG-1")["physical"] == 8
    client.control("compensate", {})
    shown = client.control("stock?sku=MUG-1")
    assert (shown["quantity"], shown["physical"]) == (8, 8)
    assert [change["cause"] for change in shown["history"]] == ["shipped", "compensation"]


@pytest.mark.parametrize(
    ("sent", "quantity", "physical"),
    [
        ({"quantity": 4}, 4, 7),
        ({"add": 5}, 12, 15),
        ({"physical": 20}, 17, 20),
        ({"quantity": 0, "silent": True}, 0, 3),
    ],
)
def test_staff_change_what_lies_there(client: Client, sent: dict[str, Any], quantity: int, physical: int) -> None:
    client.control("sell", {"sku": "MUG-1", "quantity": 3})
    shown = client.control("stock", {"sku": "MUG-1", **sent})
    assert (shown["quantity"], shown["physical"]) == (quantity, physical)


def test_wrong_words_are_told(client: Client) -> None:
    assert refused(client, "stock", {"sku": "MUG-1"}) == 400
    assert refused(client, "stock", {"sku": "VOUCHER", "quantity": 1}) == 400
    assert refused(client, "stock", {"sku": "MUG-1", "add": 1, "source": "nowhere"}) == 400
    assert refused(client, "sell", {"sku": "NOPE"}) == 400
    assert refused(client, "double", {"sku": "MUG-1"}) == 404
    assert refused(client, "settings", {"colour": "red"}) == 400
    assert refused(client, "settings", {"encoded_slashes": "maybe"}) == 400
    assert refused(client, "orders/1", {"status": "completed"}) == 404


def test_a_removed_product_vanishes(client: Client) -> None:
    client.control("remove", {"sku": "MUG-1"})
    assert client.refused("GET", "products/MUG-1")[0] == 404
    assert client.find("inventory/source-items", ("sku", "MUG-1", "eq"))["total_count"] == 0


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("completed", "complete", 200),
        ("cancelled", "canceled", 200),
        ("holded", "holded", 200),
        ("invoiced", "processing", 200),
        ("unhold", "new", 400),
        ("trash", "new", 404),
        ("nonsense", "new", 400),
    ],
)
def test_staff_move_an_order(client: Client, status: str, state: str, code: int) -> None:
    client.place("MKP-1")
    assert refused(client, "orders/1", {"status": status}) == code
    assert order_of(client)["state"] == state


def test_parcels_by_line_corrected_and_taken_off(client: Client) -> None:
    client.place("MKP-1", quantity=3)
    first = client.control("orders/1/ship", {**PARCEL, "items": [{"line_id": "MKP-1-1", "quantity": 1}]})
    (parcel,) = first["parcels"]
    assert (parcel["carrier"], parcel["carrier_code"], parcel["number"]) == ("MRW", "custom", "T1")
    assert parcel["items"] == [{"line_id": 1, "quantity": 1}]
    changed = client.control(f"orders/1/parcels/{parcel['tracking_id']}", {"number": "T2", "carrier": "UPS"}, "PUT")
    (parcel,) = changed["parcels"]
    assert (parcel["carrier"], parcel["carrier_code"], parcel["number"]) == ("UPS", "ups", "T2")
    rest = client.control("orders/1/ship", {"carrier": "DHL", "number": "D1"})
    assert (rest["state"], len(rest["parcels"])) == ("complete", 2)
    gone = client.control(f"orders/1/parcels/{parcel['tracking_id']}", {}, "DELETE")
    assert [one["number"] for one in gone["parcels"]] == ["D1"]
    assert [line["shipped"] for line in order_of(client)["lines"]] == [3]
    assert refused(client, "orders/1/ship", {"colour": "red"}) == 400


@pytest.mark.parametrize(
    ("sent", "amount"),
    [({"shipping": "4.80"}, "4.80"), ({"amount": "3.00"}, "3.00"), ({"shipping": "2.40", "amount": "1"}, "3.40")],
)
def test_money_back_for_no_piece_at_all(client: Client, sent: dict[str, Any], amount: str) -> None:
    client.place("MKP-1", quantity=2)
    client.control("orders/1/ship", PARCEL)
    client.control("orders/1/refund", sent)
    (refund,) = order_of(client)["refunds"]
    assert (refund["amount"], refund["lines"]) == (amount, [])


def test_a_deleted_shipment_vanishes_with_its_numbers(client: Client) -> None:
    client.place("MKP-1", quantity=2)
    client.control("orders/1/ship", PARCEL)
    told = client.control("orders/1/shipments/1", {}, "DELETE")
    assert (told["state"], told["parcels"]) == ("processing", [])
    assert client.find("shipments", ("order_id", 1, "eq"))["total_count"] == 0
    assert order_of(client)["lines"][0]["open"] == 2
    assert client.flask.delete("/_sandbox/orders/1/shipments/1").status_code == 404


def test_money_back_by_line_with_another_amount(client: Client) -> None:
    client.place("MKP-1", quantity=2)
    client.control("orders/1/ship", PARCEL)
    sent = {"items": [{"line_id": "MKP-1-1", "quantity": 1, "amount": "10.00"}], "reason": "Scratched"}
    client.control("orders/1/refund", sent)
    (refund,) = order_of(client)["refunds"]
    assert refund == {"id": 1, "amount": "10.00", "lines": [{"line_id": 1, "quantity": 1, "total": "12.00"}]}
    assert client.control("stock?sku=MUG-1")["physical"] == 9
    assert client.get("creditmemo/1")["comments"][0]["comment"] == "Scratched"


def test_reset_keeps_goods_and_drops_what_happened(make_client: Make) -> None:
    client = make_client(module=True)
    client.place("MKP-1", way="mirakl/orders")
    client.control("sell", {"sku": "MUG-1", "quantity": 3})
    client.control("reset", {})
    told = client.control("books")
    assert (told["orders"], told["by_reference"], told["stock_history"]) == ([], {}, {})
    assert told["stock"]["MUG-1"] == 10
    assert client.place("MKP-1", way="mirakl/orders")["entity_id"] == 3, "numbers go on"


def test_trouble_names_operations(client: Client) -> None:
    rule = {"what": "fail_after", "match": "order.create", "times": 1, "status": 504}
    client.control("trouble", {"rules": [rule]})
    assert client("PUT", "orders/create", {"entity": entity()}).status_code == 504
    assert client.find("orders", ("increment_id", "MKP-1", "eq"))["total_count"] == 1
    calls = client.control("calls")["by_operation"]
    assert (calls["order.create"]["total"], calls["order.list"]["total"]) == (1, 1)


def test_a_plan_makes_a_shop_with_a_catalogue() -> None:
    goods = [{"sku": "A", "price": 9.9, "quantity": 5, "title": "Cup", "categories": ["Kitchen"], "status": "draft"}]
    entry = {"kind": "magento", "name": "atelier", "products": goods, "generate": {"count": 3, "prefix": "G"}}
    app, access = from_plan({**entry, "currency": "CHF", "module": True})
    shop = app.extensions["sandbox"]
    assert (shop.name, shop.kind, shop.settings.currency) == ("atelier", "magento", "CHF")
    assert sorted(books(shop)["stock"]) == ["A", "G-000001", "G-000002", "G-000003"]
    assert {len(value) for value in access.values()} == {32}
    with pytest.raises(TypeError):
        from_plan({**entry, "colour": "red"})


def test_a_large_catalogue_is_made_and_walked_quickly(client: Client) -> None:
    assert client.control("generate", {"count": 20_000, "quantity": 7}) == {"made": 20_000}
    page = client.find("inventory/source-items", size=500, page=40, sort=[("sku", "ASC")])
    assert (len(page["items"]), page["total_count"]) == (500, 20_001)
