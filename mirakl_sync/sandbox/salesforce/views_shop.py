"""OCAPI Shop: one order, its custom attributes, and order_search, whose index comes a little late (reference 5)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce import fields, ocapi
from mirakl_sync.sandbox.salesforce.errors import Fault
from mirakl_sync.sandbox.salesforce.order_json import ocapi as order_json
from mirakl_sync.sandbox.salesforce.queries import Fields, matcher
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.search_index import refresh
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.views_data import custom_attributes, order_of

WINDOW = 10_000
"""Deep paging ends here."""
SEARCHABLE = {
    "affiliate_partner_i_d", "affiliate_partner_name", "business_type", "channel_type", "confirmation_status",
    "created_by", "creation_date", "currency_code", "customer_email", "customer_name", "customer_no", "export_after",
    "export_status", "external_order_no", "external_order_status", "global_party_id", "last_modified", "order_no",
    "original_order_no", "payment_status", "replaced_order_no", "replacement_order_no", "shipping_status", "status",
    "total_gross_price", "total_net_price", "order_items.status", "payment_instruments.payment_method_id",
    "product_items.product_id", "shipments.shipping_method_id",
}  # fmt: skip
FIELDS = Fields(SEARCHABLE, custom=True)


def read(call: Call) -> Reply:
    return Reply(order_json(call.shop, order_of(call)))


def update(call: Call) -> Reply:
    order = order_of(call)
    fields.merge_custom(order.custom, custom_attributes(call, call.shop.settings.order_attributes, "Order"))
    call.shop.save(order)
    return Reply(order_json(call.shop, order))


def search(call: Call) -> Reply:
    """Finds by what the index has read so far; shows what the database holds now."""
    if not call.shop.settings.indexing:
        words = "Order Incremental Indexing is disabled; order search is not available."
        raise Fault(500, "InternalServerErrorException", words)
    refresh(call.shop)
    given = call.json if isinstance(call.json, dict) else {}
    window = ocapi.bounds(given)
    if sum(window) > WINDOW:
        raise Fault(400, "InvalidParameterException", f"start and count reach beyond {WINDOW} hits.")
    fits = matcher(given.get("query"), FIELDS)
    found = [(no, words) for no, words in call.shop.index.items() if fits(words)]
    _sort(found, given.get("sorts") or [])
    return Reply(ocapi.search_result("order", given, window, found, lambda one: _hit(call.shop, one[0])))


def _hit(shop: Shop, order_no: str) -> dict[str, Any]:
    return {"_type": "order_search_hit", "relevance": 1, "data": order_json(shop, shop.orders.rows[order_no])}


def _sort(found: list[tuple[str, dict[str, Any]]], sorts: list[dict[str, Any]]) -> None:
    for sort in reversed(sorts):
        _sort_by(found, FIELDS.check(sort.get("field")), descending=sort.get("sort_order") == "desc")


def _sort_by(found: list[tuple[str, dict[str, Any]]], name: str, *, descending: bool) -> None:
    """Orders without a value come last either way."""
    given = [one for one in found if one[1].get(name) not in (None, "")]
    without = [one for one in found if one[1].get(name) in (None, "")]
    given.sort(key=lambda one: one[1][name], reverse=descending)
    found[:] = given + without


SHOP = "/s/{site}/dw/shop/v25_6"
ROUTES = [
    Route("GET", f"{SHOP}/orders/{{order_no}}", "shop.order.read", "ocapi", read),
    Route("PATCH", f"{SHOP}/orders/{{order_no}}", "shop.order.update", "ocapi", update),
    Route("POST", f"{SHOP}/order_search", "order.search", "ocapi", search),
]
