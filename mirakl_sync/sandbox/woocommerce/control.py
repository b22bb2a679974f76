"""The part of the remote control only a WooCommerce shop has: catalogue, sales, webhooks, ghosts, switches."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.woocommerce.catalogue import generate, seed
from mirakl_sync.sandbox.woocommerce.deliveries import WebhookTrouble
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
    _mount_goods(control, shop)
    _mount_webhooks(control, shop)
    _mount_switches(control, shop)
    mount_shipping(control, shop)
    mount_stock(control, shop)
    mount_refunds(control, shop)
    return control


def _mount_goods(control: Blueprint, shop: Shop) -> None:
    @control.post("/products")
    def products() -> dict[str, Any]:
        wanted = control_json().get("products", [])
        with shop.lock:
            return {"products": [_seeded(shop, seed(shop, product)) for product in wanted]}

    @control.post("/generate")
    def many() -> dict[str, int]:
        with shop.lock:
            return {"made": generate(shop, control_json())}

    @control.post("/taxes")
    def taxes() -> dict[str, Any]:
        with shop.lock:
            return {"ids": [add_rate(shop.store, rate).id for rate in control_json().get("taxes", [])]}


def _mount_webhooks(control: Blueprint, shop: Shop) -> None:
    @control.route("/webhooks", methods=["GET", "POST", "DELETE"])
    def webhooks() -> dict[str, Any]:
        if request.method == "POST":
            shop.queue.trouble = _webhook_trouble(control_json())
        if request.method == "DELETE":
            shop.queue.trouble = WebhookTrouble()
        with shop.lock:
            return {**asdict(shop.queue.trouble), **shop.queue.counts, "waiting": len(shop.queue)}

    @control.post("/webhooks/flush")
    def flush() -> dict[str, int]:
        return {"deliveries": shop.queue.deliver_due(everything=True)}


def _mount_switches(control: Blueprint, shop: Shop) -> None:
    @control.route("/settings", methods=["GET", "POST"])
    def settings() -> dict[str, Any]:
        if request.method == "POST":
            change_settings(shop, control_json())
        return asdict(shop.settings)

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


def change_settings(shop: Shop, given: dict[str, Any]) -> None:
    """Changes the named settings in place. Search is indexed anew when the storage mode changes."""
    try:
        read = settings_from({**asdict(shop.settings), **given})
    except TypeError as error:
        raise BadRequest(str(error)) from error
    with shop.lock:
        for name in given:
            setattr(shop.settings, name, getattr(read, name))
        if "hpos" in given:
            for order in shop.store.orders.rows.values():
                shop.store.orders.save(order)


def _webhook_trouble(given: dict[str, Any]) -> WebhookTrouble:
    try:
        return replace(WebhookTrouble(), **{name: float(value) for name, value in given.items()})
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error


def _seeded(shop: Shop, product: Product) -> dict[str, Any]:
    rows = shop.store.products.rows
    variations = [{"id": number, "sku": rows[number].sku} for number in product.variation_ids]
    return {"id": product.id, "sku": product.sku, "variations": variations}
