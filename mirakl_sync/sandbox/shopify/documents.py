"""GraphQL documents: read, checked against the schema and priced once, then remembered by their text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    IntValueNode,
    OperationDefinitionNode,
    parse,
    validate,
)

from mirakl_sync.sandbox.shopify import faults
from mirakl_sync.sandbox.shopify.cost import Costly, costs_of
from mirakl_sync.sandbox.shopify.schema import schema

KEPT = 500


@dataclass(frozen=True)
class Operation:
    """One operation of a document. `first_field` names it in the call log."""

    node: OperationDefinitionNode
    costs: Costly
    first_field: str
    defaults: dict[str, int]
    """Of its variables, as far as they are whole numbers: sizes of connections."""

    @property
    def is_mutation(self) -> bool:
        return self.node.operation.value == "mutation"


@dataclass(frozen=True)
class Document:
    """A document that may be run, or the errors that say why not."""

    node: DocumentNode | None
    operations: dict[str | None, Operation]
    errors: list[dict[str, Any]]

    def operation(self, name: str | None) -> Operation | None:
        """The operation of that name; without a name the only one."""
        if name:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


class Documents:
    """Safe to ask from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        known = self._known.get(text)
        if known is not None:
            return known
        fresh = _read(text)
        with self._lock:
            self._known[text] = fresh
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return fresh


def _read(text: str) -> Document:
    try:
        node = parse(text)
    except GraphQLSyntaxError as error:
        return Document(None, {}, [faults.parse_error(error)])
    errors = [_told(error) for error in validate(schema(), node)]
    if errors:
        return Document(None, {}, errors)
    operations = {
        (each.name.value if each.name else None): Operation(
            each, costs_of(node, each), _first_field(each), _defaults(each)
        )
        for each in node.definitions
        if isinstance(each, OperationDefinitionNode)
    }
    return Document(node, operations, [])


def _told(error: GraphQLError) -> dict[str, Any]:
    return faults.validation_error(error)


def _first_field(operation: OperationDefinitionNode) -> str:
    fields = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    return fields[0] if fields else ""


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        each.variable.name.value: int(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }
