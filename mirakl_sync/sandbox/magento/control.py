"""The part of the remote control only a Magento shop has."""

from __future__ import annotations

from functools import partial

from flask import Blueprint

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.magento.bulk import consume
from mirakl_sync.sandbox.magento.catalogue import generate, seed
from mirakl_sync.sandbox.magento.settings import settings_from
from mirakl_sync.sandbox.magento.shipping_control import mount_staff
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.stock_control import mount_stock
from mirakl_sync.sandbox.shop_control import mount_catalogue, mount_settings, mount_webhooks


def control_of_shop(shop: Shop) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("magento_control", __name__, url_prefix=CONTROL_PREFIX)
    mount_catalogue(
        control,
        shop,
        seed=partial(seed, shop),
        generate=partial(generate, shop),
        shown=lambda product: {"id": product.id, "sku": product.sku},
    )
    mount_settings(control, shop, settings_from)
    mount_webhooks(control, shop.events)
    _mount_switches(control, shop)
    mount_staff(control, shop)
    mount_stock(control, shop)
    return control


def _mount_switches(control: Blueprint, shop: Shop) -> None:
    @control.post("/maintenance")
    def maintenance() -> dict[str, bool]:
        shop.settings.maintenance = bool(control_json().get("on", True))
        return {"on": shop.settings.maintenance}

    @control.post("/consume")
    def run_consumer() -> dict[str, int]:
        """Asynchronous calls are done only now."""
        with shop.lock:
            return {"operations": consume(shop)}
