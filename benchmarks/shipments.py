"""Confirmations per second from "noted" to "shipped on the marketplace", ours against the bare script, in one run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass

from sqlalchemy import event, func, select

from benchmarks import packing
from benchmarks.acceptance import Measured
from benchmarks.bookkeeping import Bookkeeping
from benchmarks.stage import Stage, stage
from mirakl_sync.db.models import Connection, Shipment
from mirakl_sync.dispatch import packed as bells_for
from mirakl_sync.shipments import flow, mapping
from mirakl_sync.shipments.case import TASK
from mirakl_sync.shipments.mapping import Target

WARM = 32
# how the marketplace's books count a confirmation, by the call that makes it
COUNTED = {"OR24": "ship_calls", "ST01": "shipments_shipped"}


@dataclass(frozen=True)
class Released:
    """Parcels that waited for one carrier's name: seconds from the mapping to the last confirmation."""

    parcels: int
    questions: int
    seconds: float
    memory_mb: float


def measure(database_url: str, *, orders: int, in_flight: int, round_trip_ms: int, way: str) -> Measured:
    """Let the bare script confirm ``orders``, place as many again and let the worker confirm those."""
    books = COUNTED[way]
    with stage(database_url, in_flight, 0, queue="shipments") as on:
        on.control("features", {"multi_shipment": way == "ST01"})
        packing.place(on, orders)
        on.control("latency", {"ms": round_trip_ms})
        command = [sys.executable, "-m", "benchmarks.bare_shipping", on.market, on.key, str(in_flight), way]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        bare = json.loads(ran.stdout)
        if bare["orders"] != orders or on.counted(books) != orders:
            raise RuntimeError(f"the bare script confirmed {on.counted(books)} of {orders}")
        on.control("reset", {})
        _warm(on, way)
        on.control("latency", {"ms": 0})
        packed = packing.pack(on, orders)
        on.control("latency", {"ms": round_trip_ms})
        cpu, began = on.cpu(), time.monotonic()
        on.wiring.db.dispatcher.send(bells_for(TASK, packed))
        seconds = on.wait_until(books, WARM + orders, within=180) - began
        bare_rate, our_rate = orders / bare["seconds"], orders / seconds
        return Measured(
            bare_rate,
            our_rate,
            our_rate / bare_rate,
            (on.cpu() - cpu) / orders * 1000,
            bare["cpu"] / orders * 1000,
            on.memory(),
        )


def bookkeeping(database_url: str, *, orders: int = 200) -> Bookkeeping:
    """Confirm ``orders`` one after another in this process (OR23 and OR24), counting what is written and read."""
    with stage(database_url, 1, 0, queue="shipments") as on:
        packing.learn(on, multi_shipment=False)
        packed = packing.pack(on, orders)
        with packing.quietly(on) as wiring:
            counted = {"transactions": 0, "statements": 0}
            event.listen(wiring.db.writing, "commit", lambda _: _count(counted, "transactions"))
            for engine in wiring.db.engines():
                event.listen(engine, "before_cursor_execute", lambda *_: _count(counted, "statements"))
            flow.advance_all(packed, wiring)
        if (done := on.counted("ship_calls")) != orders:
            raise RuntimeError(f"{done} of {orders} confirmed")
        return Bookkeeping(counted["transactions"] / orders, counted["statements"] / orders)


def released(database_url: str, *, parcels: int = 500, in_flight: int = 16, round_trip_ms: int = 200) -> Released:
    """Let ``parcels`` wait behind one unknown name; a person maps it, the worker confirms them all."""
    with stage(database_url, in_flight, 0, queue="shipments") as on:
        packing.learn(on, multi_shipment=False)
        packed = packing.pack(on, parcels, "Zeta Express")
        on.wiring.db.dispatcher.send(bells_for(TASK, packed))
        questions = _wait_until_held(on, parcels)
        on.control("latency", {"ms": round_trip_ms})
        began = time.monotonic()
        with on.wiring.db.transaction() as tx:
            connection = tx.get_one(Connection, on.connection)
            mapping.map_name(tx, connection, "Zeta Express", Target("DHL"), "bench", on.wiring.now())
        seconds = on.wait_until("ship_calls", parcels, within=180) - began
        return Released(parcels, questions, seconds, on.memory())


def _warm(on: Stage, way: str) -> None:
    """Confirm a few, so that imports, clients and lists are there."""
    on.control("latency", {"ms": 0})
    packing.learn(on, multi_shipment=way == "ST01")
    on.wiring.db.dispatcher.send(bells_for(TASK, packing.pack(on, WARM)))
    on.wait_until(COUNTED[way], WARM, within=60)
    time.sleep(1)


def _wait_until_held(on: Stage, parcels: int) -> int:
    """How many questions they wait for, when all of them wait."""
    over = time.monotonic() + 120
    asked = select(func.count(), func.count(Shipment.blocked_by.distinct())).where(Shipment.blocked_by.is_not(None))
    while True:
        with on.wiring.db.reading() as tx:
            held, questions = tx.execute(asked).one()
        if held == parcels:
            return int(questions)
        if time.monotonic() > over:
            raise TimeoutError(f"{held} of {parcels} parcels wait for a person")
        time.sleep(0.1)


def _count(counted: dict[str, int], what: str) -> None:
    counted[what] += 1
