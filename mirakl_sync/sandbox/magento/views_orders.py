"""/orders: saving, reading, searching."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.errors import no_entity, no_such
from mirakl_sync.sandbox.magento.model import Order
from mirakl_sync.sandbox.magento.order_input import save_entity, save_order_address
from mirakl_sync.sandbox.magento.order_json import item_json, order_json
from mirakl_sync.sandbox.magento.routing import Call, Route, listed, whole

VIEW = "Magento_Sales::actions_view"
SAVED = "async.magento.sales.api.orderrepositoryinterface.save"


def save(call: Call) -> Any:
    return order_json(save_entity(call.shop, call.given("entity")))


def save_address(call: Call, number: str) -> Any:
    """One address of the order, by its `entity_id`; a new one without. The order's own row does not move."""
    return save_order_address(find_order(call, number), call.given("entity"), call.shop)


def list_orders(call: Call) -> Any:
    return listed(call, call.shop.store.orders, order_json)


def get_order(call: Call, number: str) -> Any:
    return order_json(find_order(call, number))


def list_items(call: Call) -> Any:
    return listed(call, call.shop.store.items, item_json)


def get_item(call: Call, number: str) -> Any:
    item = call.shop.store.items.rows.get(whole(number))
    if item is None:
        raise no_such("item_id", number)
    return item_json(item)


def find_order(call: Call, number: str) -> Order:
    """The order of a path. Raises 404."""
    order = call.shop.store.orders.rows.get(whole(number))
    if order is None:
        raise no_entity()
    return order


ROUTES = [
    Route("PUT", "orders/create", "order.create", "Magento_Sales::create", save, f"{SAVED}.put"),
    Route("POST", "orders", "order.save", lambda shop: shop.settings.order_save_resource, save, f"{SAVED}.post"),
    Route("PUT", "orders/<number>", "order.address", "Magento_Sales::create", save_address),
    Route("GET", "orders", "order.list", VIEW, list_orders),
    Route("GET", "orders/items", "order_item.list", VIEW, list_items),
    Route("GET", "orders/items/<number>", "order_item.read", VIEW, get_item),
    Route("GET", "orders/<number>", "order.read", VIEW, get_order),
]
