"""Try again what waits for questions: first said, then done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from mirakl_sync.cases.ledger import ASKED, UNKNOWN
from mirakl_sync.cases.step import Ask, Settle, Wait
from mirakl_sync.db.models import Connection, Effect, InboxItem
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError, Refused
from mirakl_sync.inbox import acting, desk
from mirakl_sync.inbox.subjects import SUBJECTS, Subject
from mirakl_sync.wiring import Wiring

ONCE = (
    "Nothing can double: each change has one key in the ledger, and where asking twice could do it twice, "
    "what became of the first ask is looked up before."
)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row that would be tried again. ``possible`` False: ``will`` says why not; ``doubt`` names unanswered asks."""

    item: int
    subject: str
    id: int
    number: str
    possible: bool
    will: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a retry would do. ``without_rows`` are questions nothing waits for: only their way out helps."""

    rows: tuple[PlannedRow, ...]
    without_rows: tuple[int, ...]
    once: str = ONCE

    @property
    def possible(self) -> tuple[PlannedRow, ...]:
        """The rows that would be touched."""
        return tuple(row for row in self.rows if row.possible)


@dataclass(slots=True)
class Retried:
    """The rows to be advanced, by subject, and what could not be tried again."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def chosen(tx: Transaction, numbers: Sequence[int], kind: str, connection: str) -> list[int]:
    """The open items meant: those named, or all of a kind and a connection. ``Refused`` names one that is not open."""
    if numbers:
        for number in numbers:
            item = tx.get(InboxItem, number)
            if item is None or item.closed_at is not None:
                raise Refused(f"There is no open item {number}.", way_out="`mirakl-sync inbox list` shows them.")
        return list(dict.fromkeys(numbers))
    asked = select(InboxItem.id).where(InboxItem.closed_at.is_(None)).order_by(InboxItem.id)
    if kind:
        asked = asked.where(InboxItem.kind == kind)
    if connection:
        asked = asked.where(InboxItem.connection_id.in_(select(Connection.id).where(Connection.key == connection)))
    return list(tx.execute(asked).scalars())


def plan(tx: Transaction, items: Sequence[int], wiring: Wiring) -> Plan:
    """What would happen to each row, by its own rules from what is known now. Everything is undone again."""
    rows: list[PlannedRow] = []
    empty = []
    seen: set[tuple[str, int]] = set()
    for number in items:
        waiting = list(_waiting(tx, tx.get_one(InboxItem, number)))
        if not waiting:
            empty.append(number)
        for subject, row in waiting:
            if (subject.name, row.id) not in seen:
                seen.add((subject.name, row.id))
                rows.append(_planned(tx, number, subject, row, wiring))
    return Plan(tuple(rows), tuple(empty))


def retry(items: Sequence[int], who: str, wiring: Wiring) -> Retried:
    """Do it: each row in a transaction of its own, so that one refusal stops no other. Rings for every row."""
    done = Retried()
    touched: dict[int, int] = {}
    with wiring.db.reading() as tx:
        todo = [
            (number, subject, row.id)
            for number in items
            for subject, row in _waiting(tx, tx.get_one(InboxItem, number))
        ]
    for number, subject, row_id in todo:
        if row_id in done.rows.get(subject.name, []):
            continue
        try:
            with wiring.db.transaction() as tx:
                subject.retry(tx, tx.get_one(subject.model, row_id), who, wiring.now())
        except MiraklSyncError as error:
            done.refused.append(f"{error.words} {error.way_out}".strip())
            continue
        done.rows.setdefault(subject.name, []).append(row_id)
        touched[number] = touched.get(number, 0) + 1
    for number, count in touched.items():
        with wiring.db.transaction() as tx:
            acting.note(
                tx,
                acting.find(tx, number),
                who,
                wiring.now(),
                f"tried again: {count} {'row' if count == 1 else 'rows'}",
            )
    return done


def _waiting(tx: Transaction, item: InboxItem) -> Iterator[tuple[Subject, Any]]:
    for subject in SUBJECTS.values():
        ids = desk.subjects_of(tx, item, subject.name)
        rows = tx.execute(select(subject.model).where(subject.model.id.in_(ids)).order_by(subject.model.id))
        for row in rows.unique().scalars():
            yield subject, row


def _planned(tx: Transaction, item: int, subject: Subject, row: Any, wiring: Wiring) -> PlannedRow:
    """Try it inside a savepoint and take it back: the rules then see the row as the retry would leave it."""
    told: dict[str, Any] = {"item": item, "subject": subject.name, "id": row.id, "number": subject.number(row)}
    before = tx.begin_nested()
    try:
        subject.retry(tx, row, "preview", wiring.now())
        will = _said(subject, subject.next_step(tx, row, wiring))
    except MiraklSyncError as error:
        return PlannedRow(**told, possible=False, will=error.words)
    finally:
        before.rollback()
        tx.info.pop("wakes", None)
    return PlannedRow(**told, possible=True, will=will, doubt=_doubt(tx, subject, told["id"]))


def _said(subject: Subject, step: Any) -> str:
    match step:
        case Wait():
            return f"waits for {step.waiting_for}"
        case Ask():
            return f"asks again: {step.question}"
        case Settle():
            return f"becomes {step.state}: {step.why}"
    return subject.deeds[type(step)]


def _doubt(tx: Transaction, subject: Subject, row_id: int) -> str:
    asked = select(Effect.kind, Effect.asked_at).where(
        Effect.subject == subject.name, Effect.subject_id == row_id, Effect.state.in_((ASKED, UNKNOWN))
    )
    parts = [f"{kind} was asked at {at:%H:%M} UTC and not answered yet" for kind, at in tx.execute(asked)]
    return "; ".join(parts)
