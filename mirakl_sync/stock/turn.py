"""A visit to a connection's reading: it is ours for a while, and what we record counts only while it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import OfferReading
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.policy.model import Foreign
from mirakl_sync.stock.directory import Whose
from mirakl_sync.wiring import Wiring


class TakenOver(Exception):
    """Our lease ran out and somebody else reads on; what we were about to record is thrown away."""


@dataclass
class Turn:
    """One visit. ``until`` is the lease we wrote: no two are equal, so it also tells whether the row is still ours."""

    wiring: Wiring
    opened: OpenConnection
    until: datetime
    row: OfferReading

    @property
    def whose(self) -> Whose:
        """The connection whose offers are written."""
        asks = self.opened.policy.stock.foreign is Foreign.ASK
        return Whose(self.opened.id, self.opened.store_pk, asks)

    @contextmanager
    def record(self, lease: timedelta | None = None) -> Iterator[tuple[Transaction, OfferReading]]:
        """A transaction in which the row is ours, and for ``lease`` afterwards; ``TakenOver`` when it is not."""
        with self.wiring.db.transaction() as tx:
            row = tx.execute(
                select(OfferReading).where(OfferReading.connection_id == self.opened.id).with_for_update()
            ).scalar_one()
            if row.leased_until != self.until:
                raise TakenOver
            yield tx, row
            if row.leased_until is not None:
                row.leased_until = self.wiring.now() + (lease or self.wiring.config.lease)
        # only now: had the transaction failed, the lease before would still be ours
        self.row, self.until = row, row.leased_until or self.until
