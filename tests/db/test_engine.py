"""What SQLite is told at each connection."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from mirakl_sync.db import engine
from mirakl_sync.db.transaction import Database
from tests.databases import AS_SHIPPED, on_postgres

pytestmark = pytest.mark.skipif(on_postgres(), reason="speaks of SQLite")


def test_a_commit_survives_a_power_cut(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """WAL with ``synchronous`` FULL (2): the log is synced at every commit. Tests do without; the product does not."""
    monkeypatch.setattr(engine, "SQLITE_SETTINGS", AS_SHIPPED)
    database = Database(database_url)
    with database.transaction() as tx:
        told = {name: tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")}
    database.close()
    assert told == {"journal_mode": "wal", "synchronous": 2}


def test_a_new_file_somebody_else_just_begins_is_waited_for(tmp_path: Path) -> None:
    """SQLite says "locked" at once there, whatever its timeout."""
    file = tmp_path / "fresh.db"
    other = engine.sqlite_driver().connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.2, other.execute, ["COMMIT"])
    done.start()
    writing, reading = engine.create_engines(f"sqlite:///{file}", pool_size=1)
    with writing.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    done.join()
    other.close()
    writing.dispose()
    reading.dispose()
