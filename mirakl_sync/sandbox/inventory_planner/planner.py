"""One simulated account: its settings, its rows, its drop, and the moment everything was last computed."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.inventory_planner import books
from mirakl_sync.sandbox.inventory_planner.drop import Drop
from mirakl_sync.sandbox.inventory_planner.files import Reading
from mirakl_sync.sandbox.inventory_planner.metrics import warehouse_rows
from mirakl_sync.sandbox.inventory_planner.model import Listing, Stock, Variant
from mirakl_sync.sandbox.inventory_planner.night import run_night
from mirakl_sync.sandbox.inventory_planner.pull import run_pull
from mirakl_sync.sandbox.inventory_planner.settings import PlannerSettings
from mirakl_sync.sandbox.inventory_planner.sftp import SftpDoor
from mirakl_sync.sandbox.inventory_planner.store import Store
from mirakl_sync.sandbox.trouble import TroubleRules

READINGS_KEPT = 2000
DELETIONS_KEPT = 5000


@dataclass
class Planner:
    """Implements `mirakl_sync.sandbox.control.Vendor`. `lock` guards every read and change of `store`.

    The numbers of variants stand still between two calculations: files, pulls and native orders change them, time
    alone does not.
    """

    settings: PlannerSettings = field(default_factory=PlannerSettings)
    clock: SandboxClock = field(default_factory=SandboxClock)

    def __post_init__(self) -> None:
        self.kind = "inventory_planner"
        self.calls = CallLog()
        self.trouble = TroubleRules()
        self.lock = threading.RLock()
        self.pulling = threading.Lock()
        """Held while files are fetched; before `lock`, never the other way round."""
        self.drop = Drop(self.settings.folders, self.clock.now) if self.settings.sftp else None
        self.door: SftpDoor | None = None
        self.catalogue: list[
            tuple[Listing, str, float | None]
        ] = []  # what reset brings back: listing, warehouse, stock
        self._last_night = self._last_pull = 0.0
        self._forget()

    @property
    def name(self) -> str:
        return self.settings.name

    def open_door(self) -> None:
        """Open the SFTP server in front of the drop; `close` ends it."""
        if self.drop is not None:
            self.door = SftpDoor(self.settings, self.drop)
            self.door.open()

    def close(self) -> None:
        """Stop what runs beside the web server, and take the drop away."""
        if self.door is not None:
            self.door.close()
            self.door = None
        if self.drop is not None:
            self.drop.remove()

    def reset(self) -> None:
        """Drop sales, orders, files and books; keep settings and the catalogue of the plan."""
        with self.lock:
            self.settings.maintenance = self.settings.lost_rights = False
            if self.drop is not None:
                self.drop.clear()
            if self.door is not None:
                self.door.trouble.replace([])
                self.door.counts.clear()
            self._forget()
            known, self.catalogue = self.catalogue, []
            for listing, warehouse, quantity in known:
                listing.stock, listing.sales = {}, {}
                self.stock_up(listing, warehouse, quantity)
            self.recalculate()

    def books(self, summary: bool) -> dict[str, Any]:
        with self.lock:
            return books.summary(self) if summary else books.books(self)

    def tick(self) -> None:
        now = self.clock.seconds()
        with self.lock:
            night = bool(self.settings.night_every) and now - self._last_night >= (self.settings.night_every or 0)
            pull = bool(self.settings.pull_every) and now - self._last_pull >= (self.settings.pull_every or 0)
            self._last_night = now if night else self._last_night
            self._last_pull = now if pull else self._last_pull
        if pull:
            run_pull(self)
        if night:
            run_night(self)

    def stock_up(self, listing: Listing, warehouse: str, quantity: float | None) -> None:
        """A variant of the catalogue a plan or the control gives; `reset` brings it back."""
        self.catalogue.append((listing, warehouse, quantity))
        self.store.save_listing(listing)
        if quantity is not None:
            now = self.clock.now()
            self.store.save_stock(listing, warehouse, Stock(float(quantity), now), now)

    def recalculate(self) -> None:
        """Everything variants show is computed anew, as of now."""
        self.calculated_at = self.clock.now()
        self.count_incoming()

    def count_incoming(self) -> None:
        """What is on its way to us, anew; sales and stock stay those of the last calculation."""
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self.selections: dict[Any, list[Variant]] = {}
        self._incoming: dict[str, dict[str, float]] = {}
        for order in self.store.orders.values():
            if order.is_incoming:
                for item in order.items:
                    of_variant = self._incoming.setdefault(item.variant_id, {})
                    of_variant[order.warehouse] = of_variant.get(order.warehouse, 0.0) + item.open

    def warehouses_of(self, variant: Variant) -> list[dict[str, Any]]:
        """The computed rows of one variant."""
        rows = self._rows.get(variant.id)
        if rows is None:
            incoming = self._incoming.get(variant.id, {})
            rows = self._rows[variant.id] = warehouse_rows(variant, incoming, self.calculated_at, self.settings)
        return rows

    def note_deletion(self, source: str, entity: str, key: str, how: str) -> None:
        """`how`: "removed" = the connection said so, "vanished" = it was no longer in the snapshot."""
        at = self.clock.now().isoformat()
        self.deletions.append({"source": source, "entity": entity, "key": key, "how": how, "at": at})
        self.deleted[how] = self.deleted.get(how, 0) + 1

    def _forget(self) -> None:
        self.store = Store(combine_by_sku=self.settings.combine_by_sku)
        self.readings: deque[Reading] = deque(maxlen=READINGS_KEPT)
        self.deletions: deque[dict[str, Any]] = deque(maxlen=DELETIONS_KEPT)
        self.deleted: dict[str, int] = {}
        self.nights = self.pulls = 0
        self.last_call = 0.0
        self._last_night = self._last_pull = self.clock.seconds()
        self.recalculate()
