"""What people look at: open and closed questions, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, nulls_last, select, text

from mirakl_sync.db.models import Connection, InboxItem, Message, Order, Telling, TimelineEntry
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import ranking
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.inbox.ranking import Stake
from mirakl_sync.inbox.stakes import orders_behind, stakes
from mirakl_sync.records.page import Page, page_within


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which questions. Empty values do not filter; ``closed`` shows the settled ones instead of the open ones, ``item``
    one of any kind."""

    owner: str = ""
    kind: str = ""
    connection: str = ""
    text: str = ""
    closed: bool = False
    item: int = 0


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the inbox; ``waiting`` counts the orders that wait for the answer.

    ``at_stake`` says what an open one costs while it waits.
    """

    id: int
    kind: str
    title: str
    connection: str
    owner: str
    urgency: int
    question: str
    opened_at: datetime
    due_at: datetime | None
    times_seen: int
    waiting: int
    at_stake: str
    assigned_to: str
    acted_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    answer: str


@dataclass(frozen=True, slots=True)
class StoryLine:
    """Something a person did or said about a question."""

    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Somebody was told of a question. ``sent_at`` None: the message has not left, ``words`` say why."""

    made_at: datetime
    role: str
    address: str
    reason: str
    sent_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class WholeItem:
    """A question with its facts, the way out, the orders that wait for it and what was done about it."""

    row: ItemRow
    blocks: str
    way_out: str
    facts: Mapping[str, Any]
    last_seen_at: datetime
    orders: tuple[str, ...]
    story: tuple[StoryLine, ...]
    told: tuple[ToldLine, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that waits for an answer."""

    id: int
    order_id: str


@dataclass(frozen=True, slots=True)
class Question:
    """An item with its way out and the first orders that wait for it; ``row.waiting`` counts them all."""

    row: ItemRow
    blocks: str
    way_out: str
    orders: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class QuestionPage(Page[ItemRow]):
    """A page of items, with what a person needs to answer them."""

    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnersTurn:
    """How much waits for one role; ``late`` of them are past their time."""

    owner: str
    count: int
    late: int
    first_due: datetime | None


def items(tx: Transaction, wanted: InboxFilter, now: datetime, *, number: int = 1, size: int = 50) -> Page[ItemRow]:
    """A page of questions: open ones by the cost of waiting (see ``ranking``), closed ones the latest first."""
    chosen = select(InboxItem, Connection.key).outerjoin(Connection, Connection.id == InboxItem.connection_id)
    chosen = chosen.where(*_conditions(wanted))
    if wanted.closed:
        return _closed(tx, chosen, now, number, size)
    found = {item.id: (item, key) for item, key in tx.execute(chosen)}
    at_stake = stakes(tx, [item for item, _ in found.values()])
    ranked = ranking.by_cost(at_stake, now)
    number = page_within(number, size, len(ranked))
    shown = ranked[(number - 1) * size : number * size]
    return Page([_row(*found[each], at_stake[each], now) for each in shown], number, size, len(ranked))


def _closed(tx: Transaction, chosen: Select[InboxItem, str], now: datetime, number: int, size: int) -> Page[ItemRow]:
    total = tx.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    number = page_within(number, size, total)
    latest = chosen.order_by(InboxItem.closed_at.desc(), InboxItem.id.desc())
    rows = tx.execute(latest.limit(size).offset((number - 1) * size)).all()
    at_stake = stakes(tx, [item for item, _ in rows])
    return Page([_row(item, key, at_stake[item.id], now) for item, key in rows], number, size, total)


def whole(tx: Transaction, item_id: int, now: datetime) -> WholeItem:
    """One question; ``Refused`` when there is none."""
    item = tx.get(InboxItem, item_id)
    if item is None:
        raise Refused(f"There is no item {item_id}.", way_out="`mirakl-sync inbox list` shows the open ones.")
    key = tx.get_one(Connection, item.connection_id).key if item.connection_id else ""
    waiting = _named(tx, [item.id]).get(item.id, ())
    return WholeItem(
        row=_row(item, key, stakes(tx, [item])[item.id], now),
        blocks=_blocks(item.kind),
        way_out=item.way_out,
        facts=item.facts,
        last_seen_at=item.last_seen_at,
        orders=tuple(each.order_id for each in waiting),
        story=_story(tx, item.id),
        told=_told(tx, item.id),
    )


def questions(
    tx: Transaction, wanted: InboxFilter, now: datetime, *, number: int = 1, size: int = 50, named: int = 5
) -> QuestionPage:
    """The page of ``items`` with the ways out; at most ``named`` orders of each are named."""
    page = items(tx, wanted, now, number=number, size=size)
    ids = [row.id for row in page.rows]
    rows = tx.execute(select(InboxItem.id, InboxItem.way_out).where(InboxItem.id.in_(ids)))
    ways, waiting = {item: way for item, way in rows}, _named(tx, ids)  # noqa: C416 - dict() does not take rows
    told = (Question(row, _blocks(row.kind), ways[row.id], waiting.get(row.id, ())[:named]) for row in page.rows)
    return QuestionPage(page.rows, page.number, page.size, page.total, tuple(told))


def turns(tx: Transaction, now: datetime) -> list[OwnersTurn]:
    """Per role: how many open questions, how many late, and when the first is due; the nearest first."""
    late = func.sum(case((InboxItem.due_at < now, 1), else_=0))
    first = func.min(InboxItem.due_at)
    rows = tx.execute(
        select(InboxItem.owner, func.count(), late, first)
        .where(InboxItem.closed_at.is_(None))
        .group_by(InboxItem.owner)
        .order_by(nulls_last(first), InboxItem.owner)
    )
    return [OwnersTurn(owner, count, int(overdue), due) for owner, count, overdue, due in rows]


def _named(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[Waiting, ...]]:
    """The orders that wait for each item, by themselves or by their parcels, the nearest deadline first."""
    rows = tx.execute(orders_behind(ids).order_by(nulls_last(text("promised")), Order.id))
    found: dict[int, dict[int, Waiting]] = {}
    for row in rows:
        found.setdefault(row.item_id, {})[row.id] = Waiting(row.id, row.order_id)
    return {item: tuple(waiting.values()) for item, waiting in found.items()}


def _story(tx: Transaction, item_id: int) -> tuple[StoryLine, ...]:
    rows = tx.execute(
        select(TimelineEntry.at, TimelineEntry.who, TimelineEntry.sentence)
        .where(TimelineEntry.subject == "inbox", TimelineEntry.subject_id == item_id)
        .order_by(TimelineEntry.id)
    )
    return tuple(StoryLine(row.at, row.who, row.sentence) for row in rows)


def _told(tx: Transaction, item_id: int) -> tuple[ToldLine, ...]:
    rows = tx.execute(
        select(Message.made_at, Telling.role, Telling.address, Telling.reason, Message.sent_at, Message.outcome)
        .join(Message, Message.id == Telling.message_pk)
        .where(Telling.item_id == item_id)
        .order_by(Telling.id)
    )
    return tuple(ToldLine(*row) for row in rows)


def _blocks(kind: str) -> str:
    return KINDS[kind].blocks if kind in KINDS else ""


def _conditions(wanted: InboxFilter) -> list[ColumnElement[bool]]:
    closed = InboxItem.closed_at.is_not(None) if wanted.closed else InboxItem.closed_at.is_(None)
    conditions: list[ColumnElement[bool]] = [closed]
    if wanted.item:
        conditions.append(InboxItem.id == wanted.item)
    if wanted.owner:
        conditions.append(InboxItem.owner == wanted.owner)
    if wanted.kind:
        conditions.append(InboxItem.kind == wanted.kind)
    if wanted.connection:
        conditions.append(Connection.key == wanted.connection)
    if wanted.text:
        conditions.append(InboxItem.question.icontains(wanted.text, autoescape=True))
    return conditions


def _row(item: InboxItem, key: str | None, stake: Stake, now: datetime) -> ItemRow:
    kind = KINDS.get(item.kind)
    return ItemRow(
        id=item.id,
        kind=item.kind,
        title=kind.title if kind else item.kind,
        connection=key or "",
        owner=item.owner,
        urgency=item.urgency,
        question=item.question,
        opened_at=item.opened_at,
        due_at=item.due_at,
        times_seen=item.times_seen,
        waiting=stake.orders,
        at_stake=ranking.said(stake, now) if item.closed_at is None else "",
        assigned_to=item.assigned_to,
        acted_at=item.acted_at,
        closed_at=item.closed_at,
        closed_by=item.closed_by,
        answer=item.answer,
    )
