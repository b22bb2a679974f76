"""How fast we may ask: what Shopify said is left of this shop's points, and how fast they come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

# Until the first answer tells: the smallest plan's.
_ROOM, _RATE = 2000.0, 100.0


class Pace:
    """The bucket as the last answer told it. Every answer corrects what other workers spent meanwhile.

    ``seconds`` is a clock that only goes forward.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._left, self._room, self._rate, self._at = _ROOM, _ROOM, _RATE, seconds()
        self._costs: dict[str, float] = {}

    def wait_for(self, name: str) -> float:
        """Seconds until the shop would let this document pass, as far as we know; its points count as spent."""
        with self._lock:
            now = self._seconds()
            self._left = min(self._room, self._left + max(0.0, now - self._at) * self._rate)
            self._at = now
            cost = min(self._costs.get(name, 0.0), self._room)
            missing = cost - self._left
            if missing > 0:
                return missing / self._rate
            self._left -= cost
            return 0.0

    def learn(self, name: str, extensions: Mapping[str, Any]) -> float | None:
        """What ``extensions.cost`` says; answers the seconds to wait after a throttled call, None where untold."""
        cost = extensions.get("cost")
        status = cost.get("throttleStatus") if isinstance(cost, Mapping) else None
        if not isinstance(cost, Mapping) or not isinstance(status, Mapping):
            return None
        try:
            asked = float(cost.get("requestedQueryCost") or 0)
            left, room, rate = (
                float(status[word]) for word in ("currentlyAvailable", "maximumAvailable", "restoreRate")
            )
        except (KeyError, TypeError, ValueError):
            return None
        with self._lock:
            self._left, self._room, self._rate, self._at = left, room, rate or _RATE, self._seconds()
            self._costs[name] = asked
        return max(0.0, asked - left) / (rate or _RATE)

    def cost(self, name: str) -> float:
        """The points the document asked for last; 0 where it was never asked."""
        with self._lock:
            return self._costs.get(name, 0.0)
