"""One simulated shop: its settings, its rows, its warehouses and what it would tell others."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.magento import bookkeeping
from mirakl_sync.sandbox.magento.events import EventQueue
from mirakl_sync.sandbox.magento.history import Change, StockHistory
from mirakl_sync.sandbox.magento.ledger import Ledger
from mirakl_sync.sandbox.magento.model import COMPOSITES, ENABLED, Order, Product, Row
from mirakl_sync.sandbox.magento.quantities import to_ship
from mirakl_sync.sandbox.magento.settings import Access, MagentoSettings, StockSource
from mirakl_sync.sandbox.magento.store import Store
from mirakl_sync.sandbox.magento.values import ZERO, folded, stamp
from mirakl_sync.sandbox.trouble import TroubleRules

WEBSITE = "base"
NOBODY_WAITS = {"canceled", "closed", "complete"}
HISTORY_DEFAULTS = {"is_customer_notified": 0, "is_visible_on_front": 0}


@dataclass
class Shop:
    """Implements `mirakl_sync.sandbox.control.Vendor`. `lock` guards every read and change of `store` and `ledger`."""

    settings: MagentoSettings = field(default_factory=MagentoSettings)
    access: Access = field(default_factory=Access)
    clock: SandboxClock = field(default_factory=SandboxClock)

    def __post_init__(self) -> None:
        self.kind = "magento"
        self.name = self.settings.name
        self.calls = CallLog()
        self.trouble = TroubleRules()
        self.lock = threading.RLock()
        self.store = Store()
        self.ledger = Ledger(self.settings)
        self.events = EventQueue(self)
        self._forget_events()

    def _forget_events(self) -> None:
        self.mails: list[dict[str, Any]] = []
        self.nonces: dict[str, float] = {}
        self.history = StockHistory()
        self.promised: dict[str, Decimal] = defaultdict(Decimal)
        """By folded SKU, pieces that living orders wait for, however they came."""
        self.compensated_at = self.clock.seconds()
        self.bulks: dict[str, Any] = {}
        """Asynchronous calls by uuid."""

    def reset(self) -> None:
        """Drop orders, documents, carts, mails and reservations; keep catalogue, stock, customers and numbers."""
        with self.lock:
            self._forget_events()
            self.settings.maintenance = False
            fresh = Store()
            for name in ("numbers", "products", "attributes", "customers", "categories"):
                setattr(fresh, name, getattr(self.store, name))
            self.store = fresh
            self.ledger.forget_reservations()
            self.events.reset()

    def books(self, summary: bool) -> dict[str, Any]:
        with self.lock:
            return bookkeeping.summary(self) if summary else bookkeeping.books(self)

    def tick(self) -> None:
        """What the shop's cron does."""
        every = self.settings.compensates_every
        if every is not None and self.clock.seconds() - self.compensated_at >= every:
            # Here, because the tool reads the shop's orders.
            from mirakl_sync.sandbox.magento.compensation import compensate

            with self.lock:
                self.compensated_at = self.clock.seconds()
                compensate(self)
        self.events.deliver_due()

    def now(self) -> str:
        """The shop's clock as the database writes it: UTC, whole seconds."""
        return stamp(self.clock.now())

    def stock(self) -> StockSource:
        """The stock the only website sells from."""
        return self.ledger.stock_of_website(WEBSITE) or self.settings.stocks[0]

    def store_name(self, store_id: int | None) -> str | None:
        """Website, group and view, as every order keeps it; None for a store there is not."""
        if store_id is None or not 1 <= store_id <= len(self.settings.stores):
            return None
        code = self.settings.stores[store_id - 1]
        view = "Default Store View" if code == "default" else code
        return f"Main Website\nMain Website Store\n{view}"

    def salable(self, sku: str) -> Decimal:
        product = self.store.product(sku)
        return self.ledger.salable(product, self.stock()) if product else ZERO

    def is_salable(self, product: Product, stock: StockSource) -> bool:
        """A composite is for sale while one of its children is."""
        if product.child_ids:
            children = (self.store.products.rows.get(number) for number in product.child_ids)
            on_sale = product.status == ENABLED and product.in_stock
            return on_sale and any(child is not None and self.is_salable(child, stock) for child in children)
        return self.ledger.is_salable(product, stock)

    @contextmanager
    def moving(self, sku: str, cause: str, order_id: int = 0) -> Iterator[None]:
        """Notes in the history what the statements inside do to the numbers of a SKU."""
        before, lay = self.salable(sku), self.ledger.physical(sku)
        yield
        now, lies = self.salable(sku), self.ledger.physical(sku)
        if (before, lay) != (now, lies):
            self.history.keep(sku, Change(self.clock.now(), before, now, cause, order_id, lies))

    def reserve(self, order: Order, item: Row, quantity: Decimal, cause: str) -> bool:
        """Appends a reservation for a line; nothing for what is not counted or has no quantity of its own."""
        product = self.store.product(item.get("sku", ""))
        if product is None or not product.manage_stock or product.type_id in COMPOSITES:
            return False
        with self.moving(product.sku, cause, order.id):
            self.ledger.reserve(product.sku, self.stock(), quantity, order.id)
        return True

    def source_of(self, order: Order) -> str:
        """The warehouse the order was last served from, or the first there is."""
        shipments = self.store.shipments.by("order_id", order.id)
        return shipments[-1].source_code if shipments else self.stock().sources[0]

    def send_mail(self, template: str, order: Order) -> None:
        """Notes a mail the shop would send to the buyer."""
        self.mails.append(
            {"to": order.row.get("customer_email"), "template": template, "order": order.id, "at": self.now()}
        )

    def announce(self, event: str, number: int) -> None:
        """Something happened others may have asked to hear of."""
        self.events.announce(event, number)

    def add_history(self, order: Order, entry: Row) -> Row:
        """A line of the order's status history."""
        line = {
            **HISTORY_DEFAULTS,
            "created_at": self.now(),
            "entity_name": "order",
            **entry,
            "entity_id": self.store.numbers.next("status history"),
            "parent_id": order.id,
        }
        order.histories.append(line)
        return line

    def save_order(self, order: Order, before: Row | None) -> None:
        """Stores an order. `updated_at` moves only where a column of the order's own row changed (reference 9)."""
        if before is not None and before != order.row:
            order.row["updated_at"] = self.now()
        now = (order.state, order.row.get("status") or "")
        if not order.history:
            self.announce("sales.order.created", order.id)
        elif order.history[-1][0] != order.state:
            self.announce("sales.order.updated", order.id)
        if not order.history or order.history[-1][:2] != now:
            order.history.append((*now, self.clock.now().isoformat()))
        self.store.save_order(order)
        self._count_promises(order)

    def save_product(self, product: Product, *, touched: bool = True) -> None:
        if touched:
            product.updated_at = self.now()
        self.store.products.save(product.id, product)

    def _count_promises(self, order: Order) -> None:
        """Who waits for how many pieces; a SKU of which more is promised than there is stays noted."""
        waits = order.state not in NOBODY_WAITS
        fresh: dict[str, Decimal] = {}
        for item in order.items if waits else ():
            sku = folded(item.get("sku", ""))
            fresh[sku] = fresh.get(sku, ZERO) + to_ship(item)
        for sku in {*fresh, *order.promised}:
            self.promised[sku] += fresh.get(sku, ZERO) - order.promised.get(sku, ZERO)
            product = self.store.product(sku)
            if product and product.manage_stock and self.promised[sku] > self.ledger.physical(sku):
                self.history.below_zero.add(product.sku)
        order.promised = fresh
