"""`entity` of PUT /V1/orders/create and POST /V1/orders: stored as sent, nothing computed, nothing checked (5.2, 5.3).

Over-long text is cut, unknown names are 400, a line without SKU or product is 500 (observed, reference 99.4).
"""

from __future__ import annotations

import secrets
from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.errors import internal, no_entity, refused, required, unsupported
from mirakl_sync.sandbox.magento.model import Order, Row
from mirakl_sync.sandbox.magento.rows import known, listed, typed
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO, plain_text

PARTS = ("items", "billing_address", "payment", "status_histories")
TAXES = ("taxes", "additional_itemized_taxes")
"""Writable since 2.4.7."""
KEPT = ("applied_taxes", "item_applied_taxes", "converting_from_quote", "payment_additional_info", "gift_message")
ITEM_ZEROES = columns.names("""
    amount_refunded base_amount_refunded base_discount_amount base_discount_invoiced base_row_invoiced
    base_tax_amount base_tax_invoiced discount_amount discount_invoiced discount_percent row_invoiced tax_amount
    tax_invoiced tax_percent qty_canceled qty_invoiced qty_refunded qty_shipped qty_ordered
""")
DUPLICATE = "Unique constraint violation found"


def save_entity(shop: Shop, entity: Any, way: str = "direct") -> Order:
    """Creates the order, or updates it where `entity_id` names one. Raises RestError; then nothing was stored."""
    named = known(entity, columns.ORDER, PARTS)
    if named.get("entity_id"):
        return _update(shop, named)
    return create_order(shop, named, way)


def create_order(shop: Shop, named: Row, way: str) -> Order:
    """A new order as sent. Numbers are taken only when nothing can fail any more."""
    lengths = {"increment_id": shop.settings.increment_length}
    row = typed(named, columns.ORDER, lengths)
    assignment = _assignment(shop, named)
    items = [_item(shop, item) for item in listed(named.get("items"))]
    billing = _address(named.get("billing_address"))
    shipping = _address(assignment.get("address"))
    payment = _payment(named.get("payment"))
    histories = [_history(entry) for entry in listed(named.get("status_histories"))]
    store_id = row.get("store_id")
    if row.get("increment_id") and shop.store.holder_of(row["increment_id"], store_id) is not None:
        raise refused(DUPLICATE)
    if not row.get("increment_id"):
        row["increment_id"] = _free_number(shop, store_id)
    order = Order(shop.store.numbers.next("order"), row, items, billing, shipping, way=way)
    order.method = assignment.get("method")
    order.payment = payment
    order.extension = _extension(shop, named)
    _complete(shop, order, histories)
    shop.save_order(order, None)
    return order


def _free_number(shop: Shop, store_id: int | None) -> str:
    """The sequence does not know of numbers that were chosen by hand; it steps over none of them but its own."""
    number = shop.store.numbers.increment("order", store_id or 0)
    if shop.store.holder_of(number, store_id) is not None:
        raise refused(DUPLICATE)
    return number


def _complete(shop: Shop, order: Order, histories: list[Row]) -> None:
    """What the server adds: ids, store name, protect code, count of items, time stamps."""
    now, row = shop.now(), order.row
    row["entity_id"] = order.id
    row.setdefault("created_at", now)
    row["updated_at"] = now
    row["protect_code"] = secrets.token_hex(16)
    row["total_item_count"] = len(order.items)
    name = shop.store_name(row.get("store_id"))
    if name is not None:
        row["store_name"] = name
    for item in order.items:
        _number_item(shop, order, item)
    for address in (order.shipping, order.billing):
        if address is not None:
            address["entity_id"] = shop.store.numbers.next("order address")
            address["parent_id"] = order.id
    if order.billing is not None:
        row["billing_address_id"] = order.billing["entity_id"]
    if order.payment is not None:
        order.payment |= {"entity_id": shop.store.numbers.next("order payment"), "parent_id": order.id}
    for entry in histories:
        shop.add_history(order, entry)


def _number_item(shop: Shop, order: Order, item: Row) -> None:
    now = shop.now()
    item["item_id"] = shop.store.numbers.next("order item")
    item["order_id"] = order.id
    item.setdefault("created_at", now)
    item["updated_at"] = now


def _update(shop: Shop, named: Row) -> Order:
    """Only the given columns change; lines without `item_id` are added once more (reference 5.4)."""
    order = shop.store.orders.rows.get(int(named["entity_id"]))
    if order is None:
        raise no_entity()
    row = typed(named, columns.ORDER, {"increment_id": shop.settings.increment_length})
    merged = {**order.row, **row}
    if shop.store.holder_of(merged["increment_id"], merged.get("store_id")) not in (None, order.id):
        raise refused(DUPLICATE)
    fresh = [_item(shop, item) for item in listed(named.get("items"))]
    payment = _payment(named.get("payment"))
    histories = [_history(entry) for entry in listed(named.get("status_histories"))]
    before = dict(order.row)
    shop.store.forget_number(order)
    order.row |= row
    order.row |= {name: None for name, value in named.items() if name in columns.ORDER and value is None}
    order.row = {name: value for name, value in order.row.items() if value is not None}
    for item in fresh:
        old = order.item(item.get("item_id", 0))
        if old is None:
            _number_item(shop, order, item)
            order.items.append(item)
        else:
            old |= {**item, "updated_at": shop.now()}
    if payment is not None:
        order.payment = {**(order.payment or {}), **payment}
    for entry in histories:
        shop.add_history(order, entry)
    shop.save_order(order, before)
    return order


def save_order_address(order: Order, entity: Any, shop: Shop) -> Row:
    """PUT /V1/orders/<order>: changes the address of that `entity_id`; without one it is a new address of its type."""
    given = _address(entity) or {}
    known_addresses = [address for address in (order.billing, order.shipping) if address is not None]
    number = given.get("entity_id")
    if number and all(address["entity_id"] != number for address in known_addresses):
        raise no_entity()
    old = next((address for address in known_addresses if address["entity_id"] == number), None)
    kind = given.get("address_type") or (old or {}).get("address_type")
    if kind not in ("billing", "shipping"):
        raise required("address_type")
    fresh = {"entity_id": shop.store.numbers.next("order address")} if old is None else old
    address = {**fresh, **given, "entity_id": fresh["entity_id"], "parent_id": order.id, "address_type": kind}
    setattr(order, kind, address)
    if kind == "billing":
        order.row["billing_address_id"] = address["entity_id"]
    return address


def _item(shop: Shop, given: Any) -> Row:
    named = known(given, columns.ITEM, ("parent_item", "product_option"))
    new = not named.get("item_id")
    if new and not (named.get("sku") and named.get("product_id")):
        raise internal()
    extension = named.get("extension_attributes") or {}
    if "itemized_taxes" in extension and shop.settings.release < (2, 4, 7):
        raise unsupported("itemized_taxes")
    item: Row = dict.fromkeys(ITEM_ZEROES, ZERO) if new else {}
    if new:
        item |= {"free_shipping": 0, "no_discount": 0}
    return {**item, **typed(named, columns.ITEM)}


def _address(given: Any) -> Row | None:
    if given is None:
        return None
    named = known(given, columns.ADDRESS, ("street",))
    address = typed(named, columns.ADDRESS)
    if named.get("street") is not None:
        lines = named["street"] if isinstance(named["street"], list) else [named["street"]]
        address["street"] = [plain_text(line) for line in lines]
    return address


def _payment(given: Any) -> Row | None:
    if given is None:
        return None
    named = known(given, columns.PAYMENT, ("additional_information",))
    payment = typed(named, columns.PAYMENT)
    notes = named.get("additional_information")
    payment["additional_information"] = [plain_text(note) for note in listed(notes)]
    return payment


def _history(given: Any) -> Row:
    return typed(known(given, columns.HISTORY), columns.HISTORY)


def _assignment(shop: Shop, named: Row) -> Row:
    """The first shipping assignment: address and method."""
    assignments = listed((named.get("extension_attributes") or {}).get("shipping_assignments"))
    shipping = (assignments[0].get("shipping") or {}) if assignments else {}
    return known(shipping, {}, ("address", "method", "total"))


def _extension(shop: Shop, named: Row) -> Row:
    given = named.get("extension_attributes") or {}
    takes = (*KEPT, *(TAXES if shop.settings.release >= (2, 4, 7) else ()))
    for name in given:
        if name not in takes and name != "shipping_assignments":
            raise unsupported(name)
    return {name: given[name] for name in takes if name in given}
