"""A day at the shop: the small world with a clock that can be moved, and the schedule's ticks by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from mirakl_sync import clock as real
from mirakl_sync.db.models import Connection, Effect, InboxItem, Order, Store, TimelineEntry
from mirakl_sync.dispatch import Wake
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.hooks import inbox as hooks
from mirakl_sync.orders import intake, references, sweep, watch
from mirakl_sync.policy.model import OrderPolicy, ShipmentPolicy
from mirakl_sync.stores import levels, poll
from mirakl_sync.upkeep import silence
from mirakl_sync.wiring import Wiring
from tests.worlds import Remote, World, run, world

DEAD = {"cancelled", "trash", "failed", "checkout-draft"}


@dataclass
class MovingClock:
    """The real time, moved ahead by as much as the test wishes."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return real.now() + self.ahead


@dataclass
class Day:
    """A world with its clock."""

    world: World
    clock: MovingClock

    @property
    def market(self) -> Remote:
        """The marketplace's control."""
        return self.world.market

    @property
    def webshop(self) -> Remote:
        """The shop's control."""
        return self.world.webshop

    @property
    def wiring(self) -> Wiring:
        """Ours."""
        return self.world.wiring

    def buy(self, *lines: str | tuple[str, int], **order: Any) -> str:
        """A buyer orders these SKUs (or pairs of SKU and quantity); answers the order id."""
        return self.buy_many(1, *lines, **order)[0]

    def buy_many(self, count: int, *lines: str | tuple[str, int], **order: Any) -> list[str]:
        """The same basket ``count`` times."""
        pairs = [(line, 1) if isinstance(line, str) else line for line in lines or ("MUG",)]
        wanted = {"shop_id": 2000, "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in pairs], **order}
        return list(self.market.post("orders", {"count": count, **wanted})["order_ids"])

    def do(self, order_id: str, action: str) -> None:
        """Somebody acts on the marketplace: accept, refuse, cancel, pay, ship, touch …"""
        self.market.post(f"orders/{order_id}/{action}")

    def later(self, **by: float) -> None:
        """Time passes everywhere, and nobody works meanwhile."""
        step = timedelta(**by)
        self.clock.ahead += step
        for remote in (self.market, self.webshop):
            remote.post("clock", {"advance": step.total_seconds()})

    def minutes(self, count: int = 1) -> None:
        """Minutes pass, each with the ticks of the schedule."""
        for _ in range(count):
            self.later(seconds=60)
            self.ticks()

    def ticks(self) -> None:
        """Every tick of the schedule once, and the work it rings for."""
        sweep.sweep(self.wiring)
        hooks.sweep(self.wiring)
        poll.poll_due(self.wiring)
        levels.read_due(self.wiring)
        intake.pull_due(self.wiring)
        self.work()
        references.tell_due(self.wiring)
        watch.watch(self.wiring)
        silence.watch(self.wiring)
        self.work()

    def pull(self) -> str:
        """Look at the marketplace now, and do what follows; answers what the look brought."""
        said = self.world.pull()
        self.work()
        return said

    def work(self) -> list[str]:
        """Do what was rung for, as the workers do: trouble is a sentence, not the end of them."""
        said = []
        while self.world.workers.waiting:
            said.append(self._do(self.world.workers.waiting.popleft()))
        return said

    def work_only(self, bells: Sequence[Wake]) -> list[str]:
        """Do these and nothing they lead to."""
        return [self._do(bell) for bell in bells]

    def _do(self, bell: Wake) -> str:
        try:
            return run(bell, self.wiring)
        except MiraklSyncError as trouble:
            return trouble.words

    def lose_messages(self) -> int:
        """The broker forgets everything; answers how many wake-ups are gone."""
        lost = len(self.world.workers.waiting)
        self.world.workers.waiting.clear()
        return lost

    # what is written down

    def order(self, order_id: str) -> Order:
        """Our row."""
        return self.world.order(order_id)

    def state(self, order_id: str) -> str:
        """Our state of an order."""
        return str(self.order(order_id).state)

    def decisions(self, order_id: str) -> dict[str, str]:
        """Our answer by SKU."""
        return {line.sku: line.decision for line in self.order(order_id).lines}

    def story(self, order_id: str) -> list[str]:
        """The timeline's sentences."""
        with self.wiring.db.reading() as tx:
            row = tx.execute(select(Order.id).where(Order.order_id == order_id)).scalar_one()
            entries = select(TimelineEntry.sentence).where(TimelineEntry.subject_id == row).order_by(TimelineEntry.id)
            return list(tx.execute(entries).scalars())

    def questions(self) -> list[str]:
        """The kinds of open inbox items, sorted."""
        return sorted(item.kind for item in self.items() if item.closed_at is None)

    def items(self, kind: str = "") -> list[InboxItem]:
        """Inbox items, closed ones too."""
        with self.wiring.db.reading() as tx:
            rows = tx.execute(select(InboxItem).order_by(InboxItem.id)).scalars()
            return [item for item in rows if not kind or item.kind == kind]

    def item(self, kind: str) -> InboxItem:
        """The only item of a kind."""
        (item,) = self.items(kind)
        return item

    def effects(self) -> dict[str, tuple[str, int]]:
        """Kind of effect → (state, asks); for days with one order."""
        with self.wiring.db.reading() as tx:
            return {row.kind: (row.state, row.asks) for row in tx.execute(select(Effect)).scalars()}

    def connection(self) -> Connection:
        """The row that joins both sides."""
        with self.wiring.db.reading() as tx:
            return tx.get_one(Connection, self.world.connection)

    def change(self, order_id: str, **values: Any) -> None:
        """A person changes an order's row (by console or command) and rings for it."""
        with self.wiring.db.transaction() as tx:
            row = tx.execute(select(Order).where(Order.order_id == order_id)).scalar_one()
            for name, value in {"next_attempt_at": self.clock(), "rung_at": None, **values}.items():
                setattr(row, name, value)
            tx.wake("orders.accept", row.id)
        self.work()

    def change_store(self, **values: Any) -> None:
        """An administrator changes the store's row."""
        with self.wiring.db.transaction() as tx:
            store = tx.execute(select(Store)).scalar_one()
            for name, value in values.items():
                setattr(store, name, value)

    # what really happened

    def theirs(self, order_id: str) -> dict[str, Any]:
        """The marketplace's books on an order."""
        return self.world.their_order(order_id)

    def shop_orders(self, order_id: str, *, live: bool = True) -> list[dict[str, Any]]:
        """The shop's orders for a sale; those that count, or all."""
        found = [order for order in self.world.shop_orders() if order["meta"].get("_mirakl_order_id") == order_id]
        return [order for order in found if not live or order["status"] not in DEAD]

    def stock(self, sku: str) -> int:
        """The shop's own stock."""
        return int(self.webshop.get("books")["stock"][sku])

    def set_stock(self, sku: str, quantity: int) -> None:
        """Staff corrects the stock in the shop, the way a person does it: by its REST API's own door."""
        self.edit_product(sku, stock_quantity=quantity)

    def edit_product(self, sku: str, **fields: Any) -> None:
        """Staff edits a product."""
        import requests

        shop = self.world.sandbox["webshop"]
        keys = (shop["consumer_key"], shop["consumer_secret"])
        base = f"{shop['url']}/wp-json/wc/v3/products"
        found = requests.get(base, params={"sku": sku, "status": "any"}, auth=keys, timeout=5).json()
        answer = requests.put(f"{base}/{found[0]['id']}", json=fields, auth=keys, timeout=5)
        assert answer.ok, answer.text


@contextmanager
def a_day(
    database_url: str,
    *,
    market: Mapping[str, Any] | None = None,
    webshop: Mapping[str, Any] | None = None,
    store: Mapping[str, Any] | None = None,
    call_timeout: float = 2.0,
    shipments: Mapping[str, Any] | None = None,
    **policy: Any,
) -> Iterator[Day]:
    """A day with values of the order policy by name and those of ``shipments``; ``market`` and ``webshop`` as in a
    sandbox plan, ``store`` its settings."""
    clock = MovingClock()
    with world(
        database_url,
        policy=OrderPolicy(**policy),
        shipments=ShipmentPolicy(**(shipments or {})),
        market={"promotion_chance": 0, "acceptance_window": {"seconds": 86_400}, **(market or {})},
        webshop=webshop,
        store_settings=store,
        call_timeout=call_timeout,
        now=clock,
    ) as small:
        yield Day(small, clock)


def exactly_once(day: Day, order_ids: str | Sequence[str], *, status: str = "processing") -> None:
    """One acceptance and one live shop order, with the marketplace's total to the cent, however we got there."""
    for order_id in [order_ids] if isinstance(order_ids, str) else order_ids:
        theirs, ours = day.theirs(order_id), day.shop_orders(order_id)
        assert theirs["accepted_at"], theirs
        assert theirs["acceptances"] == 1, theirs
        assert [order["status"] for order in ours] == [status], ours
        assert Decimal(ours[0]["total"]) == sold_for(theirs)


def sold_for(theirs: dict[str, Any]) -> Decimal:
    """What the buyer pays for the lines that were not refused or cancelled, by the marketplace's books."""
    living = [line for line in theirs["lines"] if line["state"] not in ("REFUSED", "CANCELED")]
    return sum((Decimal(line["price"]) + Decimal(line["shipping_price"]) for line in living), Decimal(0))
