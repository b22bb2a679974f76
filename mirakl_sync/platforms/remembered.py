"""For shops that do not say when a number changed: remember what was seen, and tell what differs."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from mirakl_sync.records.shop import ProductFacts

_NO_TIME = datetime.min.replace(tzinfo=UTC)


class Remembered:
    """What this worker last saw of each SKU, as a number of eight bytes. Another worker that sees the same once more
    does no harm: the shelf knows its own."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def changed(self, told: Iterable[ProductFacts]) -> Iterator[ProductFacts]:
        """Those that are new or differ from what was seen before, whenever that was."""
        for fact in told:
            mark = _mark(fact)
            with self._lock:
                known = self._seen.get(fact.sku)
                self._seen[fact.sku] = mark
            if known != mark:
                yield fact

    def forget(self, skus: Iterable[str]) -> None:
        """Somebody else told of these since: whatever they are now is told anew."""
        with self._lock:
            for sku in skus:
                self._seen.pop(sku, None)

    def __len__(self) -> int:
        return len(self._seen)


def _mark(fact: ProductFacts) -> int:
    """Everything but the moment of asking, and the mappings in no order."""
    places = tuple(sorted(fact.locations.items())) if fact.locations is not None else None
    return hash((replace(fact, observed_at=_NO_TIME, locations=None), places))
