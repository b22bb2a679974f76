"""What happened to the number the shop sells by, and why: for the books alone, the shop itself remembers nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox import stock_history
from mirakl_sync.sandbox.magento.values import ZERO


@dataclass(slots=True)
class Change(stock_history.Change):
    """`before` and `after` are salable quantities, `physical` what lies in the warehouses then.

    `cause`: sale (this shop's checkout), order (a cart or our module), shipped, cancelled, refund, edit, restock,
    silent, compensation.
    """

    before: Decimal
    after: Decimal
    physical: Decimal = ZERO

    def is_oversold(self) -> bool:
        """The shop tells by its promises: below zero the number for selling falls with backorders, as it may."""
        return False

    def shown(self) -> dict[str, Any]:
        numbers = {"before": whole(self.before), "after": whole(self.after), "physical": whole(self.physical)}
        # not super(): a class with slots is made anew, and super() would look for the first one
        return {**stock_history.Change.shown(self), **numbers}


@dataclass
class StockHistory(stock_history.StockHistory):
    """By SKU. `below_zero` are those of which more was promised than there was, at any time."""

    oversold: Counter[str] = field(default_factory=Counter)
    """By SKU, pieces the shop's own checkout sold though others had them already: the phantom's harm."""

    def totals(self) -> dict[str, Any]:
        return {**super().totals(), "oversold": self.oversold.total()}


def whole(value: Decimal) -> int | float:
    """A quantity as JSON shows it."""
    return int(value) if value == value.to_integral_value() else float(value)
