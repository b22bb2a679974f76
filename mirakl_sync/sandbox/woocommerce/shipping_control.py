"""What the people at the packing table do, by remote control: ship, correct a number, take a parcel off again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.shop_control import order_in, refuse_other_words
from mirakl_sync.sandbox.woocommerce import tracking
from mirakl_sync.sandbox.woocommerce.model import LineItem, Order
from mirakl_sync.sandbox.woocommerce.orders import update_order
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.store import meta_value
from mirakl_sync.sandbox.woocommerce.tracking_entries import parcels

LINE_META = "_mirakl_order_line_id"
NAMES = ("carrier", "number", "link", "date", "items", "complete")


def mount_shipping(control: Blueprint, shop: Shop) -> None:
    """`POST orders/<id>/ship`, `PUT` and `DELETE orders/<id>/parcels/<tracking_id>`."""

    @control.post("/orders/<int:number>/ship")
    def pack(number: int) -> dict[str, Any]:
        """{"carrier", "number", "link", "date", "items": [{"sku" | "line_id", "quantity"}], "complete"}, all optional.

        `line_id` is the shop's own or the marketplace's. Without a number the order is only completed. `complete` is
        true without items; with items AST completes the order by itself once everything is in a parcel.
        """
        sent = control_json()
        with shop.lock:
            return ship(shop, order_in(shop.store.orders.rows, number), sent)

    @control.route("/orders/<int:number>/parcels/<tracking_id>", methods=["PUT", "DELETE"])
    def parcel(number: int, tracking_id: str) -> dict[str, Any]:
        sent = control_json()
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            if request.method == "PUT":
                found = tracking.correct(shop, order, tracking_id, _changed(shop, sent)) is not None
            else:
                found = tracking.remove(shop, order, tracking_id)
            if not found:
                raise NotFound(f"order {number} has no parcel {tracking_id}")
            return shown(order)


def ship(shop: Shop, order: Order, sent: dict[str, Any]) -> dict[str, Any]:
    """Enter a parcel in the shop's plugin and set the status, each with a save of its own. Answers the parcels."""
    refuse_other_words(sent, NAMES)
    pieces = _pieces(shop, order, sent.get("items") or [])
    complete = bool(sent.get("complete", not pieces))
    if sent.get("number") or sent.get("carrier"):
        _refuse_without_plugin(shop, pieces)
        entry = tracking.staff_entry(shop, *_words(sent), _date(sent))
        if pieces:
            entry |= {"products_list": tracking.contents(shop, pieces), "status_shipped": tracking.PARTLY}
        tracking.add(shop, order, entry)
        complete = complete or bool(pieces and tracking.all_inside(shop, order))
    if complete and order.status != "completed":
        update_order(shop, order, {"status": "completed"})
    return shown(order)


def shown(order: Order) -> dict[str, Any]:
    """An order's parcels as the books tell them."""
    return {"id": order.id, "status": order.status, "parcels": parcels(order)}


def _refuse_without_plugin(shop: Shop, pieces: list[tuple[LineItem, int]]) -> None:
    plugin = shop.settings.tracking_plugin
    if plugin == "none":
        raise BadRequest("this shop has no tracking plugin: set tracking_plugin to shipment_tracking or ast")
    if pieces and plugin != "ast":
        raise BadRequest("this shop's plugin does not know what is inside a parcel: set tracking_plugin to ast")


def _pieces(shop: Shop, order: Order, items: list[dict[str, Any]]) -> list[tuple[LineItem, int]]:
    return [(line := line_of(shop, order, item), int(item.get("quantity", line.quantity))) for item in items]


def line_of(shop: Shop, order: Order, item: dict[str, Any]) -> LineItem:
    """By the shop's line id, the marketplace's, or the SKU."""
    for line in order.lines:
        product = shop.store.products.rows.get(line.sold_id)
        ids = (str(line.id), str(meta_value(line.meta, LINE_META, "")))
        if ("line_id" in item and str(item["line_id"]) in ids) or (product and product.sku == item.get("sku")):
            return line
    raise BadRequest(f"order {order.id} has no line {item}")


def _words(sent: dict[str, Any]) -> tuple[str, str, str]:
    return str(sent.get("carrier") or ""), str(sent.get("number") or ""), str(sent.get("link") or "")


def _date(sent: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(f"{sent['date']}T00:00:00+00:00") if sent.get("date") else None


def _changed(shop: Shop, sent: dict[str, Any]) -> dict[str, Any]:
    """The fields of an entry a correction touches."""
    changed: dict[str, Any] = {"tracking_number": str(sent["number"])} if "number" in sent else {}
    if "carrier" in sent:
        fresh = tracking.staff_entry(shop, *_words(sent))
        changed |= {name: fresh[name] for name in ("tracking_provider", "custom_tracking_provider")}
        changed["custom_tracking_link"] = fresh["custom_tracking_link"]
    return changed
