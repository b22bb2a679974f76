"""How many pieces lie where, and why that changed. Every change of a number goes through `move`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirakl_sync.sandbox.stock_history import Change

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.goods import Variant
    from mirakl_sync.sandbox.shopify.model import Line, Order
    from mirakl_sync.sandbox.shopify.shop import Shop


def move(shop: Shop, variant: Variant, place: int, difference: int, cause: str, order_id: int = 0) -> None:
    """Changes `available` at one place, below zero too. A write past the shop (`silent`) moves no date."""
    if not difference:
        return
    before = variant.total
    variant.available[place] += difference
    shop.history.note(variant.id, Change(shop.clock.now(), before, variant.total, cause, order_id))
    if cause != "silent":
        variant.stock_updated = shop.now()
        shop.level_changed(variant, place)


def claim(shop: Shop, order: Order, line: Line, pieces: int, cause: str) -> None:
    """Pieces of a line become committed at the place the order leaves from."""
    variant = shop.variant_of(line)
    if variant is None or not variant.tracked or not pieces:
        return
    place = shop.place_of(order)
    variant.committed[place] += pieces
    line.claimed += pieces
    move(shop, variant, place, -pieces, cause, order.id)


def release(shop: Shop, order: Order, line: Line, pieces: int, cause: str) -> None:
    """Committed pieces of a line can be sold again; pieces that were never claimed are added all the same.

    That is what a restock does to an order made with BYPASS: it gives back what was never taken.
    """
    variant = shop.variant_of(line)
    if variant is None or not variant.tracked or not pieces:
        return
    place = shop.place_of(order)
    uncommit(shop, order, line, pieces)
    move(shop, variant, place, pieces, cause, order.id)


def uncommit(shop: Shop, order: Order, line: Line, pieces: int) -> None:
    """Pieces left the house, or are gone for another reason: no longer committed, and not for sale again."""
    variant = shop.variant_of(line)
    held = min(line.claimed, pieces)
    if variant is None or not held:
        return
    variant.committed[shop.place_of(order)] -= held
    line.claimed -= held
