"""What every test may ask for. ``MIRAKL_SYNC_TEST_DATABASE`` chooses sqlite (default) or postgresql."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mirakl_sync.clock import FixedClock
from mirakl_sync.db import secrets
from mirakl_sync.db.models import Base
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import RecordingDispatcher

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEST_KEY = "8L5Vv3q0mZtC0bq0Q2xw3k5p1Xq8m6b1H0c3s7d9fG4="

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a database runs on both kinds; see `make test-postgres`."""
    for item in items:
        if "database_url" in getattr(item, "fixturenames", ()):
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


def on_postgres() -> bool:
    """True when this run's databases shall be PostgreSQL."""
    return os.environ.get("MIRAKL_SYNC_TEST_DATABASE", "sqlite") == "postgresql"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if not on_postgres():
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    import psycopg

    address = request.getfixturevalue("postgres")
    name = f"t{os.getpid()}_{next(_numbers)}"
    admin = psycopg.connect(address.replace("postgresql+psycopg", "postgresql") + "/postgres", autocommit=True)
    admin.execute(f"CREATE DATABASE {name}")
    yield f"{address}/{name}"
    admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


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
    """A database with every table."""
    database = Database(database_url, dispatcher=bells)
    Base.metadata.create_all(database.writing)
    yield database
    database.close()
