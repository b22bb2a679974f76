"""Real workers, a real broker and the sandbox: messages vanish, workers are stopped; every order is done, and once."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from celery import Celery
from sqlalchemy import select

from mirakl_sync import clock
from mirakl_sync.config import Config
from mirakl_sync.connections import refresh
from mirakl_sync.db.models import Connection, InboxItem, Order, TimelineEntry
from mirakl_sync.dispatch import CeleryDispatcher, NullDispatcher
from mirakl_sync.orders import sweep
from mirakl_sync.records.shipment import Parcel
from mirakl_sync.records.shop import PlatformOrder
from mirakl_sync.shipments import intake as parcels
from mirakl_sync.shipments import mapping
from mirakl_sync.shipments.mapping import Target
from tasks.app import celery_settings
from tests.processes.conftest import until
from tests.worlds import CATALOGUE, World, world

pytestmark = [pytest.mark.processes, pytest.mark.timeout(90)]

MANY = 100
# enough of everything: nobody shall be asked anything
PLENTY = [{**product, "quantity": 100_000} for product in CATALOGUE]
SHOP = {"shop_id": 2000, "offers": PLENTY}


@pytest.fixture
def joined(database_url, own_broker):
    """A world whose wake-ups go to the real broker."""
    sender = Celery("sender", set_as_current=False)
    sender.conf.update(celery_settings(Config("sqlite:///unused.db", own_broker.url, ())))
    with world(database_url, market={"shops": [SHOP]}, webshop={"products": PLENTY}) as made:
        made.wiring.db.dispatcher = CeleryDispatcher(sender)
        yield made
    sender.close()


@pytest.fixture
def start(start_worker, joined):
    """Start our own workers on this world."""
    environ = {
        "MIRAKL_SYNC_DATABASE_URL": joined.wiring.db.url,
        "MIRAKL_SYNC_CALL_TIMEOUT": "5",
        "MIRAKL_SYNC_LEASE_MARGIN": "1",
        "MIRAKL_SYNC_LOG_LEVEL": "INFO",
    }
    return lambda queue, concurrency=8: start_worker("tasks", queue, environ, concurrency)


def sweep_as_if_later(joined: World) -> int:
    """The sweep at a moment when every bell has long been rung."""
    later = replace(joined.wiring, now=lambda: clock.now() + timedelta(seconds=20))
    return sweep.sweep(later).rung


def accepted(joined: World) -> list[int]:
    """How often each order was accepted, in the marketplace's own books."""
    return [order["acceptances"] for order in joined.market.get("books")["orders"]]


def test_a_flushed_broker_costs_one_sweep_and_no_order(joined, own_broker, start):
    joined.place(count=MANY)
    joined.pull()
    assert own_broker.ask("LLEN", "acceptance") > 0
    own_broker.ask("FLUSHALL")

    start("acceptance").ready()
    assert accepted(joined) == [0] * MANY
    assert sweep_as_if_later(joined) == MANY
    until(lambda: sum(accepted(joined)) >= MANY, 30, "every acceptance")

    joined.pull()
    until(lambda: own_broker.ask("LLEN", "orders") > 0, what="the bell for the shop")
    own_broker.ask("DEL", "orders")
    start("orders").ready()
    assert sweep_as_if_later(joined) > 0
    until(lambda: len(joined.shop_orders()) >= MANY, 40, "every order in the shop")

    until(lambda: own_broker.ask("HLEN", "unacked") == 0, what="rest")
    assert accepted(joined) == [1] * MANY
    assert len(joined.shop_orders()) == MANY


def test_a_worker_told_to_stop_under_load_leaves_in_order_and_loses_nothing(joined, own_broker, start):
    joined.place(count=MANY)
    joined.market.post("latency", {"ms": 150})
    worker = start("acceptance", 4).ready()
    joined.pull()
    until(lambda: sum(accepted(joined)) >= 8, what="load")

    asked_at = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)
    code = worker.process.wait(20)

    assert code == 0, worker.log.read_text()[-3000:]
    assert time.monotonic() - asked_at < 15
    assert own_broker.ask("HLEN", "unacked") == 0
    half_way = sum(accepted(joined))
    assert half_way < MANY, "it must have been stopped in the middle of its work"

    start("acceptance", 32).ready()
    sweep_as_if_later(joined)
    until(lambda: sum(accepted(joined)) >= MANY, 30, "every acceptance")
    assert accepted(joined) == [1] * MANY


def test_a_killed_workers_orders_are_done_by_the_next_one_once_each(joined, start):
    joined.place(count=MANY)
    joined.market.post("latency", {"ms": 150})
    worker = start("acceptance", 4).ready()
    joined.pull()
    until(lambda: sum(accepted(joined)) >= 8, what="load")

    worker.process.kill()
    worker.process.wait(10)
    assert sum(accepted(joined)) < MANY

    start("acceptance", 32).ready()
    until(lambda: sweep_as_if_later(joined) >= 0 and sum(accepted(joined)) >= MANY, 40, "every acceptance")
    assert all(times in (1, 2) for times in accepted(joined)), (
        "repeating an acceptance changes nothing, thrice is a loop"
    )


PARCELS = 500


def test_one_word_about_a_carrier_lets_five_hundred_parcels_go_once_each(joined, own_broker, start):
    joined.market.post("shipping-types", {"shipping_types": [{"code": "STD", "label": "Standard"}]})
    refresh.refresh(joined.connection, joined.wiring)
    orders = _left_with(joined, "Royal Mail 24", PARCELS)
    start("shipments", 16).ready()
    until(lambda: _asked(joined) == PARCELS, 60, "every question")
    until(lambda: own_broker.ask("HLEN", "unacked") == 0, what="rest")

    with joined.wiring.db.transaction() as tx:
        connection = tx.get_one(Connection, joined.connection)
        word = mapping.map_name(tx, connection, "royal mail 24", Target("DHL"), "Ada", joined.wiring.now())

    assert len(word.released) == PARCELS
    until(lambda: sum(_shipped(joined, orders).values()) >= PARCELS, 60, "every confirmation")
    assert set(_shipped(joined, orders).values()) == {1}
    with joined.wiring.db.reading() as tx:
        (item,) = tx.execute(select(InboxItem)).scalars()
        assert (item.kind, item.closed_by, item.answer) == (
            "carrier_unmapped",
            "Ada",
            "the carrier “royal mail 24” is DHL",
        )
        said = select(TimelineEntry.sentence).where(TimelineEntry.subject == "carrier mapping")
        assert tx.execute(said).scalar_one() == "the carrier “royal mail 24” is DHL; 500 parcels go on"


def _left_with(joined: World, carrier: str, count: int) -> list[str]:
    """So many orders the shop has sent, as far as our rows and the marketplace tell."""
    orders = joined.place(count=count)
    for order in orders:
        joined.market.post(f"orders/{order}/accept")
    until(lambda: {each["state"] for each in joined.market.get("books")["orders"]} == {"SHIPPING"}, what="payment")
    joined.wiring.db.dispatcher, ringing = NullDispatcher(), joined.wiring.db.dispatcher
    joined.pull()
    joined.wiring.db.dispatcher = ringing
    with joined.wiring.db.transaction() as tx:
        now = joined.wiring.now()
        for row in tx.execute(select(Order)).scalars():
            row.state, row.placed_at, row.next_attempt_at = "placed", now, None
            parcel = Parcel(f"P-{row.id}", carrier, f"{20000000000000 + row.id * 7}")
            shown = PlatformOrder(str(row.id), str(row.id), "completed", left=True, parcels=(parcel,))
            parcels.note(tx, row, shown, now)
    return orders


def _asked(joined: World) -> int:
    with joined.wiring.db.reading() as tx:
        return tx.execute(select(InboxItem.times_seen)).scalar_one_or_none() or 0


def _shipped(joined: World, orders: list[str]) -> dict[str, int]:
    books = {each["order_id"]: each["ship_calls"] for each in joined.market.get("books")["orders"]}
    return {order: books[order] for order in orders}
