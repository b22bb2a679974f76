"""A planner beside a shop: orders as taking them in leaves them, nights, and what the planner made of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from mirakl_sync.clock import FixedClock
from mirakl_sync.db.models import (
    Connection,
    Order,
    OrderLine,
    PlannerDesk,
    PlannerFile,
    PlannerRow,
    ShopChange,
    Store,
)
from mirakl_sync.db.transaction import Database
from mirakl_sync.dispatch import Dispatcher
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.planning import files, sending, settings
from mirakl_sync.planning.windows import Nights
from tests.fakes_planner import FakePlanner
from tests.stock.shop_floor import Floor, shop_floor

_numbers = count(1)


@dataclass
class Study(Floor):
    """A shop floor with a planner, "ip", and one connection, "acme"."""

    planner: FakePlanner = field(default_factory=FakePlanner)
    pk: int = 0
    acme: int = 0

    def sell(self, *lines: tuple[str, int], state: str = "SHIPPING", connection: int = 0, **columns: Any) -> str:
        """A marketplace shows an order with these SKUs and quantities; answers its id."""
        now, order_id = self.clock(), columns.pop("order_id", f"O-{next(_numbers)}")
        payload = columns.pop("payload", {"order_tax_mode": "TAX_INCLUDED"})
        with self.db.transaction() as tx:
            joined = tx.get_one(Connection, connection or self.acme)
            row = Order(
                connection_id=joined.id,
                shop_pk=joined.shop_pk,
                store_pk=self.store,
                policy_id=joined.policy_id,
                order_id=order_id,
                state="placed",
                marketplace_state=state,
                created_at=columns.pop("at", now),
                marketplace_updated_at=now,
                seen_at=now,
                looked_at=now,
                currency="EUR",
                gross=Decimal(5),
                commission=Decimal(0),
                payload=payload,
                lines=[
                    self._line(order_id, position, sku, pieces, state)
                    for position, (sku, pieces) in enumerate(lines, 1)
                ],
                **columns,
            )
            tx.add(row)
            joined.orders_cursor = now
        return str(order_id)

    def _line(self, order_id: str, position: int, sku: str, pieces: int, state: str) -> OrderLine:
        return OrderLine(
            store_pk=self.store,
            position=position,
            line_id=f"{order_id}-{position}",
            sku=sku,
            title=f"A {sku.lower()}",
            state=state,
            quantity=pieces,
            unit_price=Decimal("12.50"),
            gross=Decimal("12.50") * pieces,
            net=Decimal(10) * pieces,
            commission=Decimal(1),
        )

    def shows(
        self, order_id: str, state: str = "", line_states: Mapping[int, str] | None = None, **payload: Any
    ) -> None:
        """The marketplace shows the order otherwise, and we have seen it."""
        now = self.clock()
        with self.db.transaction() as tx:
            row = tx.execute(select(Order).where(Order.order_id == order_id)).scalar_one()
            row.marketplace_state = state or row.marketplace_state
            row.marketplace_updated_at = now
            row.payload = {**row.payload, **payload}
            for line in row.lines:
                line.state = (line_states or {}).get(line.position, line.state)
            tx.get_one(Connection, row.connection_id).orders_cursor = now

    def in_the_shop(self, order_id: str, kind: str, key: str, **facts: Any) -> None:
        """The shop's people did something to the order."""
        with self.db.transaction() as tx:
            row = tx.execute(select(Order.id).where(Order.order_id == order_id)).scalar_one()
            change = ShopChange(order_pk=row, kind=kind, key=key, platform_order_id="9", words="", seen_at=self.clock())
            change.facts = facts
            tx.add(change)

    def send(self) -> str:
        """Everything to the planner, now."""
        return sending.send(self.pk, self.wiring, now_or_never=True).sentence()

    def turn(self) -> str:
        """What the task does when it is rung; trouble is a sentence, and its wait passes."""
        try:
            return sending.send(self.pk, self.wiring).sentence()
        except MiraklSyncError as trouble:
            self.clock.advance(sending.MENDED_BY_PEOPLE)
            return trouble.words

    def nights(self) -> Nights:
        """When the planner works."""
        with self.db.reading() as tx:
            store = tx.get_one(Store, self.pk)
        return settings.read(store.key, store.settings).nights

    def evening(self) -> str:
        """The files of the next night, made at their time."""
        nights = self.nights()
        self.clock.at = max(self.clock.at, nights.due(nights.next(self.clock.at)))
        return self.turn()

    def night(self) -> None:
        """The planner's nightly run, the next one there is; nobody of ours works meanwhile."""
        self.clock.at = self.nights().next(self.clock.at)
        self.planner.night(self.clock.at)

    def later(self, **by: float) -> None:
        """Time passes."""
        self.clock.advance(timedelta(**by))

    def row(self) -> PlannerDesk:
        """The planner's row."""
        with self.db.reading() as tx:
            return tx.get_one(PlannerDesk, self.pk)

    def files(self) -> list[PlannerFile]:
        """Its files, the oldest first."""
        with self.db.reading() as tx:
            return list(tx.execute(select(PlannerFile).order_by(PlannerFile.id)).scalars())

    def told(self, feed: str) -> dict[str, PlannerRow]:
        """The lines of a table, by key."""
        with self.db.reading() as tx:
            rows = tx.execute(select(PlannerRow).where(PlannerRow.feed == feed)).scalars()
            return {row.key: row for row in rows}

    def waiting(self) -> int:
        """Files on their way."""
        with self.db.reading() as tx:
            return files.on_its_way(tx, self.pk)


@contextmanager
def study(db: Database, clock: FixedClock, bells: Dispatcher, **told: Any) -> Iterator[Study]:
    """MUG (10) and LAMP (4) on the shelf, a planner whose nights begin at two in Paris."""
    planner = FakePlanner()
    with shop_floor(db, clock, bells) as floor:
        made = Study(floor.db, floor.clock, floor.wiring, floor.store, planner)
        with db.transaction() as tx:
            given = {"warehouse": "WH", "timezone": "Europe/Paris", **told}
            keys = {"feed_user": "ip", "feed_password": "long and secret"}
            store = Store(key="ip", platform="planner", url="https://ip.example", credentials=keys, settings=given)
            tx.add(store)
            tx.flush()
            made.pk = store.id
        made.acme = made.connect("acme", planner_pk=made.pk)
        made.wiring.connections.planner = lambda _store: planner  # type: ignore[method-assign, assignment]  # in place of a client
        made.count("MUG", 10, price=Decimal("12.50"))
        made.count("LAMP", 4, price=Decimal("49.90"))
        yield made
