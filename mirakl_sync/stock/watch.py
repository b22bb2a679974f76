"""What people must know of stock: each state is a question while it lasts, and closes when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Connection, InboxItem, LevelFeed, Offer, StockLane, StockRule
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk
from mirakl_sync.shelf import offers
from mirakl_sync.stock import shelf_troubles, troubles
from mirakl_sync.stock.troubles import OVER, Found, Side
from mirakl_sync.wiring import Wiring

# Rules that ended are kept so long, to explain what was.
KEEP_RULES = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class WatchReport:
    """How many questions about stock are open, and how many closed by themselves."""

    open: int
    closed: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.open} questions about stock, {self.closed} closed by themselves"


def watch(wiring: Wiring) -> WatchReport:
    """Open a question for each state that needs a person, close those that are over. May be called again.

    A shop that no longer confirms its numbers has every offer weighed once for it, and once more when it is back.
    """
    now = wiring.now()
    with wiring.db.reading() as tx:
        sides = troubles.sides(tx, wiring)
        found = [*troubles.of_connections(tx, sides, now), *shelf_troubles.short(tx, sides, now)]
        stale = {each.key: each for each in shelf_troubles.stale(tx, sides, now)}
    with wiring.db.transaction() as tx:
        for store in sorted({side.store for side in sides}):
            _turn(tx, [side for side in sides if side.store == store], stale.get(store), now)
        closed = _settle(tx, [*found, *stale.values()], now)
        tx.execute(delete(StockRule).where(StockRule.until < now - KEEP_RULES))
        _unhurry(tx)
    return WatchReport(len(found) + len(stale), closed)


def _unhurry(tx: Transaction) -> None:
    """Where nothing differs any more there is nothing to hurry for: a later change goes its usual way."""
    due = exists().where(Offer.connection_id == StockLane.connection_id, Offer.due)
    touched = exists().where(
        Connection.id == StockLane.connection_id, Offer.store_pk == Connection.store_pk, Offer.touched_at.is_not(None)
    )
    tx.execute(
        update(StockLane)
        .where(StockLane.hurry != "", StockLane.push_id.is_(None), ~due, ~touched)
        .values(hurry="")
        .execution_options(synchronize_session=False)
    )


def _settle(tx: Transaction, found: Iterable[Found], now: datetime) -> int:
    """Open what was found, close what was not; answers how many were closed."""
    asked = set()
    for each in found:
        desk.open_item(tx, each.connection_id, Ask(each.kind, each.key, each.words, facts=each.facts), "", None, now)
        asked.add((each.connection_id, each.kind, each.key))
    rows = tx.execute(
        select(InboxItem.connection_id, InboxItem.kind, InboxItem.key).where(
            InboxItem.kind.in_(OVER), InboxItem.closed_at.is_(None)
        )
    ).all()
    over = [row for row in rows if tuple(row) not in asked]
    for row in over:
        desk.close_by_key(tx, row.connection_id, row.kind, row.key, now, OVER[row.kind])
    return len(over)


def _turn(tx: Transaction, joined: Sequence[Side], stale: Found | None, now: datetime) -> None:
    """Weigh the offers of a store's connections for which its word became too old, or good again."""
    store_pk = joined[0].store_pk
    feed = tx.get(LevelFeed, store_pk)
    if feed is None or (stale is None and not feed.stale):
        return
    if stale is None:
        feed.stale = False
        offers.touch_all(tx, now, store_pk=store_pk)
        return
    meant = set(stale.facts["connections"])
    for side in joined:
        if side.key in meant ^ _known(tx, stale, meant if feed.stale else set()):
            offers.touch_all(tx, now, connection_id=side.connection_id)
    feed.stale = True


def _known(tx: Transaction, stale: Found, otherwise: set[str]) -> set[str]:
    """The connections that were weighed for it before; ``otherwise`` where a person settled the question."""
    facts = tx.execute(
        select(InboxItem.facts).where(
            InboxItem.kind == stale.kind, InboxItem.key == stale.key, InboxItem.closed_at.is_(None)
        )
    ).scalar_one_or_none()
    return set(facts["connections"]) if facts else otherwise
