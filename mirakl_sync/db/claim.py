"""Take a row for a while. A dead worker's lease simply expires; a slow one's record is refused by the fence."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, bindparam, or_, select, update

from mirakl_sync.db.models.base import CaseColumns
from mirakl_sync.db.transaction import Transaction

Row = TypeVar("Row", bound=CaseColumns)


def claim(tx: Transaction, model: type[Row], row_id: int, now: datetime, lease: timedelta) -> Row | None:
    """The row, ours for ``lease``; None when somebody else holds it or it does not exist.

    The claim is counted before any work is done, so that a row which kills its worker is found.
    """
    taken = tx.execute(_take(model), {"row": row_id, "now": now, "until": now + lease}, execution_options=_BLIND)
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result always has it
        return None
    row: Row = tx.execute(_read(model), {"row": row_id}).unique().scalar_one()
    return row


def still_ours(tx: Transaction, model: type[Row], row_id: int, fence: int) -> Row | None:
    """The row, locked, if nobody claimed it since we did; None when our record must be thrown away."""
    if tx.get_bind().dialect.name != "sqlite":
        # a statement of its own, before the read: what hangs on the row is then as the last holder left it
        tx.execute(_lock(model), {"row": row_id}).scalar_one_or_none()
    row = tx.execute(_read(model), {"row": row_id}).unique().scalar_one_or_none()
    return row if row is not None and row.fence == fence else None


_BLIND = {"synchronize_session": False}


# Built once per model: composing a statement costs more than running it.


@cache
def _take(model: Any) -> Any:
    free = or_(model.leased_until.is_(None), model.leased_until <= bindparam("now"))
    # should this worker die, the sweep finds the row when the lease is over
    lease: dict[str, BindParameter[Any]] = {"leased_until": bindparam("until"), "next_attempt_at": bindparam("until")}
    counted = {"fence": model.fence + 1, "claims": model.claims + 1}
    return update(model).where(model.id == bindparam("row"), free).values({**lease, **counted})


@cache
def _read(model: Any) -> Any:
    return select(model).where(model.id == bindparam("row")).options(*model.together())


@cache
def _lock(model: Any) -> Any:
    return select(model.id).where(model.id == bindparam("row")).with_for_update()


def release(row: CaseColumns) -> None:
    """Give the row back."""
    row.leased_until = None
    row.claims = 0


def take_lease(tx: Transaction, model: type[Any], row_id: Any, now: datetime, lease: timedelta) -> bool:
    """A lease on a row without case columns (a connection's pull, a store's poll). False when somebody has it."""
    (key,) = model.__table__.primary_key
    taken = tx.execute(
        update(model)
        .where(key == row_id, or_(model.leased_until.is_(None), model.leased_until <= now))
        .values(leased_until=now + lease)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result always has it
