"""Asked, then lost: whatever becomes of a call or its answer, a parcel is confirmed once and rightly."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mirakl_sync.orders import references
from tests.flows.parcels import UPS, UPS_2, Packing
from tests.flows.test_lost_answers import LATE, TROUBLES

Pack = Callable[..., Packing]
EVERY = {**TROUBLES, "busy": {"what": "fail", "status": 429, "retry_after": 2}}


@pytest.fixture(params=EVERY)
def trouble(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What goes wrong, once."""
    return {**EVERY[request.param], "times": 1}


def _recover(table: Packing, trouble: dict[str, Any]) -> None:
    if trouble["what"] == "late":
        time.sleep(LATE + 0.1)
    for _ in range(5):
        table.day.later(seconds=60)
        table.day.pull()
        table.ticks()


@pytest.mark.parametrize("call", ["OR23", "OR24"])
def test_a_whole_order(pack: Pack, trouble: dict[str, Any], call: str) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.day.market.trouble({**trouble, "match": call})
    table.seen()
    _recover(table, trouble)
    known = table.confirmed(order)
    assert known["ship_calls"] == 1
    assert known["state"] == "SHIPPED"
    assert set(known["trackings"]) == {("UPS", UPS)}
    assert table.row(order).state == "told"
    assert table.day.questions() == []
    assert table.day.state(order) == "shipped"


def test_a_shipment(pack: Pack, trouble: dict[str, Any]) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed(("MUG", 2))
    table.ship(order, carrier="UPS", number=UPS, items=[{"sku": "MUG", "quantity": 1}])
    table.day.market.trouble({**trouble, "match": "ST01"})
    table.seen()
    _recover(table, trouble)
    assert table.confirmed(order)["shipments"] == [("SHIPPED", {f"{order}-1": 1}, ("UPS", UPS))]
    table.day.market.trouble({**trouble, "match": "ST01"}, {"what": "drop", "match": "ST11", "times": 1})
    table.ship(order, carrier="UPS", number=UPS_2, items=[{"sku": "MUG", "quantity": 1}])
    table.seen()
    _recover(table, trouble)
    assert [each[2] for each in table.confirmed(order)["shipments"]] == [("UPS", UPS), ("UPS", UPS_2)]
    assert [row.state for row in table.rows(order)] == ["told", "told"]
    assert table.day.questions() == []


def test_a_correction(pack: Pack, trouble: dict[str, Any]) -> None:
    import requests

    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    table.day.market.trouble({**trouble, "match": "ST23"})
    path = f"{table.day.webshop.url}/_sandbox/orders/{shop_order}/parcels/{parcel['tracking_id']}"
    assert requests.put(path, json={"number": UPS_2}, timeout=5).ok
    table.day.later(seconds=2)
    table.seen()
    _recover(table, trouble)
    ((state, _, tracking),) = table.confirmed(order)["shipments"]
    assert (state, tracking) == ("SHIPPED", ("UPS", UPS_2))
    assert table.day.questions() == []


def test_corrected_while_nobody_knows_whether_it_was_told(pack: Pack) -> None:
    import requests

    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.day.market.trouble({"what": "lose_answer", "match": "ST01", "times": 1})
    table.seen()
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    path = f"{table.day.webshop.url}/_sandbox/orders/{shop_order}/parcels/{parcel['tracking_id']}"
    assert requests.delete(path, json={}, timeout=5).ok
    table.ship(order, carrier="UPS", number=UPS_2)
    table.day.later(seconds=2)
    table.seen()
    _recover(table, {"what": ""})
    ((_, _, tracking),) = table.confirmed(order)["shipments"]
    assert tracking == ("UPS", UPS_2)
    assert table.day.questions() == []


def test_corrected_after_the_order_was_seen_shipped_while_nobody_knew_by_whom(pack: Pack) -> None:
    import requests

    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.day.market.trouble({"what": "lose_answer", "match": "ST01", "times": 1})
    table.seen()
    table.day.pull()
    table.ticks()
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    path = f"{table.day.webshop.url}/_sandbox/orders/{shop_order}/parcels/{parcel['tracking_id']}"
    assert requests.put(path, json={"number": UPS_2}, timeout=5).ok
    table.day.later(seconds=2)
    table.seen()
    _recover(table, {"what": ""})
    ((_, _, tracking),) = table.confirmed(order)["shipments"]
    assert tracking == ("UPS", UPS_2)
    assert table.day.questions() == []


@pytest.mark.parametrize("asked_for", [True, False], ids=["it was made", "it was not"])
def test_received_while_nobody_knows_whether_it_was_told(pack: Pack, asked_for: bool) -> None:
    table = pack(market={"multi_shipment": True})
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    what = "lose_answer" if asked_for else "late"
    table.day.market.trouble({"what": what, "match": "ST01", "times": 1, "seconds": 3600})
    table.seen()
    if not asked_for:
        table.day.do(order, "ship")
    table.day.do(order, "receive")
    _recover(table, {"what": ""})
    assert table.row(order).state == "closed"
    assert table.day.questions() == ([] if asked_for else ["closed_before_told"])


def test_the_broker_forgets_everything_and_the_sweep_finds_the_parcels(pack: Pack) -> None:
    table = pack()
    order = table.placed("MUG")
    table.ship(order, carrier="UPS", number=UPS)
    table.poll()
    assert table.day.lose_messages()
    table.day.later(seconds=16)
    table.ticks()
    assert table.confirmed(order)["ship_calls"] == 1


def test_what_left_before_its_release_was_heard_of_is_told_with_its_number(pack: Pack) -> None:
    table = pack()
    order = table.day.buy("MUG")
    table.day.webshop.trouble(
        {"what": "lose_answer", "match": r"^PUT /wp-json/wc/v3/orders/\d+$", "times": 1},
        {"what": "fail", "match": r"^GET /wp-json/wc/v3/orders/\d+$", "skip": 1},
    )
    for _ in range(3):
        table.day.later(seconds=60)
        table.day.pull()
    assert (table.day.state(order), table.day.shop_orders(order)[0]["status"]) == ("accepted", "processing")
    table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    table.day.later(seconds=60)
    table.day.pull()
    assert table.day.state(order) == "shipped"
    references.tell_due(table.day.wiring)
    assert table.day.theirs(order)["reference_for_seller"] == table.day.shop_orders(order)[0]["number"]
