"""How the two tracking plugins write what left into an order (reference 7.1 and 7.2)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from mirakl_sync.sandbox.woocommerce.model import LineItem, Order
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.statuses import change_status
from mirakl_sync.sandbox.woocommerce.tracking_entries import (
    KEY,
    SLUGS,
    inside_of,
    number_of,
    provider_of,
    slug,
    tracked,
)

UNTOUCHED, SHIPPED, PARTLY = "0", "1", "2"
"""AST's `status_shipped`: leave the status, completed, partial-shipped."""


def staff_entry(
    shop: Shop, carrier: str, number: str, link: str = "", shipped: datetime | None = None
) -> dict[str, Any]:
    """What staff enter in the plugin's form: a listed carrier by its slug, any other by name and link.

    AST keeps an unlisted name where the slug stands.
    """
    listed = slug(carrier) if slug(carrier) in SLUGS else ""
    ast = shop.settings.tracking_plugin == "ast"
    words = {
        "tracking_provider": listed or (carrier if ast else ""),
        "custom_tracking_provider": "" if listed or ast else carrier,
        "custom_tracking_link": "" if listed else link,
        "tracking_number": number,
    }
    return new_entry(shop, words, shipped)


def new_entry(shop: Shop, words: dict[str, str], shipped: datetime | None = None) -> dict[str, Any]:
    """An entry as the shop's plugin stores it. Its id hangs on the moment: a number entered twice makes two entries."""
    moment = f"{shop.clock.seconds():.8f}-{shop.store.numbers.next('tracking')}"
    seed = f"{words['custom_tracking_provider'] or words['tracking_provider']}-{words['tracking_number']}{moment}"
    entry: dict[str, Any] = {
        **words,
        "date_shipped": str(int((shipped or shop.now()).timestamp())),
        "tracking_id": hashlib.md5(seed.encode()).hexdigest(),
    }
    if shop.settings.tracking_plugin == "ast":
        entry |= {"tracking_product_code": "", "products_list": "", "status_shipped": ""}
    return entry


def contents(shop: Shop, pieces: list[tuple[LineItem, int]]) -> list[dict[str, Any]]:
    """AST's `products_list`: numbers as text, the variation where the line sells one."""
    return [{"product": str(line.sold_id), "item_id": str(line.id), "qty": str(count)} for line, count in pieces]


def add(shop: Shop, order: Order, entry: dict[str, Any]) -> None:
    """One entry more, its note, and the status AST gives the order for it."""
    _write(shop, order, [*tracked(order), entry])
    shop.add_note(order, f"Order was shipped with {provider_of(entry)} and tracking number is: {number_of(entry)}")
    wanted = {SHIPPED: "completed", PARTLY: "partial-shipped"}.get(str(entry.get("status_shipped", "")))
    if wanted and order.status != wanted:
        change_status(shop, order, wanted)
        shop.save_order(order, "updated")


def replace_all(shop: Shop, order: Order) -> None:
    """AST's `replace_tracking`: what was there goes, in a save of its own."""
    if tracked(order):
        _write(shop, order, [])


def correct(shop: Shop, order: Order, tracking_id: str, changed: dict[str, Any]) -> dict[str, Any] | None:
    """The entry with other words and the same id; None where the order has no such entry."""
    entries = tracked(order)
    entry = next((each for each in entries if each.get("tracking_id") == tracking_id), None)
    if entry is not None:
        entry.update(changed)
        _write(shop, order, entries)
    return entry


def remove(shop: Shop, order: Order, tracking_id: str) -> bool:
    """Without its last entry an order loses the meta; the status stays as it is."""
    entries = tracked(order)
    left = [entry for entry in entries if entry.get("tracking_id") != tracking_id]
    if len(left) == len(entries):
        return False
    _write(shop, order, left)
    return True


def all_inside(shop: Shop, order: Order) -> bool:
    """AST's own question after each parcel: have all pieces of all products been put into one?"""
    inside: dict[str, int] = {}
    for entry in tracked(order):
        for piece in inside_of(entry):
            inside[piece["product"]] = inside.get(piece["product"], 0) + int(piece["qty"])
    wanted: dict[str, int] = {}
    for line in order.lines:
        wanted[str(line.sold_id)] = wanted.get(str(line.sold_id), 0) + line.quantity
    return all(inside.get(product, 0) >= count for product, count in wanted.items())


def _write(shop: Shop, order: Order, entries: list[dict[str, Any]]) -> None:
    """As one save of the order, or, in some plugin versions, past it: no modification time, no webhook."""
    shop.store.set_meta(order.meta, "order meta", KEY, entries or None)
    if shop.settings.tracking_saves_order:
        shop.save_order(order, "updated")
    else:
        shop.store.orders.save(order)
