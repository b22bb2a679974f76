"""What the people at the packing table and in the office do, by remote control."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.magento.bookkeeping import parcels
from mirakl_sync.sandbox.magento.documents import share
from mirakl_sync.sandbox.magento.errors import RestError
from mirakl_sync.sandbox.magento.invoices import invoice
from mirakl_sync.sandbox.magento.model import Order, Row
from mirakl_sync.sandbox.magento.order_states import cancel, hold, set_state, unhold
from mirakl_sync.sandbox.magento.quantities import can_invoice, can_ship, to_ship
from mirakl_sync.sandbox.magento.refunds import refund
from mirakl_sync.sandbox.magento.shipments import add_track, remove_track, ship
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO, number, plain_text
from mirakl_sync.sandbox.shop_control import order_in, refuse_other_words

NAMES = ("carrier", "number", "link", "date", "items", "complete", "source")
CARRIERS = {"ups", "usps", "fedex", "dhl"}


def mount_staff(control: Blueprint, shop: Shop) -> None:
    """`POST orders/<id>`, `orders/<id>/ship`, `orders/<id>/refund`; `PUT`, `DELETE orders/<id>/parcels/<track>`;
    `DELETE orders/<id>/shipments/<id>`."""

    @control.post("/orders/<int:number>")
    def staff(number: int) -> dict[str, Any]:
        """{"status": "completed" | "cancelled" | "holded" | "unhold" | "invoiced"}, or one of `extra_statuses`."""
        sent = control_json()
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            _told(change, shop, order, str(sent.get("status", "")))
            return shown(shop, order)

    @control.post("/orders/<int:number>/ship")
    def pack(number: int) -> dict[str, Any]:
        """{"carrier", "number", "items": [{"line_id", "quantity"}], "complete", "source"}, all optional.

        `line_id` is the shop's own or the marketplace's. Without a number the shipment has no track. `complete` (true
        without items) writes the invoice that is still missing.
        """
        sent = control_json()
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            _told(send, shop, order, sent)
            return shown(shop, order)

    @control.post("/orders/<int:number>/refund")
    def give_money_back(number: int) -> dict[str, Any]:
        """{"items": [{"line_id", "quantity", "amount"}], "shipping", "amount", "reason", "restock"}.

        Amounts are what the buyer gets, with tax; the last "amount" belongs to no line.
        """
        sent = control_json()
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            memo = _told(pay_back, shop, order, sent)
            return {**shown(shop, order), "refund": memo.id}

    @control.delete("/orders/<int:number>/shipments/<int:shipment>")
    def vanish_shipment(number: int, shipment: int) -> dict[str, Any]:
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            unship(shop, order, shipment)
            return shown(shop, order)

    @control.route("/orders/<int:number>/parcels/<int:track>", methods=["PUT", "DELETE"])
    def parcel(number: int, track: int) -> dict[str, Any]:
        sent = control_json()
        with shop.lock:
            order = order_in(shop.store.orders.rows, number)
            if request.method == "DELETE":
                _told(remove_track, shop, track)
            else:
                _correct(shop, track, sent)
            return shown(shop, order)


def unship(shop: Shop, order: Order, shipment_id: int) -> None:
    """A module deletes a shipment: it vanishes, its pieces are unshipped again, the warehouse hears nothing of it."""
    shipment = shop.store.shipments.rows.get(shipment_id)
    if shipment is None or shipment.row["order_id"] != order.id:
        raise NotFound(f"order {order.id} has no shipment {shipment_id}")
    before = dict(order.row)
    shop.store.shipments.remove(shipment_id)
    for track in shipment.tracks:
        shop.store.tracks.pop(track["entity_id"], None)
    for line in shipment.items:
        item = order.item(line["order_item_id"])
        if item is not None:
            item["qty_shipped"] -= line["qty"]
    if order.state == "complete":
        set_state(order, "processing")
    shop.save_order(order, before)


def change(shop: Shop, order: Order, status: str) -> None:
    """What a person in the admin does. Core Magento cannot delete an order."""
    if status == "trash":
        raise NotFound("Magento cannot delete an order")
    if status == "cancelled":
        if not cancel(shop, order):
            raise BadRequest(f"order {order.id} cannot be cancelled")
    elif status == "completed":
        send(shop, order, {})
    elif status in ("holded", "unhold"):
        (hold if status == "holded" else unhold)(shop, order)
    elif status == "invoiced":
        invoice(shop, order, {"capture": True})
    elif status in shop.settings.extra_statuses:
        before = dict(order.row)
        order.row["status"] = status
        shop.save_order(order, before)
    else:
        raise BadRequest(f"unknown status {status!r}")


def send(shop: Shop, order: Order, sent: dict[str, Any]) -> None:
    """A shipment with its track, and the invoice where the order is to be complete."""
    refuse_other_words(sent, NAMES)
    items = [_piece(order, one) for one in sent.get("items") or ()]
    complete = bool(sent.get("complete", not items))
    if can_ship(order) or items:
        extension = {"source_code": sent.get("source") or _source(shop, order, items)}
        body = {"items": items, "tracks": _tracks(sent), "arguments": {"extension_attributes": extension}}
        ship(shop, order, body)
    if complete and can_invoice(order):
        invoice(shop, order, {"capture": True})


def pay_back(shop: Shop, order: Order, sent: dict[str, Any]) -> Any:
    """A credit memo; what the lines' own amounts do not come to is booked as an adjustment."""
    wanted = sent.get("items") or []
    items = [_piece(order, one) for one in wanted]
    difference = number(sent.get("amount"))
    for one, piece in zip(wanted, items, strict=True):
        if one.get("amount") is not None:
            difference += number(one["amount"]) - _worth(order, piece)
    arguments: dict[str, Any] = {
        "shipping_amount": _net_shipping(order, number(sent.get("shipping"))),
        "adjustment_positive": max(difference, ZERO),
        "adjustment_negative": max(-difference, ZERO),
    }
    if sent.get("restock", True):
        arguments["extension_attributes"] = {"return_to_stock_items": [one["order_item_id"] for one in items]}
    # No items at all would mean every one of them.
    nothing = [{"order_item_id": item["item_id"], "qty": 0} for item in order.items]
    reason = {"comment": sent.get("reason")}
    return refund(shop, order, {"items": items or nothing, "comment": reason, "arguments": arguments})


def _worth(order: Order, piece: Row) -> Decimal:
    """What the buyer paid for so many pieces of a line."""
    item = order.item(piece["order_item_id"]) or {}
    return share(item, "row_total_incl_tax", piece["qty"]) - share(item, "discount_amount", piece["qty"])


def _net_shipping(order: Order, gross: Decimal) -> Decimal:
    """The part of the shipping amount without tax that belongs to what the buyer gets back."""
    whole = order.row.get("shipping_incl_tax") or ZERO
    return gross * (order.row.get("shipping_amount") or ZERO) / whole if whole else gross


def shown(shop: Shop, order: Order) -> dict[str, Any]:
    """An order's state and parcels as the books tell them."""
    return {"id": order.id, "state": order.state, "status": order.row.get("status"), "parcels": parcels(shop, order)}


def _told(do: Any, *arguments: Any) -> Any:
    """What the admin's red box would say, as a bad request of the control."""
    try:
        return do(*arguments)
    except RestError as error:
        raise BadRequest(f"{error.message} {error.parameters or ''}".strip()) from error


def _piece(order: Order, given: dict[str, Any]) -> Row:
    for item in order.items:
        known = (str(item["item_id"]), item.get("ext_order_item_id"))
        if str(given.get("line_id")) in known or (given.get("sku") and given["sku"] == item.get("sku")):
            return {"order_item_id": item["item_id"], "qty": number(given.get("quantity", item["qty_ordered"]))}
    raise BadRequest(f"order {order.id} has no line {given}")


def _source(shop: Shop, order: Order, items: list[Row]) -> str:
    """The first warehouse that has everything."""
    asked = [(order.item(one["order_item_id"]) or {}, one["qty"]) for one in items]
    pieces = asked or [(item, to_ship(item)) for item in order.items]
    for source in shop.stock().sources:
        there = ((shop.ledger.source_item(item.get("sku", ""), source), quantity) for item, quantity in pieces)
        if all(item is not None and item.quantity >= quantity for item, quantity in there):
            return source
    return shop.stock().sources[0]


def _tracks(sent: dict[str, Any]) -> list[Row]:
    if not (sent.get("number") or sent.get("carrier")):
        return []
    carrier = plain_text(sent.get("carrier") or "")
    code = carrier.lower() if carrier.lower() in CARRIERS else "custom"
    return [{"track_number": plain_text(sent.get("number") or ""), "title": carrier, "carrier_code": code}]


def _correct(shop: Shop, number: int, sent: dict[str, Any]) -> None:
    """The admin has no way to change a track: it is deleted and entered anew under the same shipment."""
    parent = shop.store.tracks.get(number)
    if parent is None:
        raise NotFound(f"there is no track {number}")
    shipment = shop.store.shipments.rows[parent]
    old = next(track for track in shipment.tracks if track["entity_id"] == number)
    fresh = (_tracks({"carrier": old.get("title"), "number": old.get("track_number"), **sent}) or [{}])[0]
    remove_track(shop, number)
    _told(add_track, shop, {**fresh, "order_id": shipment.row["order_id"], "parent_id": parent})
