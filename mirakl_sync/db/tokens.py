"""Tokens kept for every worker: one logs in, the others wait for what it brings."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.clock import Clock
from mirakl_sync.db.insert import insert_once
from mirakl_sync.db.models import KeptToken
from mirakl_sync.db.transaction import Database
from mirakl_sync.errors import Unavailable
from mirakl_sync.http.tokens import Renew

# A login that takes longer has lost its turn.
_LEASE = timedelta(seconds=30)
_LOOK_EVERY = 0.1


@dataclass(frozen=True)
class _Known:
    """A token as this process has it."""

    value: str = field(repr=False)
    renew_at: datetime


class SharedTokens:
    """Implements ``mirakl_sync.http.tokens.TokenShelf`` in the database. ``patience`` is how many seconds a caller
    waits for somebody else's login."""

    def __init__(self, db: Database, now: Clock, *, patience: float = 15.0) -> None:
        self._db, self._now, self._patience = db, now, patience
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, name: str, renew: Renew) -> str:
        """See ``TokenShelf``. ``Unavailable`` where another worker's login takes too long."""
        key = _key(name)
        if (known := self._good(key)) is not None:
            return known
        with self._lock(key):
            return self._good(key) or self._shared(key, renew)

    def refuse(self, name: str, token: str) -> None:
        """See ``TokenShelf``."""
        key = _key(name)
        known = self._known.get(key)
        if known is not None and known.value == token:
            self._known.pop(key, None)
        with self._db.transaction() as tx:
            row = tx.execute(select(KeptToken).where(KeptToken.name == key).with_for_update()).scalar_one_or_none()
            if row is not None and row.token == token:
                row.token = row.renew_at = None

    def _good(self, key: str) -> str | None:
        known = self._known.get(key)
        return known.value if known is not None and known.renew_at > self._now() else None

    def _lock(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())

    def _shared(self, key: str, renew: Renew) -> str:
        gives_up_at = time.monotonic() + self._patience
        while True:
            known, ours = self._look(key)
            if known is not None:
                self._known[key] = known
                return known.value
            if ours:
                return self._log_in(key, renew)
            if time.monotonic() > gives_up_at:
                raise Unavailable("Another worker is logging in there and has not come back.")
            time.sleep(_LOOK_EVERY)

    def _look(self, key: str) -> tuple[_Known | None, bool]:
        """A good token; or whether it is ours to log in."""
        now = self._now()
        with self._db.transaction() as tx:
            insert_once(tx, KeptToken, {"name": key})
            row = tx.execute(select(KeptToken).where(KeptToken.name == key).with_for_update()).scalar_one()
            if row.token and row.renew_at is not None and row.renew_at > now:
                return _Known(row.token, row.renew_at), False
            if row.leased_until is not None and row.leased_until > now:
                return None, False
            row.leased_until = now + _LEASE
        return None, True

    def _log_in(self, key: str, renew: Renew) -> str:
        known = None
        try:
            fresh = renew()
            known = self._known[key] = _Known(fresh.value, self._now() + fresh.good_for)
        finally:
            with self._db.transaction() as tx:
                row = tx.get_one(KeptToken, key)
                row.leased_until = None
                if known is not None:
                    row.token, row.renew_at = known.value, known.renew_at
        return fresh.value


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
