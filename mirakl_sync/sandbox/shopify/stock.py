"""How many pieces lie where, and why that changed. Every change of a number goes through `move`."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.goods import Variant
    from mirakl_sync.sandbox.shopify.model import Line, Order
    from mirakl_sync.sandbox.shopify.shop import Shop

KEPT = 1000
"""Changes remembered of one variant."""


@dataclass(slots=True)
class Change:
    """A number for selling, of all locations together, before and after.

    `cause`: sale (the shop's own checkout), order (by the API), cancelled, refund, edit, restock, set (by the API),
    silent.
    """

    at: datetime
    before: int | None
    after: int | None
    cause: str
    order_id: int = 0

    def shown(self) -> dict[str, Any]:
        change = {"at": self.at.isoformat(), "before": self.before, "after": self.after, "cause": self.cause}
        return {**change, "order": self.order_id} if self.order_id else change


@dataclass
class StockHistory:
    """Nothing is kept of a variant that never moved, so a large catalogue costs nothing here."""

    changes: dict[int, deque[Change]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    below_zero: set[int] = field(default_factory=set)
    turned_away: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces nobody could buy at the checkout."""

    def note(self, variant_id: int, change: Change) -> None:
        if change.before == change.after:
            return
        self.changes.setdefault(variant_id, deque(maxlen=KEPT)).append(change)
        self.causes[change.cause] += 1
        if (change.after or 0) < 0:
            self.below_zero.add(variant_id)

    def of(self, variant_id: int) -> list[dict[str, Any]]:
        return [change.shown() for change in self.changes.get(variant_id, ())]

    def totals(self) -> dict[str, Any]:
        return {
            "changes": dict(self.causes),
            "below_zero": len(self.below_zero),
            "turned_away": self.turned_away.total(),
        }


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
