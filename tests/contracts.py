"""The vendors' API descriptions as judges: does a request or an answer keep the published contract?

    contract = mirakl_contract()
    contract.check_response("GET", "/api/orders?max=10", 200, answer.json())
    contract.check_request("PUT", "/api/orders/O-1-A/accept", {}, {"order_lines": [...]})

Both raise AssertionError with every violation on a line of its own. The descriptions stay where they are, in
<repository>/../shared/contracts (or $MIRAKL_SYNC_SHARED/contracts); without them the calling test is skipped.
Mirakl's has known defects; the overlay below corrects them, numbered as in the reference notes, section 7.
"""

from __future__ import annotations

import copy
import functools
import gc
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

Schema = dict[str, Any]

SHARED = Path(os.environ.get("MIRAKL_SYNC_SHARED") or Path(__file__).resolve().parents[2] / "shared")
formats = FormatChecker(formats=())  # only what is registered here: "with decimals" and its like mean nothing (#8)


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True)
class Contract:
    """An OpenAPI document, read strictly for what we send and leniently for what we are answered."""

    requests: Schema
    responses: Schema
    error: Schema  # the model of an error answer whose content the document does not describe
    base: str = ""  # comes before the document's paths in real URLs
    aliases: Mapping[str, str] = field(default_factory=dict)  # pattern of a real path → path in the document
    extra_parameters: frozenset[str] = frozenset()  # valid on every operation, though not declared
    lenient_parameters: frozenset[str] = frozenset()  # declared with a schema that refuses valid values
    keeps_nulls: frozenset[str] = frozenset()  # operation ids in whose requests null has a meaning
    drops_nulls: bool = False  # elsewhere a null in a request is as good as absent

    def check_response(self, method: str, url: str, status: int, body: Any) -> None:
        """The answer `body` (parsed JSON; None or "" for no content) to `method` `url` keeps the contract."""
        operation = self._operation(self.responses, method, url)
        declared = operation["responses"].get(str(status))
        where = f"{method} {url} → {status}"
        if status >= 400 and not (declared or {}).get("content"):
            self._judge(self.responses, self.error, body, where)
            return
        assert declared is not None, f"{where}: only {', '.join(operation['responses'])} are declared"
        schema = _json_schema(declared)
        if schema is None:
            assert body in (None, "", b""), f"{where}: no content is declared, got {body!r}"
            return
        self._judge(self.responses, schema, body, where)

    def check_request(self, method: str, url: str, query: Mapping[str, Any], body: Any) -> None:
        """The query (of `url` and `query`) and the JSON `body` (None = none) keep the contract."""
        operation = self._operation(self.requests, method, url)
        where = f"{method} {url}"
        self._check_query(operation, {**self._own_query(url), **query}, where)
        described = operation.get("requestBody")
        schema = _json_schema(described or {})
        if schema is None:
            assert body is None, f"{where}: no JSON body is declared, got {body!r}"
        elif body is None:
            assert not described.get("required"), f"{where}: a body is required"
        else:
            keeps = not self.drops_nulls or operation.get("operationId") in self.keeps_nulls
            self._judge(self.requests, schema, body if keeps else _without_nulls(body), where)

    def _own_query(self, url: str) -> dict[str, str]:
        """The query of `url`; a URL the vendor handed out itself brings its own, undeclared words."""
        given = urlsplit(url)
        handed_out = any(re.fullmatch(pattern, given.path) for pattern in self.aliases)
        return {} if handed_out else dict(parse_qsl(given.query))

    def _check_query(self, operation: Schema, query: Mapping[str, Any], where: str) -> None:
        declared = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
        unknown = set(query) - set(declared) - self.extra_parameters
        assert not unknown, f"{where}: undeclared parameters {', '.join(sorted(unknown))}"
        missing = {name for name, one in declared.items() if one.get("required")} - set(query)
        assert not missing, f"{where}: required parameters {', '.join(sorted(missing))} are missing"
        for name in set(query) & set(declared) - self.lenient_parameters:
            schema = declared[name].get("schema", {})
            self._judge(self.requests, schema, _typed(query[name], schema), f"{where} ?{name}")

    def _operation(self, document: Schema, method: str, url: str) -> Schema:
        template = self._template(urlsplit(url).path, method.lower())
        assert template is not None, f"{method} {url} is not in the contract"
        return document["paths"][template][method.lower()]

    def _template(self, path: str, method: str) -> str | None:
        for pattern, template in self.aliases.items():
            if re.fullmatch(pattern, path):
                return template
        path = unquote(path).removeprefix(self.base)
        fitting = [
            template
            for template, methods in self.requests["paths"].items()
            if method in methods and (template == path or _pattern(template).fullmatch(path))
        ]
        return min(fitting, key=lambda template: template.count("{"), default=None)

    def _judge(self, document: Schema, schema: Schema, value: Any, where: str) -> None:
        whole = {**schema, "components": document["components"]}
        found = Draft202012Validator(whole, format_checker=formats).iter_errors(value)
        faults = [cause for fault in found for cause in _causes(fault)]
        told = "\n".join(f"  {fault.json_path}: {fault.message[:300]}" for fault in faults)
        assert not faults, f"{where} breaks the contract:\n{told}"


_OF54 = "/dynamic-url/The+URL+is+retrieved+from+OF53+output/OF54"


@functools.cache
def mirakl_contract() -> Contract:
    """The seller API of Mirakl MMP, with the overlay of the reference notes, section 7."""
    document = _load("mirakl-mmp-seller.openapi.json")
    return Contract(
        requests=_corrected(document),
        responses=_as_answered(document),
        error={
            "type": "object",
            "required": ["message", "status"],
            "properties": {
                "message": {"type": "string"},
                "status": {"type": "integer"},
                "code": {"type": "string"},
            },
        },  # #7: no error is described; this is what official clients parse
        aliases={  # #15: files live under made-up paths
            r"/api/orders/async-export/file/[^/]+": "/dynamic-url/The+URL+is+retrieved+from+OR14+output/OR15",
            r"/api/offers/export/async/file/[^/]+": _OF54,
        },
        extra_parameters=frozenset(  # #6
            {"max", "offset", "paginate", "limit", "page_token", "sort", "order", "locale", "shop_id"}
        ),
        lenient_parameters=frozenset({"order_state_codes"}),  # #5: a comma list declared as one value
        keeps_nulls=frozenset({"OR04", "OR31"}),
        drops_nulls=True,
    )


@functools.cache
def woocommerce_contract() -> Contract:
    """WooCommerce wc/v3; no overlay. `_fields`, `_embed` and their like belong to WordPress itself."""
    document = _load("woocommerce-wc-v3.openapi.json")
    wordpress = frozenset({"_fields", "_embed", "_method", "_envelope", "consumer_key", "consumer_secret"})
    return Contract(
        requests=document,
        responses=document,
        error={"$ref": "#/components/schemas/Error"},
        base="/wp-json",
        extra_parameters=wordpress,
    )


@functools.cache
def salesforce_contract(name: str) -> Contract:
    """One family of B2C Commerce: `orders`, `products`, `shopper-products`, `shopper-availability`, `slas`, `data`.

    Corrected: a fault's arguments are declared as documents of type and value; every known answer holds plain values.
    """
    file, base, error = SALESFORCE[name]
    document = _with_parameters(_load(file))
    if error == "fault":
        document["components"]["schemas"]["fault"]["properties"]["fault"]["properties"].pop("arguments")
    return Contract(
        requests=document,
        responses=document,
        error={"$ref": f"#/components/schemas/{error}"} if error else OAUTH_ERROR,
        base=base,
        extra_parameters=frozenset({"siteId"}),
    )


def _with_parameters(document: Schema) -> Schema:
    """The document with its shared parameters written out where they are used."""
    shared = document["components"].get("parameters", {})
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict) and "parameters" in operation:
                operation["parameters"] = [
                    shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one for one in operation["parameters"]
                ]
    return document


OAUTH_ERROR: Schema = {"type": "object", "required": ["error", "error_description"]}
SALESFORCE = {
    "orders": ("sfcc-scapi-orders-1.5.2.json", "/checkout/orders/v1", "ErrorResponse"),
    "products": ("sfcc-scapi-products-1.2.0.json", "/product/products/v1", "ErrorResponse"),
    "shopper-products": ("sfcc-scapi-shopper-products-1.11.1.json", "/product/shopper-products/v1", "ErrorResponse"),
    "shopper-availability": (
        "sfcc-scapi-shopper-availability-1.3.0.json",
        "/product/shopper-availability/v1",
        "ErrorResponse",
    ),
    "slas": ("sfcc-scapi-slas-auth-1.50.0.json", "/shopper/auth/v1", ""),
    "data": ("sfcc-ocapi-data-25.6.json", "/s/-/dw/data/v25_6", "fault"),
}


@functools.cache
def inventory_planner_contract() -> Contract:
    """Inventory Planner's used subset, written by hand from help pages and working clients: the vendor has none.

    Overlay: in answers any value may be null; filters are named field by field, with every operator.
    """
    document = _load("inventory-planner-api-v1-unofficial.json")
    answered, named = copy.deepcopy(document), set()
    for component in answered["components"]["schemas"].values():
        properties = component.get("properties", {})
        named |= set(properties)
        component["properties"] = {name: _nullable(inner) for name, inner in properties.items()}
    operators = ("eq", "eqi", "ne", "gt", "gte", "lt", "lte", "range", "match", "in", "sort")
    return Contract(
        requests=document,
        responses=answered,
        error={"$ref": "#/components/schemas/ErrorEnvelope", "required": ["result"]},
        extra_parameters=frozenset(named | {f"{name}_{one}" for name in named for one in operators}),
    )


@functools.cache
def inventory_planner_files() -> dict[str, Any]:
    """The columns of Inventory Planner's file connectors, as far as anybody wrote them down."""
    return _load("inventory-planner-files-unofficial.json")


def _load(name: str) -> Schema:
    path = SHARED / "contracts" / name
    if not path.exists():
        pytest.skip(f"the contract {name} is not at {path.parent}; set MIRAKL_SYNC_SHARED")
    return json.loads(path.read_text("utf-8"))


def _corrected(document: Schema) -> Schema:
    """What is wrong for requests and answers alike: "100 items" as maximum (#5), values as objects (#13)."""
    corrected = copy.deepcopy(document)

    def correct(schema: Schema) -> None:
        if schema.get("maximum") == 100 and schema.get("type") in ("string", "array"):
            del schema["maximum"]
        value = schema.get("properties", {}).get("value")
        if isinstance(value, dict) and value.get("type") == "object":
            value.pop("type")

    _each_schema(corrected, correct)
    content = corrected["paths"][_OF54]["get"]["responses"]["200"]["content"]
    one_offer = content["application/json"]["schema"]
    content["application/json"]["schema"] = {"type": "array", "items": one_offer}  # #15: says object, is an array
    return corrected


def _as_answered(document: Schema) -> Schema:
    """Every property and item may be null (#1); only ids and states are required (#2)."""
    answered = _corrected(document)

    def relax(schema: Schema) -> None:
        if isinstance(schema.get("required"), list):
            schema["required"] = [name for name in schema["required"] if _is_needed(name)]
        properties = schema.get("properties")
        if isinstance(properties, dict):
            schema["properties"] = {name: _nullable(inner) for name, inner in properties.items()}
        if isinstance(schema.get("items"), dict):
            schema["items"] = _nullable(schema["items"])

    for component in answered["components"]["schemas"].values():
        _each_schema(component, relax)
    return answered


def _is_needed(name: str) -> bool:
    return name in ("id", "code", "status", "orders", "order_lines") or name.endswith(("_id", "_state"))


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _each_schema(node: Any, change: Callable[[Schema], None]) -> None:
    """Innermost first, so that a change never walks into what it has just made."""
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _each_schema(inner, change)
    if isinstance(node, dict):
        change(node)


def _causes(fault: ValidationError) -> list[ValidationError]:
    """Behind "not valid under any of": what the first choice, the one that is not null, complained of."""
    first = [cause for cause in fault.context or () if cause.relative_schema_path[0] == 0]
    return [deeper for cause in first for deeper in _causes(cause)] if first else [fault]


def _json_schema(described: Schema) -> Schema | None:
    content = described.get("content", {})
    printed = content.get("application/json") or content.get("application/problem+json") or {}
    return printed.get("schema")


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template)))


def _typed(value: Any, schema: Schema) -> Any:
    """A query value is text; what the schema wants to see in it. Other text stays text, and fails."""
    wanted = schema.get("type")
    if wanted == "array":
        values = value if isinstance(value, list | tuple) else str(value).split(",")
        return [_typed(one, schema.get("items", {})) for one in values]
    if not isinstance(value, str):
        return value
    if wanted == "boolean" and value in ("true", "false"):
        return value == "true"
    if wanted in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value) if "." in value else int(value)
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def shopify_schema(version: str = "2026-10") -> GraphQLSchema:
    """Shopify's Admin API of a version, as a schema documents can be held against."""
    return _shopify_schema(version)


@functools.cache
def _shopify_schema(version: str) -> GraphQLSchema:
    path = SHARED / "contracts" / f"shopify-admin-{version}.graphql"
    if not path.exists():
        pytest.skip(f"the contract {path.name} is not at {path.parent}; set MIRAKL_SYNC_SHARED")
    # the vendor's own file: proving that it is a schema takes longer than reading it
    made = build_schema(path.read_text("utf-8"), assume_valid=True, no_location=True)
    # hundreds of thousands of objects that stay: whoever collects garbage need not look through them again
    gc.freeze()
    return made


def check_graphql(schema: GraphQLSchema, text: str, variables: Mapping[str, Any]) -> None:
    """The document and what fills it keep the schema."""
    document = parse(text)
    faults = [fault.message for fault in validate(schema, document)]
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    values = get_variable_values(schema, operation.variable_definitions or (), dict(variables))
    faults += [fault.message for fault in values] if isinstance(values, list) else []
    unknown = set(variables) - {each.variable.name.value for each in operation.variable_definitions or ()}
    faults += [f"${name} is filled, but not declared" for name in sorted(unknown)]
    assert not faults, f"{operation.name.value if operation.name else text} breaks the contract:\n" + "\n".join(faults)
