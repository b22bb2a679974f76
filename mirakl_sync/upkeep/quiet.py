"""Connections that are unusually quiet: orders came in these hours for weeks, and now none does.

Nothing fails when a marketplace hides an offer or a price is wrong by a factor of ten: there is only no order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median

from sqlalchemy import func, select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Connection, Heartbeat, InboxItem, Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk
from mirakl_sync.upkeep.silence import late_at
from mirakl_sync.wiring import Wiring

KIND = "unusually_quiet"
WEEK = timedelta(days=7)
WEEKS = 4
# The shorter the window, the sooner a busy connection is noticed; a slow one needs a long one.
WINDOWS = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24))
# With as many expected, none at all comes by chance about once in three thousand windows.
ENOUGH = 8

# A person's word that all is well counts for so long.
BELIEVED = timedelta(days=1)

Count = Callable[[datetime, datetime], int]


@dataclass(frozen=True, slots=True)
class Quiet:
    """No order for as long as ``window``; ``usual`` came in it, by the median of the last four weeks."""

    window: timedelta
    usual: float


@dataclass(frozen=True)
class QuietReport:
    """Which connections are unusually quiet."""

    quiet: tuple[str, ...]
    connections: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{len(self.quiet)} of {self.connections} connections are unusually quiet" + (
            f": {', '.join(self.quiet)}" if self.quiet else ""
        )


def unusual(first: datetime | None, count: Count, now: datetime) -> Quiet | None:
    """The shortest window without an order in which orders usually come; None for a connection that is as always, or
    too young to tell. ``first`` is its first order, ``count`` how many were made from one time to another. Pure."""
    for window in WINDOWS:
        if first is None or first > now - WEEKS * WEEK - window or count(now - window, now):
            return None
        weeks = [now - week * WEEK for week in range(1, WEEKS + 1)]
        usual = median(count(end - window, end) for end in weeks)
        if usual >= ENOUGH:
            return Quiet(window, usual)
    return None


def watch(wiring: Wiring) -> QuietReport:
    """Ask about each connection that became quiet; close with its next order, or when it rests on purpose."""
    now, found = wiring.now(), []
    with wiring.db.transaction() as tx:
        rows = tx.execute(select(Connection)).unique().scalars().all()
        beats = {beat.feed: beat for beat in tx.execute(select(Heartbeat)).scalars()}
        for row in rows:
            if _close(tx, row, now) or _rests(row) or _silent(beats.get(f"orders:{row.key}"), now):
                continue
            quiet = unusual(_first(tx, row), partial(_count, tx, row), now)
            if quiet is not None and not _explained(tx, row, now):
                found.append(row.key)
                _ask(tx, row, quiet, now)
    return QuietReport(tuple(found), len(rows))


def _ask(tx: Transaction, row: Connection, quiet: Quiet, now: datetime) -> None:
    hours = quiet.window / timedelta(hours=1)
    words = (
        f"{row.key} had no order in the last {hours:g} h; in the same hours of the last four weeks there were "
        f"about {quiet.usual:g}."
    )
    facts = {"hours": hours, "usual": quiet.usual}
    desk.open_item(tx, row.id, Ask(KIND, row.key, words, facts=facts), "", None, now)


def _close(tx: Transaction, row: Connection, now: datetime) -> bool:
    """True when an open question about this connection was closed now."""
    item = tx.execute(
        select(InboxItem).where(
            InboxItem.connection_id == row.id, InboxItem.kind == KIND, InboxItem.closed_at.is_(None)
        )
    ).scalar_one_or_none()
    if item is None:
        return False
    if _rests(row):
        return desk.close_by_key(tx, row.id, KIND, row.key, now, "it was stopped or paused on purpose")
    came = select(Order.order_id).where(Order.connection_id == row.id, Order.seen_at >= item.opened_at)
    order = tx.execute(came.order_by(Order.seen_at).limit(1)).scalar_one_or_none()
    return order is not None and desk.close_by_key(tx, row.id, KIND, row.key, now, f"order {order} came")


def _explained(tx: Transaction, row: Connection, now: datetime) -> bool:
    """True when a person settled the question a while ago: a holiday lasts longer than a tick."""
    settled = select(InboxItem.id).where(
        InboxItem.connection_id == row.id,
        InboxItem.kind == KIND,
        InboxItem.closed_at > now - BELIEVED,
        InboxItem.closed_by != desk.ITSELF,
    )
    return tx.execute(settled.limit(1)).first() is not None


def _rests(row: Connection) -> bool:
    return bool(row.stopped_because) or "orders" in row.paused


def _silent(beat: Heartbeat | None, now: datetime) -> bool:
    """A feed that stopped is asked about as such; its orders are not missing but unseen."""
    return beat is None or late_at(beat) < now


def _first(tx: Transaction, row: Connection) -> datetime | None:
    return tx.execute(select(func.min(Order.created_at)).where(Order.connection_id == row.id)).scalar_one()


def _count(tx: Transaction, row: Connection, begin: datetime, end: datetime) -> int:
    counted = select(func.count()).where(
        Order.connection_id == row.id, Order.created_at > begin, Order.created_at <= end
    )
    return int(tx.execute(counted).scalar_one())
