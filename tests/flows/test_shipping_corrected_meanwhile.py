"""Staff correct a number at the very moment it is told: the marketplace ends with the shop's number all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

from mirakl_sync.shipments import deeds
from tests.flows.parcels import UPS, UPS_2, Packing

Pack = Callable[..., Packing]
THIRD = "1ZDE42176800000428"


def _corrects(table: Packing, order: str, tracking_id: str, number: str) -> None:
    """Staff change the entry, and the shop tells us at once."""
    shop_order = table.day.shop_orders(order, live=False)[0]["id"]
    path = f"{table.day.webshop.url}/_sandbox/orders/{shop_order}/parcels/{tracking_id}"
    assert requests.put(path, json={"number": number}, timeout=5).ok
    table.poll()


def _meanwhile(monkeypatch: pytest.MonkeyPatch, deed: str, news: Callable[[], None]) -> None:
    """While this call is under way, once, something is heard."""
    before, heard = getattr(deeds, deed), []

    def slower(*arguments: Any) -> Any:
        made = before(*arguments)

        def act() -> Any:
            if not heard:
                heard.append(True)
                news()
            return made.act()

        return replace(made, act=act)

    monkeypatch.setattr(deeds, deed, slower)


@pytest.mark.parametrize(
    ("multi_shipment", "deed"), [(False, "tell_tracking"), (False, "ship_order"), (True, "create_shipment")]
)
def test_corrected_while_it_is_told(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, multi_shipment: bool, deed: str
) -> None:
    table = pack(market={"multi_shipment": multi_shipment})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    _meanwhile(monkeypatch, deed, lambda: _corrects(table, order, parcel["tracking_id"], UPS_2))
    table.seen()
    known = table.confirmed(order)
    told = known["shipments"][0][2] if multi_shipment else known["trackings"][-1]
    assert (known["state"], told) == ("SHIPPED", ("UPS", UPS_2))
    assert len(known["shipments"]) == multi_shipment
    assert table.day.questions() == []


@pytest.mark.parametrize(("multi_shipment", "deed"), [(False, "tell_tracking"), (True, "correct_tracking")])
def test_corrected_again_while_the_correction_is_told(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, multi_shipment: bool, deed: str
) -> None:
    table = pack(market={"multi_shipment": multi_shipment})
    order = table.placed("MUG")
    (parcel,) = table.ship(order, carrier="UPS", number=UPS)
    table.seen()
    _meanwhile(monkeypatch, deed, lambda: _corrects(table, order, parcel["tracking_id"], THIRD))
    _corrects(table, order, parcel["tracking_id"], UPS_2)
    table.day.work()
    known = table.confirmed(order)
    told = known["shipments"][0][2] if multi_shipment else known["trackings"][-1]
    assert told == ("UPS", THIRD)
    assert table.day.questions() == []
