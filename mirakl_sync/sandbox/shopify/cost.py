"""What a call costs, and the bucket it is paid from.

Scalars cost nothing, an object one point, a mutation ten (documented). How much a connection costs is not: the manual
multiplies by `first`; seen was 25 for `product { variants(first: 250) { nodes { inventoryItem { id } } } }`, which
three quarters of the root of `first` explain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

from mirakl_sync.sandbox.shopify.schema import schema

MUTATION = 10
MOST_PER_CALL = 1000
USUAL_SIZE = 10
"""Of a list that was not told how many."""
FREE = {"pageInfo", "userErrors", "orderCancelUserErrors", "edges", "nodes", "node"}
"""These hold the connection's own children, or what an answer always has."""


@dataclass(frozen=True, slots=True)
class Costly:
    """A piece of a document: its own points, its size (a number, a variable's name, or None), what is below it."""

    own: int
    size: int | str | None
    below: tuple[Costly, ...]

    def points(self, variables: dict[str, Any], *, observed: bool) -> float:
        inside = sum(piece.points(variables, observed=observed) for piece in self.below)
        if self.size is None:
            return self.own + inside
        told = variables.get(self.size) if isinstance(self.size, str) else self.size
        if isinstance(told, list):  # nodes(ids: …)
            return self.own + inside * len(told)
        count = told if isinstance(told, int) and told > 0 else USUAL_SIZE
        return self.own + inside * (0.75 * math.sqrt(count) if observed else count)


def costs_of(document: DocumentNode, operation: OperationDefinitionNode) -> Costly:
    """The costs of one operation, to be read with each call's variables."""
    root = schema().get_root_type(operation.operation)
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    own = MUTATION if operation.operation.value == "mutation" else 0
    return Costly(own, None, _below(operation.selection_set, root, fragments))


def requested(costs: Costly, variables: dict[str, Any], *, observed: bool) -> int:
    return max(1, math.ceil(costs.points(variables, observed=observed)))


def actual(data: Any, most: int, *, mutation: bool) -> int:
    """Counted from the answer; never more than was asked for."""
    return max(0, min(most, (MUTATION if mutation else 0) + _objects(data) - 1))


def _objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(_objects(inner) for inner in value.values() if inner.__class__ in (dict, list))
    return sum(_objects(inner) for inner in value) if isinstance(value, list) else 0


def _below(chosen: SelectionSetNode | None, kind: Any, fragments: dict[str, Any]) -> tuple[Costly, ...]:
    found: list[Costly] = []
    for node in chosen.selections if chosen else ():
        if isinstance(node, FieldNode):
            piece = _field(node, kind, fragments)
            if piece is not None:
                found.append(piece)
        elif isinstance(node, InlineFragmentNode | FragmentSpreadNode):
            fragment = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            condition = fragment.type_condition
            inner = schema().type_map[condition.name.value] if condition else kind
            found.extend(_below(fragment.selection_set, inner, fragments))
    return tuple(found)


def _field(node: FieldNode, kind: Any, fragments: dict[str, Any]) -> Costly | None:
    name = node.name.value
    if name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return None
    returned = get_named_type(kind.fields[name].type)
    if is_leaf_type(returned):
        return None
    below = _below(node.selection_set, returned, fragments)
    if returned.name.endswith("Connection"):
        # nodes and edges { node } are the members: each costs one, times the size of the connection
        return Costly(0, _size(node) or USUAL_SIZE, below)
    if name in ("nodes", "node") and kind.name.endswith(("Connection", "Edge")):
        return Costly(1, None, below)
    return Costly(0 if name in FREE else 1, _size(node), below)


def _size(node: FieldNode) -> int | str | None:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last", "ids"):
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                return argument.value.name.value
    return None


class Bucket:
    """Points of one app in one shop; they come back with time. Asked under the shop's lock."""

    def __init__(self, size: float, rate: float, now: float) -> None:
        self.size, self.rate = size, rate
        self._left, self._at = size, now

    def left(self, now: float) -> float:
        self._left = min(self.size, self._left + max(0.0, now - self._at) * self.rate)
        self._at = now
        return self._left

    def take(self, points: float, now: float) -> bool:
        """Pay if there is enough."""
        if self.left(now) < points:
            return False
        self._left -= points
        return True

    def give_back(self, points: float) -> None:
        self._left = min(self.size, self._left + points)

    def drain(self, now: float, left: float = 0.0) -> None:
        """Somebody else of the same app has used it up."""
        self.left(now)
        self._left = left
