"""The part of the remote control only a WooCommerce shop has: catalogue, sales, webhooks, ghosts, switches."""

from __future__ import annotations

from collections.abc import Set
from functools import partial
from typing import Any

from flask import Blueprint

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.shop_control import mount_catalogue, mount_settings, mount_webhooks
from mirakl_sync.sandbox.woocommerce.catalogue import generate, seed
from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.orders import find_order, trash_order, update_order
from mirakl_sync.sandbox.woocommerce.refund_control import mount_refunds
from mirakl_sync.sandbox.woocommerce.settings import settings_from
from mirakl_sync.sandbox.woocommerce.shipping_control import mount_shipping
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock_control import mount_stock
from mirakl_sync.sandbox.woocommerce.views_shop import add_rate


def control_of_shop(shop: Shop) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("woocommerce_control", __name__, url_prefix=CONTROL_PREFIX)
    mount_catalogue(
        control, shop, seed=partial(seed, shop), generate=partial(generate, shop), shown=partial(_seeded, shop)
    )
    mount_settings(control, shop, settings_from, after=partial(_index_anew, shop))
    mount_webhooks(control, shop.queue)
    _mount_switches(control, shop)
    mount_shipping(control, shop)
    mount_stock(control, shop)
    mount_refunds(control, shop)
    return control


def _mount_switches(control: Blueprint, shop: Shop) -> None:
    @control.post("/taxes")
    def taxes() -> dict[str, Any]:
        with shop.lock:
            return {"ids": [add_rate(shop.store, rate).id for rate in control_json().get("taxes", [])]}

    @control.post("/maintenance")
    def maintenance() -> dict[str, bool]:
        shop.settings.maintenance = bool(control_json().get("on", True))
        return {"on": shop.settings.maintenance}

    @control.post("/ghosts")
    def ghosts() -> dict[str, int]:
        shop.ghosts = int(control_json().get("times", 1))
        return {"times": shop.ghosts}

    @control.post("/orders/<int:number>")
    def staff(number: int) -> dict[str, Any]:
        """What a person in the shop's admin does: {"status": "completed"}, {"trash": true}, any field of PUT."""
        sent = control_json()
        with shop.lock:
            order = find_order(shop, number)
            if sent.pop("trash", False):
                trash_order(shop, order)
            else:
                update_order(shop, order, sent)
            return {"id": order.id, "status": order.status}


def _index_anew(shop: Shop, changed: Set[str]) -> None:
    """What search finds depends on how orders are stored."""
    if "hpos" in changed:
        for order in shop.store.orders.rows.values():
            shop.store.orders.save(order)


def _seeded(shop: Shop, product: Product) -> dict[str, Any]:
    rows = shop.store.products.rows
    variations = [{"id": number, "sku": rows[number].sku} for number in product.variation_ids]
    return {"id": product.id, "sku": product.sku, "variations": variations}
