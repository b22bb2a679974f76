"""Webhooks that come twice, late or in the wrong order tell a parcel once."""

from __future__ import annotations

from collections.abc import Callable

import requests

from tests.flows.doors import open_hooks
from tests.flows.parcels import UPS, UPS_2, Packing

Pack = Callable[..., Packing]


def test_doubled_and_reordered_webhooks_change_nothing(pack: Pack) -> None:
    table = pack()
    with open_hooks(table.day):
        order = table.placed("MUG")
        table.day.webshop.post("webhooks", {"duplicate": 0.9, "reorder": 0.9, "lose": 0.1})
        (parcel,) = table.ship(order, carrier="UPS", number=UPS)
        table.day.webshop.post("webhooks/flush")
        shop_order = table.day.shop_orders(order, live=False)[0]["id"]
        for number in (UPS_2, UPS, UPS_2):
            table.day.later(seconds=3)
            path = f"{table.day.webshop.url}/_sandbox/orders/{shop_order}/parcels/{parcel['tracking_id']}"
            assert requests.put(path, json={"number": number}, timeout=5).ok
            table.day.webshop.post("webhooks/flush")
            table.day.work()
        table.day.minutes(3)
        table.ticks()
    known = table.confirmed(order)
    assert known["ship_calls"] == 1
    assert known["trackings"][-1] == ("UPS", UPS_2)
    assert len(table.rows(order)) == 1
    assert table.day.questions() == []


def test_a_webhook_alone_is_enough(pack: Pack) -> None:
    table = pack()
    with open_hooks(table.day):
        order = table.placed("MUG")
        table.ship(order, carrier="UPS", number=UPS)
        table.day.webshop.post("webhooks/flush")
        table.day.work()
        assert table.confirmed(order)["ship_calls"] == 1
