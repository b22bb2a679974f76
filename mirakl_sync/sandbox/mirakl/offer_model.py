"""One offer: what a shop sells, at which price, how many, and who changed that. Times are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

HISTORY_KEPT = 500
INACTIVITY_REASONS = (
    "PRODUCT_STATUS_NEW",
    "PRODUCT_STATUS_INVALID",
    "PRODUCT_STATUS_REJECTED",
    "PRODUCT_STATUS_UNAUTHORIZED_TO_SELL",
    "PRODUCT_STATUS_PENDING",
    "PRODUCT_STATUS_SYNCHRO_ERROR",
    "PRODUCT_DISABLED",
    "SHOP_NOT_OPEN",
    "ZERO_QUANTITY",
    "NO_MIN_SHIPPING_RATE",
    "NOT_IN_AVAILABILITY_PERIOD",
    "NO_CHANNEL_ON_SHOP",
    "SHOP_CURRENCY_DISABLED",
    "AVAILABLE_QUANTITY_LESS_THAN_MIN_ORDER_QUANTITY",
    "AVAILABLE_QUANTITY_LESS_THAN_PACKAGE_QUANTITY",
    "NO_ACTIVE_PRICE",
    "CATEGORY_UNAUTHORIZED_TO_SELL",
    "BRAND_UNAUTHORIZED_TO_SELL",
)


class Change(NamedTuple):
    """A quantity that changed: when, by whom (sale, return, import, portal, zeroed, control), about what."""

    at: int
    by: str
    before: int
    after: int
    note: str


@dataclass(slots=True)
class Offer:
    """What a shop sells. There may be a million of them: small, and what is common to many is shared."""

    offer_id: int
    sku: str
    price: Decimal
    quantity: int  # below zero when more was sold than there was; nobody is shown that
    title: str
    created: int = 0
    updated: int = 0
    product: str | None = None  # None: derived from the SKU
    state_code: str = "11"
    favorite_rank: int | None = None
    reasons: tuple[str, ...] = ()  # why it is inactive, beside its quantity
    warehouses: dict[str, int] | None = None  # the quantity is their sum, unless it was told as a whole
    deleted: bool = False
    history: list[Change] | None = field(default_factory=list)  # None: one of a mass, nobody keeps its story

    @property
    def product_sku(self) -> str:
        """The operator's identifier of the product."""
        return f"P-{self.sku}" if self.product is None else self.product

    @property
    def shown(self) -> int:
        """The quantity as anybody is shown it."""
        return max(0, self.quantity)

    @property
    def active(self) -> bool:
        """Can it be bought?"""
        return not self.deleted and not self.reasons and self.quantity > 0

    def inactivity(self) -> list[str]:
        """The vendor's words for why it cannot be bought; none when it can."""
        return [*self.reasons, *(["ZERO_QUANTITY"] if self.quantity <= 0 else [])]

    def note(self, change: Change) -> None:
        """Keep `change`, and of long stories only the newest part; one of a mass has none before files stop."""
        if self.history is None and change.by == "import":
            return
        self.history = [] if self.history is None else self.history
        self.history.append(change)
        if len(self.history) > HISTORY_KEPT:
            del self.history[0]
