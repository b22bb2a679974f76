"""Bring the database to the present form, step by step (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from mirakl_sync.db.engine import create_engines

_HERE = Path(__file__).parent / "migrations"


def upgrade(url: str) -> str:
    """Run every step not yet run; answers the name of the step the database stands at. May be called twice."""
    engine, _ = create_engines(url, pool_size=1)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
    return current(url)


def current(url: str) -> str:
    """The step the database stands at; empty for a new one."""
    engine, other = create_engines(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        engine.dispose()
        other.dispose()


def newest() -> str:
    """The step this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
