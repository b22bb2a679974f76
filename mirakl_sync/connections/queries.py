"""The connections as people look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mirakl_sync.db.models import Connection, Heartbeat, Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import states


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One connection; ``looked_at`` is the last complete look at its marketplace."""

    key: str
    marketplace: str
    shop: str
    store: str
    platform: str
    accept: str
    poll_every: str
    paused: tuple[str, ...]
    stopped_because: str
    looked_at: datetime | None
    said: str
    open_orders: int
    unanswered: int

    @property
    def standing(self) -> str:
        """ "works", "paused" or "stopped"."""
        return "stopped" if self.stopped_because else "paused" if self.paused else "works"


def connections(tx: Transaction) -> list[ConnectionRow]:
    """All of them, by key."""
    rows = tx.execute(select(Connection).order_by(Connection.key)).unique().scalars().all()
    beats = {beat.feed: beat for beat in tx.execute(select(Heartbeat)).scalars()}
    still_open = _count(tx, tuple(state for state in states.State if state not in states.FINAL))
    unanswered = _count(tx, tuple(states.UNANSWERED))
    return [
        _row(row, beats.get(f"orders:{row.key}"), still_open.get(row.id, 0), unanswered.get(row.id, 0)) for row in rows
    ]


def _count(tx: Transaction, wanted: tuple[states.State, ...]) -> dict[int, int]:
    rows = tx.execute(
        select(Order.connection_id, func.count()).where(Order.state.in_(wanted)).group_by(Order.connection_id)
    )
    return {connection: count for connection, count in rows}  # noqa: C416 - dict() does not take rows


def _row(row: Connection, beat: Heartbeat | None, still_open: int, unanswered: int) -> ConnectionRow:
    orders = row.policy_version.content.get("orders", {})
    return ConnectionRow(
        key=row.key,
        marketplace=row.shop.marketplace.key,
        shop=row.shop.shop_id,
        store=row.store.key,
        platform=row.store.platform,
        accept=orders.get("accept", ""),
        poll_every=orders.get("poll_every", ""),
        paused=tuple(row.paused),
        stopped_because=row.stopped_because,
        looked_at=beat.beat_at if beat else None,
        said=beat.words if beat else "",
        open_orders=still_open,
        unanswered=unanswered,
    )
