"""The story of every SKU, line by line: what an oversell is reconstructed from, second by second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert

from mirakl_sync.db.models import StockEvent
from mirakl_sync.db.transaction import Transaction


class Told(StrEnum):
    """Kinds of lines."""

    LEVEL = "level"  # the store says another number
    SOLD = "sold"  # a marketplace sold some
    FELT = "felt"  # the store subtracted that sale itself
    GIVEN_BACK = "given_back"  # a sale ended without the goods
    WANTED = "wanted"  # our number for a marketplace changed
    SENT = "sent"  # a file carries it
    ACCEPTED = "accepted"  # the marketplace worked the file off
    REFUSED = "refused"  # it refused the line
    UNKNOWN = "unknown"  # the answer to a file never came
    SHOWN = "shown"  # the marketplace shows another number than we believed
    RULE = "rule"  # a person ruled


def line(
    store_pk: int,
    sku: str,
    kind: Told,
    at: datetime,
    now: datetime,
    *,
    connection_id: int | None = None,
    before: int | None = None,
    after: int | None = None,
    ref: str = "",
    words: str = "",
) -> dict[str, Any]:
    """One line, for ``write``: ``at`` when it happened as far as anybody told, ``now`` when we learned of it."""
    return {
        "store_pk": store_pk,
        "connection_id": connection_id,
        "sku": sku,
        "at": min(at, now),
        "learned_at": now,
        "kind": str(kind),
        "before": before,
        "after": after,
        "ref": ref[:120],
        "words": words,
    }


def write(tx: Transaction, lines: Iterable[Mapping[str, Any]]) -> None:
    """Keep these lines, in one statement."""
    rows = list(lines)
    if rows:
        tx.execute(insert(StockEvent), rows)
