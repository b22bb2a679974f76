"""The part of the remote control only a Shopify shop has: goods, orders, tokens, the bucket, webhooks, switches."""

from __future__ import annotations

from collections.abc import Set

from flask import Blueprint

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.shop_control import mount_settings, mount_webhooks
from mirakl_sync.sandbox.shopify.order_control import mount_orders
from mirakl_sync.sandbox.shopify.settings import settings_from
from mirakl_sync.sandbox.shopify.shop import Shop
from mirakl_sync.sandbox.shopify.stock_control import mount_stock

BUILT_IN = frozenset({"locations"})
"""What a shop is opened with and keeps."""


def control_of_shop(shop: Shop) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("shopify_control", __name__, url_prefix=CONTROL_PREFIX)
    mount_stock(control, shop)
    mount_orders(control, shop)
    _mount_switches(control, shop)
    mount_webhooks(control, shop.queue)
    return control


def _mount_switches(control: Blueprint, shop: Shop) -> None:
    def resize_bucket(changed: Set[str]) -> None:
        shop.bucket.size, shop.bucket.rate = shop.settings.bucket, shop.settings.restore_rate

    mount_settings(control, shop, settings_from, fixed=BUILT_IN, after=resize_bucket)

    @control.post("/tokens/expire")
    def expire() -> dict[str, int]:
        """Every token that was asked for ends now; those of an admin-made app stay."""
        with shop.lock:
            return {"expired": shop.tokens.expire()}

    @control.post("/bucket")
    def bucket() -> dict[str, float]:
        """{"left": 0}: somebody else of the same app has used the points up."""
        with shop.lock:
            now = shop.clock.seconds()
            shop.bucket.drain(now, float(control_json().get("left", 0)))
            return {"left": shop.bucket.left(now)}
