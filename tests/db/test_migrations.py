"""The steps of migration lead to exactly the tables the models describe."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from mirakl_sync.db import migrate
from mirakl_sync.db.engine import create_engines
from mirakl_sync.db.models import Base


def test_a_new_database_stands_nowhere(empty_database_url: str) -> None:
    assert migrate.current(empty_database_url) == ""


def test_upgrading_reaches_the_newest_step_and_may_be_repeated(empty_database_url: str) -> None:
    assert migrate.upgrade(empty_database_url) == migrate.newest()
    assert migrate.upgrade(empty_database_url) == migrate.newest() == migrate.current(empty_database_url)


def test_the_migrated_tables_are_those_of_the_models(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    engine, other = create_engines(empty_database_url, pool_size=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    other.dispose()


def test_partial_indexes_and_their_conditions_are_made(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    engine, other = create_engines(empty_database_url, pool_size=1)
    wanted = {
        index.name: bool(index.dialect_options[engine.dialect.name]["where"] is not None)
        for table in Base.metadata.tables.values()
        for index in table.indexes
    }
    inspector = inspect(engine)
    made = {
        index["name"]: f"{engine.dialect.name}_where" in index.get("dialect_options", {})
        for table in Base.metadata.tables
        for index in inspector.get_indexes(table)
        if not index.get("duplicates_constraint")
    }
    assert {name: made.get(name) for name in wanted} == wanted
    engine.dispose()
    other.dispose()
