"""The lists a marketplace changes rarely, kept in memory as long as they were not read anew."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.db.models import ListedCarrier, Marketplace
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.shipment import Carrier


class CarrierLists:
    """The carriers of each marketplace; one memory per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[datetime | None, tuple[Carrier, ...]]] = {}

    def of(self, tx: Transaction, marketplace_pk: int) -> tuple[Carrier, ...]:
        """The marketplace's list as last read (SH21); empty before the first time."""
        read_at = tx.execute(select(Marketplace.carriers_read_at).where(Marketplace.id == marketplace_pk)).scalar_one()
        with self._lock:
            kept = self._kept.get(marketplace_pk)
        if kept is not None and kept[0] == read_at:
            return kept[1]
        listed = tx.execute(
            select(ListedCarrier)
            .where(ListedCarrier.marketplace_id == marketplace_pk, ListedCarrier.gone_at.is_(None))
            .order_by(ListedCarrier.label, ListedCarrier.code)
        ).scalars()
        carriers = tuple(Carrier(row.code, row.label, row.standard_code, row.tracking_url) for row in listed)
        with self._lock:
            self._kept[marketplace_pk] = (read_at, carriers)
        return carriers
