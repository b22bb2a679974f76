"""The merchant's OMS: takes orders over, books their pieces, ships, corrects numbers, writes off what is missing.

It writes by script and job inside the platform, so no door, no white list and no other system's lock stops it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.salesforce import inventory
from mirakl_sync.sandbox.salesforce.model import CANCELLED, Item, Order, Parcel, Shipment
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.salesforce.statuses import PLACED, change_other, change_status
from mirakl_sync.sandbox.shop_control import refuse_other_words

REFUNDED = "c_refundedAmount"
CARRIER, LINK, PARCELS = "c_carrier", "c_trackingUrl", "c_parcels"
LINE = "c_miraklLineId"
SHIP_WORDS = ("carrier", "number", "link", "date", "items", "complete")


def take_what_is_due(shop: Shop) -> None:
    """Exports what has been ready long enough, if the OMS does so by itself."""
    after = shop.settings.oms_exports_after
    if after is None:
        return
    due = shop.now() - timedelta(seconds=after)
    for order in shop.orders.waiting():
        if order.ready and order.ready <= due:
            export(shop, order)


def export(shop: Shop, order: Order) -> None:
    """The OMS has the order now. A marketplace's pieces leave the allocation only here."""
    if order.export_status != "exported":
        change_other(shop, order, "export_status", "exported")
    inventory.book(shop, order)


def ship(shop: Shop, order: Order, sent: dict[str, Any]) -> dict[str, Any]:
    """A parcel leaves. Without a number the order is only completed. Answers status and parcels."""
    refuse_other_words(sent, SHIP_WORDS)
    if order.status not in PLACED:
        raise BadRequest(f"order {order.order_no} is {order.status}")
    pieces = [(line := line_of(order, one), int(one.get("quantity", line.quantity))) for one in sent.get("items") or []]
    complete = bool(sent.get("complete", not pieces))
    export(shop, order)
    if sent.get("number") or sent.get("carrier"):
        for shipment in _touched(order, pieces):
            inside = [(line, quantity) for line, quantity in pieces if line.shipment_id == shipment.shipment_id]
            _pack(shop, order, shipment, sent, inside)
    if complete or (pieces and _all_inside(order)):
        _complete(shop, order)
    elif order.parcels:
        _mark(order)
        change_other(shop, order, "shipping_status", "part_shipped")
    return shown(order)


def correct(shop: Shop, order: Order, tracking_id: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A parcel's number, carrier or link was wrong."""
    parcel = _parcel(order, tracking_id)
    for name in ("number", "carrier", "link"):
        if name in sent:
            setattr(parcel, name, str(sent[name]))
    _tell(shop, order, parcel.shipment_id)
    shop.save(order)
    return shown(order)


def take_off(shop: Shop, order: Order, tracking_id: str) -> dict[str, Any]:
    parcel = _parcel(order, tracking_id)
    order.parcels.remove(parcel)
    _tell(shop, order, parcel.shipment_id)
    shop.save(order)
    return shown(order)


def cancel_pieces(shop: Shop, order: Order, items: list[dict[str, Any]]) -> None:
    """Pieces that cannot be sent: their number stands on the line; what was booked for them comes back."""
    for one in items:
        line = line_of(order, one)
        quantity = int(one.get("quantity", line.quantity))
        line.custom[CANCELLED] = line.cancelled + quantity
        if order.holds == "booked":
            inventory.give_back(shop, order, line.product_id, quantity, "cancelled")
    shop.save(order)


def refund(shop: Shop, order: Order, sent: dict[str, Any]) -> dict[str, Any]:
    """Money given back: amounts on lines and on the order; there is no refund of the platform's own."""
    total = Decimal(str(sent.get("shipping") or 0))
    lines = []
    for one in sent.get("items") or []:
        line = line_of(order, one)
        amount, quantity = Decimal(str(one.get("amount") or 0)), int(one.get("quantity") or 0)
        total += amount
        line.custom[REFUNDED] = float(Decimal(str(line.custom.get(REFUNDED, 0))) + amount)
        line.external_status = "returned" if sent.get("restock") else "refunded"
        lines.append({"line_id": line.item_id, "quantity": quantity, "amount": str(amount)})
        if sent.get("restock") and quantity:
            inventory.give_back(shop, order, line.product_id, quantity, "restock")
    order.custom[REFUNDED] = float(Decimal(str(order.custom.get(REFUNDED, 0))) + total)
    entry = {"id": len(order.refunds) + 1, "amount": f"{total:.2f}", "lines": lines, "reason": sent.get("reason") or ""}
    order.refunds.append(entry)
    shop.save(order)
    return {"id": order.order_no, "status": order.status, "refund": entry}


def shown(order: Order) -> dict[str, Any]:
    """An order's parcels as the books tell them."""
    return {"id": order.order_no, "status": order.status, "parcels": parcels(order)}


def parcels(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "tracking_id": parcel.tracking_id,
            "carrier": parcel.carrier,
            "number": parcel.number,
            "link": parcel.link,
            "shipment": parcel.shipment_id,
            "items": [dict(one) for one in parcel.items],
            "at": parcel.at.isoformat(),
        }
        for parcel in order.parcels
    ]


def line_of(order: Order, wanted: dict[str, Any]) -> Item:
    """By the platform's line id, the marketplace's, or the SKU."""
    for line in order.items:
        ids = (line.item_id, str(line.custom.get(LINE, "")))
        if ("line_id" in wanted and str(wanted["line_id"]) in ids) or line.product_id == wanted.get("sku"):
            return line
    raise BadRequest(f"order {order.order_no} has no line {wanted}")


def _complete(shop: Shop, order: Order) -> None:
    for shipment in order.shipments:
        shipment.status = "shipped"
    change_other(shop, order, "shipping_status", "shipped")
    if shop.settings.oms_completes:
        change_status(shop, order, "completed", by_oms=True)


def _pack(shop: Shop, order: Order, shipment: Shipment, sent: dict[str, Any], inside: list[tuple[Item, int]]) -> None:
    items = [{"line_id": line.item_id, "quantity": quantity} for line, quantity in inside]
    carrier, number, link = (str(sent.get(name) or "") for name in ("carrier", "number", "link"))
    tracking_id = shop.next_id("parcel")
    order.parcels.append(Parcel(tracking_id, carrier, number, link, shipment.shipment_id, items, shop.now()))
    _tell(shop, order, shipment.shipment_id)


def _tell(shop: Shop, order: Order, shipment_id: str) -> None:
    """Writes what the tracking style has room for: one string, and perhaps attributes beside it."""
    shipment = next(one for one in order.shipments if one.shipment_id == shipment_id)
    own = [parcel for parcel in order.parcels if parcel.shipment_id == shipment_id]
    style, between = shop.settings.tracking_style, shop.settings.tracking_separator
    numbers = [parcel.number for parcel in own if parcel.number]
    shipment.tracking_number = (numbers[-1] if numbers else "") if style == "single" else between.join(numbers)
    for name in (CARRIER, LINK, PARCELS):
        shipment.custom.pop(name, None)
    if style == "custom" and own:
        shipment.custom[CARRIER] = between.join(parcel.carrier for parcel in own)
        shipment.custom[LINK] = between.join(parcel.link for parcel in own)
    if style == "json" and own:
        shipment.tracking_number = ""
        shipment.custom[PARCELS] = json.dumps([_told(parcel) for parcel in own])


def _told(parcel: Parcel) -> dict[str, Any]:
    items = [{"itemId": one["line_id"], "quantity": one["quantity"]} for one in parcel.items]
    return {"id": parcel.tracking_id, "carrier": parcel.carrier, "number": parcel.number, "url": parcel.link,
            "items": items}  # fmt: skip


def _touched(order: Order, pieces: list[tuple[Item, int]]) -> list[Shipment]:
    """The shipments a parcel belongs to: those of its pieces, or all that have not left."""
    if pieces:
        ids = {line.shipment_id for line, _ in pieces}
        return [shipment for shipment in order.shipments if shipment.shipment_id in ids]
    return [shipment for shipment in order.shipments if shipment.status != "shipped"] or order.shipments[:1]


def _sent(order: Order, line: Item) -> int:
    return sum(one["quantity"] for parcel in order.parcels for one in parcel.items if one["line_id"] == line.item_id)


def _is_inside(order: Order, line: Item) -> bool:
    return _sent(order, line) + line.cancelled >= line.quantity


def _all_inside(order: Order) -> bool:
    return all(_is_inside(order, line) for line in order.items)


def _mark(order: Order) -> None:
    """A shipment is shipped once each of its lines is in a parcel."""
    for shipment in order.shipments:
        lines = [line for line in order.items if line.shipment_id == shipment.shipment_id]
        if lines and all(_is_inside(order, line) for line in lines):
            shipment.status = "shipped"


def _parcel(order: Order, tracking_id: str) -> Parcel:
    for parcel in order.parcels:
        if parcel.tracking_id == tracking_id:
            return parcel
    raise NotFound(f"order {order.order_no} has no parcel {tracking_id}")
