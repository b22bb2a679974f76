"""What happened to the number the shop sells by, and why: for the books alone, the shop itself remembers nothing."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

KEPT = 1000
"""Changes remembered of one SKU."""


@dataclass(slots=True)
class Change:
    """`before` and `after` are salable quantities, `physical` what lies in the warehouses then.

    `cause`: sale (this shop's checkout), order (a cart or our module), shipped, cancelled, refund, edit, restock,
    silent, compensation.
    """

    at: datetime
    before: Decimal
    after: Decimal
    physical: Decimal
    cause: str
    order_id: int = 0

    def shown(self) -> dict[str, Any]:
        shown = {
            "at": self.at.isoformat(),
            "before": whole(self.before),
            "after": whole(self.after),
            "physical": whole(self.physical),
            "cause": self.cause,
        }
        return {**shown, "order": self.order_id} if self.order_id else shown


@dataclass
class StockHistory:
    """Nothing is kept of a SKU that never moved, so a large catalogue costs nothing here."""

    changes: dict[str, deque[Change]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    below_zero: set[str] = field(default_factory=set)
    """SKUs of which more was promised than there was, at any time: pieces somebody was sold and cannot get."""
    turned_away: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces nobody could buy at the checkout."""
    oversold: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces the shop's own checkout sold though others had them already: the phantom's harm."""

    def note(self, sku: str, change: Change) -> None:
        kept = self.changes.get(sku)
        if change.before == change.after and (kept[-1].physical if kept else None) == change.physical:
            return
        self.changes.setdefault(sku, deque(maxlen=KEPT)).append(change)
        self.causes[change.cause] += 1

    def of(self, sku: str) -> list[dict[str, Any]]:
        return [change.shown() for change in self.changes.get(sku, ())]

    def totals(self) -> dict[str, Any]:
        return {
            "changes": dict(self.causes),
            "below_zero": len(self.below_zero),
            "turned_away": self.turned_away.total(),
            "oversold": self.oversold.total(),
        }


def whole(value: Decimal) -> int | float:
    """A quantity as JSON shows it."""
    return int(value) if value == value.to_integral_value() else float(value)
