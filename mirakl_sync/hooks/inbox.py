"""The durable inbox of webhooks: verify over raw bytes, keep, answer; digest later."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Delivery, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured, Refused, Unreadable
from mirakl_sync.inbox import desk
from mirakl_sync.records.shop import Notice
from mirakl_sync.stores import notices
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# Deliveries read at once.
TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Received:
    """What the sender is answered: an HTTP status and a sentence that gives nothing away."""

    status: int
    words: str


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What a delivery led to."""

    words: str

    def sentence(self) -> str:
        """For Flower."""
        return self.words


def receive(wiring: Wiring, store_key: str, headers: Mapping[str, str], body: bytes) -> Received:
    """Keep a webhook. Nothing else happens here: the sender waits.

    Raises nothing of ours: an unknown store is 404, a wrong signature 401, a store without a secret 503 (and one
    question to whoever set it up), anything else is kept and answered 202.
    """
    with wiring.db.reading() as tx:
        store = tx.execute(select(Store).where(Store.key == store_key)).scalar_one_or_none()
    if store is None:
        return Received(404, "no such store")
    try:
        delivery = wiring.connections.store(store).verify(headers, body)
    except (Refused, Unreadable) as error:
        log.warning("webhook turned away: %s", error, extra={"store": store_key})
        return Received(401, "the signature does not fit this store's secret")
    except Misconfigured as error:
        _ask_for_secret(wiring, store, error)
        return Received(503, "this store cannot take webhooks yet")
    if delivery.greeting:
        return Received(200, "hello")
    with wiring.db.transaction() as tx:
        row = {"store_pk": store.id, "key": delivery.key[:200], "topic": delivery.topic[:80]}
        text = body.decode("utf-8", "replace")
        new = insert_once(
            tx,
            Delivery,
            {**row, "body": text, "received_at": wiring.now(), "times_received": 1, "attempts": 0, "outcome": ""},
        )
        kept = tx.execute(
            select(Delivery).where(Delivery.store_pk == store.id, Delivery.key == row["key"])
        ).scalar_one()
        if new:
            tx.wake("webhooks.digest", kept.id)
        else:
            kept.times_received += 1
    return Received(202, "kept" if new else "known already")


def digest(delivery_id: int, wiring: Wiring) -> DigestReport:
    """Read a kept webhook and pass on what it says, together with those like it that wait. May be called twice."""
    with wiring.db.reading() as tx:
        kept = tx.get(Delivery, delivery_id)
        if kept is not None and kept.digested_at is not None:
            return DigestReport("digested before")
    now = wiring.now()
    with wiring.db.transaction() as tx:
        if not take_lease(tx, Delivery, delivery_id, now, wiring.config.lease):
            return DigestReport("somebody else is at it")
        delivery = tx.get_one(Delivery, delivery_id)
        if delivery.digested_at is not None:
            return DigestReport("digested before")
        delivery.attempts += 1
        taken = [delivery, *_like_it(tx, delivery, now + wiring.config.lease)]
        store = tx.get_one(Store, delivery.store_pk)
        platform = wiring.connections.store(store)
    told: list[Notice] = []
    read: list[int] = []
    for each in sorted(taken, key=lambda row: row.id):
        try:
            told += platform.read_notices(each.topic, each.body.encode())
            read.append(each.id)
        except (Unreadable, Misconfigured) as error:
            kind = "misconfigured" if isinstance(error, Misconfigured) else "unreadable_delivery"
            aside = _put_aside(wiring, each.id, store, error, kind)
    if not read:
        return aside
    with wiring.db.transaction() as tx:
        words = notices.apply(tx, store.id, told, wiring.now())
        words += f" in {len(read)} deliveries" if len(read) > 1 else ""
        tx.execute(
            update(Delivery)
            .where(Delivery.id.in_(read))
            .values(digested_at=wiring.now(), outcome=words, leased_until=None)
            .execution_options(synchronize_session=False)
        )
    return DigestReport(words)


def _like_it(tx: Transaction, delivery: Delivery, until: datetime) -> list[Delivery]:
    """Others of the store and topic that wait, ours until then: a thousand changes at once are written down together.

    Only what nobody tried yet, and beside a first attempt: what breaks the work is then tried alone, and put aside
    alone.
    """
    if delivery.attempts > 1:
        return []
    query = (
        select(Delivery)
        .where(
            Delivery.digested_at.is_(None),
            Delivery.store_pk == delivery.store_pk,
            Delivery.topic == delivery.topic,
            Delivery.attempts == 0,
            Delivery.leased_until.is_(None),
        )
        .order_by(Delivery.received_at, Delivery.id)
        .limit(TOGETHER - 1)
        .with_for_update(skip_locked=True)
    )
    others = list(tx.execute(query).scalars())
    for other in others:
        other.attempts, other.leased_until = 1, until
    return others


def sweep(wiring: Wiring) -> DigestReport:
    """Ring for deliveries nobody digested."""
    now = wiring.now()
    with wiring.db.reading() as tx:
        ids = list(
            tx.execute(
                select(Delivery.id)
                .where(
                    Delivery.digested_at.is_(None),
                    Delivery.received_at < now - timedelta(seconds=10),
                    or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now),
                )
                .order_by(Delivery.received_at)
                .limit(500)
            ).scalars()
        )
    if ids:
        with wiring.db.transaction() as tx:
            # several failures in a row put a delivery aside: the poll sees the same change
            tx.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids), Delivery.attempts >= 5)
                .values(digested_at=now, outcome="put aside after five attempts; the poll sees the same change")
            )
            for delivery_id in ids:
                tx.wake("webhooks.digest", delivery_id)
    return DigestReport(f"{len(ids)} deliveries rung for")


def _ask_for_secret(wiring: Wiring, store: Store, error: Misconfigured) -> None:
    words = f"Webhooks of {store.key} are turned away: {error.words}"
    with wiring.db.transaction() as tx:
        ask = Ask("misconfigured", f"webhooks of {store.key}", words, facts={"way_out": error.way_out})
        desk.open_item(tx, None, ask, "", None, wiring.now())


def _put_aside(
    wiring: Wiring, delivery_id: int, store: Store, error: Unreadable | Misconfigured, kind: str
) -> DigestReport:
    words = f"A webhook of {store.key} could not be understood: {error.words}"
    with wiring.db.transaction() as tx:
        row = tx.get_one(Delivery, delivery_id)
        row.digested_at, row.outcome, row.leased_until = wiring.now(), error.words, None
        facts = {"delivery": delivery_id} | ({"way_out": error.way_out} if kind == "misconfigured" else {})
        ask = Ask(kind, f"{store.key}:{row.topic}", words, facts=facts)
        desk.open_item(tx, None, ask, "", None, wiring.now())
    return DigestReport(words)
