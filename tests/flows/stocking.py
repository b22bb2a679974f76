"""Days of stock: one shop, one or several marketplaces that sell from it, and the books of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from mirakl_sync.db.models import LevelFeed, Offer, OfferReading, OrderLine, ShelfItem, StockEvent, StockLane, StockPush
from mirakl_sync.policy.model import OrderPolicy, StockPolicy
from mirakl_sync.shelf import offers
from mirakl_sync.stock import pushing, reading
from tests.flows.days import Day, MovingClock
from tests.worlds import Remote, world

Row = TypeVar("Row")
STEP = 10.0


@dataclass
class StockDay(Day):
    """A day whose ticks are those of stock too; marketplaces by name, "acme" where none is named."""

    @property
    def remotes(self) -> Sequence[Remote]:
        """Every server."""
        return [*(self.at(name) for name in self.world.connections), self.webshop]

    def at(self, name: str) -> Remote:
        """A marketplace's control."""
        return Remote(self.world.sandbox[name]["url"])

    def later(self, **by: float) -> None:
        """Time passes everywhere, and nobody works meanwhile."""
        step = timedelta(**by)
        self.clock.ahead += step
        for remote in self.remotes:
            remote.post("clock", {"advance": step.total_seconds()})

    def seconds(self, count: float, *, step: float = STEP) -> None:
        """Seconds pass, with the ticks of the schedule every ``step``."""
        while count > 0:
            self.later(seconds=min(step, count))
            self.ticks()
            count -= step

    def minutes(self, count: int = 1) -> None:
        """Minutes pass."""
        self.seconds(60 * count)

    def ticks(self) -> None:
        """Every tick of the schedule once, and the work it rings for."""
        super().ticks()
        reading.read_due(self.wiring)
        self.work()
        pushing.push_due(self.wiring)
        self.work()

    def begin(self) -> None:
        """Both sides are read for the first time; what differs is sent."""
        self.seconds(STEP)
        self.until(lambda: self.rows(Offer) and all(self._rests(row) for row in self.rows(Offer)))

    def _rests(self, row: Offer) -> bool:
        return not (row.due or row.touched_at or row.push_id) and row.because not in ("", "unseen")

    def until(self, truth: Any, within: float = 300) -> float:
        """Let time pass until this is true; answers how many seconds that took."""
        passed = 0.0
        while not truth():
            assert passed < within, self.account()
            self.seconds(STEP)
            passed += STEP
        return passed

    # the shop

    def count(self, sku: str, quantity: int, *, silent: bool = False) -> None:
        """Staff count the shelf; ``silent``: a program writes the number past the shop, no date moves."""
        self.webshop.post("stock", {"sku": sku, "quantity": quantity, "silent": silent})

    def buy_at(self, market: str, sku: str, quantity: int = 1, count: int = 1, **order: Any) -> list[str]:
        """Buyers order on a marketplace; answers the order ids."""
        lines = [{"sku": sku, "quantity": quantity}]
        told = self.at(market).post("orders", {"count": count, "shop_id": 2000, "lines": lines, **order})
        return list(told["order_ids"])

    # what the marketplaces show

    def shown(self, sku: str, market: str = "acme") -> int:
        """The quantity in their books."""
        return int(self.at(market).get("offers")["2000"][sku])

    def changes(self, sku: str, market: str = "acme") -> list[tuple[str, int]]:
        """Who wrote which number into their books, in order."""
        told = self.at(market).get(f"offers?sku={sku}")["2000"][sku]["changes"]
        return [(change["by"], change["after"]) for change in told]

    def imports(self, market: str = "acme") -> list[dict[str, Any]]:
        """Their stock files, in the order of arrival."""
        return list(self.at(market).get("imports")["imports"])

    # ours

    def rows(self, model: type[Row], *where: Any) -> list[Row]:
        """Rows of ours."""
        with self.wiring.db.reading() as tx:
            return list(tx.execute(select(model).where(*where)).scalars())

    def offer(self, sku: str, market: str = "acme") -> Offer:
        """Our row of an offer."""
        (row,) = self.rows(Offer, Offer.sku == sku, Offer.connection_id == self.world.connections[market])
        return row

    def shelf(self, sku: str) -> ShelfItem:
        """What we know of the shop."""
        (row,) = self.rows(ShelfItem, ShelfItem.sku == sku)
        return row

    def unfelt(self, sku: str) -> int:
        """Pieces sold that the shop's number does not contain yet, as we believe."""
        return sum(line.quantity for line in self.rows(OrderLine, OrderLine.sku == sku, OrderLine.unfelt))

    def pushes(self, market: str = "acme") -> list[StockPush]:
        """Files we asked for."""
        return self.rows(StockPush, StockPush.connection_id == self.world.connections[market])

    def told(self, sku: str, market: str = "acme") -> list[tuple[str, int | None]]:
        """The story of a SKU: kinds and numbers."""
        at = self.world.connections[market]
        lines = self.rows(StockEvent, StockEvent.sku == sku, StockEvent.connection_id.in_([at]))
        return [(line.kind, line.after) for line in lines]

    def told_in(self, push: int) -> dict[str, int | None]:
        """What a file of ours told, by the story."""
        return {line.sku: line.after for line in self.rows(StockEvent, StockEvent.ref == f"file {push}")}

    def lane(self, market: str = "acme", **values: Any) -> StockLane:
        """The lane of a connection, with ``values`` written first, as a person's command does."""
        with self.wiring.db.transaction() as tx:
            row = tx.get_one(StockLane, self.world.connections[market])
            for name, value in values.items():
                setattr(row, name, value)
        return row

    def reweigh(self) -> None:
        """A person changed a rule: every offer is weighed anew."""
        with self.wiring.db.transaction() as tx:
            offers.touch_all(tx, self.clock(), store_pk=self.connection().store_pk)

    def change_connection(self, **values: Any) -> None:
        """An administrator changes the connection's row."""
        with self.wiring.db.transaction() as tx:
            row = tx.merge(self.connection())
            for name, value in values.items():
                setattr(row, name, value)
        self.wiring.connections.forget(self.world.connection)

    def push(self, market: str = "acme") -> str:
        """One visit of a lane."""
        return pushing.push(self.world.connections[market], self.wiring).sentence()

    def account(self) -> str:
        """Everything somebody needs who finds both sides apart."""
        offers_known = [
            f"{row.sku}@{row.connection_id}: theirs {row.theirs} wanted {row.wanted} {row.because} due {row.due} "
            f"push {row.push_id} sent {row.sent} refused {row.refused} listed {row.listed} held {row.held!r}"
            for row in self.rows(Offer)
        ]
        files = [
            f"file {row.id}@{row.connection_id}: {row.state} {row.their_state} {row.why}"
            for row in self.rows(StockPush)
        ]
        lanes = [f"lane {row.connection_id}: next {row.next_at} push {row.push_id}" for row in self.rows(StockLane)]
        feeds = [f"feed: read {row.read_at} full {row.read_full_at}" for row in self.rows(LevelFeed)]
        readings = [f"reading: read {row.read_at} trouble {row.trouble!r}" for row in self.rows(OfferReading)]
        return "\n".join([f"now {self.clock()}", *offers_known, *files, *lanes, *feeds, *readings])

    # judgement

    def agree(self, expected: Mapping[str, int], market: str = "acme") -> None:
        """Their books show exactly this, and so do ours."""
        assert {sku: self.shown(sku, market) for sku in expected} == dict(expected), self.account()
        ours = {sku: self.offer(sku, market) for sku in expected}
        assert {sku: row.theirs for sku, row in ours.items()} == dict(expected), self.account()
        assert not any(row.due or row.push_id for row in ours.values()), self.account()


@contextmanager
def a_stock_day(
    database_url: str,
    *,
    market: Mapping[str, Any] | None = None,
    webshop: Mapping[str, Any] | None = None,
    store: Mapping[str, Any] | None = None,
    call_timeout: float = 2.0,
    also: Mapping[str, Mapping[str, Any]] | None = None,
    orders: Mapping[str, Any] | None = None,
    call_limits: Mapping[str, float] | None = None,
    begun: bool = True,
    **policy: Any,
) -> Iterator[StockDay]:
    """A day with values of the stock policy by name, stock being sent; ``also`` more marketplaces with theirs.

    ``begun``: both sides were read and agree.
    """
    clock = MovingClock()
    with world(
        database_url,
        policy=OrderPolicy(**(orders or {})),
        stock=StockPolicy(**{"send": True, **policy}),
        also={name: StockPolicy(**{"send": True, **policy, **own}) for name, own in (also or {}).items()},
        market={"promotion_chance": 0, "acceptance_window": {"seconds": 86_400}, **(market or {})},
        webshop=webshop,
        # OAuth signs with the real time, which a moved shop refuses
        store_settings={"auth": "basic", "poll_every": 20, **(store or {})},
        call_timeout=call_timeout,
        call_limits=call_limits,
        now=clock,
    ) as small:
        day = StockDay(small, clock)
        if begun:
            day.begin()
        yield day
