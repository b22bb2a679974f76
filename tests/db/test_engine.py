"""What SQLite is told at each connection."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mirakl_sync.db import engine
from mirakl_sync.db.transaction import Database
from tests.databases import AS_SHIPPED, on_postgres


@pytest.mark.skipif(on_postgres(), reason="speaks of SQLite")
def test_a_commit_survives_a_power_cut(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """WAL with ``synchronous`` FULL (2): the log is synced at every commit. Tests do without; the product does not."""
    monkeypatch.setattr(engine, "SQLITE_SETTINGS", AS_SHIPPED)
    database = Database(database_url)
    with database.transaction() as tx:
        told = {name: tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")}
    database.close()
    assert told == {"journal_mode": "wal", "synchronous": 2}
