"""How a store's numbers reach the shelf between full looks: its changes, and what somebody doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Connection, LevelFeed, ShelfItem, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.dispatch import Wake
from mirakl_sync.errors import MiraklSyncError, Misconfigured, TryLater
from mirakl_sync.inbox import desk
from mirakl_sync.platforms.contract import Capability, RemembersNumbers
from mirakl_sync.platforms.registry import platform as platform_spec
from mirakl_sync.records.shop import NoticeKind
from mirakl_sync.shelf import board
from mirakl_sync.stores import poll as polling
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

# SKUs of one call, and of one visit.
AT_ONCE = 100
A_VISIT = 1000
# A full look is due so often; shops write past their own dates, and only a full look sees that.
FULL_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LevelReport:
    """What a store told."""

    words: str

    def sentence(self) -> str:
        """For Flower."""
        return self.words


def read_due(wiring: Wiring) -> LevelReport:
    """Ring for every store whose changes are due, who has doubted SKUs, or whose full look has come."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        _open_feeds(tx)
        free = or_(LevelFeed.leased_until.is_(None), LevelFeed.leased_until <= now)
        rows = tx.execute(select(LevelFeed).where(free)).scalars().all()
        doubted = set(tx.execute(select(ShelfItem.store_pk).where(ShelfItem.look_at <= now).distinct()).scalars())
        wakes = [Wake("stock.look", (row.store_pk,)) for row in rows if row.store_pk in doubted]
        for row in rows:
            if row.next_poll_at is None or row.next_poll_at <= now:
                row.next_poll_at = now + timedelta(seconds=15)
                wakes.append(Wake("stock.poll", (row.store_pk,)))
            if row.next_full_at is None or row.next_full_at <= now:
                row.next_full_at = now + timedelta(minutes=15)
                wakes.append(Wake("stock.read_levels", (row.store_pk,)))
    wiring.db.dispatcher.send(wakes)
    return LevelReport(f"{len(wakes)} stores rung for")


def _open_feeds(tx: Transaction) -> None:
    """Every store in use has a feed."""
    used = select(Connection.store_pk).where(Connection.store_pk.not_in(select(LevelFeed.store_pk))).distinct()
    for store_pk in list(tx.execute(used).scalars()):
        insert_once(tx, LevelFeed, {"store_pk": store_pk})


def poll(store_pk: int, wiring: Wiring) -> LevelReport:
    """Every SKU that changed in the store since the last poll, in small transactions."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        insert_once(tx, LevelFeed, {"store_pk": store_pk})
        if not take_lease(tx, LevelFeed, store_pk, now, wiring.config.lease):
            return LevelReport("somebody else is polling")
        store = tx.get_one(Store, store_pk)
        platform = wiring.connections.store(store)
        if isinstance(platform, RemembersNumbers):
            platform.doubt_numbers(_learned_since(tx, store_pk))
        capabilities = platform_spec(store.platform).capabilities_with(store.settings)
    every = timedelta(seconds=float(store.settings.get("poll_every", polling.DEFAULT_EVERY)))
    words = "this shop tells no changes of products"
    try:
        if Capability.PRODUCT_NOTICES in capabilities:
            since = polling.cursor(store, NoticeKind.PRODUCT, now)
            told = platform.notices_since(NoticeKind.PRODUCT, since)
            words = polling.consume(wiring, store_pk, NoticeKind.PRODUCT, told, since)
    except MiraklSyncError as error:
        _interrupted(wiring, store_pk, error)
        raise
    with wiring.db.transaction() as tx:
        row = tx.get_one(LevelFeed, store_pk)
        row.leased_until, row.next_poll_at = None, now + every
        if Capability.PRODUCT_NOTICES in capabilities:
            # everything that changed before we asked is on the shelf
            row.read_at = now
        heartbeat.beat(tx, f"levels:{store.key}", wiring.now(), max(every, timedelta(seconds=15)), words)
        desk.close_by_key(tx, None, "misconfigured", f"levels:{store.key}", now, "the store's numbers were read again")
    return LevelReport(words)


def _learned_since(tx: Transaction, store_pk: int) -> list[str]:
    """SKUs of which anybody heard since the last poll began: a look or another worker's poll may have told a number
    that the next poller does not know of."""
    read_at = tx.get_one(LevelFeed, store_pk).read_at
    if read_at is None:
        return []
    heard = select(ShelfItem.sku).where(ShelfItem.store_pk == store_pk, ShelfItem.observed_at >= read_at)
    return list(tx.execute(heard).scalars())


def _interrupted(wiring: Wiring, store_pk: int, error: MiraklSyncError) -> None:
    """The cursor stays. A wrong key is asked about once, and tried again now and then."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row, store = tx.get_one(LevelFeed, store_pk), tx.get_one(Store, store_pk)
        row.leased_until, row.next_poll_at = None, now + timedelta(seconds=_wait(error))
        if isinstance(error, Misconfigured):
            words = f"The numbers of store {store.key} cannot be read: {error.words}"
            ask = Ask("misconfigured", f"levels:{store.key}", words, facts={"way_out": error.way_out})
            desk.open_item(tx, None, ask, "", None, now)


def _wait(error: MiraklSyncError) -> float:
    return (error.after or 15) if isinstance(error, TryLater) else polling.MENDED_BY_PEOPLE


def look(store_pk: int, wiring: Wiring) -> LevelReport:
    """Ask the store about the SKUs somebody doubts, many in one call, those doubted longest first."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        insert_once(tx, LevelFeed, {"store_pk": store_pk})
        feed, store = tx.get_one(LevelFeed, store_pk, with_for_update=True), tx.get_one(Store, store_pk)
        if feed.looking_until is not None and feed.looking_until > now:
            return LevelReport("somebody else is looking")
        if store.silent_until is not None and store.silent_until > now:
            return LevelReport("the shop does not answer at present")
        skus = _doubted(tx, store_pk, now)
        feed.looking_until = now + wiring.config.lease
    until = None
    try:
        return look_at(store_pk, skus, wiring)
    except MiraklSyncError as error:
        # a shop in trouble is not asked again at every tick
        until = wiring.now() + timedelta(seconds=_wait(error))
        raise
    finally:
        with wiring.db.transaction() as tx:
            tx.get_one(LevelFeed, store_pk).looking_until = until


def look_at(store_pk: int, skus: Sequence[str], wiring: Wiring) -> LevelReport:
    """Ask the store about these SKUs now, whatever it said before."""
    with wiring.db.reading() as tx:
        platform = wiring.connections.store(tx.get_one(Store, store_pk))
    for start in range(0, len(skus), AT_ONCE):
        told = platform.product_facts(skus[start : start + AT_ONCE])
        with wiring.db.transaction() as tx:
            board.observe(tx, store_pk, told.values(), wiring.now())
    return LevelReport(f"{len(skus)} SKUs asked about")


def _doubted(tx: Transaction, store_pk: int, now: datetime) -> list[str]:
    return list(
        tx.execute(
            select(ShelfItem.sku)
            .where(ShelfItem.store_pk == store_pk, ShelfItem.look_at <= now)
            .order_by(ShelfItem.look_at, ShelfItem.id)
            .limit(A_VISIT)
        ).scalars()
    )


def next_full(now: datetime, store: Store) -> datetime:
    """When the store is looked at as a whole again."""
    said = store.settings.get("full_look_every")
    return now + (timedelta(seconds=float(said)) if said else FULL_EVERY)
