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
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
RESTART = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"
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
    """Databases of a running server: made from a template, emptied after a test and used again."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._clean: list[str] = []
        with self._connect("postgres") as ask:
            ask(f"CREATE DATABASE {TEMPLATE}")
        _make_tables(f"{address}/{TEMPLATE}")

    @contextmanager
    def new(self, folder: Path, *, tables: bool) -> Iterator[str]:
        """An address. Whoever still uses the database afterwards loses it."""
        del folder
        name = self._clean.pop() if tables and self._clean else self._made(tables=tables)
        yield f"{self._address}/{name}"
        if tables and self._emptied(name):
            self._clean.append(name)
        else:
            with self._connect("postgres") as ask:
                ask(f"DROP DATABASE {name} WITH (FORCE)")

    def _made(self, *, tables: bool) -> str:
        name = f"t{os.getpid()}_{next(_numbers)}"
        with self._connect("postgres") as ask:
            ask(f"CREATE DATABASE {name}" + (f" TEMPLATE {TEMPLATE}" if tables else ""))
        return name

    def _emptied(self, name: str) -> bool:
        """True when it is as it was: nobody works in it, it has our tables only, and they are empty."""
        with self._connect(name) as ask:
            others = ask(OTHERS).fetchall()
            tables = {table for (table,) in ask(TABLES).fetchall()}
            if others or tables != set(Base.metadata.tables):
                return False
            emptied = [f'DELETE FROM "{table}"' for table in tables]
            ask("; ".join(["SET session_replication_role = replica", *emptied, RESTART]))
            return True

    @contextmanager
    def _connect(self, database: str) -> Iterator[Callable[[str], Any]]:
        import psycopg

        plain = self._address.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(f"{plain}/{database}", autocommit=True) as connection:
            yield connection.execute


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
