"""ST01, ST06, ST23 and ST24: shipments are made, taken back, tracked and shipped, many in one call.

A call whose every item fails is a success all the same: mistakes are told per item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Response

from mirakl_sync.sandbox.mirakl import leaving
from mirakl_sync.sandbox.mirakl.model import Line, Order
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.refusals import Refusal, bad
from mirakl_sync.sandbox.mirakl.shipment_model import GONE, Shipment, ShipmentLine, Tracking
from mirakl_sync.sandbox.mirakl.shipment_views import shown
from mirakl_sync.sandbox.mirakl.shipping import must_be_in, must_be_ours_to_ship
from mirakl_sync.sandbox.mirakl.tracking import OF_SHIPMENT, must_be_tracked, read_tracking

ITEM_LIMIT = 1000
REFERENCE = re.compile(r"[0-9a-zA-Z_-]{0,255}")
WRONG_QUANTITY = "Shipment quantity is invalid."
Item = dict[str, Any]


def create_shipments(call: Call) -> Response:
    """ST01: 201 whatever came of it. Errors name the order and a text, nothing else. Not idempotent."""
    items = _items(call)
    for item in items:
        _must_be_whole(item)
    made, errors = [], []
    for item in items:
        order = call.order(item["order_id"])
        try:
            made.append(shown(_create(call, order, item)))
        except Refusal as refusal:
            call.tenant.note_refusal("ST01", refusal.message, order)
            errors.append({"order_id": item["order_id"], "message": refusal.message})
    answer = {"shipment_success": made, "shipment_errors": errors}
    return Response(json.dumps(answer, ensure_ascii=False), 201, mimetype="application/json")


def _create(call: Call, order: Order | None, sent: Item) -> Shipment:
    """Everything is checked before anything is booked."""
    if order is None:
        raise bad(f"Order with identifier '{sent['order_id']}' not found")
    must_be_ours_to_ship(call, order)
    must_be_in(order, "SHIPPING")
    lines, invoice, tracking = _lines(order, sent), _reference(sent, "invoice_reference"), _tracking(call, sent)
    if sent.get("shipped"):
        must_be_tracked(order, tracking, call.tenant.settings)
    shipment = leaving.create(
        call.tenant,
        order,
        call.now,
        lines,
        invoice_reference=invoice,
        additional_information=list(sent.get("shipment_additional_information") or ()),
        warehouse=((sent.get("shipping_from") or {}).get("warehouse") or {}).get("code"),
    )
    if tracking is not None:
        leaving.track(call.tenant, order, shipment, tracking, call.now)
    if sent.get("shipped"):
        leaving.ship(call.tenant, order, shipment, call.now, by="shop")
    return shipment


def _lines(order: Order, sent: Item) -> tuple[ShipmentLine, ...]:
    free = leaving.left(order)
    lines = []
    for wish in sent["shipment_lines"]:
        line, quantity = _line(order, wish), int(wish["quantity"])
        if line is None or not 0 < quantity <= free.get(line.line_id, 0):
            raise bad(WRONG_QUANTITY)
        free[line.line_id] -= quantity
        lines.append(ShipmentLine(line.line_id, line.sku, quantity, _reference(wish, "package_reference")))
    return tuple(lines)


def _line(order: Order, wish: Item) -> Line | None:
    """By `order_line_id`, or by the deprecated `offer_sku` as long as only one line has it."""
    if wish.get("order_line_id") is not None:
        return next((line for line in order.lines if line.line_id == str(wish["order_line_id"])), None)
    same = [line for line in order.lines if line.sku == wish.get("offer_sku") and line.alive]
    if len(same) > 1:
        raise bad(f"Several order lines have the offer sku '{wish['offer_sku']}'; use order_line_id.")
    return same[0] if same else None


def _reference(sent: Item, name: str) -> str | None:
    reference = sent.get(name)
    if reference is not None and not REFERENCE.fullmatch(str(reference)):
        raise bad(f"{name} must match [0-9a-zA-Z_-]* and have at most 255 characters")
    return None if reference is None else str(reference)


def _tracking(call: Call, sent: Item) -> Tracking | None:
    told = sent.get("tracking")
    return read_tracking(call.tenant.settings, told, OF_SHIPMENT, call.now) if told else None


def _must_be_whole(item: Item) -> None:
    """What the schema requires; without it nothing of the call is done."""
    lines = item.get("shipment_lines")
    sound = (
        isinstance(item.get("order_id"), str)
        and isinstance(lines, list)
        and lines
        and all(isinstance(line, dict) and _is_count(line.get("quantity")) for line in lines)
        and all(isinstance(item.get(name) or {}, dict) for name in ("tracking", "shipping_from"))
        and isinstance(item.get("shipped", False), bool)
    )
    if not sound:
        raise bad("every shipment needs an order_id and shipment_lines with quantities", "VALIDATION_ERROR")


def _is_count(value: Any) -> bool:
    """Mirakl takes numbers in text for numbers."""
    return re.fullmatch(r"-?\d{1,9}", str(value)) is not None


def delete_shipments(call: Call) -> dict[str, Any]:
    """ST06: only while in SHIPPING; the pieces are free again. The sample spells the lists differently."""
    done, errors = _each(call, "ST06", _delete)
    word = call.tenant.settings.deletion_spelling
    return {f"{word}_success": done, f"{word}_errors": errors}


def track_shipments(call: Call) -> dict[str, Any]:
    """ST23: tracking is replaced, also for a correction after shipping."""
    done, errors = _each(call, "ST23", _track)
    return {"shipment_success": done, "shipment_errors": errors}


def ship_shipments(call: Call) -> dict[str, Any]:
    """ST24: SHIPPING → SHIPPED, or SHIPMENT_PREPARED where the customer pays on shipment."""
    done, errors = _each(call, "ST24", _ship)
    return {"shipment_success": done, "shipment_errors": errors}


def _delete(call: Call, order: Order, shipment: Shipment, sent: Item) -> None:
    if shipment.state != "SHIPPING":
        raise bad(f"Shipment with id '{shipment.shipment_id}' is not in SHIPPING status and cannot be deleted.")
    call.tenant.shipments.delete(shipment, call.now)
    call.tenant.tally["shipments_deleted"] += 1
    call.tenant.orders.touch(order, call.now)


def _track(call: Call, order: Order, shipment: Shipment, sent: Item) -> None:
    if shipment.state not in ("SHIPPING", "SHIPMENT_PREPARED", *GONE) or shipment.state == "CLOSED":
        raise bad(f"Shipment with id '{shipment.shipment_id}' is in {shipment.state} status and cannot be tracked.")
    told = sent.get("tracking")
    tracking = read_tracking(call.tenant.settings, told if isinstance(told, dict) else {}, OF_SHIPMENT, call.now)
    leaving.track(call.tenant, order, shipment, tracking, call.now)
    shipment.of_order = False


def _ship(call: Call, order: Order, shipment: Shipment, sent: Item) -> None:
    if shipment.state != "SHIPPING":
        raise bad(f"Shipment with id '{shipment.shipment_id}' is not in SHIPPING status and cannot be shipped.")
    must_be_tracked(order, shipment.tracking, call.tenant.settings)
    leaving.ship(call.tenant, order, shipment, call.now, by="shop")


Deed = Callable[[Call, Order, Shipment, Item], None]


def _each(call: Call, operation: str, deed: Deed) -> tuple[list[Item], list[Item]]:
    done, errors = [], []
    for item in _items(call):
        shipment_id = str(item.get("id"))
        shipment = call.tenant.shipments.by_id.get(shipment_id)
        order = None if shipment is None else call.order(shipment.order_id)
        try:
            if shipment is None or order is None:
                raise bad(f"No shipment with id '{shipment_id}'{'' if operation == 'ST06' else '.'}")
            deed(call, order, shipment, item)
            done.append({"id": shipment_id})
        except Refusal as refusal:
            call.tenant.note_refusal(operation, refusal.message, order)
            errors.append({"id": shipment_id, "message": refusal.message})
    return done, errors


def _items(call: Call) -> list[Item]:
    items = call.json().get("shipments")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad("shipments must be a list with at least one shipment", "VALIDATION_ERROR")
    if len(items) > ITEM_LIMIT:
        raise bad(f"The limit of {ITEM_LIMIT} is exceeded for the parameter : shipments")
    return items
