"""Polling a store: the second door for what webhooks may have lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import or_, select

from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.models import Connection, Store
from mirakl_sync.errors import TryLater
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platform as platform_spec
from mirakl_sync.records.shop import Notice, NoticeKind
from mirakl_sync.stores import notices
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

DEFAULT_EVERY = 60.0
_FEEDS = ((NoticeKind.ORDER, Capability.ORDER_NOTICES), (NoticeKind.PRODUCT, Capability.PRODUCT_NOTICES))


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
                    Store.id.in_(select(Connection.store_pk).where(Connection.stopped_because == "")),
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
    """Everything that changed in the store since the last poll, in small transactions."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        if not take_lease(tx, Store, store_pk, now, wiring.config.lease):
            return PollReport("somebody else is polling")
        store = tx.get_one(Store, store_pk)
        platform = wiring.connections.store(store)
        capabilities = platform_spec(store.platform).capabilities
    every = timedelta(seconds=float(store.settings.get("poll_every", DEFAULT_EVERY)))
    words = []
    try:
        for kind, capability in _FEEDS:
            if capability in capabilities:
                since = _since(store, kind, now)
                words.append(_consume(wiring, store_pk, kind, platform.notices_since(kind, since), since))
    except TryLater as error:
        _done(wiring, store_pk, now + timedelta(seconds=error.after or 15), None, "")
        raise
    sentence = "; ".join(words)
    _done(wiring, store_pk, now + every, every, sentence)
    return PollReport(sentence)


def _since(store: Store, kind: NoticeKind, now: datetime) -> datetime:
    kept = store.cursors.get(kind.value)
    return datetime.fromisoformat(kept) if kept else now - timedelta(hours=1)


def _consume(wiring: Wiring, store_pk: int, kind: NoticeKind, told: Iterator[Notice], since: datetime) -> str:
    newest, words = since, f"no {kind.value} changed"
    while batch := list(islice(told, 100)):
        newest = max(newest, *(notice.observed_at for notice in batch))
        with wiring.db.transaction() as tx:
            words = notices.apply(tx, store_pk, batch, wiring.now())
            store = tx.get_one(Store, store_pk)
            store.cursors = {**store.cursors, kind.value: newest.isoformat()}
            store.leased_until = wiring.now() + wiring.config.lease
    return words


def _done(wiring: Wiring, store_pk: int, next_at: datetime, every: timedelta | None, words: str) -> None:
    with wiring.db.transaction() as tx:
        store = tx.get_one(Store, store_pk)
        store.leased_until, store.next_poll_at = None, next_at
        if every is not None:
            heartbeat.beat(tx, f"store:{store.key}", wiring.now(), max(every, timedelta(seconds=15)), words)
