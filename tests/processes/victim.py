"""A worker of everything that kills itself at a named moment: run as ``python -m tests.processes.victim``.

It does what pulling, answering, placing, polling and telling workers do, one after another, with the real functions.
Only the places where it may die are wrapped.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event

from mirakl_sync import clock as real
from mirakl_sync.config import Config
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.dispatch import Wake
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.http.client import HttpTransport
from mirakl_sync.orders import intake, references, sweep
from mirakl_sync.shipments import flow as parcels
from mirakl_sync.stock import pushing, reading
from mirakl_sync.stores import levels, poll
from mirakl_sync.wiring import Wiring, wire

MOMENTS = (
    "before the call is sent",
    "before the answer is read",
    "before the answer is recorded",
    "before the record is committed",
    "before the wake-ups are sent",
)
SURVIVED = 3


class Fate:
    """Which call kills, and when."""

    def __init__(self, call: str, moment: str, skip: int = 0) -> None:
        self._call = re.compile(call)
        self._skip = skip
        self._moment = MOMENTS.index(moment)
        self.answered = False

    def concerns(self, code: str, method: str, path: str) -> bool:
        """Is this the call?"""
        return self._skip == 0 and self._call.search(f"{code} {method} {path}") is not None

    def passed(self, code: str, method: str, path: str) -> None:
        """A call has gone well; the next of its kind may be the one."""
        if self._skip and self._call.search(f"{code} {method} {path}"):
            self._skip -= 1

    def at(self, moment: int) -> None:
        """Die if it is the moment; nothing of Python's own cleaning up happens."""
        if moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


class Workers:
    """Wake-ups done here, unless death comes first."""

    def __init__(self, fate: Fate) -> None:
        self.waiting: deque[Wake] = deque()
        self._fate = fate

    def send(self, wakes: Sequence[Wake]) -> None:
        """Queue them."""
        if self._fate.answered:
            self._fate.at(4)
        self.waiting.extend(wakes)


def _doom(fate: Fate) -> None:
    """Wrap the places where the process may end."""
    ask, body, transaction = HttpTransport._ask, HttpTransport._body, Database.transaction

    def doomed_ask(self: HttpTransport, call: Any, budget: bool) -> Any:
        what = _what(self, call)
        if not fate.concerns(*what):
            answer = ask(self, call, budget)
            fate.passed(*what)
            return answer
        fate.at(0)
        answer = ask(self, call, budget)
        fate.answered = True
        return answer

    def doomed_body(self: HttpTransport, call: Any, response: Any) -> bytes:
        if fate.concerns(*_what(self, call)):
            fate.at(1)
        return body(self, call, response)

    def doomed_transaction(self: Database) -> AbstractContextManager[Transaction]:
        if fate.answered:
            fate.at(2)
        return transaction(self)

    @event.listens_for(Transaction, "before_commit")
    def committing(session: Any) -> None:
        if fate.answered:
            fate.at(3)

    HttpTransport._ask = doomed_ask  # type: ignore[method-assign]  # the very place where the process shall die
    HttpTransport._body = doomed_body  # type: ignore[method-assign]
    Database.transaction = doomed_transaction  # type: ignore[method-assign]


def _what(transport: HttpTransport, call: Any) -> tuple[str, str, str]:
    """Operation, method and path of a call."""
    return call.asked.operation.code, call.asked.method, call.url.removeprefix(transport.base_url)


def main(plan: dict[str, Any]) -> int:
    """Work until death, or ``SURVIVED`` when the moment never came."""
    from tests.worlds import run

    fate = Fate(plan["call"], plan["moment"], plan["skip"])
    _doom(fate)
    ahead = [timedelta(seconds=plan["ahead"])]

    def now() -> datetime:
        return real.now() + ahead[0]

    config = Config(
        database_url=plan["database_url"],
        broker_url="redis://127.0.0.1:1/0",
        secret_keys=(plan["key"],),
        call_timeout=timedelta(seconds=plan["call_timeout"]),
        lease_margin=timedelta(seconds=1),
    )
    workers = Workers(fate)
    wiring = wire(config, dispatcher=workers, now=now, who="victim")
    for _ in _rounds(plan["rounds"]):
        sweep.sweep(wiring)
        parcels.ring_due(wiring)
        intake.pull(plan["connection"], wiring)
        if plan.get("store"):
            _survive(lambda: poll.poll(plan["store"], wiring))
        if plan.get("stock"):
            _stock(plan, wiring)
        while workers.waiting:
            _survive(lambda: run(workers.waiting.popleft(), wiring))
        references.tell_due(wiring)
        ahead[0] += timedelta(seconds=plan.get("stride", 0))
    return SURVIVED


def _stock(plan: dict[str, Any], wiring: Wiring) -> None:
    """What the workers of stock do."""
    _survive(lambda: levels.poll(plan["store"], wiring))
    _survive(lambda: pushing.push(plan["connection"], wiring))
    _survive(lambda: reading.read_offers(plan["connection"], wiring))


def _survive(work: Callable[[], Any]) -> None:
    """Trouble is written down on the rows; only death ends this process."""
    with contextlib.suppress(MiraklSyncError):
        work()


def _rounds(count: int) -> Iterator[int]:
    yield from range(count)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
