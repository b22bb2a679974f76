"""Insert a row unless its unique key is there already, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from mirakl_sync.db.models.base import Base
from mirakl_sync.db.transaction import Transaction


def insert_once(tx: Transaction, model: type[Base], values: Mapping[str, Any]) -> bool:
    """True when the row was inserted, False when its unique key existed; never an error, never an update.

    Columns left out take their defaults.
    """
    # what came back tells on both databases; PostgreSQL's driver counts no rows behind SQLAlchemy's own RETURNING
    return tx.execute(_insert(model, tx.get_bind().dialect.name), values).first() is not None


def insert_many_once(tx: Transaction, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert all whose unique key is not there, in one statement. Every row names the same columns."""
    if rows:
        insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
        tx.execute(insert(model.__table__).on_conflict_do_nothing(), list(rows))


@cache
def _insert(model: type[Base], dialect: str) -> Any:
    """Built once: composing a statement costs more than running it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(model.__table__).on_conflict_do_nothing().returning(*model.__table__.primary_key)
