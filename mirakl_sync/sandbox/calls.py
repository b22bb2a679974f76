"""What was called, how often, and with what outcome."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from typing import Any

LAST_CALLS_KEPT = 500


class CallLog:
    """Counts of calls by operation and outcome, and the last few calls in order.

    An outcome is the HTTP status as text, or the name of the trouble that kept the answer from the caller
    ("drop", "lose_answer", "late", "truncated").
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)
            self._over_limit: Counter[str] = Counter()
            self._last: deque[dict[str, Any]] = deque(maxlen=LAST_CALLS_KEPT)

    def record(self, operation: str, outcome: str, **details: Any) -> None:
        """Count one call; `details` (method, path, query, at …) go to the list of last calls."""
        with self._lock:
            self._outcomes[operation][outcome] += 1
            self._last.append({"operation": operation, "outcome": outcome, **details})

    def over_limit(self, operation: str) -> None:
        """Count one call that came sooner than the vendor's published limit allows."""
        with self._lock:
            self._over_limit[operation] += 1

    def total(self, operation: str) -> int:
        """How often `operation` was called, whatever came of it."""
        with self._lock:
            return sum(self._outcomes[operation].values()) if operation in self._outcomes else 0

    def totals(self) -> dict[str, Any]:
        """The counts, as GET /_sandbox/calls shows them."""
        with self._lock:
            return {
                "by_operation": {
                    operation: {"total": sum(outcomes.values()), "status": dict(outcomes)}
                    for operation, outcomes in sorted(self._outcomes.items())
                },
                "over_limit": dict(self._over_limit),
            }

    def last(self, count: int = LAST_CALLS_KEPT) -> list[dict[str, Any]]:
        """The newest `count` calls, oldest first."""
        with self._lock:
            return list(self._last)[-count:] if count > 0 else []
