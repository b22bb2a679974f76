"""Thousands of webhooks at real workers: what changed within one slot of the marketplace is one file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from celery import Celery
from sqlalchemy import func, select

from mirakl_sync.config import Config
from mirakl_sync.db.models import Delivery, Offer, StockLane, Store
from mirakl_sync.dispatch import CeleryDispatcher, NullDispatcher
from mirakl_sync.hooks import inbox as hooks
from mirakl_sync.orders import intake
from mirakl_sync.policy.model import StockPolicy
from mirakl_sync.stock import pushing, reading
from mirakl_sync.stores import levels
from tasks.app import celery_settings
from tests.flows.test_stock_limits import kept_to
from tests.hooks.conftest import sign
from tests.processes.conftest import OwnBroker, Worker, until
from tests.worlds import CALL_LIMITS, World, world

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

SECRET = "a long random text"
SKUS, WEBHOOKS = 2000, 5000
BEFORE, NOW = 10, 22
SLOT = 15.0
# how often the schedule rings
SECOND = 1.0
LIMITS = {"OR11": 5.0, "STO01": SLOT, "STO02": 2.0, "STO03": 2.0, "OF52": 5.0, "OF52_FULL": 60.0, "OF53": 1.0}


@pytest.fixture
def joined(database_url: str, own_broker: OwnBroker) -> Iterator[World]:
    """Two thousand things in the shop and on the marketplace, whose limits are compressed alike on both sides."""
    things = [{"sku": f"T-{n}", "price": 5.0, "title": f"Thing {n}"} for n in range(SKUS)]
    offered = [{**thing, "quantity": BEFORE} for thing in things]
    limits = {name: {"calls": 1, "seconds": seconds} for name, seconds in LIMITS.items()}
    sender = Celery("sender", set_as_current=False)
    sender.conf.update(celery_settings(Config("sqlite:///unused.db", own_broker.url, ())))
    with world(
        database_url,
        market={"shops": [{"shop_id": 2000, "offers": offered}], "limits": limits, "export_seconds": 0.5},
        webshop={"products": [{**thing, "quantity": NOW} for thing in things]},
        stock=StockPolicy(send=True, send_every=timedelta(seconds=SLOT)),
        call_limits={**CALL_LIMITS, **LIMITS},
        call_timeout=10,
    ) as made:
        made.wiring.db.dispatcher = NullDispatcher()
        with made.wiring.db.transaction() as tx:
            store = tx.execute(select(Store)).scalar_one()
            store.credentials = {**store.credentials, "webhook_secret": SECRET}
        until(lambda: " read: " in _read(made), 30, "the list of offers")
        made.wiring.db.dispatcher = CeleryDispatcher(sender)
        yield made
    sender.close()


def test_five_thousand_webhooks_of_two_thousand_skus_are_one_file(
    joined: World, own_broker: OwnBroker, start_worker: Callable[..., Worker]
) -> None:
    _take_the_slot(joined)
    bodies = _bodies(joined)
    for body in bodies:
        answer = hooks.receive(joined.wiring, "webshop", _headers(body), body)
        assert answer.status == 202, answer
    environ = {
        "MIRAKL_SYNC_DATABASE_URL": joined.wiring.db.url,
        "MIRAKL_SYNC_CALL_TIMEOUT": "10",
        "MIRAKL_SYNC_LOG_LEVEL": "INFO",
    }
    for queue in ("webhooks", "stock"):
        start_worker("tasks", queue, environ, 4).ready()
    until(lambda: _take_the_slot(joined) and _tick(joined) and _all_weighed(joined), 60, "every webhook read", SECOND)
    until(lambda: _tick(joined) and _shown(joined) == {NOW}, 90, "every number there", SECOND)
    until(lambda: _tick(joined) and not _open(joined), 60, "the end of the file", SECOND)
    totals = joined.market.get("books?summary=1")["totals"]
    files = joined.market.get("imports")["imports"]
    assert [(file["rows"], file["lines_in_success"]) for file in files] == [(SKUS, SKUS)]
    kept_to(totals["limits"])
    assert totals["limits"]["STO01"]["2000"]["calls"] == 1


def _read(joined: World) -> str:
    return reading.read_offers(joined.connection, joined.wiring).sentence()


def _take_the_slot(joined: World) -> bool:
    """A file went a moment ago, as far as the lane knows: the slot lasts as long as the machine takes to read."""
    with joined.wiring.db.transaction() as tx:
        pushing.open_lanes(tx)
        tx.get_one(StockLane, joined.connection).sent_at = joined.wiring.now()
    return True


def _bodies(joined: World) -> list[bytes]:
    """Webhooks as the shop writes them: of every SKU the newest, of many an older one, in no order."""
    shop = joined.sandbox["webshop"]
    keys = (shop["consumer_key"], shop["consumer_secret"])
    products: list[dict[str, Any]] = []
    for page in range(1, SKUS // 100 + 1):
        asked = {"per_page": 100, "page": page, "orderby": "id", "order": "asc"}
        products += requests.get(f"{shop['url']}/wp-json/wc/v3/products", params=asked, auth=keys, timeout=20).json()
    assert len(products) == SKUS
    bodies = [json.dumps(product).encode() for product in products]
    for turn in range(WEBHOOKS - SKUS):
        older = {
            **products[turn % SKUS],
            "stock_quantity": turn % 7,
            "date_modified_gmt": f"2026-01-01T00:00:0{turn // SKUS}",
        }
        bodies.insert((turn * 7919) % len(bodies), json.dumps(older).encode())
    return bodies


def _headers(body: bytes) -> dict[str, str]:
    return {"X-WC-Webhook-Topic": "product.updated", "X-WC-Webhook-Signature": sign(body, SECRET)}


def _tick(joined: World) -> bool:
    """What the schedule rings for."""
    for tick in (hooks.sweep, levels.read_due, pushing.push_due):
        tick(joined.wiring)
    with joined.wiring.db.reading() as tx:
        lane = tx.get_one(StockLane, joined.connection)
    if lane.pulled_at is None or (joined.wiring.now() - lane.pulled_at).total_seconds() > 10:
        intake.pull(joined.connection, joined.wiring)
    return True


def _all_weighed(joined: World) -> bool:
    """Every webhook is read, and every offer it speaks of waits for the file."""
    with joined.wiring.db.reading() as tx:
        unread = select(func.count()).select_from(Delivery).where(Delivery.digested_at.is_(None))
        due = select(func.count()).select_from(Offer).where(Offer.due)
        return (tx.execute(unread).scalar_one(), tx.execute(due).scalar_one()) == (0, SKUS)


def _shown(joined: World) -> set[int]:
    return set(joined.market.get("offers")["2000"].values())


def _open(joined: World) -> int:
    with joined.wiring.db.reading() as tx:
        moving = Offer.due | Offer.push_id.is_not(None)
        return tx.execute(select(func.count()).select_from(Offer).where(moving)).scalar_one()
