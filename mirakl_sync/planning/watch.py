"""What people must know of planners: each state is a question while it lasts, and closes when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import InboxItem, PlannerDesk
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Misconfigured
from mirakl_sync.inbox import desk
from mirakl_sync.planning import settings, troubles
from mirakl_sync.planning.sending import planners
from mirakl_sync.planning.troubles import OVER, Found
from mirakl_sync.wiring import Wiring


@dataclass(frozen=True, slots=True)
class WatchReport:
    """How many questions about planners are open, and how many closed by themselves."""

    open: int
    closed: int

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.open} questions about planners, {self.closed} closed by themselves"


def watch(wiring: Wiring) -> WatchReport:
    """Open a question for each state that needs a person, close those that are over. May be called again."""
    now = wiring.now()
    with wiring.db.reading() as tx:
        found = _found(tx, now)
    with wiring.db.transaction() as tx:
        return WatchReport(len(found), _settle(tx, found, now))


def _found(tx: Transaction, now: datetime) -> list[Found]:
    found: list[Found] = []
    for store in planners(tx):
        row = tx.get(PlannerDesk, store.id)
        if row is None:
            continue
        try:
            told = settings.read(store.key, store.settings)
        except Misconfigured:
            # asked about by whoever cannot work with it
            continue
        found += troubles.of_planner(tx, store, row, told, now)
    return found


def _settle(tx: Transaction, found: Sequence[Found], now: datetime) -> int:
    for each in found:
        desk.open_item(tx, None, Ask(each.kind, each.key, each.words, facts=each.facts), "", None, now)
    asked = {(each.kind, each.key) for each in found}
    open_ones = select(InboxItem.kind, InboxItem.key).where(InboxItem.kind.in_(OVER), InboxItem.closed_at.is_(None))
    over = [row for row in tx.execute(open_ones).all() if tuple(row) not in asked]
    for row in over:
        desk.close_by_key(tx, None, row.kind, row.key, now, OVER[row.kind])
    return len(over)
