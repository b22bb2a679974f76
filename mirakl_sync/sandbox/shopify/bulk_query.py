"""The text of a bulk operation: what the vendor allows in it, and how it is run a piece at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    parse,
    print_ast,
    validate,
)

from mirakl_sync.sandbox.shopify.paging import ALL
from mirakl_sync.sandbox.shopify.schema import schema

MOST_CONNECTIONS, DEEPEST = 5, 2


class OddQuery(ValueError):
    """The text cannot be a bulk operation; the message says why."""


@dataclass(frozen=True)
class BulkQuery:
    """The query made runnable: its top connection takes $bulkSize and $bulkCursor, the others have no end."""

    document: DocumentNode


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
    runnable = parse(f"query Bulk($bulkSize: Int!, $bulkCursor: String) {{ {_top(fields[0])} }}")
    return BulkQuery(runnable)


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


def _top(node: FieldNode) -> str:
    """The one field, as text, with sizes for every connection and the page's end."""
    sized = _sized(node, "QueryRoot", "first: $bulkSize, after: $bulkCursor")
    chosen, page_info = sized.selection_set, _field("pageInfo { hasNextPage endCursor }")
    if chosen is None:
        raise OddQuery("A connection must have selections.")
    return print_ast(replace(sized, selection_set=replace(chosen, selections=(*chosen.selections, page_info))))


def _sized(node: FieldNode, kind: str, sizes: str) -> FieldNode:
    """The field with these sizes if it is a connection; whatever is below it is read to its end."""
    arguments = tuple(node.arguments or ())
    if _is_connection(node, kind):
        kept = [each for each in arguments if each.name.value not in ("first", "last", "after", "before")]
        arguments = (*kept, *(_field(f"x({sizes})").arguments or ()))
    chosen = _sized_set(node.selection_set, _kind_of(node, kind)) if node.selection_set else None
    return replace(node, arguments=arguments, selection_set=chosen)


def _sized_set(chosen: SelectionSetNode, kind: str) -> SelectionSetNode:
    return replace(chosen, selections=tuple(_sized_one(each, kind) for each in chosen.selections))


def _sized_one(node: SelectionNode, kind: str) -> SelectionNode:
    if isinstance(node, FieldNode):
        return _sized(node, kind, f"first: {ALL}")
    if isinstance(node, InlineFragmentNode):
        inner = node.type_condition.name.value if node.type_condition else kind
        return replace(node, selection_set=_sized_set(node.selection_set, inner))
    return node


def _field(text: str) -> FieldNode:
    """One field from its text."""
    operation = parse(f"{{ {text} }}").definitions[0]
    if isinstance(operation, OperationDefinitionNode):
        for each in operation.selection_set.selections:
            if isinstance(each, FieldNode):
                return each
    raise OddQuery(f"{text} is no field")
