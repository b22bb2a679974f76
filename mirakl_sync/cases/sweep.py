"""Find every row that is due and ring for it: what a lost message forgot is found here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import nulls_last, or_, select, update

from mirakl_sync.db.transaction import Database, Transaction
from mirakl_sync.dispatch import Wake

# A bell rung less than this ago may still be on its way.
RING_AGAIN_AFTER = timedelta(seconds=15)
MOST_AT_ONCE = 2000


@dataclass(frozen=True)
class SweepReport:
    """How many rows were rung for; ``what`` names them in the plural."""

    rung: int
    what: str

    def sentence(self) -> str:
        """For Flower."""
        return f"{self.rung} due {self.what} rung for"


def sweep(
    db: Database,
    model: Any,
    promise: Any,
    bells: Callable[[Transaction, Sequence[Any]], Sequence[Wake]],
    now: datetime,
    what: str,
) -> SweepReport:
    """Ring for due rows of ``model``, the nearest ``promise`` first. Rows rung a moment ago are left to their bell."""
    with db.reading() as tx:
        due = (
            select(model)
            .where(
                model.next_attempt_at <= now,
                or_(model.leased_until.is_(None), model.leased_until <= now),
                or_(model.rung_at.is_(None), model.rung_at <= now - RING_AGAIN_AFTER),
            )
            .order_by(nulls_last(promise), model.next_attempt_at)
            .limit(MOST_AT_ONCE)
        )
        rows = list(tx.execute(due).scalars())
        wakes = bells(tx, rows)
    if rows:
        with db.transaction() as tx:
            tx.execute(update(model).where(model.id.in_([row.id for row in rows])).values(rung_at=now))
        db.dispatcher.send(wakes)
    return SweepReport(len(rows), what)
