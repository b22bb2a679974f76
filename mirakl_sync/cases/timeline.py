"""Everything ever said about a row, one line each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mirakl_sync.db.models import TimelineEntry
from mirakl_sync.db.transaction import Transaction


def add(
    tx: Transaction, subject: str, row: Any, now: datetime, who: str, sentence: str, *, before: str | None = None
) -> None:
    """Add a line. ``before`` is the state the row came from, when it moved."""
    tx.add(
        TimelineEntry(
            subject=subject,
            subject_id=row.id,
            at=now,
            who=who,
            from_state=before or "",
            to_state=row.state if before is not None and before != row.state else "",
            sentence=sentence,
        )
    )
