"""How long an order waits between being seen and being accepted while many arrive every second."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from benchmarks.stage import Stage, stage
from mirakl_sync.db.models import Connection, Order
from mirakl_sync.dispatch import Wake


@dataclass(frozen=True)
class Delays:
    """Seconds: from seen to accepted by our rows, from visible to accepted by the marketplace's books."""

    orders: int
    per_second: float
    seen_p50: float
    seen_p99: float
    seen_max: float
    visible_p50: float
    visible_p99: float


def measure(database_url: str, *, per_second: int = 50, seconds: int = 20, round_trip_ms: int = 200) -> Delays:
    """Place ``per_second`` orders for ``seconds`` while a pull is rung for every second, as beat does."""
    with stage(database_url, 64, round_trip_ms) as on:
        with on.wiring.db.transaction() as tx:
            tx.execute(update(Connection).values(paused=[]))
        over = threading.Event()
        ringing = threading.Thread(target=_ring, args=(on, over))
        ringing.start()
        try:
            count = _place_steadily(on, per_second, seconds)
            on.wait_until_accepted(count, within=120)
            time.sleep(2)
        finally:
            over.set()
            ringing.join()
        return _delays(on, count, per_second)


def _ring(on: Stage, over: threading.Event) -> None:
    while not over.wait(1.0):
        on.wiring.db.dispatcher.send([Wake("orders.pull", (on.connection,))])


def _place_steadily(on: Stage, per_second: int, seconds: int) -> int:
    began, placed = time.monotonic(), 0
    for step in range(seconds * 5):
        time.sleep(max(0.0, began + step * 0.2 - time.monotonic()))
        on.place(per_second // 5)
        placed += per_second // 5
    return placed


def _delays(on: Stage, count: int, per_second: int) -> Delays:
    with on.wiring.db.reading() as tx:
        rows = tx.execute(select(Order.seen_at, Order.accepted_at)).all()
    seen = sorted((accepted - first).total_seconds() for first, accepted in rows if accepted is not None)
    if len(seen) != count:
        raise RuntimeError(f"{len(seen)} of {count} orders are accepted in our rows")
    books = on.control("books")["orders"]
    visible = sorted(_between(order["created_date"], order["accepted_at"]) for order in books)
    return Delays(
        count,
        per_second,
        _share(seen, 0.5),
        _share(seen, 0.99),
        seen[-1],
        _share(visible, 0.5),
        _share(visible, 0.99),
    )


def _between(first: str, second: str) -> float:
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


def _share(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]
