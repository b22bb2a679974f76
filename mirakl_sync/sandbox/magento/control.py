"""The part of the remote control only a Magento shop has."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.magento.bulk import consume
from mirakl_sync.sandbox.magento.catalogue import generate, seed
from mirakl_sync.sandbox.magento.events import EventTrouble
from mirakl_sync.sandbox.magento.settings import settings_from
from mirakl_sync.sandbox.magento.shipping_control import mount_staff
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.stock_control import mount_stock


def control_of_shop(shop: Shop) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("magento_control", __name__, url_prefix=CONTROL_PREFIX)
    _mount_goods(control, shop)
    _mount_switches(control, shop)
    _mount_queues(control, shop)
    mount_staff(control, shop)
    mount_stock(control, shop)
    return control


def _mount_goods(control: Blueprint, shop: Shop) -> None:
    @control.post("/products")
    def products() -> dict[str, Any]:
        wanted = control_json().get("products", [])
        with shop.lock:
            return {"products": [{"id": p.id, "sku": p.sku} for p in (seed(shop, product) for product in wanted)]}

    @control.post("/generate")
    def many() -> dict[str, int]:
        with shop.lock:
            return {"made": generate(shop, control_json())}


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


def _mount_queues(control: Blueprint, shop: Shop) -> None:
    @control.route("/webhooks", methods=["GET", "POST", "DELETE"])
    def webhooks() -> dict[str, Any]:
        """Deliveries of the events module, and the trouble with them."""
        if request.method == "POST":
            shop.events.trouble = _event_trouble(control_json())
        if request.method == "DELETE":
            shop.events.trouble = EventTrouble()
        with shop.lock:
            return {**asdict(shop.events.trouble), **shop.events.counts, "waiting": len(shop.events)}

    @control.post("/webhooks/flush")
    def flush() -> dict[str, int]:
        return {"deliveries": shop.events.deliver_due(everything=True)}

    @control.post("/consume")
    def run_consumer() -> dict[str, int]:
        """Asynchronous calls are done only now."""
        with shop.lock:
            return {"operations": consume(shop)}


def _event_trouble(given: dict[str, Any]) -> EventTrouble:
    try:
        return EventTrouble(**{name: float(value) for name, value in given.items()})
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error


def change_settings(shop: Shop, given: dict[str, Any]) -> None:
    """Changes the named settings in place."""
    try:
        read = settings_from({**asdict(shop.settings), **given})
    except TypeError as error:
        raise BadRequest(str(error)) from error
    with shop.lock:
        for name in given:
            setattr(shop.settings, name, getattr(read, name))
