"""OCAPI Data: order statuses and attributes by site, product_search."""

from __future__ import annotations

import json
from typing import Any

from mirakl_sync.sandbox.salesforce import fields, ocapi
from mirakl_sync.sandbox.salesforce.catalogue import product_ids
from mirakl_sync.sandbox.salesforce.dates import printed
from mirakl_sync.sandbox.salesforce.errors import Fault, Problem, no_order
from mirakl_sync.sandbox.salesforce.model import Order, Product
from mirakl_sync.sandbox.salesforce.ocapi import DATA
from mirakl_sync.sandbox.salesforce.order_json import camel, state_of
from mirakl_sync.sandbox.salesforce.queries import Fields, matcher
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route, View
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.statuses import VALUES, change_other, change_status

STATUSES = ("created", "new", "open", "completed", "cancelled", "failed", "failed_with_reopen")
KEPT_SEARCHES = 20
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


def set_address(call: Call) -> Reply:
    order = order_of(call)
    shipment = next((one for one in order.shipments if one.shipment_id == call.parts["shipment"]), None)
    if shipment is None:
        words = f"No shipment with ID '{call.parts['shipment']}' could be found."
        raise Fault(404, "ShipmentNotFoundException", words, shipmentId=call.parts["shipment"])
    try:
        shipment.address = fields.check_address(camel(ocapi.own_members(call.json)))
    except Problem as problem:
        raise Fault(400, "UnknownPropertyException", problem.body["detail"]) from None
    call.shop.save(order)
    return _done(order)


def update_payment(call: Call) -> Reply:
    return _update_payment(call, "OrderPaymentInstrument")


def update_transaction(call: Call) -> Reply:
    return _update_payment(call, "PaymentTransaction")


def _update_payment(call: Call, kind: str) -> Reply:
    order = order_of(call)
    payment = next((one for one in order.payments if one["paymentInstrumentId"] == call.parts["payment"]), None)
    if payment is None:
        words = f"No payment instrument with ID '{call.parts['payment']}' could be found."
        raise Fault(404, "PaymentInstrumentNotFoundException", words)
    kept = payment if kind == "OrderPaymentInstrument" else payment.setdefault("paymentTransaction", {})
    fields.merge_custom(kept, custom_attributes(call, call.shop.settings.payment_attributes, kind))
    call.shop.save(order)
    return _done(order)


def order_of(call: Call) -> Order:
    order = call.shop.orders.rows.get(call.parts["order_no"])
    if order is None:
        raise no_order(call.parts["order_no"])
    ocapi.check_state(call, state_of(order))
    return order


def product_search(call: Call) -> Reply:
    """Products by id, name, dates and the like; what masters and variants have to do with each other is not told."""
    given = call.json if isinstance(call.json, dict) else {}
    window, shop = ocapi.bounds(given), call.shop
    found = _found(shop, given)
    return Reply(
        ocapi.search_result("product", given, window, found, lambda sku: _product_json(call, shop.products[sku]))
    )


def _found(shop: Shop, given: dict[str, Any]) -> list[str]:
    """Ids of what was searched for, kept for the next page as long as no product comes or goes."""
    query, sorts = given.get("query"), given.get("sorts") or []
    key = f"search {json.dumps([query, sorts], default=str)}"
    if key not in shop.listed:
        fits = matcher(query, Fields(PRODUCT_FIELDS))
        rows = [shop.products[sku] for sku in _candidates(shop, query)]
        found = [product for product in rows if fits(_product_words(product))]
        for sort in reversed(sorts):
            _sort(found, sort)
        for old in [name for name in shop.listed if name.startswith("search ")][: -KEPT_SEARCHES + 1]:
            del shop.listed[old]
        shop.listed[key] = [product.id for product in found]
    return shop.listed[key]


def _candidates(shop: Shop, query: Any) -> list[str]:
    """Where the ids themselves are asked for, nobody looks at the rest of the catalogue."""
    term = query.get("term_query") if isinstance(query, dict) else None
    if isinstance(term, dict) and term.get("fields") == ["id"] and term.get("operator") in ("is", "one_of"):
        return sorted(sku for sku in set(map(str, term.get("values") or [])) if sku in shop.products)
    return product_ids(shop)


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
        "online": product.online,
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
    Route("PUT", f"{ORDER}/shipments/{{shipment}}/shipping_address", "data.order.address", "ocapi", set_address),
    Route("PATCH", f"{ORDER}/payment_instruments/{{payment}}", "data.order.payment", "ocapi", update_payment),
    Route(
        "PATCH",
        f"{ORDER}/payment_instruments/{{payment}}/transaction",
        "data.order.transaction",
        "ocapi",
        update_transaction,
    ),
    Route("POST", f"{DATA}/product_search", "product.search", "ocapi", product_search),
]
