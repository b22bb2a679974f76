"""One simulated shop: its settings, its rows, its queue of webhooks and the mails it would have sent."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.stock_history import StockHistory
from mirakl_sync.sandbox.trouble import TroubleRules
from mirakl_sync.sandbox.woocommerce import bookkeeping
from mirakl_sync.sandbox.woocommerce.deliveries import WebhookQueue
from mirakl_sync.sandbox.woocommerce.model import Note, Order, Product
from mirakl_sync.sandbox.woocommerce.settings import Key, ShopSettings
from mirakl_sync.sandbox.woocommerce.store import Store


@dataclass
class Shop:
    """Implements `mirakl_sync.sandbox.control.Vendor`. `lock` guards every read and change of `store`."""

    settings: ShopSettings = field(default_factory=ShopSettings)
    keys: list[Key] = field(default_factory=lambda: [Key("ck_sandbox", "cs_sandbox")])
    clock: SandboxClock = field(default_factory=SandboxClock)

    def __post_init__(self) -> None:
        self.kind = "woocommerce"
        self.calls = CallLog()
        self.trouble = TroubleRules()
        self.lock = threading.RLock()
        self.store = Store(self.settings)
        self.queue = WebhookQueue(self)
        self._forget_events()

    @property
    def name(self) -> str:
        return self.settings.name

    def _forget_events(self) -> None:
        self.mails: list[dict[str, Any]] = []
        self.mails_filtered = 0
        self.nonces: dict[tuple[str, str], int] = {}
        self.ghosts = 0
        """How many of the next order creations break in the middle (reference 4.4)."""
        self.history = StockHistory()
        self.unpaid: set[int] = set()
        """Orders of the shop's own checkout that may still wait for their money."""

    def reset(self) -> None:
        """Drop orders, refunds, notes, mails and what the queue holds; keep catalogue, taxes, webhooks and numbers."""
        with self.lock:
            self._forget_events()
            self.settings.maintenance = False
            fresh = Store(self.settings)
            for name in ("numbers", "products", "webhooks", "tax_rates", "attributes", "categories"):
                setattr(fresh, name, getattr(self.store, name))
            self.store = fresh
            self.queue.reset()

    def books(self, summary: bool) -> dict[str, Any]:
        with self.lock:
            return bookkeeping.summary(self) if summary else bookkeeping.books(self)

    def tick(self) -> None:
        if self.unpaid:
            # Here, because the checkout makes orders, and orders need the shop.
            from mirakl_sync.sandbox.woocommerce.checkout import cancel_unpaid

            with self.lock:
                cancel_unpaid(self)
        self.queue.deliver_due()

    def now(self) -> datetime:
        """The shop's clock, in whole seconds as the database keeps it."""
        return self.clock.now().replace(microsecond=0)

    def save_order(self, order: Order, *events: str) -> None:
        """Stores an order, moves its modification time and announces the events ("created", "updated", "deleted")."""
        order.modified = self.now()
        self.store.orders.save(order)
        for event in events:
            self.queue.announce("order", order.id, event)

    def save_product(self, product: Product, event: str = "updated", *, quietly: bool = False) -> None:
        """Stores a product; `quietly` is a write past WooCommerce: no modification time, no webhook."""
        if not quietly:
            product.modified = self.now()
        self.store.products.save(product)
        if quietly:
            return
        self.queue.announce("product", product.id, event)
        parent = self.store.products.rows.get(product.parent_id)
        if parent and self.settings.variation_bumps_parent:
            parent.modified = product.modified
            self.store.products.save(parent)

    def add_note(self, order: Order, text: str, *, customer: bool = False, author: str = "WooCommerce") -> Note:
        number = self.store.numbers.next("comment")
        note = Note(number, order.id, self.now(), text, customer, author)
        self.store.notes[note.id] = note
        order.note_ids.append(note.id)
        return note

    def send_mail(self, template: str, order: Order, to: str) -> None:
        """Records a mail the shop would send; none without an address, none when the shop's filter holds it back."""
        if not to:
            return
        if self.settings.mail_filter_created_via and order.created_via == self.settings.mail_filter_created_via:
            self.mails_filtered += 1
            return
        self.mails.append({"to": to, "template": template, "order": order.id, "at": self.now().isoformat()})
