"""What was asked of others, said and questioned about a row, as plain values for whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.db.models import Effect, InboxItem, InboxSubject, TimelineEntry
from mirakl_sync.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class EffectView:
    """A change we asked of another system. ``key`` is the ledger's, ``their_id`` the other side's number for it."""

    kind: str
    state: str
    asked_at: datetime
    answered_at: datetime | None
    asks: int
    words: str
    key: str = ""
    their_id: str = ""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the story."""

    at: datetime
    who: str
    from_state: str
    to_state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """An open question that waits for a person."""

    id: int
    kind: str
    owner: str
    question: str
    way_out: str
    due_at: datetime | None


def effects(tx: Transaction, subject: str, subject_id: int) -> tuple[EffectView, ...]:
    """The ledger's pages about a row, in the order they were asked."""
    rows = tx.execute(
        select(Effect)
        .where(Effect.subject == subject, Effect.subject_id == subject_id)
        .order_by(Effect.asked_at, Effect.id)
    ).scalars()
    return tuple(
        EffectView(e.kind, e.state, e.asked_at, e.answered_at, e.asks, e.words, e.key, e.their_id) for e in rows
    )


def questions(tx: Transaction, subject: str, subject_id: int) -> tuple[QuestionView, ...]:
    """The open questions a row waits for, the nearest due time first."""
    rows = tx.execute(
        select(InboxItem)
        .join(InboxSubject, InboxSubject.item_id == InboxItem.id)
        .where(InboxSubject.subject == subject, InboxSubject.subject_id == subject_id, InboxItem.closed_at.is_(None))
        .order_by(InboxItem.due_at, InboxItem.id)
    ).scalars()
    return tuple(QuestionView(i.id, i.kind, i.owner, i.question, i.way_out, i.due_at) for i in rows)


def timeline(tx: Transaction, subject: str, subject_id: int) -> tuple[EntryView, ...]:
    """Everything said about a row, the oldest first."""
    rows = tx.execute(
        select(TimelineEntry)
        .where(TimelineEntry.subject == subject, TimelineEntry.subject_id == subject_id)
        .order_by(TimelineEntry.at, TimelineEntry.id)
    ).scalars()
    return tuple(EntryView(e.at, e.who, e.from_state, e.to_state, e.sentence) for e in rows)
