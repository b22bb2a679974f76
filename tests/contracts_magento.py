"""The REST definitions of Magento as judges, in the versions there are: Swagger 2.0, read as the other contracts are.

    contract = magento_contract("2.4.8")
    contract.check_request("PUT", "/rest/default/V1/orders/create", {}, {"entity": {...}})

Corrections, each because the running shop or its code says otherwise (reference notes 2 and 99): missing fields of data
objects are no fault, a null field is left out or null, an unknown field is one, ids of documents are text, attribute
values are anything, `parameters` of an error may be an object. Search criteria are judged whatever their numbers are.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from tests.contracts import Contract, Schema, _load

VERSIONS = ("2.4.6", "2.4.8", "2.4.9")
PLACE = re.compile(r"\[\d+\]")
CAMEL = (("filter_groups", "filterGroups"), ("condition_type", "conditionType"), ("sort_orders", "sortOrders"))
CAMEL = (*CAMEL, ("page_size", "pageSize"), ("current_page", "currentPage"))
TEXT_IDS = {"/V1/order/{orderId}/invoice", "/V1/order/{orderId}/ship", "/V1/order/{orderId}/refund"}
TEXT_IDS |= {"/V1/invoice/{invoiceId}/refund", "/V1/carts/{cartId}/order"}
ERROR: Schema = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}, "parameters": {"type": ["array", "object"]}},
}


class MagentoContract(Contract):
    """Knows search criteria in both spellings, with any number in the brackets."""

    def _check_query(self, operation: Schema, query: Mapping[str, Any], where: str) -> None:
        named = {_canonical(name): str(value) for name, value in query.items() if name not in ("searchCriteria", "")}
        super()._check_query(operation, named, where)


def _canonical(name: str) -> str:
    if not name.startswith(("searchCriteria", "search_criteria")):
        return PLACE.sub("", name)
    name = PLACE.sub("[0]", name).replace("search_criteria", "searchCriteria")
    for snake, camel in CAMEL:
        name = name.replace(snake, camel)
    return name


@functools.cache
def magento_contract(version: str = "2.4.8") -> Contract:
    """One version's definition; skips the test where the file is not there."""
    document = _translated(_load(f"magento-used-{version}.json"))
    return MagentoContract(
        requests=document,
        responses=document,
        error=ERROR,
        base="/rest/default",
        extra_parameters=frozenset({"fields"}),
    )


def _translated(swagger: Schema) -> Schema:
    """The same document in the words of OpenAPI 3."""
    swagger = json.loads(json.dumps(swagger).replace("#/definitions/", "#/components/schemas/"))
    schemas = {name: _relaxed(schema) for name, schema in swagger["definitions"].items()}
    schemas["framework-attribute-interface"]["properties"]["value"] = {}
    paths = {path: {m: _operation(path, o) for m, o in ms.items()} for path, ms in swagger["paths"].items()}
    return {"paths": paths, "components": {"schemas": schemas}}


def _operation(path: str, given: Schema) -> Schema:
    operation: Schema = {"operationId": given.get("operationId"), "parameters": [], "responses": {}}
    for one in given.get("parameters", ()):
        if one["in"] == "body":
            schema = {**_relaxed(one["schema"]), "required": one["schema"].get("required", [])}
            operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        elif one["in"] == "query":
            schema = {"type": one["type"], **({"items": one["items"]} if "items" in one else {})}
            operation["parameters"].append({"name": one["name"], "in": "query", "schema": schema})
    for status, one in given["responses"].items():
        schema = {"type": "string", "pattern": r"^\d+$"} if path in TEXT_IDS else _relaxed(one.get("schema", {}))
        if status.startswith("2"):
            operation["responses"][status] = {"content": {"application/json": {"schema": schema}}}
    # Calls that create nothing declare no answer, and print an empty list.
    operation["responses"].setdefault("200", {"content": {"application/json": {"schema": {"enum": [[], True, None]}}}})
    return operation


def _relaxed(schema: Schema) -> Schema:
    """No field is required, each may be null, no other is known."""
    relaxed = {name: value for name, value in schema.items() if name != "required"}
    if isinstance(relaxed.get("properties"), dict):
        inner = {name: _relaxed(value) for name, value in relaxed["properties"].items()}
        relaxed["properties"] = {name: {"anyOf": [value, {"type": "null"}]} for name, value in inner.items()}
        relaxed["additionalProperties"] = False
    if isinstance(relaxed.get("items"), dict):
        relaxed["items"] = _relaxed(relaxed["items"])
    return relaxed
