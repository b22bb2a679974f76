"""Take a row for a while. A dead worker's lease simply expires; a slow one's record is refused by the fence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import or_, select, update

from mirakl_sync.db.models.base import CaseColumns
from mirakl_sync.db.transaction import Transaction

Row = TypeVar("Row", bound=CaseColumns)


def claim(tx: Transaction, model: type[Row], row_id: int, now: datetime, lease: timedelta) -> Row | None:
    """The row, ours for ``lease``; None when somebody else holds it or it does not exist.

    The claim is counted before any work is done, so that a row which kills its worker is found.
    """
    columns: Any = model
    taken = tx.execute(
        update(model)
        .where(columns.id == row_id, or_(columns.leased_until.is_(None), columns.leased_until <= now))
        .values(leased_until=now + lease, fence=columns.fence + 1, claims=columns.claims + 1)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result always has it
        return None
    return tx.execute(select(model).where(columns.id == row_id)).scalar_one()


def still_ours(tx: Transaction, model: type[Row], row_id: int, fence: int) -> Row | None:
    """The row, locked, if nobody claimed it since we did; None when our record must be thrown away."""
    columns: Any = model
    return tx.execute(
        select(model).where(columns.id == row_id, columns.fence == fence).with_for_update(of=columns)
    ).scalar_one_or_none()


def release(row: CaseColumns) -> None:
    """Give the row back."""
    row.leased_until = None
    row.claims = 0


def take_lease(tx: Transaction, model: type[Any], row_id: Any, now: datetime, lease: timedelta) -> bool:
    """A lease on a row without case columns (a connection's pull, a store's poll). False when somebody has it."""
    taken = tx.execute(
        update(model)
        .where(model.id == row_id, or_(model.leased_until.is_(None), model.leased_until <= now))
        .values(leased_until=now + lease)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result always has it
