"""POST /V1/order/{id}/ship and the tracks: parcels leave, the warehouse has less (reference 7).

Shipping takes the pieces off the source and gives the reservation back, whether there ever was one or not: a directly
saved order leaves a phantom behind (reference 5.1).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.documents import Pieces, chosen, comments, header
from mirakl_sync.sandbox.magento.errors import RestError, internal, no_entity, required, validation
from mirakl_sync.sandbox.magento.model import COMPOSITES, Order, Row, Shipment
from mirakl_sync.sandbox.magento.order_states import follow
from mirakl_sync.sandbox.magento.quantities import can_ship, to_ship
from mirakl_sync.sandbox.magento.rows import known, typed
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO

NOT_READY = {"payment_review", "holded", "canceled"}
NOT_SAVED = "Could not save a shipment, see error log for details"
EMPTY_TRACK: Row = {"weight": None, "qty": None, "description": None}


def ship(shop: Shop, order: Order, given: dict[str, Any]) -> Shipment:
    """A shipment of the named lines, or of all that is left. Too many are cut to what is left (observed, 99.4)."""
    if order.row.get("store_id") is None:
        raise internal()
    pieces = _checked(order, given)
    source = _source(shop, given)
    _refuse_without_goods(shop, pieces, source)
    before = dict(order.row)
    row = header(shop, order, "shipment")
    row["total_qty"] = sum((quantity for _, quantity in pieces), ZERO)
    lines = [_line(shop, row, item, quantity) for item, quantity in pieces]
    shipment = Shipment(row["entity_id"], row, lines, [], [], source)
    shipment.comments = comments(shop, given.get("comment"), row["entity_id"], "shipment")
    for track in given.get("tracks") or ():
        shipment.tracks.append(_track(shop, {**track, "order_id": order.id, "parent_id": shipment.id}))
    for item, quantity in pieces:
        item["qty_shipped"] += quantity
        item["updated_at"] = shop.now()
        _take(shop, order, item, quantity, source)
    shop.store.shipments.save(shipment.id, shipment)
    follow(order)
    shop.save_order(order, before)
    if given.get("notify"):
        shop.send_mail("shipment", order)
    shop.announce("sales.shipment.created", shipment.id)
    if not can_ship(order):
        shop.announce("sales.order.shipped", order.id)
    return shipment


def _checked(order: Order, given: dict[str, Any]) -> Pieces:
    pieces, strange = chosen(order, given.get("items"), to_ship)
    kept = [(item, min(quantity, to_ship(item))) for item, quantity in pieces]
    kept = [(item, quantity) for item, quantity in kept if quantity > 0]
    messages = [
        f'The shipment contains product item "{number}" that is not part of the original order.' for number in strange
    ]
    if not kept:
        messages.append("You can't create a shipment without products.")
    if order.state in NOT_READY:
        messages.append(f"A shipment cannot be created when an order has a status of {order.row.get('status')}")
    elif not can_ship(order):
        messages.append("The order does not allow a shipment to be created.")
    if messages:
        raise validation("Shipment", messages)
    return kept


def _source(shop: Shop, given: dict[str, Any]) -> str:
    """The named warehouse; unnamed only where there is but one."""
    extension = (given.get("arguments") or {}).get("extension_attributes") or {}
    sources = shop.ledger.sources()
    if extension.get("source_code") is None and len(sources) == 1:
        return sources[0]
    if extension.get("source_code") not in sources:
        raise RestError(400, NOT_SAVED)
    return str(extension["source_code"])


def _refuse_without_goods(shop: Shop, pieces: Pieces, source: str) -> None:
    """The shop's log knows more than its answer does."""
    wanted: dict[str, Decimal] = {}
    for item, quantity in pieces:
        wanted[item.get("sku", "")] = wanted.get(item.get("sku", ""), ZERO) + quantity
    for sku, quantity in wanted.items():
        product = shop.store.product(sku)
        if product is None or not product.manage_stock or product.backorders or product.type_id in COMPOSITES:
            continue
        there = shop.ledger.source_item(sku, source)
        if there is None or there.quantity < quantity:
            raise RestError(400, NOT_SAVED)


def _take(shop: Shop, order: Order, item: Row, quantity: Decimal, source: str) -> None:
    product = shop.store.product(item.get("sku", ""))
    if product is None or not product.manage_stock or product.type_id in COMPOSITES:
        return
    with shop.moving(product.sku, "shipped", order.id):
        shop.ledger.deduct(product, source, quantity)
        shop.ledger.reserve(product.sku, shop.stock(), quantity, order.id)


def _line(shop: Shop, row: Row, item: Row, quantity: Decimal) -> Row:
    line = {
        "entity_id": shop.store.numbers.next("shipment item"),
        "parent_id": row["entity_id"],
        "order_item_id": item["item_id"],
        "qty": quantity,
    }
    return line | {name: item[name] for name in ("sku", "name", "product_id", "price", "weight") if name in item}


def add_track(shop: Shop, given: Any) -> Row:
    """A number entered later. It moves no date of the shipment or of the order."""
    track = typed(known(given, columns.TRACK), columns.TRACK)
    for name in ("order_id", "parent_id", "track_number", "carrier_code", "title"):
        if not track.get(name):
            raise required(name)
    shipment = shop.store.shipments.rows.get(track["parent_id"])
    if shipment is None or shipment.row["order_id"] != track["order_id"]:
        raise RestError(400, "Could not save the shipment tracking.")
    made = _track(shop, track)
    shipment.tracks.append(made)
    return made


def remove_track(shop: Shop, number: int) -> bool:
    parent = shop.store.tracks.pop(number, None)
    if parent is None:
        raise no_entity()
    shipment = shop.store.shipments.rows[parent]
    shipment.tracks[:] = [track for track in shipment.tracks if track["entity_id"] != number]
    return True


def _track(shop: Shop, given: Row) -> Row:
    row = typed(known(given, columns.TRACK), columns.TRACK)
    now = shop.now()
    number = shop.store.numbers.next("shipment track")
    shop.store.tracks[number] = row["parent_id"]
    return {**EMPTY_TRACK, **row, "entity_id": number, "created_at": now, "updated_at": now}


def shipment_json(shipment: Shipment) -> dict[str, Any]:
    return {
        **shipment.row,
        "items": shipment.items,
        "tracks": shipment.tracks,
        "comments": shipment.comments,
        "extension_attributes": {"source_code": shipment.source_code},
    }
