"""The full look at a store: every SKU it has. What changes past its own dates is seen here, and what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import func, select, update

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import InboxItem, LevelFeed, ShelfItem, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, TryLater
from mirakl_sync.inbox import desk
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.platforms.registry import platform as platform_spec
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf import board
from mirakl_sync.stores.levels import LevelReport, next_full
from mirakl_sync.upkeep import heartbeat
from mirakl_sync.wiring import Wiring

AT_ONCE = 500
# A look that broke off is repeated after so long, one that a person must judge after more.
ANEW, JUDGED = timedelta(minutes=5), timedelta(hours=1)
# When more than this part of what is sellable, and more than so many, is suddenly gone, a person is asked first.
BRAKE, BRAKE_FROM = 0.05, 20
KIND = "levels_vanished"


@dataclass(slots=True)
class _Gone:
    """SKUs a complete look did not show, though the shelf had them."""

    skus: list[str]
    sellable: int


def read_levels(store_pk: int, wiring: Wiring) -> LevelReport:
    """Read every SKU of the store onto the shelf; those it no longer has can no longer be sold.

    A look that breaks off concludes nothing. Where a great part of the shelf would be gone at once, nothing is taken
    off before a person has said so.
    """
    began = wiring.now()
    with wiring.db.transaction() as tx:
        insert_once(tx, LevelFeed, {"store_pk": store_pk})
        feed = tx.get_one(LevelFeed, store_pk)
        store = tx.get_one(Store, store_pk)
        if Capability.STOCK_LEVELS not in platform_spec(store.platform).capabilities_with(store.settings):
            feed.next_full_at = next_full(began, store)
            return LevelReport("shops of this kind cannot show everything they have")
        # its own claim is its date: two full looks at once do no harm, they only cost the shop twice
        feed.next_full_at = began + wiring.config.lease
        feed.full += 1
        number, platform = feed.full, wiring.connections.store(store)
    seen = 0
    try:
        told = iter(platform.levels())
        while batch := list(islice(told, AT_ONCE)):
            seen += len(batch)
            _keep(wiring, store_pk, batch, number)
    except MiraklSyncError as error:
        wait = max(ANEW, timedelta(seconds=(isinstance(error, TryLater) and error.after) or 0))
        with wiring.db.transaction() as tx:
            tx.get_one(LevelFeed, store_pk).next_full_at = wiring.now() + wait
        raise
    return _conclude(wiring, store_pk, number, began, seen)


def _keep(wiring: Wiring, store_pk: int, batch: list[ProductFacts], number: int) -> None:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        # the first sight of a SKU that several products carry looks like the only one: it is asked for instead
        known = board.seen(tx, store_pk, [fact.sku for fact in batch])
        doubled = {
            fact.sku for fact in batch if fact.matches == 1 and fact.sku in known and known[fact.sku].matches > 1
        }
        board.observe(tx, store_pk, [fact for fact in batch if fact.sku not in doubled], now)
        board.doubt(tx, store_pk, doubled, now)
        tx.execute(
            update(ShelfItem)
            .where(ShelfItem.store_pk == store_pk, ShelfItem.sku.in_([fact.sku for fact in batch]))
            .values(full=number)
            .execution_options(synchronize_session=False)
        )
        tx.get_one(LevelFeed, store_pk).next_full_at = now + wiring.config.lease


def _conclude(wiring: Wiring, store_pk: int, number: int, began: datetime, seen: int) -> LevelReport:
    now = wiring.now()
    with wiring.db.transaction() as tx:
        store, feed = tx.get_one(Store, store_pk), tx.get_one(LevelFeed, store_pk)
        gone = _missing(tx, store_pk, number, began)
        allowed = _allowed(tx, store.key, feed.read_full_at)
        feed.next_full_at, feed.read_full_at = next_full(began, store), began
        feed.read_at = max(filter(None, (feed.read_at, began)))
        words = f"{seen} SKUs seen"
        if gone.skus and _too_many(tx, store_pk, gone) and not allowed:
            feed.next_full_at = min(feed.next_full_at, now + JUDGED)
            ask = Ask(KIND, store.key, _question(store.key, gone), facts={"skus": gone.skus[:50]})
            desk.open_item(tx, None, ask, "", None, now)
            words += f", {len(gone.skus)} missing: a person is asked"
        else:
            for some in _parts(gone.skus):
                board.observe(tx, store_pk, [_absent(sku, began) for sku in some], now)
            desk.close_by_key(tx, None, KIND, store.key, now, "the shop was looked at as a whole again")
            words += f", {len(gone.skus)} gone" if gone.skus else ""
        heartbeat.beat(tx, f"full look:{store.key}", now, next_full(began, store) - began, words)
    return LevelReport(words)


def _missing(tx: Transaction, store_pk: int, number: int, began: datetime) -> _Gone:
    rows = tx.execute(
        select(ShelfItem.sku, ShelfItem.sellable, ShelfItem.in_stock)
        .where(
            ShelfItem.store_pk == store_pk,
            ShelfItem.full < number,
            ShelfItem.matches > 0,
            # what somebody asked about, or a webhook told, since the look began is newer than its absence
            ShelfItem.observed_at < began,
        )
        .order_by(ShelfItem.sku)
    ).all()
    return _Gone([row.sku for row in rows], sum(row.sellable and row.in_stock for row in rows))


def _too_many(tx: Transaction, store_pk: int, gone: _Gone) -> bool:
    sellable = tx.execute(
        select(func.count()).where(
            ShelfItem.store_pk == store_pk, ShelfItem.matches > 0, ShelfItem.sellable, ShelfItem.in_stock
        )
    ).scalar_one()
    return gone.sellable > max(BRAKE_FROM, sellable * BRAKE)


def _allowed(tx: Transaction, store: str, last: datetime | None) -> bool:
    """A person settled the question since the last complete look: what it was about may be taken off, and no more."""
    item = tx.execute(
        select(InboxItem).where(InboxItem.kind == KIND, InboxItem.key == store).order_by(InboxItem.id.desc()).limit(1)
    ).scalar_one_or_none()
    if item is None or item.closed_at is None or last is None:
        return False
    return item.closed_by != desk.ITSELF and item.closed_at > last


def _question(store: str, gone: _Gone) -> str:
    return (
        f"A full look at {store} no longer shows {len(gone.skus)} SKUs that it had, {gone.sellable} of them in stock. "
        "They are offered as before until somebody has looked."
    )


def _absent(sku: str, at: datetime) -> ProductFacts:
    return ProductFacts(sku, at, matches=0, in_stock=False, sellable=False)


def _parts(skus: list[str]) -> Iterator[list[str]]:
    return (skus[start : start + AT_ONCE] for start in range(0, len(skus), AT_ONCE))
