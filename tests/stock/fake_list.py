"""A marketplace that knows nothing but its list of offers, with a clock of its own and every weakness of exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from mirakl_sync.clock import FixedClock
from mirakl_sync.config import Config
from mirakl_sync.db.models import Connection, Marketplace, Offer, OfferReading, PolicyVersion, Shop, StockEvent, Store
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import MiraklSyncError, RateLimited, Refused, Unavailable
from mirakl_sync.mirakl.limits import PUBLISHED
from mirakl_sync.mirakl.refusals import EXPORT_NOT_FOUND
from mirakl_sync.policy.model import Policy
from mirakl_sync.policy.schema import write_policy
from mirakl_sync.records.stock import OfferExport, OfferSeen
from mirakl_sync.stock import reading
from mirakl_sync.wiring import Wiring
from tests.conftest import TEST_KEY

# Their clock is hours away from ours: whoever compares the two is found out.
AWAY = timedelta(hours=5)


@dataclass
class Export:
    """One export: what its files hold was so at the moment it was asked for."""

    tracking_id: str
    since: datetime | None
    rows: list[OfferSeen]
    ready_at: datetime
    state: str = "COMPLETED"


@dataclass
class ExportedFile:
    """The offers of a file, fetched when the first is wanted, and how many rows nobody could read."""

    rows: Iterator[OfferSeen]
    unreadable: int

    def __iter__(self) -> Iterator[OfferSeen]:
        return self.rows


@dataclass
class FakeList:
    """The list, and what it was asked (``calls``)."""

    clock: FixedClock
    listed: dict[str, OfferSeen] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    # seconds until an export is ready
    takes: float = 5
    full_spent: bool = False
    unreadable: int = 0
    told_count: int | None = None
    # raised once by the call of this name
    trouble: dict[str, MiraklSyncError] = field(default_factory=dict)
    # done once in the middle of a call of this name
    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)

    def set(self, sku: str, quantity: int | None = 5, **more: Any) -> None:
        """Somebody changes an offer there."""
        before = self.listed.get(sku, OfferSeen(sku, offer_id=f"{len(self.listed) + 1}"))
        self.listed[sku] = replace(before, **{"quantity": quantity, "updated_at": self.time(), **more})

    def period(self, code: str) -> float:
        """Seconds between two calls, as published."""
        return PUBLISHED[code].seconds

    def time(self) -> datetime:
        """Their time."""
        return self.clock() + AWAY

    # what a shop can be asked

    def version(self) -> datetime:
        self._asked("V01")
        return self.time().replace(microsecond=0)

    def offers_count(self) -> int:
        self._asked("count")
        return (
            len([1 for each in self.listed.values() if not each.deleted])
            if self.told_count is None
            else self.told_count
        )

    def offers(self) -> Iterator[tuple[OfferSeen, ...]]:
        self._asked("OF21")
        living = [each for each in self.listed.values() if not each.deleted]
        for start in range(0, len(living), 100):
            yield tuple(living[start : start + 100])

    def ask_for_offers(self, since: datetime | None) -> str:
        self._asked("OF52" if since else "OF52_FULL")
        if since is None and self.full_spent:
            raise RateLimited("OF52_FULL may be called again in 20 h", after=72_000)
        for export in self.exports.values():
            if export.since == since and export.ready_at > self.clock():
                return export.tracking_id
        rows = [each for each in self.listed.values() if (since is None and not each.deleted) or _since(each, since)]
        tracking_id = f"E{len(self.exports) + 1}"
        self.exports[tracking_id] = Export(tracking_id, since, rows, self.clock() + timedelta(seconds=self.takes))
        self._lost("OF52")
        return tracking_id

    def offers_export(self, tracking_id: str) -> OfferExport:
        self._asked("OF53")
        export = self.exports.get(tracking_id)
        if export is None:
            raise Refused("no such export", code=EXPORT_NOT_FOUND, status=404)
        if self.clock() < export.ready_at:
            return OfferExport(tracking_id, "PENDING", updated_at=self.time())
        if export.state != "COMPLETED":
            return OfferExport(tracking_id, export.state, problem="Internal error")
        urls = tuple(f"{tracking_id}/{start}" for start in range(0, max(len(export.rows), 1), 1000))
        return OfferExport(tracking_id, "COMPLETED", urls, updated_at=export.ready_at + AWAY)

    def exported_offers(self, url: str) -> ExportedFile:
        tracking_id, start = url.split("/")
        rows = self.exports[tracking_id].rows[int(start) : int(start) + 1000]
        return ExportedFile(self._file(rows), self.unreadable)

    def _file(self, rows: list[OfferSeen]) -> Iterator[OfferSeen]:
        self._asked("OF54")
        yield from rows

    # beneath

    def _asked(self, name: str) -> None:
        self.calls.append(name)
        self._lost(f"{name}?")
        if (act := self.meanwhile.pop(name, None)) is not None:
            act()

    def _lost(self, name: str) -> None:
        if (error := self.trouble.pop(name, None)) is not None:
            raise error


def _since(offer: OfferSeen, since: datetime | None) -> bool:
    return since is not None and offer.updated_at is not None and offer.updated_at >= since


LOST = Unavailable("no answer", outcome_unknown=True)


@dataclass(frozen=True)
class Opened:
    """As much of an open connection as reading offers needs."""

    id: int
    key: str
    store_pk: int
    shop: FakeList
    policy: Policy


@dataclass
class Opener:
    """Stands for the connections of a process."""

    opened: dict[int, Opened] = field(default_factory=dict)
    trouble: MiraklSyncError | None = None

    def open(self, _tx: Any, connection_id: int) -> Opened:
        if self.trouble is not None:
            raise self.trouble
        return self.opened[connection_id]


@dataclass
class Bench:
    """One connection whose marketplace is a list."""

    db: Database
    clock: FixedClock
    market: FakeList
    wiring: Wiring
    connection: int

    def read(self) -> str:
        """One visit."""
        return reading.read_offers(self.connection, self.wiring).sentence()

    def later(self, seconds: float) -> None:
        """Time passes on both sides."""
        self.clock.advance(timedelta(seconds=seconds))

    def whole(self) -> str:
        """Visit until a list is read; answers the last sentence."""
        for _ in range(20):
            words = self.read()
            if " read: " in words:
                return words
            self.later(11)
        raise AssertionError(words)

    def next(self) -> str:
        """The next reading of the schedule."""
        self.later(301)
        return self.whole()

    def offer(self, sku: str) -> Offer:
        """The row."""
        with self.db.reading() as tx:
            return tx.execute(select(Offer).where(Offer.sku == sku)).scalar_one()

    def row(self) -> OfferReading:
        """How far it has been read."""
        with self.db.reading() as tx:
            return tx.get_one(OfferReading, self.connection)

    def change(self, sku: str, **values: Any) -> None:
        """Something of ours is written on an offer, as files and sales do."""
        with self.db.transaction() as tx:
            row = tx.execute(select(Offer).where(Offer.sku == sku)).scalar_one()
            for name, value in values.items():
                setattr(row, name, value)

    def weighed(self) -> None:
        """Nothing is touched any more."""
        with self.db.transaction() as tx:
            for row in tx.execute(select(Offer)).scalars():
                row.touched_at = None

    def touched(self) -> list[str]:
        """The SKUs that must be weighed."""
        with self.db.reading() as tx:
            return list(
                tx.execute(select(Offer.sku).where(Offer.touched_at.is_not(None)).order_by(Offer.sku)).scalars()
            )

    def story(self) -> list[tuple[str, int | None, int | None, str]]:
        """What was told of numbers shown."""
        with self.db.reading() as tx:
            rows = tx.execute(select(StockEvent).where(StockEvent.kind == "shown").order_by(StockEvent.id)).scalars()
            return [(row.sku, row.before, row.after, row.words) for row in rows]


def bench(db: Database, clock: FixedClock, policy: Policy | None = None) -> Bench:
    """The rows of one connection and a marketplace with nothing on it."""
    market, opener, policy = FakeList(clock), Opener(), policy or Policy()
    with db.transaction() as tx:
        acme = Marketplace(key="acme", url="http://127.0.0.1:1")
        shop = Shop(marketplace=acme, shop_id="2000", credentials={"api_key": "k"})
        store = Store(key="webshop", platform="woocommerce", url="http://127.0.0.1:1", credentials={})
        version = PolicyVersion(digest="test", content=write_policy(policy))
        tx.add_all([shop, store, version])
        tx.flush()
        row = Connection(
            key="acme-webshop", shop_pk=shop.id, store_pk=store.id, policy_id=version.id, orders_from=clock()
        )
        tx.add(row)
        tx.flush()
        number, store_pk = row.id, store.id
    opener.opened[number] = Opened(number, "acme-webshop", store_pk, market, policy)
    config = Config(database_url=db.url, broker_url="redis://127.0.0.1:1/0", secret_keys=(TEST_KEY,))
    return Bench(db, clock, market, Wiring(config, db, opener, clock), number)
