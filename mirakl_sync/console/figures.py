"""The figures monitors and the overview ask for, each one query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from mirakl_sync.cases.ledger import ASKED, UNKNOWN
from mirakl_sync.db.models import CallLimit, Delivery, Effect, InboxItem, Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders.states import UNANSWERED, WAITING_ACCEPTANCE
from mirakl_sync.orders.window import last_call_at
from mirakl_sync.policy.model import Policy
from mirakl_sync.shipments import states as parcels

Figures = list[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and for how many seconds the first of them has."""

    count: int
    age: float


@dataclass(frozen=True, slots=True)
class Answers:
    """Orders that wait for our answer; ``next_in`` seconds until the first deadline, None without one."""

    count: int
    last_call: int
    next_in: float | None


def due_orders(tx: Transaction, now: datetime) -> Waiting:
    """Orders whose next attempt is due, whoever works on them."""
    row = tx.execute(select(func.count(), func.min(Order.next_attempt_at)).where(Order.next_attempt_at <= now)).one()
    return Waiting(row[0], (now - row[1]).total_seconds() if row[1] else 0.0)


def waiting_deliveries(tx: Transaction, now: datetime) -> Waiting:
    """Webhooks kept and not yet read."""
    row = tx.execute(select(func.count(), func.min(Delivery.received_at)).where(Delivery.digested_at.is_(None))).one()
    return Waiting(row[0], (now - row[1]).total_seconds() if row[1] else 0.0)


def answers(tx: Transaction, policy: Callable[[Transaction, int], Policy], now: datetime) -> Answers:
    """Unanswered orders, their nearest deadline, and those past the moment from which nobody is waited for."""
    rows = tx.execute(
        select(Order.created_at, Order.accept_by, Order.policy_id).where(
            Order.state.in_(UNANSWERED), Order.marketplace_state == WAITING_ACCEPTANCE
        )
    ).all()
    timed = [row for row in rows if row.accept_by is not None]
    called = sum(
        last_call_at(row.created_at, row.accept_by, policy(tx, row.policy_id).orders.last_call) <= now for row in timed
    )
    nearest = min((row.accept_by for row in timed), default=None)
    return Answers(len(rows), called, (nearest - now).total_seconds() if nearest else None)


def orders_by_state(tx: Transaction) -> Figures:
    """((state,), count), by state."""
    rows = tx.execute(select(Order.state, func.count()).group_by(Order.state).order_by(Order.state))
    return [((state,), count) for state, count in rows]


@dataclass(frozen=True, slots=True)
class Untold:
    """Parcels that left and the marketplace does not know of: how many, how many of them wait for a person, and the
    seconds since the first of them was seen."""

    count: int
    blocked: int
    age: float


def untold_parcels(tx: Transaction, now: datetime) -> Untold:
    """Parcels the marketplace does not know of yet."""
    row = tx.execute(
        select(func.count(), func.count(Shipment.blocked_by), func.min(Shipment.seen_at)).where(
            Shipment.state == parcels.State.NOTED
        )
    ).one()
    return Untold(row[0], row[1], (now - row[2]).total_seconds() if row[2] else 0.0)


def parcels_by_state(tx: Transaction) -> Figures:
    """((state,), count), by state."""
    rows = tx.execute(select(Shipment.state, func.count()).group_by(Shipment.state).order_by(Shipment.state))
    return [((state,), count) for state, count in rows]


def open_items(tx: Transaction) -> Figures:
    """((kind, owner), count) of open questions."""
    rows = tx.execute(
        select(InboxItem.kind, InboxItem.owner, func.count())
        .where(InboxItem.closed_at.is_(None))
        .group_by(InboxItem.kind, InboxItem.owner)
        .order_by(InboxItem.kind)
    )
    return [((kind, owner), count) for kind, owner, count in rows]


def oldest_unacted(tx: Transaction, now: datetime) -> Figures:
    """((owner,), seconds) since the oldest open question was asked about which nobody has done anything."""
    rows = tx.execute(
        select(InboxItem.owner, func.min(InboxItem.opened_at))
        .where(InboxItem.closed_at.is_(None), InboxItem.acted_at.is_(None))
        .group_by(InboxItem.owner)
        .order_by(InboxItem.owner)
    )
    return [((owner,), (now - opened).total_seconds()) for owner, opened in rows]


def effects_in_doubt(tx: Transaction, asked_before: datetime) -> Figures:
    """((kind,), count) of changes whose answer never came; a call still under way is not in doubt."""
    rows = tx.execute(
        select(Effect.kind, func.count())
        .where(or_(Effect.state == UNKNOWN, (Effect.state == ASKED) & (Effect.asked_at < asked_before)))
        .group_by(Effect.kind)
        .order_by(Effect.kind)
    )
    return [((kind,), count) for kind, count in rows]


def blocked_calls(tx: Transaction, now: datetime) -> Figures:
    """((marketplace/shop/operation,), seconds) of calls somebody told us to leave for a while."""
    rows = tx.execute(select(CallLimit.key, CallLimit.blocked_until).where(CallLimit.blocked_until > now))
    return [((key,), (until - now).total_seconds()) for key, until in rows if until]
