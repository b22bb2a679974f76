"""/carts as an administrator uses them, and our own module's way around them (reference 5.1, 5.7)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.carts import (
    add_item,
    cart_json,
    find_cart,
    methods,
    new_cart,
    place_cart,
    set_addresses,
    totals,
)
from mirakl_sync.sandbox.magento.errors import refused
from mirakl_sync.sandbox.magento.order_input import PARTS, create_order
from mirakl_sync.sandbox.magento.order_json import order_json
from mirakl_sync.sandbox.magento.routing import Call, Route, whole
from mirakl_sync.sandbox.magento.rows import known, typed
from mirakl_sync.sandbox.magento.values import number

MANAGE = "Magento_Cart::manage"
MODULE = "Mirakl_OrderImport::create"


def create_cart(call: Call) -> Any:
    """The store of the path is the store of the cart."""
    stores = call.shop.settings.stores
    return new_cart(call.shop, stores.index(call.store) + 1 if call.store in stores else 1).id


def get_cart(call: Call, cart_id: str) -> Any:
    return cart_json(find_cart(call.shop, whole(cart_id)))


def get_items(call: Call, cart_id: str) -> Any:
    return find_cart(call.shop, whole(cart_id)).items


def post_item(call: Call, cart_id: str) -> Any:
    return add_item(call.shop, find_cart(call.shop, whole(cart_id)), call.given("cartItem"))


def post_addresses(call: Call, cart_id: str) -> Any:
    cart = find_cart(call.shop, whole(cart_id))
    set_addresses(call.shop, cart, call.given("addressInformation"))
    return {"payment_methods": methods(call.shop), "totals": totals(call.shop, cart)}


def get_totals(call: Call, cart_id: str) -> Any:
    return totals(call.shop, find_cart(call.shop, whole(cart_id)))


def get_methods(call: Call, cart_id: str) -> Any:
    find_cart(call.shop, whole(cart_id))
    return methods(call.shop)


def select_method(call: Call, cart_id: str) -> Any:
    cart = find_cart(call.shop, whole(cart_id))
    payment = typed(known(call.given("method"), columns.PAYMENT, ("additional_data",)), columns.PAYMENT)
    if payment.get("method") not in call.shop.settings.payment_methods:
        raise refused("The requested Payment Method is not available.")
    cart.payment = payment
    return str(cart.id)


def shipping_methods(call: Call, cart_id: str) -> Any:
    cart = find_cart(call.shop, whole(cart_id))
    price = totals(call.shop, cart)["items_qty"] * number(call.shop.settings.flat_rate)
    return [
        {
            "carrier_code": "flatrate",
            "method_code": "flatrate",
            "carrier_title": "Flat Rate",
            "method_title": "Fixed",
            "amount": price,
            "base_amount": price,
            "available": True,
            "error_message": "",
            "price_excl_tax": price,
            "price_incl_tax": price,
        }
    ]


def put_order(call: Call, cart_id: str) -> Any:
    """The order's id, as text."""
    cart = find_cart(call.shop, whole(cart_id))
    return str(place_cart(call.shop, cart, call.maybe("paymentMethod")).id)


def module_order(call: Call) -> Any:
    """Our module: the body of PUT /V1/orders/create, stored as sent, and the reservations in the same transaction.

    Not the way to change an order: `entity_id` is refused. What the marketplace sold is not asked back from the shop:
    the reservation is written however few pieces there are.
    """
    named = known(call.given("entity"), columns.ORDER, PARTS)
    if named.get("entity_id"):
        raise refused("This order exists already. Change it with POST /V1/orders.")
    order = create_order(call.shop, named, "module")
    for item in order.items:
        call.shop.reserve(order, item, -item["qty_ordered"], "order")
    return order_json(order)


ROUTES = [
    Route("POST", "carts", "cart.create", MANAGE, create_cart),
    Route("GET", "carts/<cart_id>", "cart.read", MANAGE, get_cart),
    Route("GET", "carts/<cart_id>/items", "cart.items", MANAGE, get_items),
    Route("POST", "carts/<cart_id>/items", "cart.add", MANAGE, post_item),
    Route("POST", "carts/<cart_id>/shipping-information", "cart.address", MANAGE, post_addresses),
    Route("POST", "carts/<cart_id>/estimate-shipping-methods", "cart.shipping_methods", MANAGE, shipping_methods),
    Route("GET", "carts/<cart_id>/totals", "cart.totals", MANAGE, get_totals),
    Route("GET", "carts/<cart_id>/payment-methods", "cart.payment_methods", MANAGE, get_methods),
    Route("PUT", "carts/<cart_id>/selected-payment-method", "cart.payment", MANAGE, select_method),
    Route("PUT", "carts/<cart_id>/order", "cart.place", MANAGE, put_order),
    Route("POST", "mirakl/orders", "module.order", MODULE, module_order, only="module"),
]
