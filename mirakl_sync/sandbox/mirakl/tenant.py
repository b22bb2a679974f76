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
from mirakl_sync.sandbox.mirakl import books, quantities
from mirakl_sync.sandbox.mirakl.exports import Exports
from mirakl_sync.sandbox.mirakl.limits import Limits
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.offer_exports import OfferExports
from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.offer_store import ShopOffers
from mirakl_sync.sandbox.mirakl.settings import Key, ShopSettings, TenantSettings
from mirakl_sync.sandbox.mirakl.shipment_store import Shipments
from mirakl_sync.sandbox.mirakl.stock_imports import StockImports
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
        self.offers = {shop_id: ShopOffers() for shop_id in self.shops}
        self._offer_ids = itertools.count(FIRST_OFFER_ID)
        self.tally: Counter[str] = Counter()
        for shop in settings.shops:
            for offer in shop.offers:
                (self.generate_offers if "generate" in offer else self.set_offer)(shop.shop_id, offer)
        self._start_over()

    def _start_over(self) -> None:
        self.orders = Orders()
        self.last_selection: tuple[Any, list[Order]] = (None, [])  # OR11: the question, and who fits
        self.shipments = Shipments()
        self.timers = Timers()
        self.exports = Exports()
        self.stock_imports = StockImports()
        self.offer_exports = OfferExports()
        self.limits = Limits(self.settings)
        self.tally = Counter()
        self.late: list[str] = []
        self.balances = {shop.shop_id: shop.refund_balance for shop in self.settings.shops}
        self.random = random.Random(self.settings.seed)
        self.ids = random.Random(f"ids of {self.settings.seed}")  # apart: a call more moves no customer
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
        """Create or change an offer: `sku`, and what is given of its price, quantity and looks."""
        offers, now, sku = self.offers[shop_id], self.now(), str(given["sku"])
        offer = offers.get(sku)
        if offer is None:
            offer = Offer(next(self._offer_ids), sku, Decimal("9.90"), int(given.get("quantity", 0)), sku, now, now)
            offers.add(offer)
        offer.price = Decimal(str(given.get("price", offer.price)))
        offer.title = str(given.get("title", offer.title))
        for name in ("product", "state_code", "favorite_rank"):
            setattr(offer, name, given.get(name, getattr(offer, name)))
        offers.reshaped()
        offers.touch(offer, now)
        if "quantity" in given:
            quantities.write(self, shop_id, offer, int(given["quantity"]), now, "control")
        for code, part in dict(given.get("warehouses") or {}).items():
            quantities.write(self, shop_id, offer, int(part), now, "control", warehouse=code)
        return offer

    def generate_offers(self, shop_id: int, given: dict[str, Any]) -> int:
        """A mass of offers, {"generate": n, "prefix", "quantity", "price"}; answers how many the shop has then."""
        price, quantity = Decimal(str(given.get("price", "9.90"))), int(given.get("quantity", 0))
        prefix, count = str(given.get("prefix", "GEN-")), int(given["generate"])
        self.offers[shop_id].generate(self._offer_ids, count, prefix, quantity, price, self.now())
        return len(self.offers[shop_id])

    def note_refusal(self, operation: str, message: str, order: Order | None) -> None:
        """Keep in the books that tracking or shipping was refused, for its order as far as there is one."""
        self.tally[f"shipping_refused_{operation}"] += 1
        if order is not None:
            order.refusals[operation, message] += 1

    def tick(self) -> None:
        """Let time do its work: windows run out, payments arrive, refunds are paid."""
        with self.lock:
            for act, due in self.timers.due(self.now()):
                act(due)

    def reset(self) -> None:
        """Drop orders, exports, counts and limits; keep settings, keys and offers."""
        with self.lock:
            for offers in self.offers.values():
                offers.not_after(self.now())
            self._start_over()

    def books(self, summary: bool) -> dict[str, Any]:
        """What really happened here, brought up to this moment."""
        with self.lock:
            self.tick()
            return books.of(self, summary)


def _one_key_each(settings: TenantSettings) -> list[Key]:
    return [Key(f"{settings.name}-key-{shop.shop_id}", (shop.shop_id,)) for shop in settings.shops]
