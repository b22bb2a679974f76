"""Published call frequencies, one budget shared by all workers, kept in the database.

They must survive a flushed broker, and a ``Retry-After`` told to one worker must stop all.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.clock import Clock
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import CallLimit
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.errors import RateLimited
from mirakl_sync.http.contract import Operation

# How stale a worker's knowledge of others' Retry-After may be.
_LOOK_EVERY = 0.5


class SharedBudget:
    """The budget of one (tenant, shop). Implements ``mirakl_sync.http.contract.Budget``."""

    def __init__(self, db: Database, scope: str, now: Clock) -> None:
        self._db, self._scope, self._now = db, scope, now
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._blocked: dict[str, datetime] = {}

    def take(self, operation: Operation, *, patience: float = 0) -> None:
        """Take one place, waiting at most ``patience`` seconds; ``RateLimited`` with the wait when it is longer."""
        gives_up_at = time.monotonic() + patience
        while (wait := self._wait_for(operation)) > 0:
            if time.monotonic() + wait > gives_up_at:
                raise RateLimited(f"{operation.code} may be called again in {_said(wait)}", after=wait)
            time.sleep(wait)

    def block(self, operation: Operation, seconds: float) -> None:
        """Nobody calls this operation for ``seconds``."""
        until = self._now() + timedelta(seconds=seconds)
        with self._db.transaction() as tx:
            row = self._row(tx, operation)
            row.blocked_until = until = max(filter(None, (row.blocked_until, until)))
        self._blocked[operation.code] = until

    def _wait_for(self, operation: Operation) -> float:
        now = self._now()
        blocked_until = self._blocks().get(operation.code)
        if blocked_until is not None and blocked_until > now:
            return (blocked_until - now).total_seconds()
        return self._take_place(operation) if operation.times else 0.0

    def _take_place(self, operation: Operation) -> float:
        """Generic cell rate algorithm: 0 when a place was taken, else the seconds until one is free."""
        interval = timedelta(seconds=operation.seconds / operation.times)
        burst = interval * (operation.times - 1)
        with self._db.transaction() as tx:
            row = self._row(tx, operation)
            # only now: a time read before the wait for the row would let the next call come too early
            now = self._now()
            free_at = max(filter(None, (row.free_at, now)))
            if row.blocked_until is not None and row.blocked_until > now:
                return (row.blocked_until - now).total_seconds()
            if free_at - now > burst:
                return (free_at - now - burst).total_seconds()
            row.free_at = free_at + interval
        return 0.0

    def _row(self, tx: Transaction, operation: Operation) -> CallLimit:
        key = f"{self._scope}/{operation.code}"
        insert_once(tx, CallLimit, {"key": key})
        return tx.execute(select(CallLimit).where(CallLimit.key == key).with_for_update()).scalar_one()

    def _blocks(self) -> dict[str, datetime]:
        """Everybody's Retry-After, looked up at most twice a second per process."""
        with self._lock:
            if time.monotonic() - self._looked_at > _LOOK_EVERY:
                prefix = f"{self._scope}/"
                with self._db.reading() as tx:
                    rows = tx.execute(
                        select(CallLimit.key, CallLimit.blocked_until).where(
                            CallLimit.key.startswith(prefix, autoescape=True), CallLimit.blocked_until > self._now()
                        )
                    ).all()
                self._blocked = {key.removeprefix(prefix): until for key, until in rows if until}
                self._looked_at = time.monotonic()
            return self._blocked


def _said(seconds: float) -> str:
    """ "40.0 s", "23 h 59 min": limits of a day are told in hours."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    hours, minutes = divmod(-(-int(seconds) // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
