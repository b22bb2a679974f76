"""Carries a rush out: buyers on marketplaces and at the shop's till, and staff who unpack more when few are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.demo.counter import HOT
from mirakl_sync.demo.packing import Packing
from mirakl_sync.demo.remote import NotPossible, Remote
from mirakl_sync.demo.rush import Buyer
from mirakl_sync.demo.town import SELLERS, STORE

# Staff see that few are left, and have unpacked more so many seconds later; at the latest at this share of the day.
LOOK_EVERY, UNPACKED_AFTER, AT_THE_LATEST = 0.5, 1.0, 0.7
# Marketplaces show none long before. The till does not know what they sold and the shop has not booked: were it let
# to sell the last piece, it would sell theirs.
FEW = 15


@dataclass
class Till:
    """Who buys, and what comes in. ``expect`` says how a marketplace's order shall leave the shop."""

    servers: Mapping[str, Remote]
    buyers: Sequence[Buyer]
    seconds: float
    more: int
    expect: Callable[[str, Packing], None]
    served: int = 0
    orders: int = 0
    turned_away: Counter[str] = field(default_factory=Counter)
    _looks: float = 0.0
    _few_since: float | None = None
    _unpacked: int = 0

    @property
    def done(self) -> bool:
        """Nobody comes any more."""
        return self.served == len(self.buyers)

    def act(self, now: float) -> Iterator[str]:
        """Do what is due at ``now`` seconds of the day; answers what is worth telling."""
        while not self.done and self.buyers[self.served].at <= now:
            buyer = self.buyers[self.served]
            self.served += 1
            self._serve(buyer)
        if self.buyers and now >= self._looks:
            self._looks = now + LOOK_EVERY
            yield from self._look(now)

    def _serve(self, buyer: Buyer) -> None:
        if buyer.seller is None:
            told = self.servers[STORE].post("sell", {"sku": HOT, "quantity": buyer.pieces})
            self.turned_away[STORE] += 0 if told["sold"] else buyer.pieces
            return
        wish = {
            "shop_id": buyer.seller.shop_id,
            "lines": [{"sku": HOT, "quantity": buyer.pieces}],
            "payment_seconds": buyer.paid_after,
            "if_offered": True,
        }
        try:
            (order_id,) = self.servers[buyer.seller.market].post("orders", wish)["order_ids"]
        except NotPossible:
            self.turned_away[buyer.seller.market] += buyer.pieces
            return
        self.orders += 1
        if buyer.packing is not None:
            self.expect(f"{buyer.seller.shop_id}/{order_id}", buyer.packing)

    def _look(self, now: float) -> Iterator[str]:
        left = self.servers[STORE].get(f"stock?sku={HOT}")["quantity"]
        if left <= FEW and self._few_since is None:
            self._few_since = now
            yield f"! {left} {HOT} are left in the shop"
        since, never = self._few_since, not self._unpacked and now >= AT_THE_LATEST * self.seconds
        if never or (since is not None and now >= since + UNPACKED_AFTER):
            self.servers[STORE].post("stock", {"sku": HOT, "add": self.more})
            self._unpacked, self._few_since = self._unpacked + 1, None
            yield f"! {self.more} more {HOT} come in"


def on_show(servers: Mapping[str, Remote], sku: str = HOT) -> dict[str, int]:
    """What every shop shows of a SKU at this moment, by "marketplace/shop"; the shop's own number under its name."""
    numbers: dict[str, int] = {STORE: int(servers[STORE].get(f"stock?sku={sku}")["quantity"])}
    for market in {seller.market: None for seller in SELLERS}:
        offers: Mapping[str, Any] = servers[market].get(f"offers?sku={sku}")
        numbers |= {
            f"{market}/{shop}": max(0, int(told[sku]["quantity"])) for shop, told in offers.items() if sku in told
        }
    return numbers
