"""Short transactions that announce work only after the commit that made it true."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from mirakl_sync.db.engine import create_engines
from mirakl_sync.dispatch import Dispatcher, NullDispatcher, Wake


class Transaction(Session):
    """A session that also remembers whom to wake once it is committed."""

    def wake(self, task: str, *args: int | str, countdown: float | None = None) -> None:
        """Ring ``task`` after the commit; nothing is rung if the transaction fails."""
        self.info.setdefault("wakes", []).append(Wake(task, args, countdown))


# So many transactions of one process at a time on PostgreSQL: more only fight for Python's lock (64 threads in the
# database at once took 9.4 ms of processor time an order, four at a time 7.8), fewer would wait for a far server.
TURNS = 4


def _turns(dialect: str) -> AbstractContextManager[object]:
    """Who may open a writing transaction now.

    SQLite has one writer: our threads queue for their turn instead of sleeping against its lock, which cost each of
    16 writers 90 ms a transaction.
    """
    return threading.RLock() if dialect == "sqlite" else threading.BoundedSemaphore(TURNS)


class Database:
    """Both engines and the two ways to use them."""

    def __init__(self, url: str, *, pool_size: int = 8, dispatcher: Dispatcher | None = None) -> None:
        self.url = url
        self.writing, self.read_engine = create_engines(url, pool_size=pool_size)
        self.dispatcher: Dispatcher = dispatcher or NullDispatcher()
        self._write = sessionmaker(self.writing, class_=Transaction, expire_on_commit=False)
        self._turn = _turns(self.writing.dialect.name)
        self._read = sessionmaker(self.read_engine, class_=Transaction, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A writing transaction: commits at the end, rolls back on any error, then sends its wake-ups.

        No call to another system may be made inside.
        """
        with self._turn, self._write() as tx:
            with tx.begin():
                yield tx
            wakes = tx.info.pop("wakes", [])
        self.dispatcher.send(wakes)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A read-only look that never waits for writers."""
        with self._read() as tx:
            yield tx

    def engines(self) -> tuple[Engine, ...]:
        """The distinct engines, for closing and for statistics."""
        return (self.writing,) if self.writing is self.read_engine else (self.writing, self.read_engine)

    def close(self) -> None:
        """Return every connection."""
        for engine in self.engines():
            engine.dispose()
