"""The feeds and when they last gave a sign of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.db.models import Heartbeat
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.upkeep.silence import late_at


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed; ``age`` and ``every`` in seconds."""

    name: str
    age: float
    every: float
    silent: bool
    words: str


def feeds(tx: Transaction, now: datetime) -> list[Feed]:
    """All of them, the silent first, then by name."""
    found = [
        Feed(beat.feed, (now - beat.beat_at).total_seconds(), beat.every_seconds, late_at(beat) < now, beat.words)
        for beat in tx.execute(select(Heartbeat)).scalars()
    ]
    return sorted(found, key=lambda feed: (not feed.silent, feed.name))
