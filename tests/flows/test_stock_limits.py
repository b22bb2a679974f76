"""The published limits, counted by the marketplace: no call of a busy day is refused, none comes too early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.flows.conftest import BeginStock
from tests.flows.doors import open_hooks
from tests.flows.stocking import StockDay
from tests.worlds import CATALOGUE

LIMITED = {"STO01", "STO02", "STO03", "OF52", "OF53", "OR11"}


@pytest.mark.parametrize("profile", ["default", "external_partner"])
def test_a_busy_hour_keeps_every_published_limit(begin_stock: BeginStock, profile: str) -> None:
    """Both sides go by the published numbers; minutes pass on both clocks alike."""
    partner = {"OR11": 900.0} if profile == "external_partner" else {}
    day = begin_stock(
        market={"limits": {}, "profile": profile, "import_seconds": 20, "export_seconds": 25},
        call_limits={"SH12": 0, "SH21": 0, **partner},
        orders={"poll_every": timedelta(minutes=15 if partner else 1)},
        offers_every=timedelta(minutes=2),
    )
    for turn in range(26):
        _something_happens(day, turn)
        day.seconds(45, step=5)
    _nothing_happens_any_more(day)
    limits = day.market.get("books")["totals"]["limits"]
    kept_to(limits)
    assert limits.keys() >= LIMITED
    assert limits["STO01"]["2000"]["calls"] >= 10
    day.agree({sku: day.stock(sku) for sku in ("MUG", "RUG")})


def _something_happens(day: StockDay, turn: int) -> None:
    """The shop sells and counts, a marketplace sells, refuses and loses answers, a person edits and is in a hurry."""
    day.count("RUG", turn % 4)
    day.count("MUG", 60 + turn)
    if turn % 3 == 0:
        day.buy_at("acme", "MUG", 1)
        day.market.post("portal/offers", {"sku": "RUG", "quantity": 50 + turn})
    if turn % 5 == 0:
        day.market.post("imports/refuse_lines", {"skus": ["LAMP"], "reason": "locked"})
        day.count("LAMP", 1 + turn % 3)
    if turn % 7 == 3:
        day.lane(hurry="erin")
    if turn % 11 == 4:
        day.market.trouble({"what": "lose_answer", "match": "STO0[123]|OF5[23]", "times": 2})
    if turn % 11 == 8:
        day.market.post("imports/fail_next")


def _nothing_happens_any_more(day: StockDay) -> None:
    day.market.trouble()
    day.seconds(2700, step=15)


def kept_to(limits: dict[str, Any]) -> None:
    """No call was refused, and no two came closer than allowed; a hundredth is the way between two clocks."""
    for operation, shops in limits.items():
        for told in shops.values():
            assert told["refused"] == 0, (operation, told)
            if told["per_seconds"] and told["closest_seconds"] is not None and told["allowed"] == 1:
                assert told["closest_seconds"] >= told["per_seconds"] * 0.99, (operation, told)


def test_a_burst_of_webhooks_is_one_file(begin_stock: BeginStock) -> None:
    """Five hundred webhooks of two hundred SKUs, told within seconds."""
    skus = [{"sku": f"S-{n}", "price": 5.0, "quantity": 10, "title": f"Thing {n}"} for n in range(200)]
    day = begin_stock(
        market={"shops": [{"shop_id": 2000, "offers": [*CATALOGUE, *skus]}], "limits": {}},
        webshop={"products": [*CATALOGUE, *skus]},
        store={"poll_every": 86_400},
    )
    before = day.market.get("books")["totals"]["limits"].get("STO01", {"2000": {"calls": 0}})["2000"]["calls"]
    with open_hooks(day):
        day.later(seconds=3)
        day.webshop.post("webhooks", {"duplicate": 0.25})
        for turn in range(2):
            for one in skus:
                day.count(one["sku"], 20 + turn)
        day.webshop.post("webhooks/flush")
        day.minutes(3)
    after = day.market.get("books")["totals"]["limits"]["STO01"]["2000"]["calls"]
    assert after - before == 1
    day.agree({one["sku"]: 21 for one in skus})
