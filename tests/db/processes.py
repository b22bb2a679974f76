"""What the processes of the tests do; a module of its own so that a fresh interpreter can run it."""

from __future__ import annotations

import sys
import time

from sqlalchemy import select, update

from mirakl_sync import clock
from mirakl_sync.db.call_limits import SharedBudget
from mirakl_sync.db.models import Heartbeat
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import RateLimited
from mirakl_sync.http.contract import Operation


def count_up(url: str, times: str) -> None:
    """Read, then write, ``times`` times: lost updates and lock errors would show."""
    db = Database(url, pool_size=2)
    for _ in range(int(times)):
        with db.transaction() as tx:
            row = tx.execute(select(Heartbeat).where(Heartbeat.feed == "all").with_for_update()).scalar_one()
            tx.execute(update(Heartbeat).where(Heartbeat.feed == "all").values(every_seconds=row.every_seconds + 1))
    db.close()


def spend(url: str, times: str, seconds: str, lasting: str) -> None:
    """Take as many places as are granted within ``lasting`` seconds; print begin, end and how many they were."""
    db = Database(url, pool_size=2)
    budget = SharedBudget(db, "acme/2000", clock.now)
    operation = Operation("OR11", times=int(times), seconds=float(seconds))
    began, granted = time.time(), 0
    while time.time() < began + float(lasting):
        try:
            budget.take(operation)
        except RateLimited:
            time.sleep(0.005)
            continue
        granted += 1
    sys.stdout.write(f"{began} {time.time()} {granted}")
    db.close()


if __name__ == "__main__":
    {"count_up": count_up, "spend": spend}[sys.argv[1]](*sys.argv[2:])
