"""One simulated instance: its settings, tokens, rows, files, and the merchant's systems around it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.salesforce.folder import File, fresh
from mirakl_sync.sandbox.salesforce.model import Execution, Order, Product, Record
from mirakl_sync.sandbox.salesforce.settings import USUAL_CLIENTS, Client, InstanceSettings, Token
from mirakl_sync.sandbox.salesforce.store import OrderTable
from mirakl_sync.sandbox.stock_history import Change, StockHistory
from mirakl_sync.sandbox.trouble import TroubleRules


@dataclass
class Shop:
    """Implements `mirakl_sync.sandbox.control.Vendor`. `lock` guards every read and change of the rows."""

    settings: InstanceSettings = field(default_factory=InstanceSettings)
    clients: list[Client] = field(default_factory=lambda: list(USUAL_CLIENTS))
    clock: SandboxClock = field(default_factory=SandboxClock)

    def __post_init__(self) -> None:
        self.kind = "salesforce"
        self.calls = CallLog()
        self.trouble = TroubleRules()
        self.lock = threading.RLock()
        self.products: dict[str, Product] = {}
        self.records: dict[str, Record] = {}
        self.listed: dict[str, list[str]] = {}
        """Sorted ids of products and records, as long as none came or went."""
        self._forget_events()

    @property
    def name(self) -> str:
        return self.settings.name

    def _forget_events(self) -> None:
        self.orders = OrderTable()
        self.tokens: dict[str, Token] = {}
        self.logins: dict[str, float] = {}
        self.history = StockHistory()
        self.index: dict[str, dict[str, Any]] = {}
        self.cached: dict[str, tuple[float, Any]] = {}
        self.conflicts = 0
        """How many of the next inventory writes meet a concurrent one (409)."""
        self.counted: Counter[tuple[str, int]] = Counter()
        self.random = random.Random(7)
        self.serial = 0
        self.changed: list[str] = []
        """With Omnichannel Inventory, the SKUs that moved, in order; delta tokens point into it."""
        self.executions: dict[str, Execution] = {}
        self.files: dict[str, File] = fresh(self.now())

    def reset(self) -> None:
        """Drop orders, tokens and what was told about stock; keep products, records and settings.

        What is on order for an order that is gone is free again; what turned over is gone for good.
        """
        from mirakl_sync.sandbox.salesforce import inventory

        with self.lock:
            for order in self.orders.rows.values():
                if order.holds == "on_order":
                    inventory.release(self, order)
            self._forget_events()

    def books(self, summary: bool) -> dict[str, Any]:
        # Here, because the books read everything and everything knows the shop.
        from mirakl_sync.sandbox.salesforce import bookkeeping

        with self.lock:
            return bookkeeping.summary(self) if summary else bookkeeping.books(self)

    def tick(self) -> None:
        from mirakl_sync.sandbox.salesforce import jobs, search_index, warehouse

        with self.lock:
            warehouse.take_what_is_due(self)
            jobs.finish_due(self)
            search_index.refresh(self)

    def now(self) -> datetime:
        """The instance's clock, in milliseconds as its database keeps it."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def next_id(self, prefix: str = "") -> str:
        """An id as the platform makes them: 26 characters, none twice."""
        self.serial += 1
        return f"{prefix}{self.serial:026x}"[-26:]

    def save(self, order: Order) -> None:
        self.orders.save(order, self.now())

    def moved(self, record: Record, before: float, cause: str, order_no: str = "", at: datetime | None = None) -> None:
        """Notes what became of a record's ATS; its modification time moves unless nobody told the platform.

        `at` is the moment of the write, where that has already been looked at.
        """
        self.history.note(record.product_id, Change(self.clock.now(), before, record.ats, cause, order_no))
        record.revision += 1
        if self.settings.oci and before != record.ats:
            self.changed.append(record.product_id)
        if cause != "silent":
            record.modified = at or self.now()
