"""Purchase orders and their lines: reading, making, changing, receiving."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.inventory_planner import purchase_orders
from mirakl_sync.sandbox.inventory_planner.api import Call, Route
from mirakl_sync.sandbox.inventory_planner.errors import not_found, refused
from mirakl_sync.sandbox.inventory_planner.model import OrderItem, PurchaseOrder
from mirakl_sync.sandbox.inventory_planner.purchase_orders import FIELDS, shown, shown_item
from mirakl_sync.sandbox.inventory_planner.queries import project, query_from, sort_key
from mirakl_sync.sandbox.inventory_planner.views_variants import select, variant_query

NAME = "purchase-order"


def list_orders(call: Call) -> dict[str, Any]:
    query = query_from(call.arguments, FIELDS.__contains__, call.planner.settings.default_limit)
    rows = [shown(order) for order in call.planner.store.orders.values()]
    for one in query.filters:
        rows = [row for row in rows if one.fits([row.get(one.field)])]
    if query.sort:
        field, downwards = query.sort
        rows.sort(key=lambda row: sort_key(row.get(field)), reverse=downwards)
    first = query.page * query.limit
    page = rows[first : first + query.limit]
    return call.page(
        "purchase-orders", [project(row, query.fields) if query.fields else row for row in page], len(rows), query
    )


def read_order(call: Call, order_id: str) -> dict[str, Any]:
    return call.wearing(NAME, shown(_find(call, order_id)))


def list_items(call: Call, order_id: str) -> dict[str, Any]:
    query = query_from(call.arguments, lambda _: False, call.planner.settings.default_limit)
    rows = [shown_item(item) for item in _find(call, order_id).items]
    first = query.page * query.limit
    page = rows[first : first + query.limit]
    return call.page("items", [project(row, query.fields) if query.fields else row for row in page], len(rows), query)


def read_item(call: Call, order_id: str, item_id: str) -> dict[str, Any]:
    return call.wearing("item", shown_item(_find_item(_find(call, order_id), item_id)))


def list_connections(call: Call, order_id: str) -> dict[str, Any]:
    order = _find(call, order_id)
    linked = [{"source": order.source, "id": order.external_id}] if order.external_id else []
    query = query_from({}, lambda _: False, call.planner.settings.default_limit)
    return call.page("connections", linked, len(linked), query)


def create_order(call: Call) -> dict[str, Any]:
    """A time-out does not say whether it was made, and asking again makes another."""
    sent = call.sent(NAME)
    if "items" in sent:
        items = _wanted(call, sent["items"])
    else:
        items = _recommended(call, sent.get("variants_filter"), str(sent.get("warehouse")))
    order = purchase_orders.make_order(call.planner, sent, items)
    _recount(call, sent)
    return call.wearing(NAME, shown(order))


def change_order(call: Call, order_id: str) -> dict[str, Any]:
    sent, order = call.sent(NAME), _find(call, order_id)
    purchase_orders.change_order(call.planner, order, sent)
    _recount(call, sent)
    return call.wearing(NAME, shown(order))


def receive_item(call: Call, order_id: str, item_id: str) -> dict[str, Any]:
    sent, order = call.sent("item"), _find(call, order_id)
    item = _find_item(order, item_id)
    purchase_orders.receive(call.planner, order, item, sent.get("received"))
    _recount(call, sent)
    return call.wearing("item", shown_item(item))


def _wanted(call: Call, rows: Any) -> list[OrderItem]:
    if not isinstance(rows, list):
        raise refused("items must be a list")
    variants = call.planner.store.variants
    for row in rows:
        if not isinstance(row, dict) or row.get("id") not in variants:
            raise refused(f"Variant {row.get('id') if isinstance(row, dict) else row} not found")
    return [purchase_orders.item_of(call.planner, variants[row["id"]], row.get("replenishment")) for row in rows]


def _recommended(call: Call, wanted: Any, warehouse: str) -> list[OrderItem]:
    """Every variant the filter fits, with what the forecast wants for that warehouse."""
    if not isinstance(wanted, dict):
        raise refused("items or variants_filter is required")
    place = purchase_orders.find_warehouse(call.planner, warehouse)
    query = variant_query({name: str(value) for name, value in wanted.items()}, 1)
    items = []
    for variant in select(call.planner, query):
        rows = [row for row in call.planner.warehouses_of(variant) if row["warehouse"] == place]
        if rows and rows[0]["to_order"]:
            items.append(purchase_orders.item_of(call.planner, variant, rows[0]["to_order"]))
    return items


def _recount(call: Call, sent: dict[str, Any]) -> None:
    """What is on its way shows in variants at once, unless the client spares the background jobs."""
    if not sent.get("skip_background_jobs"):
        call.planner.count_incoming()


def _find(call: Call, order_id: str) -> PurchaseOrder:
    order = call.planner.store.orders.get(order_id)
    if order is None:
        raise not_found("Purchase order")
    return order


def _find_item(order: PurchaseOrder, item_id: str) -> OrderItem:
    item = next((each for each in order.items if each.id == item_id), None)
    if item is None:
        raise not_found("Item")
    return item


ROUTES = [
    Route("purchase-orders", ("GET",), "orders.list", list_orders),
    Route("purchase-orders", ("POST",), "order.create", create_order),
    Route("purchase-orders/<order_id>", ("GET",), "order.read", read_order),
    Route("purchase-orders/<order_id>", ("PATCH", "PUT"), "order.change", change_order),
    Route("purchase-orders/<order_id>/items", ("GET",), "order.items", list_items),
    Route("purchase-orders/<order_id>/items/<item_id>", ("GET",), "order.item", read_item),
    Route("purchase-orders/<order_id>/items/<item_id>", ("PATCH",), "order.receive", receive_item),
    Route("purchase-orders/<order_id>/connections", ("GET",), "order.connections", list_connections),
]
