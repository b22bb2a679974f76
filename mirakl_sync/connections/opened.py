"""A connection opened for work: both clients, the marketplace's rules and the policy in hand."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from mirakl_sync.clock import Clock
from mirakl_sync.connections.lists import CarrierLists
from mirakl_sync.db.models import Connection, PolicyVersion, Store
from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.http.contract import Budget, Dial
from mirakl_sync.http.tokens import MemoryTokens, TokenShelf
from mirakl_sync.mirakl.limits import operations
from mirakl_sync.mirakl.shop import MiraklShop, open_shop
from mirakl_sync.platforms.contract import Capability, Platform, PlatformSpec, StoreAccess
from mirakl_sync.platforms.planner import Planner
from mirakl_sync.platforms.registry import platform
from mirakl_sync.policy.model import Policy, Window
from mirakl_sync.policy.schema import read_policy, read_window

T = TypeVar("T")

# How long a change of a connection may go unnoticed by a running worker.
_REOPEN_EVERY = 5.0


@dataclass(frozen=True)
class OpenConnection:
    """Everything the work needs to speak to both sides."""

    id: int
    key: str
    marketplace: str
    marketplace_title: str
    marketplace_pk: int
    shop_id: str
    shop_pk: int
    store_pk: int
    shop: MiraklShop
    platform: Platform
    spec: PlatformSpec
    store_settings: Mapping[str, Any]
    window: Window | None
    policy: Policy
    partial_acceptance: bool
    # what the marketplace says of itself (PC01, SH12), as last read; empty before the first time
    facts: Mapping[str, Any]
    paused: tuple[str, ...] = ()

    @property
    def multi_shipment(self) -> bool:
        """Orders have shipments of their own there (ST01); elsewhere, and where nobody knows, an order ships whole."""
        return bool(self.facts.get("multi_shipment"))

    @property
    def carrier_names_allowed(self) -> bool:
        """A carrier that is not on the list may be told by its name. Where nobody knows, it may not."""
        return self.facts.get("alternative_carrier_forbidden") is False

    def shipping_type(self, code: str) -> Mapping[str, Any]:
        """What SH12 says of a way of shipping; empty when it is not known."""
        told: Mapping[str, Any] = self.facts.get("shipping_types", {}).get(code, {})
        return told

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the store can do with its settings."""
        return self.spec.capabilities_with(self.store_settings)

    @property
    def look_after(self) -> timedelta:
        """How long an unanswered creation may stay invisible in this store."""
        seconds = self.store_settings.get("look_after")
        return self.spec.look_after if seconds is None else timedelta(seconds=float(seconds))


class Connections:
    """Opens connections and keeps their clients, one set per process."""

    def __init__(
        self,
        db: Database,
        now: Clock,
        dial: Callable[[str, Budget | None], Dial],
        budget: Callable[[str], Budget],
        tokens: TokenShelf | None = None,
    ) -> None:
        self._db, self._now, self._dial, self._budget = db, now, dial, budget
        self._tokens = tokens or MemoryTokens()
        self._lock = threading.Lock()
        self._open: dict[int, tuple[float, OpenConnection]] = {}
        self._clients: dict[str, Any] = {}
        self._policies: dict[int, Policy] = {}
        self.carriers = CarrierLists()

    def open(self, tx: Transaction, connection_id: int) -> OpenConnection:
        """The connection, ready for work; at most a few seconds behind what the database says of it."""
        kept = self._open.get(connection_id)
        if kept is not None and time.monotonic() - kept[0] < _REOPEN_EVERY:
            return kept[1]
        row = tx.get(Connection, connection_id)
        if row is None:
            raise Misconfigured(f"Connection number {connection_id} does not exist.")
        opened = self._build(tx, row)
        self._open[connection_id] = (time.monotonic(), opened)
        return opened

    def forget(self, connection_id: int) -> None:
        """Read the connection anew at its next opening: something about it was learned."""
        self._open.pop(connection_id, None)

    def policy(self, tx: Transaction, policy_id: int) -> Policy:
        """A policy as it once applied; they never change, so they are kept for good."""
        if policy_id not in self._policies:
            version = tx.get_one(PolicyVersion, policy_id)
            self._policies[policy_id] = read_policy(version.content)
        return self._policies[policy_id]

    def store(self, store: Store) -> Platform:
        """The platform behind a store row."""
        connect = platform(store.platform).connect
        if connect is None:
            raise Misconfigured(
                f"Store {store.key} is a {store.platform}, which holds no orders.",
                way_out="Name it as the planner of a connection, beside a store.",
            )
        return self._opened(store, connect)

    def planner(self, store: Store) -> Planner:
        """The planner behind a store row."""
        plan = platform(store.platform).plan
        if plan is None:
            raise Misconfigured(f"Store {store.key} is a {store.platform}, which is no planner.")
        return self._opened(store, plan)

    def _opened(self, store: Store, connect: Callable[[StoreAccess, Dial, Clock], T]) -> T:
        access = StoreAccess(store.key, store.url, store.credentials, store.settings, self._tokens)
        return self._kept(
            ("store", store.key, store.url, store.credentials, store.settings),
            lambda: connect(access, self._dial(f"store {store.key}", None), self._now),
        )

    def _build(self, tx: Transaction, row: Connection) -> OpenConnection:
        shop, market = row.shop, row.shop.marketplace
        return OpenConnection(
            id=row.id,
            key=row.key,
            marketplace=market.key,
            marketplace_title=market.name or market.key,
            marketplace_pk=market.id,
            shop_id=shop.shop_id,
            shop_pk=shop.id,
            store_pk=row.store_pk,
            shop=self._mirakl(row),
            platform=self.store(row.store),
            spec=platform(row.store.platform),
            store_settings=row.store.settings,
            window=read_window(market.rules.get("window"), facts=market.facts),
            policy=self.policy(tx, row.policy_id),
            partial_acceptance=shop.partial_acceptance,
            facts=market.facts or {},
            paused=tuple(row.paused),
        )

    def _mirakl(self, row: Connection) -> MiraklShop:
        shop, market = row.shop, row.shop.marketplace

        def build() -> MiraklShop:
            dial = self._dial(f"marketplace {market.key}", self._budget(f"{market.key}/{shop.shop_id}"))
            return open_shop(
                dial,
                market.url,
                api_key=shop.credentials["api_key"],
                shop_id=shop.shop_id,
                operations=operations(market.caller, market.rules.get("call_limits", {})),
                tax_mode=market.rules.get("tax_mode"),
                locale=market.rules.get("locale"),
                pages_count=bool(market.rules.get("pages_count", False)),
            )

        return self._kept(
            ("shop", market.key, market.url, market.caller, market.rules, shop.shop_id, shop.credentials), build
        )

    def _kept(self, what: tuple[Any, ...], build: Callable[[], T]) -> T:
        """Clients are kept by everything they were built from, so a changed key means a new client."""
        key = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()
        with self._lock:
            if key not in self._clients:
                self._clients[key] = build()
            kept: T = self._clients[key]
            return kept


def connection_ids(tx: Transaction, *, feed: str = "") -> list[int]:
    """The connections whose ``feed`` is neither paused by a person nor stopped by us."""
    rows = tx.execute(select(Connection.id, Connection.paused, Connection.stopped_because)).all()
    return [row.id for row in rows if not row.stopped_because and feed not in row.paused]
