"""Switch a connection's feeds off and on again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.connections.difference import by_key
from mirakl_sync.connections.schemas import FEEDS
from mirakl_sync.db.models import Connection, InboxItem, PolicyChange, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.inbox import desk


def pause(tx: Transaction, key: str, feeds: Sequence[str], who: str, now: datetime) -> list[str]:
    """Switch feeds off; answers those that were on. No feeds named: all. ``Misconfigured`` for unknown names."""
    row = connection(tx, key)
    stopped = [feed for feed in _known(feeds) if feed not in row.paused]
    if stopped:
        row.paused = [*row.paused, *stopped]
        _note(tx, row, who, now, f"paused: {', '.join(stopped)}")
    return stopped


def resume(tx: Transaction, key: str, feeds: Sequence[str], who: str, now: datetime) -> list[str]:
    """Switch feeds on again, also what stopped by itself; answers what was off. The next look comes at once."""
    row = connection(tx, key)
    started = [feed for feed in _known(feeds) if feed in row.paused]
    row.paused = [feed for feed in row.paused if feed not in started]
    was = row.stopped_because
    lift(tx, row, now, f"{who} resumed the connection")
    told = [f"resumed: {', '.join(started)}"] if started else []
    told += [f"no longer stopped: {was}"] if was else []
    if told:
        _note(tx, row, who, now, *told)
    return started + (["what had stopped by itself"] if was else [])


def lift(tx: Transaction, row: Connection, now: datetime, words: str) -> None:
    """Let a connection that stopped by itself try again, and look at its marketplace now."""
    row.stopped_because, row.next_pull_at = "", None
    open_items = select(InboxItem).where(
        InboxItem.connection_id == row.id, InboxItem.kind == "misconfigured", InboxItem.closed_at.is_(None)
    )
    for item in tx.execute(open_items).scalars():
        desk.close(item, now, who="by itself", answer=words)


def connection(tx: Transaction, key: str) -> Connection:
    """The connection of this key; ``Misconfigured`` names the known ones."""
    row = by_key(tx, Connection, key)
    if row is None:
        known = tx.execute(select(Connection.key).order_by(Connection.key)).scalars().all()
        raise Misconfigured(
            f"There is no connection {key!r}.",
            way_out=f"Known are {', '.join(known)}."
            if known
            else "Describe one in a file and run `mirakl-sync connections apply FILE`.",
        )
    return row


def store(tx: Transaction, key: str) -> Store:
    """The store of this key; ``Misconfigured`` names the known ones."""
    row = by_key(tx, Store, key)
    if row is None:
        known = ", ".join(tx.execute(select(Store.key).order_by(Store.key)).scalars())
        raise Misconfigured(f"There is no store {key!r}.", way_out=f"Known are {known or 'none'}.")
    return row


def _known(feeds: Sequence[str]) -> tuple[str, ...]:
    unknown = [feed for feed in feeds if feed not in FEEDS]
    if unknown:
        raise Misconfigured(f"There is no feed {', '.join(unknown)}.", way_out=f"Known are {', '.join(FEEDS)}.")
    return tuple(dict.fromkeys(feeds)) or FEEDS


def _note(tx: Transaction, row: Connection, who: str, now: datetime, *words: str) -> None:
    tx.add(PolicyChange(connection_id=row.id, at=now, who=who, difference=list(words)))
