"""The marketplace as a real server: many callers at once, lost answers, and time passing by itself."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from mirakl_sync.sandbox.mirakl import from_plan
from mirakl_sync.sandbox.server import serve


@pytest.fixture
def served():
    settings = {"acceptance_window": {"seconds": 0.5}, "limits": "off", "shops": [{"shop_id": 2000}]}
    app, access = from_plan({"kind": "mirakl", "name": "wire", **settings})
    running = serve(app)
    with requests.Session() as session:
        session.headers["Authorization"] = access["keys"][0]
        yield running.url, session
    running.stop()


def place(session, url, **options):
    return session.post(f"{url}/_sandbox/orders", json=options).json()["order_ids"]


def accept(session, url, order_id):
    lines = session.get(f"{url}/api/orders", params={"order_ids": order_id}).json()["orders"][0]["order_lines"]
    told = [{"id": line["order_line_id"], "accepted": True} for line in lines]
    return session.put(f"{url}/api/orders/{order_id}/accept", json={"order_lines": told}, timeout=5)


def booked(session, url, order_id):
    orders = session.get(f"{url}/_sandbox/books").json()["orders"]
    return next(order for order in orders if order["order_id"] == order_id)


def test_of_many_acceptances_at_once_exactly_one_counts(served):
    url, session = served
    (order_id,) = place(session, url, acceptance_window={"seconds": 60})
    with ThreadPoolExecutor(8) as callers:
        statuses = list(callers.map(lambda _: accept(session, url, order_id).status_code, range(8)))
    assert sorted(statuses) == [204] + [400] * 7
    assert booked(session, url, order_id)["acceptances"] == 1


def test_a_lost_answer_was_an_acceptance(served):
    url, session = served
    (order_id,) = place(session, url, acceptance_window={"seconds": 60})
    rule = {"what": "lose_answer", "match": "OR21", "times": 1}
    session.post(f"{url}/_sandbox/trouble", json={"rules": [rule]})
    with pytest.raises(requests.ConnectionError):
        accept(session, url, order_id)
    assert booked(session, url, order_id)["accepted_by"] == "shop"
    assert accept(session, url, order_id).json()["code"] == "ORDER_INVALID_STATE"


UPS = {"carrier_code": "UPS", "tracking_number": "1Z999"}


def trouble(session, url, match, what="lose_answer"):
    session.post(f"{url}/_sandbox/trouble", json={"rules": [{"what": what, "match": match, "times": 1}]})


def ready_to_ship(session, url, *, multi_shipment):
    session.post(f"{url}/_sandbox/features", json={"multi_shipment": multi_shipment})
    lines = [{"sku": "TEA", "quantity": 3}]
    return place(session, url, acceptance_window={"seconds": 60}, state="SHIPPING", lines=lines)[0]


def shipment_of(order_id, quantity, **more):
    line = {"order_line_id": f"{order_id}-1", "quantity": quantity}
    return {"shipments": [{"order_id": order_id, "shipment_lines": [line], **more}]}


def test_tracking_and_shipping_of_a_whole_order_with_both_answers_lost(served):
    url, session = served
    order_id = ready_to_ship(session, url, multi_shipment=False)
    assert session.post(f"{url}/api/shipments", json=shipment_of(order_id, 3)).status_code == 404
    order = f"{url}/api/orders/{order_id}"
    for match, path, body in (("OR23", "tracking", UPS), ("OR24", "ship", None)):
        trouble(session, url, match)
        with pytest.raises(requests.ConnectionError):
            session.put(f"{order}/{path}", json=body, timeout=5)
    assert session.put(f"{order}/tracking", json=UPS).status_code == 204
    again = session.put(f"{order}/ship")
    assert (again.status_code, again.json()["message"]) == (
        400,
        "The order status must be 'SHIPPING' but it is 'SHIPPED'.",
    )
    books = booked(session, url, order_id)
    assert (books["state"], books["ship_calls"], books["shipped_by"]) == ("SHIPPED", 1, "shop")
    assert [one["tracking_number"] for one in books["trackings"]] == ["1Z999", "1Z999"]


def test_a_failure_before_the_deed_ships_nothing(served):
    url, session = served
    order_id = ready_to_ship(session, url, multi_shipment=False)
    session.put(f"{url}/api/orders/{order_id}/tracking", json=UPS)
    trouble(session, url, "OR24", what="fail")
    assert session.put(f"{url}/api/orders/{order_id}/ship").status_code == 503
    assert booked(session, url, order_id)["state"] == "SHIPPING"
    assert session.put(f"{url}/api/orders/{order_id}/ship").status_code == 204


def test_a_lost_answer_was_a_shipment_and_asking_again_is_refused_only_for_want_of_pieces(served):
    url, session = served
    order_id = ready_to_ship(session, url, multi_shipment=True)
    wish = shipment_of(order_id, 2, shipped=True, tracking=UPS, invoice_reference="KEY-1")
    trouble(session, url, "ST01")
    with pytest.raises(requests.ConnectionError):
        session.post(f"{url}/api/shipments", json=wish, timeout=5)
    (made,) = session.get(f"{url}/api/shipments", params={"order_id": order_id}).json()["data"]
    assert (made["status"], made["invoice_reference"]) == ("SHIPPED", "KEY-1")
    again = session.post(f"{url}/api/shipments", json=wish)
    assert (again.status_code, again.json()["shipment_errors"][0]["message"]) == (201, "Shipment quantity is invalid.")
    assert booked(session, url, order_id)["state"] == "SHIPPING"
    assert len(booked(session, url, order_id)["shipments"]) == 1


def test_shipments_made_corrected_taken_back_and_shipped(served):
    url, session = served
    order_id = ready_to_ship(session, url, multi_shipment=True)
    made = [
        session.post(f"{url}/api/shipments", json=shipment_of(order_id, quantity)).json()["shipment_success"][0]["id"]
        for quantity in (1, 2)
    ]
    wrong, first = ({"shipments": [{"id": one}]} for one in made)
    assert session.put(f"{url}/api/shipments/delete", json=wrong).json()["shipment_errors"] == []
    second = session.post(f"{url}/api/shipments", json=shipment_of(order_id, 1, tracking=UPS, shipped=True))
    assert second.status_code == 201
    tracked = {"shipments": [{"id": made[1], "tracking": {"carrier_code": "DHL", "tracking_number": "77"}}]}
    assert session.post(f"{url}/api/shipments/tracking", json=tracked).json()["shipment_errors"] == []
    assert session.put(f"{url}/api/shipments/ship", json=first).json()["shipment_errors"] == []
    (order,) = session.get(f"{url}/api/orders", params={"order_ids": order_id}).json()["orders"]
    assert order["order_state"] == "SHIPPED"
    shipments = booked(session, url, order_id)["shipments"]
    assert [(one["state"], bool(one["deleted_at"])) for one in shipments] == [
        ("SHIPPING", True),
        ("SHIPPED", False),
        ("SHIPPED", False),
    ]
    calls = session.get(f"{url}/_sandbox/calls").json()["by_operation"]
    assert {code: calls[code]["total"] for code in ("ST01", "ST06", "ST23", "ST24")} == {
        "ST01": 3,
        "ST06": 1,
        "ST23": 1,
        "ST24": 1,
    }


def test_of_many_shippings_at_once_exactly_one_counts(served):
    url, session = served
    order_id = ready_to_ship(session, url, multi_shipment=False)
    session.put(f"{url}/api/orders/{order_id}/tracking", json=UPS)
    with ThreadPoolExecutor(8) as callers:
        statuses = list(callers.map(lambda _: session.put(f"{url}/api/orders/{order_id}/ship").status_code, range(8)))
    assert sorted(statuses) == [204] + [400] * 7
    assert booked(session, url, order_id)["ship_calls"] == 1


def send_stock(session, url, *rows):
    text = "\n".join(["offer-sku;quantity;warehouse-code;update-delete", *rows])
    return session.post(f"{url}/api/offers/stock/imports", files={"file": ("stock.csv", text, "text/csv")}, timeout=5)


def finished(session, url):
    """The stock files, as soon as there are some and all are done."""
    for _ in range(100):
        imports = session.get(f"{url}/_sandbox/imports").json()["imports"]
        if imports and all(one["ended_at"] for one in imports):
            return imports
        time.sleep(0.02)
    raise AssertionError(f"not done in two seconds: {imports}")


@pytest.fixture
def quick():
    quickly = {"import_waiting_seconds": 0.01, "import_seconds": 0.01, "export_seconds": 0.01, "limits": "off"}
    shops = [{"shop_id": 2000, "offers": [{"sku": "TEA", "quantity": 9}]}]
    app, access = from_plan({"kind": "mirakl", "name": "wire", **quickly, "shops": shops})
    running = serve(app)
    with requests.Session() as session:
        session.headers["Authorization"] = access["keys"][0]
        yield running.url, session
    running.stop()


def test_a_stock_file_whose_answer_was_lost_counts_all_the_same_and_nobody_knows_its_id(quick):
    url, session = quick
    trouble(session, url, "STO01")
    with pytest.raises(requests.ConnectionError):
        send_stock(session, url, "TEA;4;;")
    (lost,) = finished(session, url)
    assert (lost["state"], lost["lines_in_success"]) == ("COMPLETE", 1)
    assert session.get(f"{url}/api/offers", params={"sku": "TEA"}).json()["offers"][0]["quantity"] == 4


def test_a_stock_file_that_was_never_taken_leaves_nothing(quick):
    url, session = quick
    trouble(session, url, "STO01", what="drop")
    with pytest.raises(requests.ConnectionError):
        send_stock(session, url, "TEA;4;;")
    assert session.get(f"{url}/_sandbox/imports").json()["imports"] == []
    assert send_stock(session, url, "TEA;5;;").status_code == 201
    assert [one["rows"] for one in finished(session, url)] == [1]


def test_an_export_comes_over_the_wire_and_may_break_off(quick):
    url, session = quick
    asked = session.post(f"{url}/api/offers/export/async", json={"include_fields": ["shop-sku", "quantity"]}).json()
    time.sleep(0.05)
    told = session.get(f"{url}/api/offers/export/async/status/{asked['tracking_id']}").json()
    (file,) = told["urls"]
    assert file.startswith(f"{url}/api/offers/export/async/file/")
    assert session.get(file).text == "quantity;shop-sku\n9;TEA\n"
    trouble(session, url, "OF54", what="truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(file, timeout=5)


def test_of_many_customers_who_look_first_only_as_many_buy_as_there_are_pieces(quick):
    url, session = quick
    wish = {"lines": [{"sku": "TEA", "quantity": 2}], "if_offered": True}
    with ThreadPoolExecutor(8) as buyers:
        answers = list(buyers.map(lambda _: session.post(f"{url}/_sandbox/orders", json=wish).status_code, range(8)))
    assert sorted(answers) == [200] * 4 + [409] * 4
    totals = session.get(f"{url}/_sandbox/books?summary=1").json()["totals"]
    assert (totals["turned_away"], totals["oversold"]) == (4, 0)


def test_the_window_runs_out_without_anybody_calling(served):
    url, session = served
    (order_id,) = place(session, url)
    time.sleep(1)
    late = session.get(f"{url}/_sandbox/books").json()["late"]
    assert late == [order_id]


def test_a_put_must_say_its_length_and_the_connection_lives_on(served):
    url, session = served
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        for headers, status in (({}, 411), ({"Content-Length": "0"}, 404)):
            connection.putrequest("PUT", "/api/orders/NOPE/cancel")
            for name, value in {"Authorization": session.headers["Authorization"], **headers}.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
    finally:
        connection.close()
