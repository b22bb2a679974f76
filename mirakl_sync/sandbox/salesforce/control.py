"""The part of the remote control only this kind has: catalogue, switches, tokens, and the dialect of the shop floor."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.salesforce import warehouse
from mirakl_sync.sandbox.salesforce.catalogue import generate, seed
from mirakl_sync.sandbox.salesforce.model import Order
from mirakl_sync.sandbox.salesforce.settings import settings_from
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.statuses import VALUES, change_other, change_status
from mirakl_sync.sandbox.salesforce.stock_control import mount_stock
from mirakl_sync.sandbox.shop_control import mount_catalogue, mount_settings, order_in, refuse_other_words


def control_of_shop(shop: Shop) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("salesforce_control", __name__, url_prefix=CONTROL_PREFIX)
    mount_catalogue(
        control,
        shop,
        seed=partial(seed, shop),
        generate=partial(generate, shop),
        shown=lambda product: {"id": product.id, "sku": product.id},
    )
    mount_settings(control, shop, settings_from)
    _mount_switches(control, shop)
    _mount_orders(control, shop)
    _mount_shipping(control, shop)
    mount_stock(control, shop)
    return control


def _mount_switches(control: Blueprint, shop: Shop) -> None:
    @control.post("/tokens/expire")
    def expire() -> dict[str, int]:
        """Every token that was given out is too old from now on."""
        with shop.lock:
            expired = len(shop.tokens)
            for text, token in shop.tokens.items():
                shop.tokens[text] = type(token)(token.kind, token.client, token.scopes, 0.0)
            return {"expired": expired}

    @control.post("/conflicts")
    def conflicts() -> dict[str, int]:
        """The next `times` inventory writes meet somebody else's (409)."""
        shop.conflicts = int(control_json().get("times", 1))
        return {"times": shop.conflicts}


def _mount_orders(control: Blueprint, shop: Shop) -> None:
    @control.post("/orders/<number>")
    def staff(number: str) -> dict[str, Any]:
        """{"status"}: completed = sent out without a number, cancelled; also the other statuses by their names."""
        sent = control_json()
        with shop.lock:
            order = order_of(shop, number)
            set_by_staff(shop, order, sent)
            return warehouse.shown(order)

    @control.post("/orders/<number>/export")
    def export(number: str) -> dict[str, Any]:
        with shop.lock:
            order = order_of(shop, number)
            warehouse.export(shop, order)
            return {"id": order.order_no, "status": order.status, "export_status": order.export_status}

    @control.post("/orders/<number>/cancel_pieces")
    def cancel_pieces(number: str) -> dict[str, Any]:
        """{"items": [{"line_id", "quantity"}]}: pieces that cannot be sent, in c_cancelledQty."""
        with shop.lock:
            order = order_of(shop, number)
            warehouse.cancel_pieces(shop, order, control_json().get("items") or [])
            return warehouse.shown(order)

    @control.post("/orders/<number>/refund")
    def refund(number: str) -> dict[str, Any]:
        with shop.lock:
            return warehouse.refund(shop, order_of(shop, number), control_json())


def _mount_shipping(control: Blueprint, shop: Shop) -> None:
    @control.post("/orders/<number>/ship")
    def pack(number: str) -> dict[str, Any]:
        """{"carrier", "number", "link", "items": [{"sku" | "line_id", "quantity"}], "complete"}, all optional."""
        with shop.lock:
            return warehouse.ship(shop, order_of(shop, number), control_json())

    @control.route("/orders/<number>/parcels/<tracking_id>", methods=["PUT", "DELETE"])
    def parcel(number: str, tracking_id: str) -> dict[str, Any]:
        sent = control_json()
        with shop.lock:
            order = order_of(shop, number)
            if request.method == "PUT":
                return warehouse.correct(shop, order, tracking_id, sent)
            return warehouse.take_off(shop, order, tracking_id)


def order_of(shop: Shop, number: str) -> Order:
    return order_in(shop.orders.rows, number)


def set_by_staff(shop: Shop, order: Order, sent: dict[str, Any]) -> None:
    """What a person does in Business Manager. Orders cannot be deleted there: `trash` is no status here."""
    if sent.get("trash") or sent.get("status") == "trash":
        raise NotFound("B2C Commerce deletes no orders")
    refuse_other_words(sent, ("status", "cancel_code", "cancel_description", "external_status", *VALUES))
    order.cancel_code = str(sent.get("cancel_code", order.cancel_code))
    order.cancel_description = str(sent.get("cancel_description", order.cancel_description))
    for field in ("external_status", *VALUES):
        if field in sent:
            change_other(shop, order, field, str(sent[field]))
    if sent.get("status") == "completed":
        warehouse.ship(shop, order, {})
    if "status" in sent:
        change_status(shop, order, str(sent["status"]), by_oms=True)
