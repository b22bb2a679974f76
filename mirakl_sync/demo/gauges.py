"""What our own rows say of stock on its way: shown beside the judge's numbers, never part of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from mirakl_sync.clock import Clock
from mirakl_sync.db.models import Connection, Offer, ShelfItem, StockLane, StockLatency, StockPush
from mirakl_sync.db.transaction import Database
from mirakl_sync.demo.counter import HOT, POLICY
from mirakl_sync.demo.town import STORE
from mirakl_sync.policy.schema import read_policy
from mirakl_sync.stock import latency, velocity
from mirakl_sync.stock.stories import oversold, story

SAMPLE_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds from a change to the accepted file (half of them, 19 of 20), the delay our buffers were made from by
    connection, and the most the hot SKU's growing buffer kept back."""

    changes: int
    p50: float | None
    p95: float | None
    delays: Mapping[str, float]
    peak_buffer: int


@dataclass
class Gauges:
    """Looks at our rows while the day passes."""

    db: Database
    now: Clock
    _began: datetime | None = None
    _before: Mapping[str, int] = field(default_factory=dict)
    _peak: int = 0
    _samples: float = 0.0

    def begin(self) -> None:
        """What came before was the first filling of every marketplace, and is no part of the day."""
        self._before, self._began = self._counts(), self.now()

    def act(self, seconds: float) -> None:
        """Look once a second; ``seconds`` of the day."""
        if seconds >= self._samples:
            self._samples = seconds + SAMPLE_EVERY
            self._peak = max(self._peak, self._buffer())

    def measured(self) -> Measured:
        """What was seen since ``begin``."""
        counts = Counter(self._counts())
        counts.subtract(self._before)
        with self.db.reading() as tx:
            rows = tx.execute(
                select(Connection.key, StockLane.delay).join(StockLane, StockLane.connection_id == Connection.id)
            ).all()
        return Measured(
            changes=counts.total(),
            p50=latency.percentile(counts, 0.5),
            p95=latency.percentile(counts, 0.95),
            delays={key: delay for key, delay in rows if delay is not None},
            peak_buffer=self._peak,
        )

    def moving(self) -> int:
        """Files on their way, and numbers that differ and may be sent or are still to be weighed."""
        with self.db.reading() as tx:
            files = tx.execute(
                select(func.count()).where(StockPush.state.in_(("asked", "unknown", "sent")))
            ).scalar_one()
            offers = tx.execute(select(func.count()).where(or_(Offer.due, Offer.touched_at.is_not(None)))).scalar_one()
        return int(files + offers)

    def explained(self) -> list[str]:
        """Why more of the hot SKU was sold than was there, as our rows tell it: an explanation, not the judgement."""
        now = self.now()
        with self.db.reading() as tx:
            return [each.sentence for each in oversold(story(tx, STORE, HOT, self._began or now, now))]

    def _counts(self) -> dict[str, int]:
        with self.db.reading() as tx:
            return latency.merged(*tx.execute(select(StockLatency.counts)).scalars())

    def _buffer(self) -> int:
        policy = read_policy({"stock": POLICY}).stock
        with self.db.reading() as tx:
            row = tx.execute(select(ShelfItem.speed, ShelfItem.speed_at).where(ShelfItem.sku == HOT)).first()
            delay = tx.execute(select(func.max(StockLane.delay))).scalar_one_or_none()
        if row is None or delay is None:
            return 0
        speed = velocity.faded(row.speed, row.speed_at, self.now(), policy.buffer_remembers)
        return velocity.growing_buffer(speed, delay, policy)


def as_plain(measured: Measured) -> dict[str, Any]:
    """For JSON."""
    return {
        "changes": measured.changes,
        "p50": measured.p50,
        "p95": measured.p95,
        "delays": dict(measured.delays),
        "peak_buffer": measured.peak_buffer,
    }
