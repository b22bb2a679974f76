"""Signs of life per feed: silence is found because its absence is data."""

from __future__ import annotations

from datetime import datetime, timedelta

from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import Heartbeat
from mirakl_sync.db.transaction import Transaction


def beat(tx: Transaction, feed: str, now: datetime, every: timedelta, words: str = "") -> None:
    """``feed`` lives; it is late when the next beat does not come within three times ``every``."""
    values = {"beat_at": now, "every_seconds": every.total_seconds(), "words": words}
    if not insert_once(tx, Heartbeat, {"feed": feed, **values}):
        row = tx.get_one(Heartbeat, feed)
        row.beat_at, row.every_seconds, row.words = now, every.total_seconds(), words
