"""The part of the remote control only a Shopify shop has: goods, orders, tokens, the bucket, webhooks, switches."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.shopify.deliveries import WebhookTrouble
from mirakl_sync.sandbox.shopify.order_control import mount_orders
from mirakl_sync.sandbox.shopify.settings import settings_from
from mirakl_sync.sandbox.shopify.shop import Shop
from mirakl_sync.sandbox.shopify.stock_control import mount_stock

BUILT_IN = {"locations"}
"""What a shop is opened with and keeps."""


def control_of_shop(shop: Shop) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("shopify_control", __name__, url_prefix=CONTROL_PREFIX)
    mount_stock(control, shop)
    mount_orders(control, shop)
    _mount_switches(control, shop)
    _mount_webhooks(control, shop)
    return control


def _mount_switches(control: Blueprint, shop: Shop) -> None:
    @control.route("/settings", methods=["GET", "POST"])
    def settings() -> dict[str, Any]:
        if request.method == "POST":
            change_settings(shop, control_json())
        return asdict(shop.settings)

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


def _mount_webhooks(control: Blueprint, shop: Shop) -> None:
    @control.route("/webhooks", methods=["GET", "POST", "DELETE"])
    def webhooks() -> dict[str, Any]:
        """{"duplicate", "reorder", "lose"} are chances, "delay" seconds; DELETE ends the trouble."""
        if request.method == "POST":
            shop.queue.trouble = _webhook_trouble(control_json())
        if request.method == "DELETE":
            shop.queue.trouble = WebhookTrouble()
        with shop.lock:
            return {**asdict(shop.queue.trouble), **shop.queue.counts, "waiting": len(shop.queue)}

    @control.post("/webhooks/flush")
    def flush() -> dict[str, int]:
        """What waits is sent now, retries too."""
        return {"deliveries": shop.queue.deliver_due(everything=True)}


def _webhook_trouble(given: dict[str, Any]) -> WebhookTrouble:
    try:
        return replace(WebhookTrouble(), **{name: float(value) for name, value in given.items()})
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error


def change_settings(shop: Shop, given: dict[str, Any]) -> None:
    """Changes the named settings in place."""
    if BUILT_IN & set(given):
        raise BadRequest(f"{', '.join(BUILT_IN & set(given))} cannot be changed while the shop is open")
    try:
        read = settings_from({**asdict(shop.settings), **given})
    except TypeError as error:
        raise BadRequest(str(error)) from error
    with shop.lock:
        for name in given:
            setattr(shop.settings, name, getattr(read, name))
        shop.bucket.size, shop.bucket.rate = shop.settings.bucket, shop.settings.restore_rate
