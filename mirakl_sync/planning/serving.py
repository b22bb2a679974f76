"""Whole tables at an address nobody can guess, behind a password, for a planner that fetches them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from mirakl_sync.db.models import PlannerDesk, PlannerSnapshot, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.planning.snapshots import FETCHED, SnapshotState
from mirakl_sync.wiring import Wiring


class Door(IntEnum):
    """How a fetch is answered."""

    OPEN = 200
    ASKS = 401  # the password is wrong or missing
    UNKNOWN = 404  # no such address, or nothing was written yet


@dataclass(frozen=True, slots=True)
class Fetch:
    """The answer; ``content`` only for whom the door is open, and only when it was asked for."""

    door: Door
    number: int = 0
    size: int = 0
    made_at: datetime | None = None
    content: bytes = b""


def fetch(wiring: Wiring, token: str, feed: str, user: str, password: str, *, whole: bool) -> Fetch:
    """The table of ``feed`` as it is served at this moment; without its content unless ``whole``."""
    with wiring.db.reading() as tx:
        store = _store(tx, token)
        if store is None or feed not in FETCHED:
            return Fetch(Door.UNKNOWN)
        if not _may(store.credentials, user, password):
            return Fetch(Door.ASKS)
        mine = (PlannerSnapshot.planner_pk == store.id, PlannerSnapshot.feed == feed)
        asked = select(PlannerSnapshot).where(*mine, PlannerSnapshot.state == SnapshotState.SERVED)
        asked = asked.options(undefer(PlannerSnapshot.content)) if whole else asked
        row = tx.execute(asked.order_by(PlannerSnapshot.id.desc()).limit(1)).scalar_one_or_none()
        if row is None:
            return Fetch(Door.UNKNOWN)
        return Fetch(Door.OPEN, row.id, row.size, row.made_at, row.content if whole else b"")


def fetched(wiring: Wiring, number: int) -> None:
    """The whole of it went out."""
    with wiring.db.transaction() as tx:
        tx.execute(update(PlannerSnapshot).where(PlannerSnapshot.id == number).values(fetched_at=wiring.now()))


def path(row: PlannerDesk, feed: str) -> str:
    """Where a table is served, below the address of the web process."""
    return f"/feeds/{row.token}/{feed}.csv"


def _store(tx: Transaction, token: str) -> Store | None:
    """Every planner's token is compared, so that the time taken tells nothing; there are few."""
    found = [row for row in tx.execute(select(PlannerDesk)).scalars() if _same(str(row.token), token)]
    return tx.get_one(Store, found[0].store_pk) if found else None


def _may(credentials: Mapping[str, Any], user: str, password: str) -> bool:
    wanted = str(credentials.get("feed_password") or "")
    right = _same(wanted, password), _same(str(credentials.get("feed_user") or ""), user)
    # without a password nobody may
    return bool(wanted) and all(right)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
