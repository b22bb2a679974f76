"""Alembic's entry: always on a connection handed over by ``mirakl_sync.db.migrate``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from mirakl_sync.db import types
from mirakl_sync.db.models import Base


def render(kind: str, column_type: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their names when a new step is drafted."""
    if kind != "type":
        return False
    if isinstance(column_type, types.UtcDateTime | types.Amount | types.EncryptedJson):
        autogen.imports.add("from mirakl_sync.db import types")
        return f"types.{type(column_type).__name__}()"
    if isinstance(column_type, JSON):
        autogen.imports.add("from mirakl_sync.db import types")
        return "types.Json"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=False,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
