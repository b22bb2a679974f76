"""What a person does about a question: take it on, say something, settle it, open it again.

Each act is a line of the question's story and stops reminders and escalation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import InboxItem
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.inbox.subjects import SUBJECTS, Subject

# The subject of the story's lines.
STORY = "inbox"


def assign(tx: Transaction, item_id: int, to: str, who: str, now: datetime) -> str:
    """Somebody takes an open question on; with an empty ``to`` it is given back. Answers the sentence of the story.

    Given back it counts as untouched again: reminders and escalation go on.
    """
    item = _open(tx, item_id)
    before, item.assigned_to = item.assigned_to, to[:80]
    words = f"assigned to {to}" if to else f"given back by {before or 'nobody'}"
    _tell(tx, item, who, now, words)
    item.acted_at = (item.acted_at or now) if to else None
    return words


def comment(tx: Transaction, item_id: int, text: str, who: str, now: datetime) -> str:
    """A remark on a question, open or closed. ``Refused`` when it says nothing."""
    if not text.strip():
        raise Refused("The comment is empty.", way_out="Say what you know or did.")
    item = find(tx, item_id)
    _tell(tx, item, who, now, text.strip())
    return text.strip()


def settle(tx: Transaction, item_id: int, who: str, answer: str, now: datetime) -> dict[str, list[int]]:
    """Close an item; answers the rows that are looked at again, by subject.

    A cause that is still there is asked anew. ``Refused`` when there is no such item or it is closed already.
    """
    item = _open(tx, item_id)
    desk.close(item, now, who=who, answer=answer)
    _tell(tx, item, who, now, f"settled: {answer}" if answer else "settled")
    again = {}
    for name, subject in SUBJECTS.items():
        rows = _release(tx, subject, item, who, answer, now)
        if rows:
            again[name] = rows
    return again


def reopen(tx: Transaction, item_id: int, who: str, now: datetime) -> str:
    """Take a settlement back. What waited for the question goes on as it is; it closes with a person's word, or when
    a row that still waits for it moves. ``Refused`` when it is open, or the same was asked anew since."""
    item = find(tx, item_id)
    if item.closed_at is None:
        raise Refused(f"Item {item_id} is open.")
    anew = select(InboxItem.id).where(InboxItem.merge_key == item.merge_key, InboxItem.closed_at.is_(None))
    other = tx.execute(anew).scalar_one_or_none()
    if other is not None:
        raise Refused(
            f"The same question was asked anew as item {other}.", way_out=f"See `mirakl-sync inbox show {other}`."
        )
    words = f"opened again; it was closed at {item.closed_at:%Y-%m-%d %H:%M} UTC by {item.closed_by}"
    words += f": {item.answer}" if item.answer else ""
    desk.reopen(item)
    _tell(tx, item, who, now, words)
    return words


def find(tx: Transaction, item_id: int) -> InboxItem:
    """The item, locked; ``Refused`` when there is none."""
    item = tx.get(InboxItem, item_id, with_for_update=True)
    if item is None:
        raise Refused(f"There is no item {item_id}.", way_out="`mirakl-sync inbox list` shows the open ones.")
    return item


def note(tx: Transaction, item: InboxItem, who: str, now: datetime, words: str) -> None:
    """A person did something about an item elsewhere."""
    _tell(tx, item, who, now, words)


def said(again: Mapping[str, list[int]]) -> str:
    """ "2 orders are looked at again" from what ``settle`` answers."""
    parts = [f"{len(rows)} {name}{'' if len(rows) == 1 else 's'}" for name, rows in again.items()]
    if not parts:
        return "nothing waited for it"
    one = len(parts) == 1 and parts[0].startswith("1 ")
    return f"{' and '.join(parts)} {'is' if one else 'are'} looked at again"


def _open(tx: Transaction, item_id: int) -> InboxItem:
    item = find(tx, item_id)
    if item.closed_at is not None:
        raise Refused(
            f"Item {item_id} was settled at {item.closed_at:%Y-%m-%d %H:%M} UTC by {item.closed_by}.",
            way_out=f"`mirakl-sync inbox reopen {item_id}` takes that back.",
        )
    return item


def _release(tx: Transaction, subject: Subject, item: InboxItem, who: str, answer: str, now: datetime) -> list[int]:
    """Let every row that waits go on; answers those that are not finished."""
    waiting = select(subject.model).where(subject.model.id.in_(desk.subjects_of(tx, item, subject.name)))
    told = f"settled the question {item.kind}" + (f": {answer}" if answer else "")
    looked = []
    for row in tx.execute(waiting).unique().scalars():
        timeline.add(tx, subject.name, row, now, who, told)
        if row.blocked_by == item.id:
            row.blocked_by = None
        if row.state not in subject.final:
            row.next_attempt_at = now
            tx.wake(subject.task, row.id)
            looked.append(row.id)
    return looked


def _tell(tx: Transaction, item: InboxItem, who: str, now: datetime, words: str) -> None:
    item.acted_at = item.acted_at or now
    timeline.add(tx, STORY, item, now, who, words)
