"""Promises to ship that run out, and orders the shop has sent while the marketplace still waits for them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Order, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk
from mirakl_sync.orders import states
from mirakl_sync.wiring import Wiring

log = logging.getLogger(__name__)

# An order that left may need some minutes until the marketplace shows it as shipped: the pulls have their own cadence.
SHOULD_BE_KNOWN = timedelta(minutes=15)
NEAR, OVER = 1, 2


@dataclass(frozen=True)
class WatchReport:
    """What was looked at and what people were told."""

    to_ship: int
    near: int
    missed: int
    left_but_open: int

    def sentence(self) -> str:
        """For Flower."""
        return (
            f"{self.to_ship} orders to ship, {self.near} promises newly near, {self.missed} newly missed, "
            f"{self.left_but_open} left but still open on the marketplace"
        )


def watch(wiring: Wiring) -> WatchReport:
    """Tell people about ship-by dates running out, once near and once missed, and about orders that left unnoticed."""
    now = wiring.now()
    with wiring.db.reading() as tx:
        rows = list(tx.execute(_TO_SHIP).all())
        opened = {key: wiring.connections.open(tx, key) for key in {row.connection_id for row in rows}}
        near = [row for row in rows if row.ship_alarm < NEAR and _is_near(tx, row, wiring, now)]
        silent = [row for row in rows if _left_but_open(row, opened[row.connection_id], now)]
        asked = _asked_about(tx, [row.id for row in silent])
    missed = [row for row in rows if row.ship_alarm < OVER and row.ship_by is not None and row.ship_by <= now]
    _raise(wiring, [row for row in near if row not in missed], "ship_by_near", NEAR, opened, now)
    _raise(wiring, missed, "ship_by_missed", OVER, opened, now)
    unexplained = [row for row in silent if row.id not in asked]
    for row in unexplained:
        _ask_about(wiring, row, now)
    return WatchReport(len(rows), len(near), len(missed), len(silent))


_TO_SHIP = select(
    Order.id,
    Order.order_id,
    Order.connection_id,
    Order.policy_id,
    Order.ship_by,
    Order.ship_alarm,
    Order.left_at,
).where(
    Order.state == states.State.PLACED,
    Order.marketplace_state == states.SHIPPING,
    Order.managed,
)


def _is_near(tx: Transaction, row: Any, wiring: Wiring, now: datetime) -> bool:
    policy = wiring.connections.policy(tx, row.policy_id).shipments
    return row.ship_by is not None and row.ship_by - policy.warn_before <= now


def _left_but_open(row: Any, opened: OpenConnection, now: datetime) -> bool:
    patience = max(SHOULD_BE_KNOWN, opened.policy.orders.poll_every * 2)
    return row.left_at is not None and row.left_at + patience + opened.policy.shipments.number_patience < now


def _asked_about(tx: Transaction, order_pks: list[int]) -> set[int]:
    """Those a person was asked about already: the parcel's own question says more than a general one."""
    blocked = select(Shipment.order_pk).where(Shipment.order_pk.in_(order_pks), Shipment.blocked_by.is_not(None))
    return set(tx.execute(blocked).scalars())


def _raise(
    wiring: Wiring, rows: Iterable[Any], kind: str, level: int, opened: dict[int, OpenConnection], now: datetime
) -> None:
    """One question per connection, however many orders; each order leaves it when it is shipped."""
    by_connection = defaultdict(list)
    for row in rows:
        by_connection[row.connection_id].append(row)
    for connection_id, late in by_connection.items():
        first = min(row.ship_by for row in late)
        name = opened[connection_id].key
        words = {
            NEAR: f"Orders of {name} must leave soon, the first by {first:%Y-%m-%d %H:%M} UTC.",
            OVER: f"Orders of {name} should have left, the first by {first:%Y-%m-%d %H:%M} UTC.",
        }[level]
        for row in late:
            _join(wiring, row.id, Ask(kind, name, words, due=first), level, now)
        if level == OVER:
            # Sentry listens to errors in the log
            log.error("%s orders are late to ship", len(late), extra={"connection": name})


def _join(wiring: Wiring, order_pk: int, ask: Ask, level: int, now: datetime) -> None:
    """An order joins the question; one by one, because each is somebody else's to lock."""
    with wiring.db.transaction() as tx:
        order = tx.get_one(Order, order_pk)
        if order.state != states.State.PLACED or order.ship_alarm >= level:
            return
        order.ship_alarm, order.questioned = level, True
        tx.flush()
        desk.open_item(tx, order.connection_id, ask, "order", order.id, now)


def _ask_about(wiring: Wiring, row: Any, now: datetime) -> None:
    with wiring.db.transaction() as tx:
        order = tx.get_one(Order, row.id)
        told = tx.execute(
            select(Shipment).where(Shipment.order_pk == row.id).order_by(Shipment.id).limit(1)
        ).scalar_one_or_none()
        cause = "no parcel of it is known"
        if told is not None:
            cause = told.last_problem or told.waiting_for or f"its parcel is {told.state}"
        words = (
            f"{order.order_id} left the shop at {order.left_at:%Y-%m-%d %H:%M} UTC, but the marketplace still waits. "
            f"What holds it: {cause}."
        )
        if not order.questioned:
            timeline.add(tx, "order", order, now, "watch", "left the shop, but is still open on the marketplace")
        order.questioned = True
        desk.open_item(
            tx,
            order.connection_id,
            Ask("left_but_open", order.order_id, words, due=order.ship_by),
            "order",
            order.id,
            now,
        )
