"""Metafields of orders and their definitions; values of type `id` stand on one order only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.gids import gid, number_of
from mirakl_sync.sandbox.shopify.model import App, Metafield, Order
from mirakl_sync.sandbox.shopify.paging import Page, whole

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
MOST_AT_ONCE = 25
TAKEN = "Value must be unique amongst all metafields with this namespace and key"
TYPES = {
    "boolean",
    "date",
    "date_time",
    "id",
    "json",
    "list.single_line_text_field",
    "money",
    "multi_line_text_field",
    "number_decimal",
    "number_integer",
    "single_line_text_field",
    "url",
}


@dataclass(slots=True)
class Definition:
    id: int
    namespace: str
    key: str
    type: str
    name: str
    unique: bool
    description: str | None = None


def full_namespace(namespace: str | None, app: App) -> str:
    """`$app` and `$app:x` belong to the calling app: kept as `app--<id>` and `app--<id>--x`."""
    if not namespace or namespace == "$app":
        return f"app--{app.id}"
    return f"app--{app.id}--{namespace[5:]}" if namespace.startswith("$app:") else namespace


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def find(order: Order, namespace: str | None, key: str, app: App) -> Metafield | None:
    full = full_namespace(namespace, app)
    return next((row for row in order.metafields if (row.namespace, row.key) == (full, key)), None)


def definition_of(shop: Shop, namespace: str, key: str) -> Definition | None:
    return shop.definitions.get((namespace, key))


def problem(shop: Shop, order_id: int, given: Shown, app: App) -> tuple[str, str, str] | None:
    """(field, code, words) of what is wrong with a metafield somebody wants to write; None = nothing."""
    namespace, key = full_namespace(given.get("namespace"), app), given.get("key") or ""
    known = definition_of(shop, namespace, key)
    kind = given.get("type") or (known.type if known else "")
    if len(key) < 2:
        return "key", "TOO_SHORT", "Key is too short (minimum is 2 characters)"
    if not kind or kind not in TYPES:
        return "type", "BLANK" if not kind else "INCLUSION", "Type can't be blank" if not kind else "Type is invalid"
    if known and known.type != kind:
        return "type", "INVALID_TYPE", f"Type must be consistent with the definition's type: '{known.type}'"
    if kind == "id" and known is None:
        return "type", "INVALID_TYPE", "Type 'id' requires a metafield definition"
    if not given.get("value"):
        return "value", "BLANK", "Value can't be blank"
    if known and known.unique:
        holder = shop.orders.unique.get((namespace, key, given["value"]))
        if holder is not None and holder != order_id:
            return "value", "TAKEN", TAKEN
    return None


def write(shop: Shop, order: Order, given: Shown, app: App) -> Metafield:
    """Puts one metafield, whose input `problem` found nothing wrong with."""
    namespace, now = full_namespace(given.get("namespace"), app), shop.now()
    known = definition_of(shop, namespace, given["key"])
    row = find(order, namespace, given["key"], app)
    if row is None:
        kind = given.get("type") or (known.type if known else "")
        row = Metafield(shop.number("Metafield"), order.gid, namespace, given["key"], kind, given["value"], now, now)
        order.metafields.append(row)
    elif known and known.unique:
        shop.orders.free(row)
    row.value, row.updated = given["value"], now
    if known and known.unique:
        shop.orders.take(row, order)
    return row


def erase(shop: Shop, order: Order, row: Metafield) -> None:
    order.metafields.remove(row)
    if shop.orders.holder(row) == order.id:
        shop.orders.free(row)


def create_definition(call: Call, definition: Shown) -> Shown:
    """metafieldDefinitionCreate, for orders."""
    shop, namespace, key = call.shop, full_namespace(definition.get("namespace"), call.app), definition["key"]
    unique = bool(((definition.get("capabilities") or {}).get("unique_values") or {}).get("enabled"))
    if definition["owner_type"] != "ORDER":
        return _refused("ownerType", "INVALID", "This shop keeps metafields of orders only")
    if definition["type"] not in TYPES:
        return _refused("type", "INCLUSION", "Type is invalid")
    if (namespace, key) in shop.definitions:
        words = f"Key is in use for Order metafields on the '{namespace}' namespace."
        return _refused("key", "TAKEN", words)
    if definition["type"] == "id" and not unique:
        words = "The unique values capability is required for definitions of type 'id'"
        return _refused("capabilities", "CAPABILITY_REQUIRED_BUT_DISABLED", words)
    row = Definition(
        shop.number("MetafieldDefinition"),
        namespace,
        key,
        definition["type"],
        definition["name"],
        unique,
        definition.get("description"),
    )
    shop.definitions[namespace, key] = row
    return {"createdDefinition": definition_view(shop, row), "userErrors": []}


def definitions(
    call: Call,
    owner_type: str,
    *,
    namespace: str | None = None,
    key: str | None = None,
    query: str | None = None,
    pinned_status: str = "ANY",
    constraint_status: str | None = None,
    sort_key: str = "ID",
    **window: Any,
) -> Page:
    wanted = full_namespace(namespace, call.app) if namespace else None
    rows = [
        row
        for row in call.shop.definitions.values()
        if owner_type == "ORDER" and wanted in (None, row.namespace) and key in (None, row.key)
    ]
    return whole(rows, lambda row: definition_view(call.shop, row), **window)


def definition_view(shop: Shop, row: Definition) -> Shown:
    return {
        "__typename": "MetafieldDefinition",
        "id": gid("MetafieldDefinition", row.id),
        "name": row.name,
        "namespace": row.namespace,
        "key": row.key,
        "ownerType": "ORDER",
        "description": row.description,
        "type": {"name": row.type, "category": "ID" if row.type == "id" else "TEXT"},
        "metafieldsCount": lambda call, **_: _count(shop, row),
        "capabilities": {"uniqueValues": {"enabled": row.unique, "eligible": True}},
    }


def _count(shop: Shop, row: Definition) -> int:
    orders = shop.orders.rows.values()
    return sum((each.namespace, each.key) == (row.namespace, row.key) for order in orders for each in order.metafields)


def set_metafields(call: Call, metafields: list[Shown]) -> Shown:
    """metafieldsSet: all of them or none."""
    from mirakl_sync.sandbox.shopify.small_views import metafield

    shop, errors = call.shop, []
    orders = [shop.orders.rows.get(number_of(given["owner_id"], "Order")) for given in metafields]
    if len(metafields) > MOST_AT_ONCE:
        words = f"Exceeded the maximum metafields input limit of {MOST_AT_ONCE}."
        errors.append(_error(None, ["metafields"], "LESS_THAN_OR_EQUAL_TO", words))
    for place, (given, order) in enumerate(zip(metafields, orders, strict=True)):
        found = _set_problem(call, order, given)
        if found:
            field, code, words = found
            errors.append(_error(place, ["metafields", str(place), field], code, words))
    if errors:
        return {"metafields": None, "userErrors": errors}
    written = []
    for given, order in zip(metafields, orders, strict=True):
        if order is not None:
            written.append(metafield(write(shop, order, given, call.app)))
            shop.save(order)
    return {"metafields": written, "userErrors": []}


def delete_metafields(call: Call, metafields: list[Shown]) -> Shown:
    """metafieldsDelete: what was not there is answered as null."""
    shop = call.shop
    deleted: list[Shown | None] = []
    for given in metafields:
        order = shop.orders.rows.get(number_of(given["owner_id"], "Order"))
        row = find(order, given["namespace"], given["key"], call.app) if order else None
        if order is None or row is None:
            deleted.append(None)
            continue
        erase(shop, order, row)
        shop.save(order)
        deleted.append({"ownerId": order.gid, "namespace": row.namespace, "key": row.key})
    return {"deletedMetafields": deleted, "userErrors": []}


def _set_problem(call: Call, order: Order | None, given: Shown) -> tuple[str, str, str] | None:
    if order is None:
        return "ownerId", "INVALID", "Owner does not exist."
    if "compare_digest" in given:
        row = find(order, given.get("namespace"), given["key"], call.app)
        if given["compare_digest"] != (digest(row.value) if row else None):
            return "compareDigest", "STALE_OBJECT", "The resource has been updated since it was loaded."
    return problem(call.shop, order.id, given, call.app)


def _error(place: int | None, field: list[str], code: str, words: str) -> Shown:
    return {"elementIndex": place, "field": field, "code": code, "message": words}


def _refused(field: str, code: str, words: str) -> Shown:
    error = {"field": ["definition", field], "code": code, "message": words, "elementIndex": None, "elementKey": None}
    return {"createdDefinition": None, "userErrors": [error]}
