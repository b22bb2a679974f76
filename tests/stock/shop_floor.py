"""Rows of stock for tests: connections of one store, what it counts, what they offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from mirakl_sync.clock import FixedClock
from mirakl_sync.config import Config
from mirakl_sync.connections.apply import keep_policy
from mirakl_sync.db.models import (
    Connection,
    InboxItem,
    LevelFeed,
    Marketplace,
    Offer,
    PolicyChange,
    ShelfItem,
    Shop,
    StockEvent,
    StockLane,
    Store,
)
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import Dispatcher
from mirakl_sync.policy.model import Policy, StockPolicy
from mirakl_sync.stock import weighing
from mirakl_sync.wiring import Wiring, wire
from tests.conftest import TEST_KEY

SENDS = StockPolicy(send=True)


@dataclass
class Floor:
    """One store called webshop, and the connections that sell from its shelf."""

    db: Database
    clock: FixedClock
    wiring: Wiring
    store: int

    def connect(self, key: str = "acme", policy: StockPolicy = SENDS, **columns: Any) -> int:
        """Join a marketplace's shop to the store."""
        with self.db.transaction() as tx:
            market = Marketplace(key=key, name=key.title(), url=f"https://{key}.example")
            shop = Shop(marketplace=market, shop_id="2000", credentials={"api_key": "k"})
            row = Connection(
                key=key,
                shop=shop,
                store_pk=self.store,
                policy_version=keep_policy(tx, Policy(stock=policy)),
                orders_from=self.clock() - timedelta(days=1),
                **columns,
            )
            tx.add_all([shop, row])
            tx.flush()
            return row.id

    def change(self, key: str, policy: StockPolicy) -> None:
        """Give a connection another policy."""
        with self.db.transaction() as tx:
            row = tx.execute(select(Connection).where(Connection.key == key)).unique().scalar_one()
            row.policy_version = keep_policy(tx, Policy(stock=policy))
        self.wiring.connections.forget(row.id)

    def count(self, sku: str, quantity: int | None = 10, **columns: Any) -> None:
        """Put a SKU on the shelf, confirmed just now."""
        values = {"observed_at": self.clock(), "matches": 1, "quantity": quantity, **columns}
        with self.db.transaction() as tx:
            known = select(ShelfItem).where(ShelfItem.store_pk == self.store, ShelfItem.sku == sku)
            row = tx.execute(known).scalar_one_or_none()
            if row is None:
                tx.add(ShelfItem(store_pk=self.store, sku=sku, **values))
            for name, value in values.items() if row is not None else ():
                setattr(row, name, value)

    def offer(self, connection: int, *skus: str, **columns: Any) -> None:
        """Offer SKUs, to be weighed."""
        with self.db.transaction() as tx:
            for sku in skus:
                values = {"theirs": 0, "touched_at": self.clock(), **columns}
                tx.add(Offer(connection_id=connection, store_pk=self.store, sku=sku, **values))

    def weigh(self) -> None:
        """Weigh what is touched, and what time itself changed."""
        with self.db.transaction() as tx:
            weighing.touch_due(tx, self.clock())
        weighing.weigh(self.wiring, self.store)

    def seen(self, sku: str, connection: int) -> Offer:
        """An offer's row as it stands."""
        with self.db.reading() as tx:
            mine = select(Offer).where(Offer.connection_id == connection, Offer.sku == sku)
            return tx.execute(mine).scalar_one()

    def wanted(self, sku: str, connection: int) -> int | None:
        """What the marketplace shall show, when everything is weighed."""
        self.weigh()
        return self.seen(sku, connection).wanted

    def lane(self, connection: int) -> StockLane:
        """A connection's lane as it stands."""
        with self.db.reading() as tx:
            return tx.get_one(StockLane, connection)

    def read(self, **columns: Any) -> None:
        """The store told every change up to now."""
        with self.db.transaction() as tx:
            feed = tx.get(LevelFeed, self.store) or LevelFeed(store_pk=self.store)
            tx.add(feed)
            for name, value in {"read_at": self.clock(), **columns}.items():
                setattr(feed, name, value)

    def feed(self) -> LevelFeed:
        """How the store's numbers stand."""
        with self.db.reading() as tx:
            return tx.get_one(LevelFeed, self.store)

    def story(self, sku: str) -> list[tuple[str, str]]:
        """What people did about a SKU: (who, words)."""
        with self.db.reading() as tx:
            lines = select(StockEvent).where(StockEvent.sku == sku, StockEvent.kind == "rule").order_by(StockEvent.id)
            return [(line.ref, line.words) for line in tx.execute(lines).scalars()]

    def trail(self, connection: int) -> list[str]:
        """What the connection's trail says: "ann: words"."""
        with self.db.reading() as tx:
            lines = select(PolicyChange).where(PolicyChange.connection_id == connection).order_by(PolicyChange.id)
            return [f"{line.who}: {'; '.join(line.difference)}" for line in tx.execute(lines).scalars()]

    def questions(self) -> dict[tuple[str, str], InboxItem]:
        """The open questions, by kind and key."""
        with self.db.reading() as tx:
            rows = tx.execute(select(InboxItem).where(InboxItem.closed_at.is_(None))).scalars()
            return {(row.kind, row.key): row for row in rows}

    def closed(self) -> Sequence[tuple[str, str]]:
        """The questions that are closed, with the words they closed with."""
        with self.db.reading() as tx:
            rows = tx.execute(select(InboxItem).where(InboxItem.closed_at.is_not(None)).order_by(InboxItem.id))
            return [(row.kind, row.answer) for row in rows.scalars()]


@contextmanager
def shop_floor(db: Database, clock: FixedClock, bells: Dispatcher) -> Iterator[Floor]:
    """A store without connections."""
    wiring = wire(Config(db.url, "redis://127.0.0.1:1/0", (TEST_KEY,)), dispatcher=bells, now=clock)
    with db.transaction() as tx:
        keys = {"consumer_key": "ck", "consumer_secret": "cs"}
        store = Store(key="webshop", platform="woocommerce", url="https://shop.example", credentials=keys)
        tx.add(store)
        tx.flush()
        number = store.id
    try:
        yield Floor(db, clock, wiring, number)
    finally:
        wiring.close()
