"""The text of a bulk operation, and what the vendor allows in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
    validate,
)

from mirakl_sync.sandbox.shopify.bulk_reading import Step, step_of
from mirakl_sync.sandbox.shopify.schema import schema

MOST_CONNECTIONS, DEEPEST = 5, 2


class OddQuery(ValueError):
    """The text cannot be a bulk operation; the message says why."""


@dataclass(frozen=True)
class BulkQuery:
    """The one field that is asked for, and the steps its rows are read by."""

    field: str
    top: Step


def read(text: str) -> BulkQuery:
    """Raise `OddQuery` for what the vendor would refuse."""
    try:
        node = parse(text)
    except GraphQLSyntaxError as error:
        raise OddQuery(f"Invalid bulk query: {error.message}") from None
    errors = validate(schema(), node)
    if errors:
        raise OddQuery(f"Invalid bulk query: {errors[0].message}")
    operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) != 1 or len(node.definitions) != 1 or operations[0].operation.value != "query":
        raise OddQuery("Bulk queries must contain exactly one query and no fragments.")
    fields = operations[0].selection_set.selections
    if len(fields) != 1 or not isinstance(fields[0], FieldNode) or not _is_connection(fields[0], "QueryRoot"):
        raise OddQuery("Bulk queries must contain exactly one top-level field, and it must be a connection.")
    _refuse_odd(fields[0], "QueryRoot")
    return BulkQuery(fields[0].name.value, step_of(fields[0], "QueryRoot"))


def _refuse_odd(top: FieldNode, kind: str) -> None:
    depths: list[int] = []
    _depths(top, kind, 0, depths)
    if len(depths) > MOST_CONNECTIONS:
        raise OddQuery(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    if max(depths) > DEEPEST + 1:
        raise OddQuery(f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}.")


def _depths(node: FieldNode, kind: str, depth: int, found: list[int]) -> None:
    inner_depth = depth
    if _is_connection(node, kind):
        inner_depth = depth + 1
        found.append(inner_depth)
        members = _member_fields(node)
        nested = any(_leads_to_connection(each, _member_kind(node, kind)) for each in members)
        if nested and not any(each.name.value == "id" and not each.alias for each in members):
            words = "The parent 'node' field for a nested connection must select the 'id' field without an alias."
            raise OddQuery(words)
    inner = _kind_of(node, kind)
    for each in _fields(node.selection_set):
        _depths(each, inner, inner_depth, found)


def _leads_to_connection(node: FieldNode, kind: str) -> bool:
    if _is_connection(node, kind):
        return True
    return any(_leads_to_connection(each, _kind_of(node, kind)) for each in _fields(node.selection_set))


def _member_fields(node: FieldNode) -> list[FieldNode]:
    """What is chosen of a connection's members."""
    for each in _fields(node.selection_set):
        if each.name.value == "nodes":
            return _fields(each.selection_set)
        if each.name.value == "edges":
            return [one for edge in _fields(each.selection_set) for one in _fields(edge.selection_set)]
    return []


def _member_kind(node: FieldNode, kind: str) -> str:
    return _kind_of(node, kind).removesuffix("Connection")


def _is_connection(node: FieldNode, kind: str) -> bool:
    return _kind_of(node, kind).endswith("Connection")


def _kind_of(node: FieldNode, kind: str) -> str:
    parent: Any = schema().type_map.get(kind)
    fields = getattr(parent, "fields", {})
    name = node.name.value
    return get_named_type(fields[name].type).name if name in fields else ""


def _fields(chosen: SelectionSetNode | None) -> list[FieldNode]:
    """Fields, those in fragments on a type too: a bulk query has no named fragments."""
    found: list[FieldNode] = []
    for each in chosen.selections if chosen else ():
        if isinstance(each, FieldNode):
            found.append(each)
        else:
            found += _fields(getattr(each, "selection_set", None))
    return found
