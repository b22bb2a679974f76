"""One simulated marketplace: its settings, offers, orders, timers and counts, behind one lock."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.mirakl import books
from mirakl_sync.sandbox.mirakl.exports import Exports
from mirakl_sync.sandbox.mirakl.limits import Limits
from mirakl_sync.sandbox.mirakl.model import Offer, Order
from mirakl_sync.sandbox.mirakl.settings import Key, ShopSettings, TenantSettings
from mirakl_sync.sandbox.mirakl.shipment_store import Shipments
from mirakl_sync.sandbox.mirakl.store import Orders
from mirakl_sync.sandbox.mirakl.timers import Timers
from mirakl_sync.sandbox.trouble import TroubleRules

FIRST_OFFER_ID = 2130


class Tenant:
    """The state of one marketplace. Hold `lock` while you look at or change anything here."""

    kind = "mirakl"

    def __init__(self, settings: TenantSettings, clock: SandboxClock | None = None) -> None:
        self.settings = settings
        self.name = settings.name
        self.clock = clock or SandboxClock()
        self.calls = CallLog()
        self.trouble = TroubleRules()
        self.lock = threading.RLock()
        self.shops = {shop.shop_id: shop for shop in settings.shops}
        self.keys = {key.secret: key for key in settings.keys or _one_key_each(settings)}
        self.offers: dict[int, dict[str, Offer]] = {shop_id: {} for shop_id in self.shops}
        self._offer_ids = itertools.count(FIRST_OFFER_ID)
        for shop in settings.shops:
            for offer in shop.offers:
                self.set_offer(shop.shop_id, offer)
        self._start_over()

    def _start_over(self) -> None:
        self.orders = Orders()
        self.last_selection: tuple[Any, list[Order]] = (None, [])  # OR11: the question, and who fits
        self.shipments = Shipments()
        self.timers = Timers()
        self.exports = Exports()
        self.limits = Limits(self.settings)
        self.tally: Counter[str] = Counter()
        self.late: list[str] = []
        self.balances = {shop.shop_id: shop.refund_balance for shop in self.settings.shops}
        self.random = random.Random(self.settings.seed)
        self.numbers = itertools.count(1001)
        self.line_numbers = itertools.count(139)
        self.shipment_numbers = itertools.count(1)
        self.money_numbers = itertools.count(1116)

    def now(self) -> int:
        """Sandbox time in milliseconds."""
        return int(self.clock.seconds() * 1000)

    def shop(self, shop_id: int) -> ShopSettings:
        """The shop's settings; KeyError when there is none."""
        return self.shops[shop_id]

    def set_offer(self, shop_id: int, given: dict[str, Any]) -> Offer:
        """Create or change an offer: `sku`, and `price`, `quantity`, `title` as far as they are given."""
        known = self.offers[shop_id].get(str(given["sku"]))
        offer = known or Offer(next(self._offer_ids), str(given["sku"]), Decimal("9.90"), 0, str(given["sku"]))
        offer.price = Decimal(str(given.get("price", offer.price)))
        offer.quantity = int(given.get("quantity", offer.quantity))
        offer.title = str(given.get("title", offer.title))
        self.offers[shop_id][offer.sku] = offer
        return offer

    def note_refusal(self, operation: str, message: str, order: Order | None) -> None:
        """Keep in the books that tracking or shipping was refused, for its order as far as there is one."""
        self.tally[f"shipping_refused_{operation}"] += 1
        if order is not None:
            order.refusals[operation, message] += 1

    def tick(self) -> None:
        """Let time do its work: windows run out, payments arrive, refunds are paid."""
        with self.lock:
            for deed, order, due in self.timers.due(self.now()):
                deed(order, due)

    def reset(self) -> None:
        """Drop orders, exports, counts and limits; keep settings, keys and offers."""
        with self.lock:
            self._start_over()

    def books(self, summary: bool) -> dict[str, Any]:
        """What really happened here, brought up to this moment."""
        with self.lock:
            self.tick()
            return books.of(self, summary)


def _one_key_each(settings: TenantSettings) -> list[Key]:
    return [Key(f"{settings.name}-key-{shop.shop_id}", (shop.shop_id,)) for shop in settings.shops]
