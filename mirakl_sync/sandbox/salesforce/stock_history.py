"""What happened to every product's ATS, and why: kept for the books alone."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT = 1000
"""Changes remembered of one product."""


@dataclass(slots=True)
class Change:
    """`cause`: sale (the site's own checkout), order (the OMS took a marketplace's pieces), cancelled, edit, restock,
    api (an allocation was written), silent."""

    at: datetime
    before: float | None
    after: float | None
    cause: str
    order_no: str = ""

    def shown(self) -> dict[str, Any]:
        change = {"at": self.at.isoformat(), "before": self.before, "after": self.after, "cause": self.cause}
        return {**change, "order": self.order_no} if self.order_no else change


@dataclass
class StockHistory:
    """Nothing is kept of a product that never moved, so a large catalogue costs nothing here."""

    changes: dict[str, deque[Change]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    below_zero: set[str] = field(default_factory=set)
    turned_away: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces nobody could buy at the checkout."""

    def note(self, sku: str, change: Change) -> None:
        if change.before == change.after:
            return
        self.changes.setdefault(sku, deque(maxlen=KEPT)).append(change)
        self.causes[change.cause] += 1
        if (change.after or 0) < 0:
            self.below_zero.add(sku)

    def of(self, sku: str) -> list[dict[str, Any]]:
        return [change.shown() for change in self.changes.get(sku, ())]

    def totals(self) -> dict[str, Any]:
        return {
            "changes": dict(self.causes),
            "below_zero": len(self.below_zero),
            "turned_away": self.turned_away.total(),
        }
