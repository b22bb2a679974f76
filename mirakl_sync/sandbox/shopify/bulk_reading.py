"""Reads rows for bulk operations: the chosen fields turned into steps once, then walked for every row.

The ordinary way of running a document costs several times as much for each row, and a catalogue has a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_named_type,
    is_leaf_type,
)

from mirakl_sync.sandbox.shopify.paging import ALL, Page
from mirakl_sync.sandbox.shopify.schema import schema, snake

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

Row = dict[str, Any]
Children = list[tuple["tuple[Step, ...]", list[Any]]]
SIZES = ("first", "last", "after", "before")


@dataclass(frozen=True, slots=True)
class Step:
    """One chosen field. `leaf` prints a value; `below` are the fields of an object, or of a connection's members."""

    key: str
    name: str
    arguments: Row
    leaf: Callable[[Any], Any] | None = None
    below: tuple[Step, ...] = ()
    connection: bool = False
    only_on: str | None = None
    """The type an inline fragment is for."""


def step_of(node: FieldNode, kind: str) -> Step:
    """The field of a document that was found valid, on this type."""
    key = node.alias.value if node.alias else node.name.value
    parent: Any = schema().type_map[kind]
    if node.name.value == "__typename":
        return Step(key, "__typename", {}, leaf=lambda _: kind)
    field = parent.fields[node.name.value]
    returned: Any = get_named_type(field.type)
    arguments = get_argument_values(field, node)
    if is_leaf_type(returned):
        return Step(key, node.name.value, arguments, leaf=returned.serialize)
    if returned.name.endswith("Connection"):
        sized = {**{name: value for name, value in arguments.items() if name not in SIZES}, "first": ALL}
        return Step(key, node.name.value, sized, below=_members(node, returned.name), connection=True)
    return Step(key, node.name.value, arguments, below=_steps(node.selection_set, returned.name))


def read_row(steps: tuple[Step, ...], source: Any, call: Call, children: Children) -> Row:
    """The chosen fields of one row; members of its connections are left to the caller in `children`."""
    row: Row = {}
    for step in steps:
        if step.only_on and _kind_of(source) != step.only_on:
            continue
        if step.name == "__typename":
            row[step.key] = _kind_of(source)
            continue
        value = _value(step, source, call)
        if step.connection:
            children.append((step.below, value.nodes if value is not None else []))
        else:
            row[step.key] = _shown(step, value, call, children)
    return row


def read_page(step: Step, resolve: Callable[..., Page], call: Call, size: int, cursor: str | None) -> Page:
    """One page of the top connection."""
    return resolve(call, **{**step.arguments, "first": size, "after": cursor})


def _shown(step: Step, value: Any, call: Call, children: Children) -> Any:
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return [_shown(step, each, call, children) for each in value]
    return step.leaf(value) if step.leaf else read_row(step.below, value, call, children)


def _value(step: Step, source: Any, call: Call) -> Any:
    value = source.get(step.name) if source.__class__ is dict else getattr(source, snake(step.name))
    return value(call, **step.arguments) if callable(value) else value


def _kind_of(source: Any) -> str:
    return str(source.get("__typename") if isinstance(source, dict) else source.graphql_type)


def _steps(chosen: SelectionSetNode | None, kind: str) -> tuple[Step, ...]:
    found: list[Step] = []
    for each in chosen.selections if chosen else ():
        if isinstance(each, FieldNode):
            found.append(step_of(each, kind))
        elif isinstance(each, InlineFragmentNode):
            inner = each.type_condition.name.value if each.type_condition else kind
            concrete = inner if inner != kind else None
            found += [
                Step(one.key, one.name, one.arguments, one.leaf, one.below, one.connection, concrete or one.only_on)
                for one in _steps(each.selection_set, inner)
            ]
    return tuple(found)


def _members(node: FieldNode, kind: str) -> tuple[Step, ...]:
    """What is chosen of the members, by `nodes` or by `edges { node }`."""
    member = kind.removesuffix("Connection")
    for each in _fields(node.selection_set):
        if each.name.value == "nodes":
            return _steps(each.selection_set, member)
        if each.name.value == "edges":
            return tuple(
                step
                for edge in _fields(each.selection_set)
                if edge.name.value == "node"
                for step in _steps(edge.selection_set, member)
            )
    return ()


def _fields(chosen: SelectionSetNode | None) -> list[FieldNode]:
    return [each for each in (chosen.selections if chosen else ()) if isinstance(each, FieldNode)]
