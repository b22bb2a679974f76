"""Figures of stock by connection, read at the moment of asking; cheap however large the catalogue is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from mirakl_sync.console.figures import Figures
from mirakl_sync.db.models import Connection, Offer, StockComparison
from mirakl_sync.db.models.stock import HELD_BACK, REFUSED_THERE
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.stock import queries


def _keys(tx: Transaction) -> Mapping[int, str]:
    rows = tx.execute(select(Connection.id, Connection.key).order_by(Connection.key))
    return {row.id: row.key for row in rows}


def _by_key(tx: Transaction, asked: Any) -> Figures:
    """((connection,), figure) of rows (connection's number, figure)."""
    figures = {row[0]: row[1] for row in tx.execute(asked)}
    return [((key,), figures[number]) for number, key in _keys(tx).items() if number in figures]


def due(tx: Transaction) -> Figures:
    """Offers that differ from what the marketplace shows and may be sent."""
    return _by_key(tx, select(Offer.connection_id, func.count()).where(Offer.due).group_by(Offer.connection_id))


def oldest_due(tx: Transaction, now: datetime) -> Figures:
    """Seconds since the oldest change that was not told and may be sent."""
    found: Figures = []
    for number, key in _keys(tx).items():
        mine = (Offer.connection_id == number, Offer.due, Offer.since.is_not(None))
        since = tx.execute(select(Offer.since).where(*mine).order_by(Offer.since).limit(1)).scalar_one_or_none()
        if since is not None:
            found.append(((key,), (now - since).total_seconds()))
    return found


def refused(tx: Transaction) -> Figures:
    """Offers whose number the marketplace refused."""
    return _by_key(tx, _listed(text(REFUSED_THERE)))


def held(tx: Transaction) -> Figures:
    """Offers whose number waits for a person."""
    return _by_key(tx, _listed(text(HELD_BACK)))


def _listed(which: Any) -> Any:
    return select(Offer.connection_id, func.count()).where(Offer.listed, which).group_by(Offer.connection_id)


def delay(tx: Transaction, now: datetime) -> Figures:
    """Seconds within which 19 of 20 changes arrived, today and yesterday."""
    found = ((key, queries.latency_of(tx, number, now).p95) for number, key in _keys(tx).items())
    return [((key,), seconds) for key, seconds in found if seconds is not None]


def drift(tx: Transaction) -> Figures:
    """((connection, cause), offers) on which both sides disagreed when they were last compared."""
    last = (
        select(func.max(StockComparison.id))
        .where(StockComparison.finished_at.is_not(None))
        .group_by(StockComparison.connection_id)
    )
    rows = tx.execute(select(StockComparison.connection_id, StockComparison.causes).where(StockComparison.id.in_(last)))
    keys = _keys(tx)
    counted = ((keys[row.connection_id], cause, count) for row in rows for cause, count in row.causes.items())
    return sorted(((key, cause), float(count)) for key, cause, count in counted if count)
