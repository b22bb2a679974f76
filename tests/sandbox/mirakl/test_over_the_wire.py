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
