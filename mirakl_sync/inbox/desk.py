"""Open, merge, withdraw and settle questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from mirakl_sync.cases.step import Ask
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import InboxItem, InboxSubject
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox.kinds import KINDS

# Who closed a question whose cause is gone.
ITSELF = "by itself"


def open_item(
    tx: Transaction, connection_id: int | None, ask: Ask, subject: str, subject_id: int | None, now: datetime
) -> InboxItem:
    """The open item for this question, made if there is none; the subject waits for it from now on.

    Equal kind and key of one connection are one item, however many rows ask.
    """
    kind = KINDS[ask.kind]
    merge_key = f"{connection_id or 0}:{ask.kind}:{ask.key}"
    due = min(filter(None, (ask.due, now + kind.answer_within)))
    item = _open(
        tx,
        {
            "connection_id": connection_id,
            "kind": kind.name,
            "key": ask.key,
            "merge_key": merge_key,
            "owner": kind.owner.value,
            "urgency": int(kind.urgency),
            "question": ask.question,
            "way_out": kind.way_out,
            "facts": dict(ask.facts),
            "opened_at": now,
            "last_seen_at": now,
            "due_at": due,
            "times_seen": 0,
            "closed_by": "",
            "answer": "",
        },
    )
    item.times_seen += 1
    item.last_seen_at = now
    item.question = ask.question
    item.facts = dict(ask.facts) or item.facts
    item.due_at = min(filter(None, (item.due_at, due)))
    if subject_id is not None:
        insert_once(tx, InboxSubject, {"item_id": item.id, "subject": subject, "subject_id": subject_id})
    return item


def _open(tx: Transaction, values: dict[str, Any]) -> InboxItem:
    """The open item of a merge key, locked. One that is just being closed by others is followed by a new one."""
    wanted = (
        select(InboxItem)
        .where(InboxItem.merge_key == values["merge_key"], InboxItem.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    while True:
        insert_once(tx, InboxItem, values)
        item = tx.execute(wanted).scalar_one_or_none()
        if item is not None:
            return item


def withdraw(
    tx: Transaction, subject: str, subject_id: int, now: datetime, words: str, *, only: int | None = None
) -> int:
    """The row no longer waits for any question, or for the ``only`` one. Items nobody waits for close themselves.

    Answers how many items were closed; ``words`` is the proof they are closed with.
    """
    waiting = tx.execute(
        select(InboxSubject, InboxItem)
        .join(InboxItem, InboxItem.id == InboxSubject.item_id)
        .where(
            InboxSubject.subject == subject,
            InboxSubject.subject_id == subject_id,
            InboxItem.closed_at.is_(None),
            *([InboxItem.id == only] if only is not None else []),
        )
        .order_by(InboxItem.id)
        # whoever joins the question at this moment must be seen, or it would close over their heads
        .with_for_update(of=InboxItem)
    ).all()
    closed = 0
    for mine, item in waiting:
        tx.delete(mine)
        tx.flush()
        if not tx.execute(select(InboxSubject.id).where(InboxSubject.item_id == item.id).limit(1)).first():
            close(item, now, who=ITSELF, answer=words)
            closed += 1
    return closed


def acted(tx: Transaction, subject: str, subject_id: int, now: datetime) -> None:
    """A person did something about a row: whatever it waits for is no longer untouched."""
    mine = select(InboxSubject.item_id).where(InboxSubject.subject == subject, InboxSubject.subject_id == subject_id)
    untouched = InboxItem.id.in_(mine) & InboxItem.closed_at.is_(None) & InboxItem.acted_at.is_(None)
    tx.execute(update(InboxItem).where(untouched).values(acted_at=now))


def close(item: InboxItem, now: datetime, *, who: str, answer: str) -> None:
    """The question is answered."""
    item.closed_at, item.closed_by, item.answer = now, who, answer


def reopen(item: InboxItem) -> None:
    """The answer is taken back."""
    item.closed_at, item.closed_by, item.answer = None, "", ""


def close_by_key(tx: Transaction, connection_id: int | None, kind: str, key: str, now: datetime, words: str) -> bool:
    """Close the open item of this question, its cause being gone. False when there is none."""
    merge_key = f"{connection_id or 0}:{kind}:{key}"
    item = tx.execute(
        select(InboxItem).where(InboxItem.merge_key == merge_key, InboxItem.closed_at.is_(None))
    ).scalar_one_or_none()
    if item is None:
        return False
    close(item, now, who=ITSELF, answer=words)
    return True


def subjects_of(tx: Transaction, item: InboxItem, subject: str) -> list[int]:
    """The rows of one kind that wait for an item."""
    rows: Any = tx.execute(
        select(InboxSubject.subject_id).where(InboxSubject.item_id == item.id, InboxSubject.subject == subject)
    )
    return list(rows.scalars())
