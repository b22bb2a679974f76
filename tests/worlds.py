"""A small world for flows: sandbox servers on loopback, rows that join them, and workers that run here and now."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import select

from mirakl_sync import clock as real
from mirakl_sync.clock import Clock
from mirakl_sync.config import Config
from mirakl_sync.db.models import Connection, Marketplace, Order, PolicyVersion, Shop, Store
from mirakl_sync.dispatch import Wake
from mirakl_sync.hooks import inbox as hooks
from mirakl_sync.orders import flow, intake, references, sweep, watch
from mirakl_sync.policy.model import OrderPolicy, Policy, ShipmentPolicy, StockPolicy
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.sandbox.plan import Sandbox, open_sandbox
from mirakl_sync.shipments import flow as parcels
from mirakl_sync.stock import pushing, reading
from mirakl_sync.stores import full_look, levels, looking, poll
from mirakl_sync.wiring import Wiring, wire
from tests.conftest import TEST_KEY

CATALOGUE = [
    {"sku": "MUG", "price": 12.50, "quantity": 100, "title": "Mug"},
    {"sku": "LAMP", "price": 49.90, "quantity": 5, "title": "Lamp"},
    {"sku": "RUG", "price": 199.00, "quantity": 3, "title": "Rug"},
]
MARKET: dict[str, Any] = {
    "kind": "mirakl",
    "name": "acme",
    "limits": "off",
    "debit_seconds": 0,
    "payment_seconds": 0,
    "duplicate_sku_chance": 0,
    "shops": [{"shop_id": 2000, "offers": CATALOGUE}],
}
# lifted, so that a test's minute is not a real one
CALL_LIMITS = {"OR11": 0, "OR04": 0, "SH12": 0, "SH21": 0, "ST12": 0}
WEBSHOP: dict[str, Any] = {"kind": "woocommerce", "name": "webshop", "products": CATALOGUE}


@dataclass
class InlineWorkers:
    """Takes wake-ups and does them here, one after another, when told to."""

    waiting: deque[Wake] = field(default_factory=deque)

    def send(self, wakes: Sequence[Wake]) -> None:
        """Queue them; countdowns are the test's business."""
        self.waiting.extend(wake for wake in wakes if not wake.countdown)


@dataclass
class World:
    """Both sides and what joins them."""

    sandbox: Sandbox
    wiring: Wiring
    workers: InlineWorkers
    connection: int
    # by the marketplace's name
    connections: Mapping[str, int] = field(default_factory=dict)

    @property
    def market(self) -> Remote:
        """The marketplace's control."""
        return Remote(self.sandbox["acme"]["url"])

    @property
    def webshop(self) -> Remote:
        """The shop's control."""
        return Remote(self.sandbox["webshop"]["url"])

    def place(self, *, count: int = 1, **order: Any) -> list[str]:
        """Let buyers order; answers the order ids."""
        body = order or {"count": count, "staging_seconds": 0, "payment": "ok"}
        return self.market.post("orders", {"shop_id": 2000, **body})["order_ids"]

    def pull(self) -> str:
        """Look at the marketplace now."""
        return intake.pull(self.connection, self.wiring).sentence()

    def work(self) -> list[str]:
        """Do everything that was rung for, until nobody rings any more; answers the sentences."""
        said = []
        while self.workers.waiting:
            wake = self.workers.waiting.popleft()
            said.append(run(wake, self.wiring))
        return said

    def settle(self, rounds: int = 3) -> None:
        """Pull and work until the day is done."""
        for _ in range(rounds):
            self.pull()
            self.work()

    def order(self, order_id: str) -> Order:
        """The row as it stands."""
        with self.wiring.db.reading() as tx:
            return tx.execute(select(Order).where(Order.order_id == order_id)).scalar_one()

    def their_order(self, order_id: str) -> dict[str, Any]:
        """The marketplace's own books on an order."""
        return next(order for order in self.market.get("books")["orders"] if order["order_id"] == order_id)

    def shop_orders(self) -> list[dict[str, Any]]:
        """The shop's own books."""
        return list(self.webshop.get("books")["orders"])


def run(wake: Wake, wiring: Wiring) -> str:
    """What the task of this name does."""
    work = {
        "orders.accept": lambda *pks: flow.advance_all(pks, wiring, lane="acceptance"),
        "orders.advance": lambda *pks: flow.advance_all(pks, wiring, lane="orders"),
        "orders.pull": lambda pk: intake.pull(pk, wiring),
        "orders.sweep": lambda: sweep.sweep(wiring),
        "orders.watch": lambda: watch.watch(wiring),
        "orders.tell_references": lambda: references.tell_due(wiring),
        "webhooks.digest": lambda pk: hooks.digest(pk, wiring),
        "stores.poll": lambda pk: poll.poll(pk, wiring),
        "stores.look_at_placed": lambda: looking.look_at_placed(wiring),
        "stock.poll": lambda pk: levels.poll(pk, wiring),
        "stock.look": lambda pk: levels.look(pk, wiring),
        "stock.read_levels": lambda pk: full_look.read_levels(pk, wiring),
        "stock.push": lambda pk: pushing.push(pk, wiring),
        "stock.read_offers": lambda pk: reading.read_offers(pk, wiring),
        "shipments.advance": lambda *pks: parcels.advance_all(pks, wiring),
    }[wake.task]
    return work(*wake.args).sentence()


@dataclass(frozen=True)
class Remote:
    """A sandbox server's control."""

    url: str

    def get(self, what: str) -> Any:
        """Read something of the sandbox."""
        return self._json(requests.get(f"{self.url}/_sandbox/{what}", timeout=10))

    def post(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something to the sandbox."""
        return self._json(requests.post(f"{self.url}/_sandbox/{what}", json=body or {}, timeout=10))

    def trouble(self, *rules: Mapping[str, Any]) -> None:
        """Ask for trouble; none clears it."""
        self.post("trouble", {"seed": 7, "rules": list(rules)})

    def _json(self, answer: requests.Response) -> Any:
        assert answer.ok, f"{answer.status_code} {answer.text[:500]}"
        return answer.json()


@contextmanager
def world(
    database_url: str,
    *,
    policy: OrderPolicy | None = None,
    shipments: ShipmentPolicy | None = None,
    stock: StockPolicy | None = None,
    also: Mapping[str, StockPolicy] | None = None,
    call_limits: Mapping[str, float] | None = None,
    market: Mapping[str, Any] | None = None,
    webshop: Mapping[str, Any] | None = None,
    now: Clock = real.now,
    call_timeout: float = 2.0,
    store_settings: Mapping[str, Any] | None = None,
) -> Iterator[World]:
    """Servers, rows and wiring; everything is gone afterwards.

    ``also`` are more marketplaces beside "acme", by name, that sell from the same shop.
    """
    stocks = {"acme": stock or StockPolicy(), **(also or {})}
    markets = [{**MARKET, **(market or {}), "name": name} for name in stocks]
    sandbox = open_sandbox({"servers": [*markets, {**WEBSHOP, **(webshop or {})}]})
    config = Config(
        database_url=database_url,
        broker_url="redis://127.0.0.1:1/0",
        secret_keys=(TEST_KEY,),
        call_timeout=timedelta(seconds=call_timeout),
        lease_margin=timedelta(seconds=1),
    )
    workers = InlineWorkers()
    wiring = wire(config, dispatcher=workers, now=now)
    try:
        numbers = {}
        for name, told in stocks.items():
            whole = Policy(policy or OrderPolicy(), shipments or ShipmentPolicy(), told)
            limits = CALL_LIMITS if call_limits is None else call_limits
            numbers[name] = join(wiring, sandbox, whole, store_settings or {}, market=name, call_limits=limits)
        yield World(sandbox, wiring, workers, numbers["acme"], numbers)
    finally:
        wiring.close()
        sandbox.stop()


def join(
    wiring: Wiring,
    sandbox: Sandbox,
    policy: Policy,
    store_settings: Mapping[str, Any],
    *,
    market: str,
    call_limits: Mapping[str, float],
) -> int:
    """Write the rows that join the sandbox's shop to its webshop."""
    there = sandbox[market]
    with wiring.db.transaction() as tx:
        marketplace = Marketplace(
            key=market,
            name=market.title(),
            url=there["url"],
            rules={"window": {"hours": 24}, "call_limits": dict(call_limits)},
        )
        shop = Shop(marketplace=marketplace, shop_id="2000", credentials={"api_key": there["shops"][0]["key"]})
        store = tx.execute(select(Store)).scalar_one_or_none() or _store(sandbox, store_settings)
        version = PolicyVersion(digest=f"test {market}", content=write_policy(policy))
        tx.add_all([shop, store, version])
        tx.flush()
        connection = Connection(
            key=f"{market}-webshop",
            shop_pk=shop.id,
            store_pk=store.id,
            policy_id=version.id,
            orders_from=wiring.now() - timedelta(days=30),
        )
        tx.add(connection)
        tx.flush()
        return connection.id


# By platform: our credentials to what the sandbox announces, and likewise settings it cannot do without.
CREDENTIALS: dict[str, dict[str, str]] = {
    "woocommerce": {"consumer_key": "consumer_key", "consumer_secret": "consumer_secret"},
    "magento": {
        "consumer_key": "consumer_key",
        "consumer_secret": "consumer_secret",
        "access_token": "token",
        "access_token_secret": "token_secret",
    },
    "shopify": {"client_id": "client_id", "client_secret": "client_secret"},
    "salesforce": {name: name for name in ("client_id", "client_secret", "slas_client_id", "slas_client_secret")},
}
NEEDED: dict[str, dict[str, str]] = {
    # OAuth signs with the real time, which a moved shop refuses
    "woocommerce": {"auth": "=basic"},
    "salesforce": {
        "organization": "organization_id",
        "site": "site_id",
        "inventory_list": "inventory_list_id",
        "account_url": "url",
        "ocapi_url": "url",
    },
}


def _store(sandbox: Sandbox, settings: Mapping[str, Any]) -> Store:
    webshop = sandbox["webshop"]
    kind = webshop["kind"]
    needed = {
        name: told.removeprefix("=") if told.startswith("=") else webshop[told]
        for name, told in NEEDED.get(kind, {}).items()
    }
    return Store(
        key="webshop",
        platform=kind,
        url=webshop["url"],
        credentials={name: webshop[told] for name, told in CREDENTIALS[kind].items()},
        settings={"look_after": 0, **needed, **settings},
    )
