"""Whom a person's act about stock is about, and where it is written down: in SKUs' stories and connections' trails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from mirakl_sync.connections.difference import by_key
from mirakl_sync.db.models import Connection, Offer, PolicyChange, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.shelf import story
from mirakl_sync.shelf.story import Told

_AT_ONCE = 500
_NAMED = 10


def connections(tx: Transaction, key: str) -> list[Connection]:
    """The connection of this key, all of the store of this key, or without a key every one, by key.

    ``Refused`` names what there is.
    """
    chosen = select(Connection).order_by(Connection.key)
    rows = list(tx.execute(chosen).unique().scalars())
    found = [row for row in rows if key in ("", row.key)] or [row for row in rows if key == row.store.key]
    if key and not found:
        known = ", ".join([*(row.key for row in rows), *sorted({row.store.key for row in rows})])
        raise Refused(
            f"There is no connection or store {key!r}.",
            way_out=f"Known are {known}."
            if known
            else "Describe one in a file and run `mirakl-sync connections apply FILE`.",
        )
    return found


def one(tx: Transaction, key: str) -> Connection:
    """The connection of this key; ``Refused`` for a store, with its connections."""
    found = connections(tx, key)
    if found and found[0].key == key:
        return found[0]
    raise Refused(f"{key or 'Nothing'} is no connection.", way_out=f"Name one of {', '.join(x.key for x in found)}.")


def store(tx: Transaction, key: str) -> Store:
    """The store of this key, or that of the connection of this key. ``Refused`` names what there is."""
    found: Store | None = by_key(tx, Store, key)
    return found or connections(tx, key)[0].store


def offered(tx: Transaction, rows: Iterable[Connection], skus: Sequence[str]) -> None:
    """``Refused`` for SKUs that none of these connections offers."""
    known: set[str] = set()
    ids = [row.id for row in rows]
    for some in parts(skus):
        known |= set(tx.execute(select(Offer.sku).where(Offer.connection_id.in_(ids), Offer.sku.in_(some))).scalars())
    if strange := [sku for sku in skus if sku not in known]:
        raise Refused(
            f"Not offered there: {named(strange)}.",
            way_out="`mirakl-sync stock offers CONNECTION --text PART` finds SKUs as the marketplace spells them.",
        )


def touched(now: datetime) -> Any:
    """Weigh it again, if it is not to be already."""
    return func.coalesce(Offer.touched_at, now)


def tell(tx: Transaction, row: Connection, skus: Iterable[str], who: str, now: datetime, words: str) -> None:
    """Into the story of each SKU and, in one line, into the connection's trail."""
    skus = list(skus)
    if not skus:
        return
    story.write(
        tx,
        (
            story.line(row.store_pk, sku, Told.RULE, now, now, connection_id=row.id, ref=who, words=f"{words} ({who})")
            for sku in skus
        ),
    )
    note(tx, row, who, now, f"{words}: {named(skus)}")


def note(tx: Transaction, row: Connection, who: str, now: datetime, words: str) -> None:
    """Into the connection's trail."""
    tx.add(PolicyChange(connection_id=row.id, at=now, who=who[:80], difference=[f"stock: {words}"]))


def named(skus: Sequence[str]) -> str:
    """Some of them by name, the others by number."""
    return ", ".join(skus[:_NAMED]) + (f" and {len(skus) - _NAMED} more" if len(skus) > _NAMED else "")


def parts(skus: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many as one statement takes."""
    return (skus[start : start + _AT_ONCE] for start in range(0, len(skus), _AT_ONCE))
