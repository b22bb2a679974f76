"""Orders per second from "visible on the marketplace" to "accepted", ours against the bare script, in one run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass

from sqlalchemy import update

from benchmarks.stage import Stage, stage
from mirakl_sync.db.models import Connection

WARM = 20


@dataclass(frozen=True)
class Measured:
    """One pairing of the two."""

    bare_per_second: float
    ours_per_second: float
    ratio: float
    worker_cpu_ms: float
    bare_cpu_ms: float
    worker_memory_mb: float


def measure(database_url: str, *, orders: int, in_flight: int, round_trip_ms: int) -> Measured:
    """Place ``orders``, let the bare script accept them, place as many again and let the worker accept those."""
    with stage(database_url, in_flight, round_trip_ms) as on:
        on.place(orders)
        command = [sys.executable, "-m", "benchmarks.bare", on.market, on.key, str(in_flight)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        bare = json.loads(ran.stdout)
        if bare["orders"] != orders or on.accepted() != orders:
            raise RuntimeError(f"the bare script accepted {on.accepted()} of {orders}")
        on.control("reset", {})
        on.control("latency", {"ms": round_trip_ms})
        _warm(on)
        on.place(orders)
        cpu = on.cpu()
        began = time.monotonic()
        _let_pull(on)
        seconds = on.wait_until_accepted(WARM + orders, within=120) - began
        bare_rate, our_rate = orders / bare["seconds"], orders / seconds
        return Measured(
            bare_rate,
            our_rate,
            our_rate / bare_rate,
            (on.cpu() - cpu) / orders * 1000,
            bare["cpu"] / orders * 1000,
            on.memory(),
        )


def _warm(on: Stage) -> None:
    """Accept a few, so that imports, clients and shelf are there."""
    on.place(WARM)
    _let_pull(on)
    on.wait_until_accepted(WARM, within=60)
    time.sleep(1)


def _let_pull(on: Stage) -> None:
    """Ring for one pull, as beat would."""
    from mirakl_sync.dispatch import Wake

    with on.wiring.db.transaction() as tx:
        tx.execute(update(Connection).values(paused=[], next_pull_at=None))
    on.wiring.db.dispatcher.send([Wake("orders.pull", (on.connection,))])
