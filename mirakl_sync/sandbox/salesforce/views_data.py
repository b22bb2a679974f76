"""OCAPI Data: order statuses and attributes by site, product_search."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce import fields, ocapi, selector
from mirakl_sync.sandbox.salesforce.catalogue import product_ids
from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.errors import VERSION, Fault, Problem, no_order
from mirakl_sync.sandbox.salesforce.model import Order, Product
from mirakl_sync.sandbox.salesforce.ocapi import DATA
from mirakl_sync.sandbox.salesforce.order_json import state_of
from mirakl_sync.sandbox.salesforce.queries import Fields, matcher
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route, View
from mirakl_sync.sandbox.salesforce.statuses import VALUES, change_other, change_status

STATUSES = ("created", "new", "open", "completed", "cancelled", "failed", "failed_with_reopen")
PRODUCT_FIELDS = {
    "id", "name", "online", "searchable", "valid_from", "valid_to", "type", "creation_date", "last_modified",
    "catalog_id", "category_id",
}  # fmt: skip


def set_status(call: Call) -> Reply:
    order = order_of(call)
    change_status(call.shop, order, _wanted(call, STATUSES))
    return _done(order)


def update_order(call: Call) -> Reply:
    """Custom attributes only."""
    order = order_of(call)
    fields.merge_custom(order.custom, custom_attributes(call, call.shop.settings.order_attributes, "Order"))
    call.shop.save(order)
    return _done(order)


def custom_attributes(call: Call, known: tuple[str, ...], kind: str) -> dict[str, Any]:
    try:
        return fields.check_custom(ocapi.own_members(call.json), known, kind)
    except Problem as problem:
        raise Fault(400, "UnknownPropertyException", problem.body["detail"]) from None


def order_of(call: Call) -> Order:
    order = call.shop.orders.rows.get(call.parts["order_no"])
    if order is None:
        raise no_order(call.parts["order_no"])
    ocapi.check_state(call, state_of(order))
    return order


def product_search(call: Call) -> Reply:
    """Products by id, name, dates and the like; what masters and variants have to do with each other is not told."""
    given = call.json if isinstance(call.json, dict) else {}
    start, count = ocapi.bounds(given)
    fits = matcher(given.get("query"), Fields(PRODUCT_FIELDS))
    shop, found = call.shop, []
    for sku in product_ids(shop):
        product = shop.products[sku]
        if fits(_product_words(product)):
            found.append(product)
    for sort in reversed(given.get("sorts") or []):
        _sort(found, sort)
    hits = [_product_json(call, product) for product in found[start : start + count]]
    body: dict[str, Any] = {
        "_v": VERSION,
        "_type": "product_search_result",
        "count": len(hits),
        "hits": hits,
        "query": given.get("query"),
        "start": start,
        "total": len(found),
    }
    if start + count < len(found):
        body["next"] = {"_type": "result_page", "start": start + count, "count": count}
    if given.get("select"):
        body = selector.keep(body, ocapi.tree_of(given["select"]))
    return Reply(body)


def _sort(found: list[Product], sort: dict[str, Any]) -> None:
    names = {"id": "id", "name": "name", "creation_date": "created"}
    if sort.get("field") not in names:
        words = f"The field '{sort.get('field')}' can't be used to sort the results."
        raise Fault(400, "FieldNotSortableException", words)
    found.sort(key=lambda one: getattr(one, names[sort["field"]]), reverse=sort.get("sort_order") == "desc")


def _product_words(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "online": product.online,
        "searchable": True,
        "type": product.type,
        "creation_date": product.created,
        "last_modified": product.modified,
        "catalog_id": "catalog",
        "category_id": list(product.categories),
    }


def _product_json(call: Call, product: Product) -> dict[str, Any]:
    return {
        "_type": "product",
        "_resource_state": f"{int(product.modified.timestamp() * 1000):016x}",
        "id": product.id,
        "name": {"default": product.name},
        "online_flag": {"default": product.online},
        "searchable": {"default": True},
        "type": {"_type": "product_type", product.type: True},
        "creation_date": printed(product.created),
        "last_modified": printed(product.modified),
        "owning_catalog_id": "catalog",
        "price": product.price,
        "price_currency": call.shop.settings.currencies[0],
        "link": f"{call.base}{DATA}/products/{product.id}?site_id={call.shop.settings.site}",
    }


def _done(order: Order) -> Reply:
    return Reply(None, 204, {"x-dw-resource-state": state_of(order)})


def _wanted(call: Call, known: tuple[str, ...] | None) -> str:
    wanted = ocapi.own_members(call.json).get("status")
    if not isinstance(wanted, str) or (known and wanted not in known):
        raise Fault(400, "InvalidPropertyValueException", f"The status '{wanted}' is invalid.", path="$.status")
    return wanted


def _setter(field: str) -> View:
    def set_other(call: Call) -> Reply:
        order = order_of(call)
        change_other(call.shop, order, field, _wanted(call, VALUES.get(field)))
        return _done(order)

    return set_other


ORDER = f"{DATA}/sites/{{site}}/orders/{{order_no}}"
ROUTES = [
    Route("PATCH", ORDER, "data.order.update", "ocapi", update_order),
    Route("PUT", f"{ORDER}/status", "data.order.status", "ocapi", set_status),
    *(
        Route("PUT", f"{ORDER}/{field}", f"data.order.{field}", "ocapi", _setter(field))
        for field in (*VALUES, "external_status")
    ),
    Route("POST", f"{DATA}/product_search", "product.search", "ocapi", product_search),
]
