"""What the durable path writes: transactions and statements per order, counted at the database's door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, select, update

from benchmarks.stage import stage
from mirakl_sync.config import Config
from mirakl_sync.db.models import Connection, Order
from mirakl_sync.orders import flow, intake
from mirakl_sync.wiring import wire


@dataclass(frozen=True)
class Bookkeeping:
    """Per order, from seen to accepted; the page's share of the pull is included."""

    transactions: float
    statements: float


def measure(database_url: str, *, orders: int = 200) -> Bookkeeping:
    """Take in ``orders`` and accept them one after another in this process, counting."""
    with stage(database_url, 1, 0) as on:
        keys = on.wiring.config.secret_keys
        wiring = wire(Config(on.wiring.config.database_url, "redis://127.0.0.1:1/0", keys), who="bench")
        counted = {"transactions": 0, "statements": 0}
        event.listen(wiring.db.writing, "commit", lambda _c: _count(counted, "transactions"))
        for engine in wiring.db.engines():
            event.listen(engine, "before_cursor_execute", lambda *_: _count(counted, "statements"))
        on.place(orders)
        with wiring.db.transaction() as tx:
            tx.execute(update(Connection).values(paused=[]))
        counted.update(transactions=0, statements=0)
        intake.pull(on.connection, wiring)
        with wiring.db.reading() as tx:
            numbers = list(tx.execute(select(Order.id)).scalars())
        flow.advance_all(numbers, wiring, lane="acceptance")
        done = on.accepted()
        wiring.close()
        if done != orders:
            raise RuntimeError(f"{done} of {orders} accepted")
        return Bookkeeping(counted["transactions"] / orders, counted["statements"] / orders)


def _count(counted: dict[str, Any], what: str) -> None:
    counted[what] += 1
