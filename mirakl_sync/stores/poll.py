"""Polling a store for its orders: the second door for what webhooks may have lost. Its SKUs are in ``levels``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import or_, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.models import Connection, LevelFeed, Store
from mirakl_sync.errors import MiraklSyncError, Misconfigured, TryLater
from mirakl_sync.inbox import desk
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platform as platform_spec
from mirakl_sync.records.shop import Notice, NoticeKind
from mirakl_sync.stores import notices
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

DEFAULT_EVERY = 60.0
# Seconds until a store that refuses us is tried again.
MENDED_BY_PEOPLE = 300.0


@dataclass(frozen=True)
class PollReport:
    """What a store told."""

    words: str

    def sentence(self) -> str:
        """For Flower."""
        return self.words


def poll_due(wiring: Wiring) -> PollReport:
    """Ring for every store in use whose next poll has come."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        rows = (
            tx.execute(
                select(Store).where(
                    # also where a marketplace's key stopped the connection: placed orders live on in the shop
                    Store.id.in_(select(Connection.store_pk)),
                    or_(Store.next_poll_at.is_(None), Store.next_poll_at <= now),
                )
            )
            .scalars()
            .all()
        )
        for row in rows:
            row.next_poll_at = now + timedelta(seconds=15)
            tx.wake("stores.poll", row.id)
    return PollReport(f"{len(rows)} stores due")


def poll(store_pk: int, wiring: Wiring) -> PollReport:
    """Every order that changed in the store since the last poll, in small transactions."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        if not take_lease(tx, Store, store_pk, now, wiring.config.lease):
            return PollReport("somebody else is polling")
        store = tx.get_one(Store, store_pk)
        platform = wiring.connections.store(store)
        capabilities = platform_spec(store.platform).capabilities_with(store.settings)
    every = timedelta(seconds=float(store.settings.get("poll_every", DEFAULT_EVERY)))
    sentence = "this shop tells no orders"
    try:
        if Capability.ORDER_NOTICES in capabilities:
            since = cursor(store, NoticeKind.ORDER, now)
            sentence = consume(
                wiring, store_pk, NoticeKind.ORDER, platform.notices_since(NoticeKind.ORDER, since), since
            )
    except MiraklSyncError as error:
        _interrupted(wiring, store_pk, error)
        raise
    _done(wiring, store_pk, now + every, every, sentence)
    return PollReport(sentence)


def cursor(store: Store, kind: NoticeKind, now: datetime) -> datetime:
    """The shop's own time from which changes of this kind are asked for."""
    kept = store.cursors.get(kind.value)
    return datetime.fromisoformat(kept) if kept else now - timedelta(hours=1)


def consume(wiring: Wiring, store_pk: int, kind: NoticeKind, told: Iterator[Notice], since: datetime) -> str:
    """Apply what was told, batch by batch, and move the cursor behind each; answers a sentence."""
    newest, words = since, f"no {kind.value} changed"
    while batch := list(islice(told, 100)):
        newest = max(newest, *(notice.observed_at for notice in batch))
        with wiring.db.transaction() as tx:
            words = notices.apply(tx, store_pk, batch, wiring.now())
            store = tx.get_one(Store, store_pk, with_for_update=True)
            store.cursors = {**store.cursors, kind.value: newest.isoformat()}
            lease: Any = store if kind is NoticeKind.ORDER else tx.get_one(LevelFeed, store_pk)
            lease.leased_until = wiring.now() + wiring.config.lease
    return words


def _interrupted(wiring: Wiring, store_pk: int, error: MiraklSyncError) -> None:
    """The cursor stays. A wrong key is asked about once, and tried again now and then."""
    now = wiring.now()
    wait = (error.after or 15) if isinstance(error, TryLater) else MENDED_BY_PEOPLE
    _done(wiring, store_pk, now + timedelta(seconds=wait), None, "")
    if not isinstance(error, Misconfigured):
        return
    with wiring.db.transaction() as tx:
        store = tx.get_one(Store, store_pk)
        words = f"Store {store.key} cannot be polled: {error.words}"
        ask = Ask("misconfigured", f"store:{store.key}", words, facts={"way_out": error.way_out})
        desk.open_item(tx, None, ask, "", None, now)


def _done(wiring: Wiring, store_pk: int, next_at: datetime, every: timedelta | None, words: str) -> None:
    with wiring.db.transaction() as tx:
        store = tx.get_one(Store, store_pk)
        store.leased_until, store.next_poll_at = None, next_at
        if every is not None:
            now = wiring.now()
            heartbeat.beat(tx, f"store:{store.key}", now, max(every, timedelta(seconds=15)), words)
            desk.close_by_key(tx, None, "misconfigured", f"store:{store.key}", now, "the store was polled again")
