"""One simulated shop: its settings, its rows, its books."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.shopify import bookkeeping
from mirakl_sync.sandbox.shopify.access import Tokens
from mirakl_sync.sandbox.shopify.catalogue import Catalogue
from mirakl_sync.sandbox.shopify.cost import Bucket
from mirakl_sync.sandbox.shopify.goods import Location, Product, Variant
from mirakl_sync.sandbox.shopify.metafields import Definition
from mirakl_sync.sandbox.shopify.model import App, Line, Order
from mirakl_sync.sandbox.shopify.order_table import OrderTable
from mirakl_sync.sandbox.shopify.settings import ShopSettings
from mirakl_sync.sandbox.shopify.stock import StockHistory
from mirakl_sync.sandbox.trouble import TroubleRules

FIRST_IDS = {
    "InventoryItem": 46100000000001,
    "LineItem": 15100000000001,
    "Order": 6100000000001,
    "Product": 8100000000001,
    "ProductVariant": 44100000000001,
}
USUAL_FIRST_ID = 1000000001
FIRST_ORDER_NUMBER = 1001
OLD = timedelta(days=60)
"""Older orders are seen with `read_all_orders` only."""
ONLINE_STORE = App(580111, "Online Store")


@dataclass
class Shop:
    """Implements `mirakl_sync.sandbox.control.Vendor`. `lock` guards every read and change."""

    settings: ShopSettings = field(default_factory=ShopSettings)
    clock: SandboxClock = field(default_factory=SandboxClock)

    def __post_init__(self) -> None:
        self.kind = "shopify"
        self.calls = CallLog()
        self.trouble = TroubleRules()
        self.lock = threading.RLock()
        self.tokens = Tokens()
        self.app = App(self.settings.app_id, self.settings.app_name)
        self._numbers: dict[str, count[int]] = {}
        self.catalogue = Catalogue()
        self.definitions: dict[tuple[str, str], Definition] = {}
        self.locations = [
            Location(70000000001 + place, name, self.now()) for place, name in enumerate(self.settings.locations)
        ]
        self._forget()

    @property
    def name(self) -> str:
        return self.settings.name

    def _forget(self) -> None:
        settings = self.settings
        self.orders = OrderTable(settings)
        self.history = StockHistory()
        self.bucket = Bucket(settings.bucket, settings.restore_rate, self.clock.seconds())
        self.idempotency: dict[tuple[str, str], tuple[float, str, Any]] = {}
        self.mails: list[dict[str, Any]] = []
        self.customers: Counter[str] = Counter()
        """Customers made by orders: mail address → how many orders upserted it."""
        self.created_lately: deque[float] = deque()
        self.order_number = FIRST_ORDER_NUMBER - 1

    def reset(self) -> None:
        """Drop orders, mails and books; keep catalogue, definitions and numbers."""
        with self.lock:
            self._forget()

    def books(self, summary: bool) -> dict[str, Any]:
        with self.lock:
            self.settle()
            return bookkeeping.summary(self) if summary else bookkeeping.books(self)

    def tick(self) -> None:
        with self.lock:
            self.settle()

    def settle(self) -> None:
        """Do what is due by the clock. Called before every call, so that nothing hangs on the ticking."""

    def meet(self, address: str) -> None:
        """The first address asked for becomes the shop's address, unless it was given one."""
        if not self.settings.url:
            self.settings.url = address.rstrip("/")

    def now(self) -> datetime:
        """The shop's clock, in whole seconds as the API tells it."""
        return self.clock.now().replace(microsecond=0)

    def number(self, kind: str) -> int:
        """The next id of a kind of row."""
        if kind not in self._numbers:
            self._numbers[kind] = count(FIRST_IDS.get(kind, USUAL_FIRST_ID))
        return next(self._numbers[kind])

    def location(self, number: int) -> Location | None:
        return next((place for place in self.locations if place.id == number), None)

    def variant_of(self, line: Line) -> Variant | None:
        return self.catalogue.variants.get(line.variant_id or 0)

    def place_of(self, order: Order) -> int:
        """The position of the location an order leaves from."""
        unit = order.fulfillment_orders[0].location_id if order.fulfillment_orders else 0
        return next((place for place, known in enumerate(self.locations) if known.id == unit), 0)

    def hidden(self, order: Order, scopes: frozenset[str]) -> bool:
        """Older than an app without `read_all_orders` may see."""
        return "read_all_orders" not in scopes and self.now() - order.created > OLD

    def save(self, order: Order, *topics: str) -> None:
        """Stores an order and moves its modification time."""
        order.updated = self.now()
        self.orders.save(order, self.clock.seconds() + self.settings.index_seconds)

    def level_changed(self, variant: Variant, place: int) -> None:
        """A number for selling changed."""

    def announce_product(self, topic: str, product: Product) -> None:
        """A product came or changed."""

    def mail(self, template: str, order: Order) -> None:
        """Records a mail the shop would send; none without an address."""
        if order.email:
            at = self.now().isoformat()
            self.mails.append({"to": order.email, "template": template, "order": str(order.id), "at": at})
