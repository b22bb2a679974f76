"""One simulated shop: its settings, its rows, its books."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.shopify import bookkeeping, bulk, cancelling, payloads, replacing, sending
from mirakl_sync.sandbox.shopify.access import Tokens
from mirakl_sync.sandbox.shopify.bulk import Bulk
from mirakl_sync.sandbox.shopify.cancelling import Job
from mirakl_sync.sandbox.shopify.catalogue import Catalogue
from mirakl_sync.sandbox.shopify.cost import Bucket
from mirakl_sync.sandbox.shopify.deliveries import WebhookQueue
from mirakl_sync.sandbox.shopify.editing import Session
from mirakl_sync.sandbox.shopify.goods import Location, Product, Variant
from mirakl_sync.sandbox.shopify.metafields import Definition
from mirakl_sync.sandbox.shopify.model import App, Fulfillment, Line, Order, Refund
from mirakl_sync.sandbox.shopify.order_table import OrderTable
from mirakl_sync.sandbox.shopify.settings import ShopSettings
from mirakl_sync.sandbox.stock_history import StockHistory
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
        self.queue = WebhookQueue(self)
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
        self.jobs: dict[int, Job] = {}
        self.edits: dict[int, Session] = {}
        self.bulks: dict[int, Bulk] = {}
        self.later: list[tuple[float, int, App]] = []
        """Orders that will be cancelled by the app that replaced them: when, which, who."""
        self.scheduled: set[int] = set()
        """Fulfillment orders that wait for their day."""
        self.created_lately: deque[float] = deque()
        self.order_number = FIRST_ORDER_NUMBER - 1

    def reset(self) -> None:
        """Drop orders, mails and books; keep catalogue, definitions, subscriptions and numbers."""
        with self.lock:
            self._forget()
            self.queue.reset()

    def books(self, summary: bool) -> dict[str, Any]:
        with self.lock:
            self.settle()
            return bookkeeping.summary(self) if summary else bookkeeping.books(self)

    def tick(self) -> None:
        with self.lock:
            self.settle()
        bulk.work(self)
        self.queue.deliver_due()

    def settle(self) -> None:
        """Do what is due by the clock. Called before every call, so that nothing hangs on the ticking."""
        if self.jobs:
            cancelling.finish_due(self)
        if self.scheduled:
            sending.open_scheduled(self)
        if self.later:
            replacing.cancel_due(self)

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
        """Stores an order, moves its modification time and tells those who listen."""
        created = order.id not in self.orders.rows
        order.updated = self.now()
        self.orders.save(order, self.clock.seconds() + self.settings.index_seconds)
        for topic in (*topics, *(() if created else ("orders/updated",))):
            self.queue.announce(topic, partial(payloads.order, self, order))

    def delete(self, order: Order) -> None:
        """Gone for good: no stock comes back, and nobody can read it any more."""
        self.orders.remove(order, self.clock.seconds() + self.settings.index_seconds)
        self.queue.announce("orders/delete", lambda: {"id": order.id})

    def level_changed(self, variant: Variant, place: int) -> None:
        """A number for selling changed."""
        self.catalogue.moved(variant)
        self.queue.announce("inventory_levels/update", partial(payloads.level, self, variant, place))

    def announce_product(self, topic: str, product: Product) -> None:
        """A product came, changed or went."""
        gone = topic == "products/delete"
        self.queue.announce(topic, (lambda: {"id": product.id}) if gone else partial(payloads.product, self, product))

    def announce_fulfillment(self, topic: str, order: Order, row: Fulfillment) -> None:
        self.queue.announce(topic, partial(payloads.fulfillment, self, order, row))

    def announce_refund(self, order: Order, row: Refund) -> None:
        self.queue.announce("refunds/create", partial(payloads.refund, self, order, row))

    def announce_edit(
        self, order: Order, session: Session, changes: dict[str, Any], *, notify: bool, note: str | None
    ) -> None:
        made = partial(payloads.edit, self, order, session, changes, notify=notify, note=note)
        self.queue.announce("orders/edited", made)

    def mail(self, template: str, order: Order) -> None:
        """Records a mail the shop would send; none without an address."""
        if order.email:
            at = self.now().isoformat()
            self.mails.append({"to": order.email, "template": template, "order": str(order.id), "at": at})
