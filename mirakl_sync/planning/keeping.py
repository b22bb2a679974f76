"""Keep lines as they should stand: what differs from what was told is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from mirakl_sync.db.models import PlannerRow
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.planning import rows
from mirakl_sync.planning.rows import Wanted
from mirakl_sync.records.planning import Feed


def keep(
    tx: Transaction, planner_pk: int, feed: Feed, subjects: Collection[str], wanted: Iterable[Wanted], now: datetime
) -> int:
    """Write down what shall stand of these subjects, all of them; answers how many lines stand otherwise now.

    A line that is no longer wanted is taken off where it was told, and forgotten where nobody heard of it.
    """
    mine = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed == feed, PlannerRow.subject.in_(list(subjects)))
    known = {row.key: row for row in tx.execute(select(PlannerRow).where(*mine)).scalars()}
    changed = 0
    for each in wanted:
        row = known.pop(each.key, None)
        if row is not None:
            changed += _stand(row, each, now)
        elif not each.idle:
            tx.add(_new(planner_pk, each, now))
            changed += 1
    for row in known.values():
        changed += _leave(tx, row, feed, now)
    tx.flush()
    return changed


def _new(planner_pk: int, each: Wanted, now: datetime) -> PlannerRow:
    content = rows.content(each, now)
    return PlannerRow(
        planner_pk=planner_pk,
        feed=each.feed,
        key=each.key,
        subject=each.subject,
        sku=each.sku,
        connection_id=each.connection_id,
        at=each.at,
        content=content,
        digest=rows.digest(content),
        quantity=each.quantity,
        changed_at=now,
        due=True,
    )


def _stand(row: PlannerRow, each: Wanted, now: datetime) -> bool:
    content = rows.content(each, now)
    digest = rows.digest(content)
    if digest == row.digest:
        return False
    row.content, row.digest, row.changed_at = content, digest, now
    row.sku, row.at, row.quantity = each.sku, each.at, each.quantity
    row.refusal, row.due = "", digest != row.sent_digest
    return True


def _leave(tx: Transaction, row: PlannerRow, feed: Feed, now: datetime) -> bool:
    if not row.sent_digest and row.file_id is None:
        tx.delete(row)
        return False
    gone = replace(rows.record(feed, row.content), removed=True)
    return _stand(row, Wanted(feed, row.key, row.subject, gone, row.connection_id, _title(row)), now)


def _title(row: PlannerRow) -> str:
    return str(row.content.get("title_sold", ""))


def mark_orphans(tx: Transaction, planner_pk: int) -> None:
    """Sales of what is in none of the variants wait: a planner drops them without a word. Others go on."""
    variant = aliased(PlannerRow)
    listed = exists().where(
        variant.planner_pk == planner_pk, variant.feed == Feed.VARIANTS, variant.sku == PlannerRow.sku
    )
    sales = (PlannerRow.planner_pk == planner_pk, PlannerRow.feed == Feed.SALES, PlannerRow.due)
    for condition, orphan in ((listed & PlannerRow.orphan, False), (~listed & ~PlannerRow.orphan, True)):
        tx.execute(
            update(PlannerRow)
            .where(*sales, condition)
            .values(orphan=orphan)
            .execution_options(synchronize_session=False)
        )


def tell_again(tx: Transaction, file_id: int) -> int:
    """What a file told last is due again; answers how many lines. What later files told of stays told."""
    told = update(PlannerRow).where(PlannerRow.file_id == file_id).values(sent_digest="", due=True)
    result = tx.execute(told.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result always has it
