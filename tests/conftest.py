"""What every test may ask for. ``MIRAKL_SYNC_TEST_DATABASE`` chooses sqlite (default) or postgresql."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db import secrets
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher
from tests.databases import PostgresDatabases, SqliteFiles, light_engines, on_postgres

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEST_KEY = "8L5Vv3q0mZtC0bq0Q2xw3k5p1Xq8m6b1H0c3s7d9fG4="


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a database runs on both kinds; see `make test-postgres`."""
    for item in items:
        if "databases" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def _secret_key() -> None:
    secrets.use_keys([TEST_KEY])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL, started at first use."""
    from tests.postgres import running_postgres

    with running_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqliteFiles | PostgresDatabases]:
    """Where the databases of this run come from."""
    with light_engines("postgresql" if on_postgres() else "sqlite"):
        if on_postgres():
            yield PostgresDatabases(request.getfixturevalue("postgres"))
        else:
            yield SqliteFiles(tmp_path_factory.mktemp("databases"))


@pytest.fixture
def database_url(databases: SqliteFiles | PostgresDatabases, tmp_path: Path) -> Iterator[str]:
    """A database with every table and nothing in them."""
    with databases.new(tmp_path, tables=True) as url:
        yield url


@pytest.fixture
def empty_database_url(databases: SqliteFiles | PostgresDatabases, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    with databases.new(tmp_path, tables=False) as url:
        yield url


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon of an ordinary Monday."""
    return FixedClock(NOON)


@pytest.fixture
def bells() -> RecordingDispatcher:
    """Whom the work rang."""
    return RecordingDispatcher()


@pytest.fixture
def db(database_url: str, bells: RecordingDispatcher) -> Iterator[Database]:
    """The database, opened."""
    database = Database(database_url, dispatcher=bells)
    yield database
    database.close()
