"""One visit at a planner at a time: whoever works renews the lease, a killed worker's is over soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from mirakl_sync.db.claim import take_lease
from mirakl_sync.db.models import PlannerDesk
from mirakl_sync.db.transaction import Transaction

# Longer than one call or one batch takes, and so short that files a killed worker left are brought in time.
LEASE = timedelta(minutes=5)


def take(tx: Transaction, planner_pk: int, now: datetime) -> bool:
    """False when somebody else is at it."""
    return take_lease(tx, PlannerDesk, planner_pk, now, LEASE)


def renew(tx: Transaction, planner_pk: int, now: datetime) -> None:
    """We are still at it."""
    mine = update(PlannerDesk).where(PlannerDesk.store_pk == planner_pk).values(leased_until=now + LEASE)
    tx.execute(mine.execution_options(synchronize_session=False))
