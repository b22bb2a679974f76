"""Feeds that stopped: a schedule that no longer runs raises nothing, so its absence is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Connection, Heartbeat, InboxItem, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk
from mirakl_sync.upkeep import mended
from mirakl_sync.wiring import Wiring

# A feed is late after so many missed beats, but never earlier than half a minute.
MISSED_BEATS = 3
SHORTEST = timedelta(seconds=30)


@dataclass(frozen=True)
class SilenceReport:
    """Which feeds are late."""

    late: tuple[str, ...]
    feeds: int

    def sentence(self) -> str:
        """For Flower."""
        return (
            f"{len(self.late)} of {self.feeds} feeds are silent: {', '.join(self.late)}"
            if self.late
            else "all feeds live"
        )


def late_at(beat: Heartbeat) -> datetime:
    """From when on a feed counts as silent."""
    return beat.beat_at + max(timedelta(seconds=beat.every_seconds) * MISSED_BEATS, SHORTEST)


def watch(wiring: Wiring) -> SilenceReport:
    """Open a question for each silent feed, close it with the feed's next sign of life. What was mended unnoticed
    is closed as well."""
    now, late = wiring.now(), []
    with wiring.db.transaction() as tx:
        beats = tx.execute(select(Heartbeat)).scalars().all()
        resting = _resting(tx)
        for beat in beats:
            if beat.feed in resting:
                desk.close_by_key(tx, None, "feed_silent", beat.feed, now, "it was stopped or paused on purpose")
            elif late_at(beat) < now:
                late.append(beat.feed)
                since = f"{beat.beat_at:%Y-%m-%d %H:%M:%S} UTC"
                words = f"{beat.feed} is silent since {since}; it should beat every {beat.every_seconds:.0f} s."
                desk.open_item(tx, None, Ask("feed_silent", beat.feed, words), "", None, now)
            else:
                desk.close_by_key(tx, None, "feed_silent", beat.feed, now, f"it beat at {beat.beat_at:%H:%M:%S}")
        mended.close_what_was_read(tx, now)
    return SilenceReport(tuple(late), len(beats))


_PLANNED = Connection.planner_pk.is_not(None)


def _resting(tx: Transaction) -> set[str]:
    """Feeds that stand still on purpose, or whose stop was asked about already."""
    rows = tx.execute(select(Connection.id, Connection.key, Connection.paused, Connection.stopped_because)).all()
    refused = set(
        tx.execute(
            select(InboxItem.connection_id).where(
                InboxItem.kind == "misconfigured", InboxItem.key == "offers", InboxItem.closed_at.is_(None)
            )
        ).scalars()
    )
    planners = select(Store.key).where(Store.id.not_in(select(Connection.planner_pk).where(_PLANNED)))
    unnamed = {f"{feed}:{key}" for key in tx.execute(planners).scalars() for feed in ("planner", "planner read")}
    orders = {f"orders:{row.key}" for row in rows if row.stopped_because or "orders" in row.paused}
    return (
        orders
        | unnamed
        | {
            f"{feed}:{row.key}"
            for row in rows
            for feed in ("offers", "compare")
            if row.stopped_because or "stock" in row.paused or row.id in refused
        }
    )
