"""The vendor's schema as far as this shop knows it, with names and values as Python reads them.

Argument names arrive in resolvers as snake_case, DateTime as aware datetime, Decimal and Money as Decimal.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
)

SOURCE = Path(__file__).with_name("schema.graphql")
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


@functools.cache
def snake(name: str) -> str:
    """`displayFinancialStatus` as `display_financial_status`."""
    return _HUMP.sub(r"_\1", name).lower()


@functools.cache
def schema() -> GraphQLSchema:
    """Built once: it holds nothing of any shop."""
    built = build_schema(SOURCE.read_text("utf-8"))
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                for name, argument in field.args.items():
                    argument.out_name = snake(name)
        elif isinstance(kind, GraphQLInputObjectType):
            for name, given in kind.fields.items():
                given.out_name = snake(name)
    for name, (out, into) in _SCALARS.items():
        _teach(built.type_map[name], out, into)
    return built


def moment(value: datetime | None) -> str | None:
    """`2026-11-21T09:00:00Z`, as DateTime is printed."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain_amount(value: Decimal) -> str:
    """`MoneyV2.amount`: no trailing zeros, but one decimal always: 30.0, 64.9, 7.25."""
    text = f"{value:f}"
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}"


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise GraphQLError("Decimal value expected")
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        raise GraphQLError(f"invalid decimal '{value}'") from None
    if not read.is_finite():
        raise GraphQLError(f"invalid decimal '{value}'")
    return read


def _datetime(value: Any) -> datetime:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"invalid DateTime '{value}'") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _url(value: Any) -> str:
    if not isinstance(value, str) or ":" not in value:
        raise GraphQLError(f"invalid URL '{value}', missing scheme")
    return value


_SCALARS: dict[str, tuple[Any, Any]] = {
    "DateTime": (moment, _datetime),
    "Decimal": (plain_amount, _decimal),
    "Money": (lambda value: f"{value:.2f}", _decimal),
    "UnsignedInt64": (str, str),
    "URL": (str, _url),
}


def _teach(scalar: Any, out: Any, into: Any) -> None:
    """Tells graphql-core of a scalar; in a schema built from text its methods are replaced on the instance."""
    if isinstance(scalar, GraphQLScalarType):
        scalar.serialize = scalar.coerce_output_value = out  # type: ignore[method-assign]  # graphql-core's own way
        scalar.parse_value = scalar.coerce_input_value = into  # type: ignore[method-assign]  # graphql-core's own way
