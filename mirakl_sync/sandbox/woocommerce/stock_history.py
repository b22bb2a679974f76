"""What happened to every product's number, and why: kept for the books alone, the shop itself remembers nothing."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT = 1000
"""Changes remembered of one product."""


@dataclass(slots=True)
class Change:
    """`at` is finer than the shop itself knows it.

    `cause`: sale (this shop's checkout), order (by REST), cancelled, adjusted, refund, edit, restock, silent.
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
    """Nothing is kept of a product that never moved, so a large catalogue costs nothing here."""

    changes: dict[int, deque[Change]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    below_zero: set[int] = field(default_factory=set)
    turned_away: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces nobody could buy at the checkout."""

    def note(self, product_id: int, change: Change) -> None:
        if change.before == change.after:
            return
        self.changes.setdefault(product_id, deque(maxlen=KEPT)).append(change)
        self.causes[change.cause] += 1
        if (change.after or 0) < 0:
            self.below_zero.add(product_id)

    def of(self, product_id: int) -> list[dict[str, Any]]:
        return [change.shown() for change in self.changes.get(product_id, ())]

    def totals(self) -> dict[str, Any]:
        return {
            "changes": dict(self.causes),
            "below_zero": len(self.below_zero),
            "turned_away": self.turned_away.total(),
        }
