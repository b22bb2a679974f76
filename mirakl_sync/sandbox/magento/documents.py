"""What invoices, shipments and credit memos have in common: chosen lines, comments, shares of a line's money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento.model import Order, Row
from mirakl_sync.sandbox.magento.rows import listed
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import PLACES, ZERO, number, plain_text

Pieces = list[tuple[Row, Decimal]]
"""Order lines and how many pieces of each."""


CURRENCIES = ("order_currency_code", "store_currency_code", "base_currency_code")


def chosen(order: Order, wanted: Any, left: Callable[[Row], Decimal]) -> tuple[Pieces, list[str]]:
    """The lines a body names, or everything that is left; and what is no line of the order, as order item ids.

    Of a line that is named twice the last quantity counts (read in ShipmentDocumentFactory).
    """
    if not listed(wanted):
        return [(item, left(item)) for item in order.items if left(item) > 0], []
    named: dict[int, tuple[Row, Decimal]] = {}
    strange = []
    for entry in wanted:
        item = order.item(int(number(entry.get("order_item_id"))))
        if item is None:
            strange.append(str(entry.get("order_item_id")))
        else:
            named[item["item_id"]] = item, number(entry.get("qty"))
    return list(named.values()), strange


def share(item: Row, name: str, quantity: Decimal) -> Decimal:
    """The part of a line's amount that belongs to so many of its pieces."""
    ordered = item.get("qty_ordered") or Decimal(1)
    return ((item.get(name) or ZERO) * quantity / ordered).quantize(PLACES)


def header(shop: Shop, order: Order, kind: str) -> Row:
    """The columns every document starts with."""
    now = shop.now()
    row: Row = {
        "entity_id": shop.store.numbers.next(kind),
        "increment_id": shop.store.numbers.increment(kind, order.row.get("store_id") or 0),
        "order_id": order.id,
        "created_at": now,
        "updated_at": now,
    }
    if order.billing is not None:
        row["billing_address_id"] = order.billing["entity_id"]
    if order.shipping is not None:
        row["shipping_address_id"] = order.shipping["entity_id"]
    money = () if kind == "shipment" else CURRENCIES
    for name in ("store_id", *money):
        if name in order.row:
            row[name] = order.row[name]
    return row


def comments(shop: Shop, given: Any, parent_id: int, kind: str) -> list[Row]:
    """The comment of a body, as the document keeps it."""
    if not isinstance(given, dict) or not given.get("comment"):
        return []
    return [
        {
            "entity_id": shop.store.numbers.next(f"{kind} comment"),
            "parent_id": parent_id,
            "comment": plain_text(given["comment"]),
            "is_visible_on_front": int(number(given.get("is_visible_on_front"))),
            "is_customer_notified": 0,
            "created_at": shop.now(),
        }
    ]


def add(row: Row, amounts: dict[str, Decimal]) -> None:
    """Adds to columns that may be empty yet."""
    for name, amount in amounts.items():
        row[name] = (row.get(name) or ZERO) + amount
