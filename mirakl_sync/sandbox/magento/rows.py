"""What a client sends, turned into rows: known names only, typed, and cut to the length of the column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mirakl_sync.sandbox.magento.columns import DATE, INTEGER, LENGTHS, NUMBER, Columns
from mirakl_sync.sandbox.magento.errors import RestError, unsupported
from mirakl_sync.sandbox.magento.model import Row
from mirakl_sync.sandbox.magento.values import date_text, number, plain_text

CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def snake(name: str) -> str:
    """camelCase is understood too (inferred, reference 2)."""
    return CAMEL.sub(lambda found: f"_{found[1].lower()}", name)


def known(given: Any, columns: Columns, more: Iterable[str] = ()) -> Row:
    """The object with snake_case names. Raises 400 for a name the data object does not have."""
    if not isinstance(given, dict):
        raise RestError(400, 'The "%1" value\'s type is invalid. The "%2" type was expected. Verify and try again.')
    named = {snake(name): value for name, value in given.items()}
    for name in named:
        if name not in columns and name not in more and name != "extension_attributes":
            raise unsupported(name)
    return named


def typed(named: Row, columns: Columns, lengths: dict[str, int] | None = None) -> Row:
    """The columns among the names, as the database keeps them; null is left out."""
    cut = {**LENGTHS, **(lengths or {})}
    return {
        name: _stored(value, columns[name], cut.get(name))
        for name, value in named.items()
        if name in columns and value is not None
    }


def _stored(value: Any, kind: str, length: int | None) -> Any:
    if kind == NUMBER:
        return number(value)
    if kind == INTEGER:
        return int(number(value))
    if kind == DATE:
        return date_text(value)
    return plain_text(value)[:length]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
