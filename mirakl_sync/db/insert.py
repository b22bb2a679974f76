"""Insert a row unless its unique key is there already, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, true
from sqlalchemy.dialects import postgresql, sqlite

from mirakl_sync.db.models.base import Base
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.db.types import JsonList


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


def insert_alike_once(
    tx: Transaction, model: type[Base], alike: Mapping[str, Any], rows: Sequence[Sequence[Any]], columns: Sequence[str]
) -> None:
    """Insert rows that differ in few ``columns`` (texts, numbers, truths) and are ``alike`` in the others.

    As ``insert_many_once``, at a fifth of its cost: the rows travel as one parameter, or one for each column.
    """
    if not rows:
        return
    dialect = tx.get_bind().dialect.name
    several = {f"all_{name}": list(told) for name, told in zip(columns, zip(*rows, strict=True), strict=True)}
    tx.execute(
        _insert_alike(model, tuple(alike), tuple(columns), dialect),
        dict(alike) | (several if dialect == "postgresql" else {"all_rows": [list(row) for row in rows]}),
    )


@cache
def _insert_alike(model: type[Base], alike: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> Any:
    into = model.__table__
    same = [bindparam(name, type_=into.c[name].type).label(name) for name in alike]
    if dialect == "postgresql":
        lists = (bindparam(f"all_{name}", type_=postgresql.ARRAY(into.c[name].type)) for name in columns)
        told = func.unnest(*lists).table_valued(*columns).render_derived()
        rows = select(*same, *(told.c[name] for name in columns))
        return postgresql.insert(into).from_select([*alike, *columns], rows).on_conflict_do_nothing()
    row = func.json_each(bindparam("all_rows", type_=JsonList())).table_valued("value").c.value
    values = (func.json_extract(row, f"$[{place}]") for place in range(len(columns)))
    # without a condition SQLite would take what follows for one of a join
    rows = select(*same, *values).where(true())
    return sqlite.insert(into).from_select([*alike, *columns], rows).on_conflict_do_nothing()


@cache
def _insert(model: type[Base], dialect: str) -> Any:
    """Built once: composing a statement costs more than running it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(model.__table__).on_conflict_do_nothing().returning(*model.__table__.primary_key)
