"""The engines: one that writes, one that only reads, each set up for its database."""

from __future__ import annotations

import json
import time
from functools import partial
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

# Payloads hold exact decimals; they are kept as text and read back as decimals by the schemas.
_to_json = partial(json.dumps, default=str, ensure_ascii=False)

# Earlier versions carry the rare WAL-reset corruption fault (sqlite.org, release notes of 3.51.3).
SAFE_SQLITE = (3, 51, 3)
# Every commit reaches the disk: an idempotency key that a power cut takes back would be no promise.
SQLITE_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000")
# So long a lock is waited for, and so often we ask where SQLite itself does not wait.
LOCK_SECONDS, ASK_EVERY = 30, 0.02


def sqlite_driver() -> ModuleType:
    """The newest SQLite at hand: the bundled one of pysqlite3 when installed, else Python's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2
    return dbapi2  # type: ignore[no-any-return]  # neither driver is typed


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(int(part) for part in sqlite_driver().sqlite_version.split("."))


def create_engines(url: str, *, pool_size: int) -> tuple[Engine, Engine]:
    """(writing, reading) engines for a database address.

    On SQLite writers take the write lock at once, so they queue instead of failing; readers never wait for them.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, pool_size, reading=False), _sqlite(url, pool_size, reading=True)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_timeout=30,
        json_serializer=_to_json,
    )
    return engine, engine


def _sqlite(url: str, pool_size: int, *, reading: bool) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_driver(),
        pool_size=pool_size,
        max_overflow=4,
        json_serializer=_to_json,
        connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_SETTINGS:
            _set(cursor, pragma)
        if reading:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _set(cursor: Any, pragma: str) -> None:
    """Say it until nobody is in the way: whoever opens a new file while another one writes its first page into it is
    told "locked" at once, because SQLite does not wait where it changes how a file is kept."""
    over = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            cursor.execute(f"PRAGMA {pragma}")
        except sqlite_driver().OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > over:
                raise
            time.sleep(ASK_EVERY)
        else:
            return
