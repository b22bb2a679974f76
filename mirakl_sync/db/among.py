"""Ask about thousands of rows with one parameter: a statement with a place for each costs more than what it does."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from mirakl_sync.db.types import JsonList


def among(column: Any, name: str, dialect: str) -> ColumnElement[bool]:
    """The column, of numbers or texts, is one of the values of the parameter ``name``, a list of any length."""
    if dialect == "postgresql":
        return cast(ColumnElement[bool], column == func.any(bindparam(name, type_=ARRAY(column.type))))
    values = func.json_each(bindparam(name, type_=JsonList())).table_valued("value")
    return cast(ColumnElement[bool], column.in_(select(values.c.value)))
