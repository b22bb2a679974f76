"""Databases of tests: tables are made once and copied, statements compiled once for all engines, no power cut survived.

Every test has a database and engines of its own; made the ordinary way they would take half of the suite's time.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.engine import make_url

from mirakl_sync.db import engine as engines
from mirakl_sync.db.models import Base
from mirakl_sync.db.transaction import Database

TEMPLATE = f"tables_{os.getpid()}"
AS_SHIPPED = engines.SQLITE_SETTINGS

_numbers = itertools.count(1)


def on_postgres() -> bool:
    """True when this run's databases shall be PostgreSQL."""
    return os.environ.get("MIRAKL_SYNC_TEST_DATABASE", "sqlite") == "postgresql"


class SqliteFiles:
    """Databases in files of a test's own folder."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "tables.db"
        _make_tables(f"sqlite:///{self._template}")

    @contextmanager
    def new(self, folder: Path, *, tables: bool) -> Iterator[str]:
        """An address; without tables there is no file yet."""
        file = folder / ("test.db" if tables else "empty.db")
        if tables:
            file.write_bytes(self._template.read_bytes())
        yield f"sqlite:///{file}"


class PostgresDatabases:
    """Databases of a running server."""

    def __init__(self, address: str) -> None:
        self._address = address
        with self._admin() as ask:
            ask(f"CREATE DATABASE {TEMPLATE}")
        _make_tables(f"{address}/{TEMPLATE}")

    @contextmanager
    def new(self, folder: Path, *, tables: bool) -> Iterator[str]:
        """An address; the database is dropped afterwards, whoever still uses it."""
        del folder
        name = f"t{os.getpid()}_{next(_numbers)}"
        with self._admin() as ask:
            ask(f"CREATE DATABASE {name}" + (f" TEMPLATE {TEMPLATE}" if tables else ""))
            yield f"{self._address}/{name}"
            ask(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def _admin(self) -> Iterator[Callable[[str], Any]]:
        import psycopg

        plain = self._address.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(f"{plain}/postgres", autocommit=True) as admin:
            yield admin.execute


def _make_tables(url: str) -> None:
    database = Database(url)
    Base.metadata.create_all(database.writing)
    database.close()


@contextmanager
def light_engines(kind: str) -> Iterator[None]:
    """Engines of this kind ("sqlite", "postgresql") share a dialect and what was compiled for it; nothing is synced.

    The first engine made meanwhile must connect first: then the dialect learns what its database can do.
    """
    dialects: dict[str, Dialect] = {}
    compiled: dict[Any, Any] = {}

    def create(url: str, **options: Any) -> Engine:
        made = create_engine(url, **options)
        if make_url(url).get_backend_name() != kind:
            return made
        made.dialect = dialects.setdefault(kind, made.dialect)
        return made.execution_options(compiled_cache=compiled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "create_engine", create)
        patch.setattr(engines, "SQLITE_SETTINGS", (*AS_SHIPPED, "synchronous=OFF"))
        yield
