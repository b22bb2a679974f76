"""States of a store's shelf that need a person: numbers nobody confirms any more, and more sold than there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from mirakl_sync.db.models import LevelFeed, OrderLine, ShelfComponent, ShelfItem, StockEvent
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.policy.model import InDoubt
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock.rules import ASK_STALE
from mirakl_sync.stock.troubles import NAMED, OVERSOLD, Found, Side

# An oversell is spoken of so long after the sale; a shop's number may be below zero for reasons of its own.
REMEMBERED = timedelta(days=14)
_AT_ONCE = 500


def stale(tx: Transaction, sides: Iterable[Side], now: datetime) -> Iterator[Found]:
    """Stores that have confirmed nothing for longer than a connection's policy allows, with those connections."""
    by_store: dict[tuple[int, str], list[Side]] = {}
    for side in sides:
        by_store.setdefault((side.store_pk, side.store), []).append(side)
    for (store_pk, store), joined in by_store.items():
        confirmed = _confirmed(tx, store_pk)
        late = [side for side in joined if confirmed is not None and confirmed < now - side.policy.stale_after]
        if late and confirmed is not None:
            then = "; ".join(f"{side.key}: {_SHOWN[side.policy.stale]}" for side in late)
            words = f"{store} has confirmed no number since {confirmed:%Y-%m-%d %H:%M} UTC. {then}."
            facts = {"since": f"{confirmed:%Y-%m-%dT%H:%M:%SZ}", "connections": [side.key for side in late]}
            yield Found(None, ASK_STALE, store, words, facts)


_SHOWN = {
    InDoubt.ASK: "the numbers there are left as they are",
    InDoubt.KEEP: "the numbers there are left as they are",
    InDoubt.ZERO: "everything is shown as sold out",
}


def _confirmed(tx: Transaction, store_pk: int) -> datetime | None:
    """Until when everything the store said is known to be true; before its first reading, the last word it said."""
    feed = tx.get(LevelFeed, store_pk)
    if feed is not None and feed.read_at is not None:
        return feed.read_at
    said = select(func.max(ShelfItem.observed_at)).where(ShelfItem.store_pk == store_pk, ShelfItem.matches > 0)
    return tx.execute(said).scalar_one_or_none()


def short(tx: Transaction, sides: Iterable[Side], now: datetime) -> Iterator[Found]:
    """What is asked about each store: more sold than there is."""
    for store_pk, store in sorted({(side.store_pk, side.store) for side in sides}):
        missing = oversold(tx, store_pk, now)
        if missing:
            worst = sorted(missing.items(), key=lambda each: (-each[1], each[0]))
            named = [f"{sku}: {pieces} too many" for sku, pieces in worst[:10]]
            more = f" and {len(worst) - 10} more SKUs" if len(worst) > 10 else ""
            words = f"More was sold than {store} has: {', '.join(named)}{more}."
            facts = {"count": len(worst), "skus": dict(worst[:NAMED])}
            yield Found(None, OVERSOLD, store, words, facts)


def oversold(tx: Transaction, store_pk: int, now: datetime) -> dict[str, int]:
    """By SKU, how many pieces marketplaces sold beyond the shelf; SKUs that may be owed (backorders) are left out."""
    sold = _unfelt(tx, store_pk)
    negative = select(ShelfItem.sku).where(ShelfItem.store_pk == store_pk, text("quantity < 0"))
    below = list(tx.execute(negative).scalars())
    short: dict[str, int] = {}
    for skus in _parts(sorted({*sold, *below})):
        shelf = select(ShelfItem.sku, ShelfItem.quantity).where(
            ShelfItem.store_pk == store_pk,
            ShelfItem.sku.in_(skus),
            ShelfItem.quantity.is_not(None),
            ShelfItem.backorders.is_(False),
        )
        left = {sku: (quantity or 0) - sold.get(sku, 0) for sku, quantity in tx.execute(shelf)}
        short |= {sku: -number for sku, number in left.items() if number < 0}
    lately = _sold_lately(tx, store_pk, [sku for sku in short if sku not in sold], now)
    return {sku: number for sku, number in short.items() if sku in sold or sku in lately}


def _unfelt(tx: Transaction, store_pk: int) -> dict[str, int]:
    """Pieces sold that the shop has not subtracted, also as parts of bundles."""
    rows = tx.execute(
        select(OrderLine.sku, func.sum(OrderLine.quantity))
        .where(OrderLine.store_pk == store_pk, OrderLine.unfelt)
        .group_by(OrderLine.sku)
    )
    sold = {sku: int(pieces) for sku, pieces in rows}
    for some_bundles in _parts(sorted(sold)):
        held = select(ShelfComponent.bundle, ShelfComponent.component, ShelfComponent.pieces).where(
            ShelfComponent.store_pk == store_pk, ShelfComponent.bundle.in_(some_bundles)
        )
        for bundle, component, pieces in tx.execute(held).all():
            sold[component] = sold.get(component, 0) + sold[bundle] * pieces
    return sold


def _sold_lately(tx: Transaction, store_pk: int, skus: Sequence[str], now: datetime) -> set[str]:
    found: set[str] = set()
    for some_skus in _parts(skus):
        lately = select(StockEvent.sku).where(
            StockEvent.store_pk == store_pk,
            StockEvent.sku.in_(some_skus),
            StockEvent.at > now - REMEMBERED,
            StockEvent.kind == str(Told.SOLD),
        )
        found |= set(tx.execute(lately.distinct()).scalars())
    return found


def _parts(skus: Sequence[str]) -> Iterator[Sequence[str]]:
    return (skus[start : start + _AT_ONCE] for start in range(0, len(skus), _AT_ONCE))
