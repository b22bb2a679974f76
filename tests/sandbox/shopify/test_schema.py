"""Our subset of the vendor's schema says nothing the vendor does not say."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
    validate_schema,
)

from mirakl_sync.sandbox.shopify import schema as ours
from tests.contracts import SHARED

CONTRACT = SHARED / "contracts" / "shopify-admin-2026-10.graphql"
WITH_FIELDS = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode


@functools.cache
def vendors() -> dict[str, Any]:
    if not CONTRACT.exists():
        pytest.skip(f"the contract {CONTRACT.name} is not at {CONTRACT.parent}; set MIRAKL_SYNC_SHARED")
    return _by_name(parse(CONTRACT.read_text("utf-8"), no_location=True))


@functools.cache
def own() -> dict[str, Any]:
    return _by_name(parse(ours.SOURCE.read_text("utf-8"), no_location=True))


def test_our_schema_is_a_valid_one():
    assert validate_schema(ours.schema()) == []


def test_every_type_field_argument_and_value_of_ours_is_the_vendors():
    differences = [
        difference for name, mine in own().items() for difference in _differences(name, mine, vendors().get(name))
    ]

    assert differences == []


def test_a_field_that_is_not_the_vendors_would_be_noticed():
    mine = _by_name(parse("type Order { id: ID invented: Int! lineItems(first: Int!): LineItemConnection! }"))["Order"]

    assert _differences("Order", mine, vendors()["Order"]) == [
        "Order.id is ID!, here ID",
        "Order.invented is not the vendor's",
        "Order.lineItems(first) is Int, here Int!",
    ]


def _by_name(document: DocumentNode) -> dict[str, Any]:
    return {each.name.value: each for each in document.definitions if getattr(each, "name", None)}


def _differences(name: str, mine: Any, theirs: Any) -> list[str]:
    if theirs is None or theirs.kind != mine.kind:
        return [f"{name} is not the vendor's"]
    if isinstance(mine, EnumTypeDefinitionNode):
        known = {value.name.value for value in theirs.values}
        return [
            f"{name}.{value.name.value} is not the vendor's" for value in mine.values if value.name.value not in known
        ]
    if not isinstance(mine, WITH_FIELDS):
        return _arguments(name, mine, theirs)
    found = [
        f"{name} does not implement {each.name.value}"
        for each in getattr(mine, "interfaces", ()) or ()
        if each.name.value not in {other.name.value for other in theirs.interfaces}
    ]
    known_fields = {field.name.value: field for field in theirs.fields}
    for field in mine.fields:
        found += _field(f"{name}.{field.name.value}", field, known_fields.get(field.name.value))
    if isinstance(mine, InputObjectTypeDefinitionNode):
        found += _missing(name, theirs.fields, mine.fields)
    return found


def _field(where: str, mine: Any, theirs: Any) -> list[str]:
    if theirs is None:
        return [f"{where} is not the vendor's"]
    return [*_value(where, mine, theirs), *_arguments(where, mine, theirs)]


def _arguments(where: str, mine: Any, theirs: Any) -> list[str]:
    own_ones, known = getattr(mine, "arguments", ()) or (), getattr(theirs, "arguments", ()) or ()
    by_name = {argument.name.value: argument for argument in known}
    found = []
    for argument in own_ones:
        name = f"{where}({argument.name.value})"
        other = by_name.get(argument.name.value)
        found += [f"{name} is not the vendor's"] if other is None else _value(name, argument, other)
    return found + _missing(where, known, own_ones)


def _value(where: str, mine: Any, theirs: Any) -> list[str]:
    here, there = (f"{print_ast(each.type)}{_default(each)}" for each in (mine, theirs))
    return [] if here == there else [f"{where} is {there}, here {here}"]


def _default(node: Any) -> str:
    default = getattr(node, "default_value", None)
    return f" = {print_ast(default)}" if default else ""


def _missing(where: str, known: Any, own_ones: Any) -> list[str]:
    """What the vendor demands must be demanded here."""
    here = {each.name.value for each in own_ones}
    return [
        f"{where} lacks the obligatory {each.name.value}"
        for each in known
        if isinstance(each.type, NonNullTypeNode) and not _default(each) and each.name.value not in here
    ]
