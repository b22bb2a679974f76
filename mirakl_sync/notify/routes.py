"""The routes and questions as the rules know them, read from their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from mirakl_sync.db.models import Connection, InboxItem, Message, Route, Telling
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import ranking
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.inbox.ranking import Stake
from mirakl_sync.notify.rules import ALERT, Key, Past, Question, RouteTo
from mirakl_sync.notify.words import Told

WEBHOOK, EMAIL = "webhook", "email"


def routes(tx: Transaction) -> list[RouteTo]:
    """Every role with at least one address."""
    rows = tx.execute(select(Route).order_by(Route.role)).scalars()
    return [each for each in map(_route, rows) if each.addresses]


def _route(row: Route) -> RouteTo:
    addresses = (*(f"{EMAIL}:{address}" for address in row.email), *([WEBHOOK] if row.webhook.get("url") else []))
    return RouteTo(
        role=row.role,
        addresses=addresses,
        timezone=row.timezone,
        quiet=row.quiet,
        digest=tuple(row.digest),
        escalate_after=timedelta(seconds=row.escalate_after_seconds),
        escalate_to=row.escalate_to,
    )


def questions(items: Iterable[InboxItem]) -> list[Question]:
    """Open items as questions."""
    return [Question(item.id, item.owner, item.urgency, item.opened_at, item.due_at, item.acted_at) for item in items]


def past(tx: Transaction) -> Past:
    """What was told of questions that are open still, and when each address last got something at once."""
    rows = tx.execute(
        select(Telling.item_id, Telling.role, Telling.reason, Telling.address, Message.made_at)
        .join(Message, Message.id == Telling.message_pk)
        .join(InboxItem, InboxItem.id == Telling.item_id)
        .where(InboxItem.closed_at.is_(None))
    )
    told = {Key(row.item_id, row.role, row.reason, row.address): row.made_at for row in rows}
    latest = tx.execute(
        select(Message.role, Message.address, func.max(Message.made_at))
        .where(Message.kind == ALERT)
        .group_by(Message.role, Message.address)
    )
    return Past.of(told, {(role, address): at for role, address, at in latest})


def about(tx: Transaction, items: Iterable[InboxItem], stakes: Mapping[int, Stake], now: datetime) -> dict[int, Told]:
    """What may be said of each item, what costs most while it waits first."""
    by_id = {item.id: item for item in items}
    keys = {number: key for number, key in tx.execute(select(Connection.id, Connection.key))}  # noqa: C416 - rows
    found = {}
    for number in ranking.by_cost({item: stakes[item] for item in by_id}, now):
        item, kind = by_id[number], KINDS.get(by_id[number].kind)
        found[number] = Told(
            id=item.id,
            title=kind.title if kind else item.kind,
            owner=item.owner,
            connection=keys.get(item.connection_id or 0, ""),
            question="" if kind is None or kind.quotes else item.question,
            at_stake=ranking.said(stakes[number], now),
            due_at=item.due_at,
        )
    return found
