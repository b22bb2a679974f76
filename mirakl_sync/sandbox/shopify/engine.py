"""Runs one GraphQL call: bucket, document, variables, execution, and `extensions.cost` on every answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, execute_sync, get_directive_values

from mirakl_sync.sandbox.shopify import faults
from mirakl_sync.sandbox.shopify.cost import MOST_PER_CALL, actual, requested
from mirakl_sync.sandbox.shopify.documents import Document, Documents, Operation
from mirakl_sync.sandbox.shopify.model import App
from mirakl_sync.sandbox.shopify.schema import schema, snake

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

log = logging.getLogger(__name__)
documents = Documents()
Reply = dict[str, Any]


@dataclass
class Call:
    """Who calls, and the shop that is asked: the `call` every resolver is handed."""

    shop: Shop
    app: App
    scopes: frozenset[str]
    version: str

    def need(self, field_name: str, *any_of: str) -> None:
        """Refuse the field unless one of the scopes was granted."""
        if not any(scope in self.scopes for scope in any_of):
            raise faults.Denied(field_name, any_of)


def run(call: Call, sent: Reply) -> Reply:
    """The answer to a body {"query", "variables", "operationName"}. Holds the shop's lock while it runs."""
    document = documents.read(str(sent.get("query") or ""))
    if document.errors:
        return {"errors": document.errors}
    operation = document.operation(sent.get("operationName"))
    if operation is None:
        return {"errors": [{"message": "An operation name is required", "extensions": {"code": "INVALID_OPERATION"}}]}
    with call.shop.lock:
        call.shop.settle()
        return _paid(call, document, operation, sent.get("variables") or {})


def _paid(call: Call, document: Document, operation: Operation, variables: Reply) -> Reply:
    bucket, now = call.shop.bucket, call.shop.clock.seconds()
    cost = requested(
        operation.costs, {**operation.defaults, **variables}, observed=call.shop.settings.connection_cost == "observed"
    )
    if cost > MOST_PER_CALL:
        return {"errors": [faults.too_costly(cost, MOST_PER_CALL)]}
    if not bucket.take(cost, now):
        call.shop.calls.over_limit("cost")
        return {"errors": [faults.throttled()], "extensions": _told(call.shop, cost, None)}
    answer = _executed(call, document, operation, variables)
    if "data" not in answer:
        bucket.give_back(cost)
        return answer
    spent = actual(answer.get("data"), cost, mutation=operation.is_mutation)
    bucket.give_back(cost - spent)
    return {**answer, "extensions": _told(call.shop, cost, spent)}


def _executed(call: Call, document: Document, operation: Operation, variables: Reply) -> Reply:
    result = execute_sync(
        schema(),
        document.node,  # type: ignore[arg-type]  # a document without errors has one
        context_value=call,
        variable_values=variables,
        operation_name=operation.node.name.value if operation.node.name else None,
        field_resolver=_resolve,
        type_resolver=_kind_of,
    )
    errors = result.errors or ()
    if result.data is None and any(error.path is None for error in errors):  # nothing ran: a variable has a wrong value
        return {"errors": [faults.variable_error(error) for error in errors]}
    return {"data": result.data, **({"errors": [_told_error(error) for error in errors]} if errors else {})}


def _told_error(error: GraphQLError) -> Reply:
    if error.original_error is not None and not error.extensions:
        # ours, not the caller's: it must be seen in a test's output
        log.error("a resolver failed at %s", error.path, exc_info=error.original_error)
    return faults.execution_error(error)


def _told(shop: Shop, cost: int, spent: int | None) -> Reply:
    settings = shop.settings
    throttle = {
        "maximumAvailable": settings.bucket,
        "currentlyAvailable": int(shop.bucket.left(shop.clock.seconds())),
        "restoreRate": settings.restore_rate,
    }
    return {"cost": {"requestedQueryCost": cost, "actualQueryCost": spent, "throttleStatus": throttle}}


def _resolve(source: Any, info: Any, **arguments: Any) -> Any:
    """A root field is a function of `operations.FIELDS`; below, a key of a dict or an attribute of a view."""
    name = info.field_name
    if source is None:
        return _root(info, name, arguments)
    value = source.get(name) if source.__class__ is dict else getattr(source, snake(name))
    return value(info.context, **arguments) if callable(value) else value


def _root(info: Any, name: str, arguments: Reply) -> Any:
    from mirakl_sync.sandbox.shopify.operations import FIELDS, IDEMPOTENT
    from mirakl_sync.sandbox.shopify.repeats import once

    field_of = FIELDS[name]
    call: Call = info.context
    call.need(name, *field_of.scopes) if field_of.scopes else None
    if name not in IDEMPOTENT:
        return field_of.resolve(call, **arguments)
    idempotent = next(directive for directive in schema().directives if directive.name == "idempotent")
    given = get_directive_values(idempotent, info.field_nodes[0], info.variable_values)
    return once(call, name, given["key"] if given else None, arguments, field_of.resolve)


def _kind_of(value: Any, info: Any, abstract: Any) -> str:
    return str(value["__typename"] if isinstance(value, dict) else value.graphql_type)
