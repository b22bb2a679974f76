"""What happened to every number of a shop, and why: kept for the books alone, shops themselves remember nothing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

KEPT = 1000
"""Changes remembered of one number."""


@dataclass(slots=True)
class Change:
    """The number for selling before and after; `at` is finer than the shop itself knows it.

    `cause`: sale (the shop's own checkout), order (a marketplace's, by the API), restock, edit, silent (past the shop),
    and what the kind of shop knows besides.
    """

    at: datetime
    before: float | Decimal | None
    after: float | Decimal | None
    cause: str
    order_id: int | str = 0

    def is_oversold(self) -> bool:
        """Were pieces promised that are not there?"""
        return (self.after or 0) < 0

    def shown(self) -> dict[str, Any]:
        change = {"at": self.at.isoformat(), "before": self.before, "after": self.after, "cause": self.cause}
        return {**change, "order": self.order_id} if self.order_id else change


@dataclass
class StockHistory:
    """By whatever the shop counts under. Nothing is kept of what never moved, so a large catalogue costs nothing."""

    changes: dict[Any, deque[Change]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    below_zero: set[Hashable] = field(default_factory=set)
    turned_away: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces nobody could buy at the checkout."""

    def note(self, key: Hashable, change: Change) -> None:
        """Keeps it, unless the number is what it was."""
        if change.before != change.after:
            self.keep(key, change)

    def keep(self, key: Hashable, change: Change) -> None:
        self.changes.setdefault(key, deque(maxlen=KEPT)).append(change)
        self.causes[change.cause] += 1
        if change.is_oversold():
            self.below_zero.add(key)

    def turn_away(self, sku: str, pieces: int, left: float | None) -> dict[str, Any]:
        """Notes what nobody could buy of what was `left`; what the checkout answers then."""
        self.turned_away[sku] += pieces
        return {"sold": False, "turned_away": pieces, "available": max(left or 0, 0)}

    def of(self, key: Hashable) -> list[dict[str, Any]]:
        return [change.shown() for change in self.changes.get(key, ())]

    def shown(self, name: Callable[[Any], str] = str) -> dict[str, list[dict[str, Any]]]:
        """Every number that ever moved, with its last changes: when, from what to what, and why."""
        return {name(key): self.of(key) for key in self.changes}

    def totals(self) -> dict[str, Any]:
        return {
            "changes": dict(self.causes),
            "below_zero": len(self.below_zero),
            "turned_away": self.turned_away.total(),
        }
