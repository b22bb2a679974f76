"""OCAPI Shop: one order, its custom attributes, and order_search, whose index comes a little late (reference 5)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.salesforce import fields, ocapi, selector
from mirakl_sync.sandbox.salesforce.errors import VERSION, Fault
from mirakl_sync.sandbox.salesforce.order_json import ocapi as order_json
from mirakl_sync.sandbox.salesforce.queries import Fields, matcher
from mirakl_sync.sandbox.salesforce.routing import Call, Reply, Route
from mirakl_sync.sandbox.salesforce.search_index import refresh
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
    start, count = ocapi.bounds(given)
    if start + count > WINDOW:
        raise Fault(400, "InvalidParameterException", f"start and count reach beyond {WINDOW} hits.")
    fits = matcher(given.get("query"), FIELDS)
    found = [(no, words) for no, words in call.shop.index.items() if fits(words)]
    _sort(found, given.get("sorts") or [])
    hits = [
        {"_type": "order_search_hit", "relevance": 1, "data": order_json(call.shop, call.shop.orders.rows[no])}
        for no, _ in found[start : start + count]
    ]
    body: dict[str, Any] = {
        "_v": VERSION,
        "_type": "order_search_result",
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


def _sort(found: list[tuple[str, dict[str, Any]]], sorts: list[dict[str, Any]]) -> None:
    for sort in reversed(sorts):
        name = FIELDS.check(sort.get("field"))
        given = [one for one in found if one[1].get(name) not in (None, "")]
        without = [one for one in found if one[1].get(name) in (None, "")]
        given.sort(key=lambda one, name=name: one[1][name], reverse=sort.get("sort_order") == "desc")  # type: ignore[misc]
        found[:] = given + without


SHOP = "/s/{site}/dw/shop/v25_6"
ROUTES = [
    Route("GET", f"{SHOP}/orders/{{order_no}}", "shop.order.read", "ocapi", read),
    Route("PATCH", f"{SHOP}/orders/{{order_no}}", "shop.order.update", "ocapi", update),
    Route("POST", f"{SHOP}/order_search", "order.search", "ocapi", search),
]
