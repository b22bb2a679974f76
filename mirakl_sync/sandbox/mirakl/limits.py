"""Published call limits per (shop, operation): so many calls in a sliding period, then 429 with Retry-After.

The numbers are the "Maximum usage" texts of the OpenAPI (reference sections 3 and 4). OR11 by `order_ids` is
the "synchronous" use and not limited in that text.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.mirakl.settings import TenantSettings

MINUTE, DAY = 60.0, 86_400.0

PUBLISHED: dict[str, tuple[int, float]] = {
    **dict.fromkeys(("A01", "CH11", "CUR01", "L01", "AF01", "OF61", "OR75", "SH11", "SH12", "SH21"), (1, DAY)),
    "OF52": (1, MINUTE),
    "OF52_FULL": (1, DAY),
    "OF53": (1, 10.0),
    "OR04": (1, MINUTE),
    "OR11": (1, MINUTE),
    "OR13": (1, 5 * MINUTE),
    "OR14": (1, 2.0),
    "ST12": (1, 5 * MINUTE),
    "STO01": (1, MINUTE),
    "STO02": (1, 15.0),
    "STO03": (1, MINUTE),
}
EXTERNAL_PARTNER = {"OR11": (1, 15 * MINUTE)}


@dataclass
class Watched:
    """What came of one operation of one shop, whether it is limited or not."""

    calls: int = 0
    refused: int = 0
    last: float | None = None
    closest: float | None = None  # seconds between two calls

    def note(self, now: float) -> None:
        self.calls += 1
        if self.last is not None:
            apart = now - self.last
            self.closest = apart if self.closest is None else min(self.closest, apart)
        self.last = now


class Limits:
    """Remembers who called what when. Not safe by itself: the tenant's lock guards it."""

    def __init__(self, settings: TenantSettings) -> None:
        self._limits = _in_force(settings)
        self._tolerance = settings.limit_tolerance
        self._count_pages, self._count_lookups = settings.count_pages, settings.count_lookups
        self._calls: dict[tuple[int, str], deque[float]] = defaultdict(deque)
        self._last_read: dict[tuple[int, str], object] = {}
        self._watched: dict[tuple[int, str], Watched] = defaultdict(Watched)

    def wait(self, shop_id: int, operation: str, now: float) -> int | None:
        """Count a call at `now` (seconds) and answer None, or the whole seconds to wait."""
        watched = self._watched[shop_id, operation]
        watched.note(now)
        if operation not in self._limits:
            return None
        allowed, period = self._limits[operation]
        calls = self._calls[shop_id, operation]
        while calls and calls[0] <= now - period * (1 - self._tolerance):
            calls.popleft()
        if len(calls) < allowed:
            calls.append(now)
            return None
        watched.refused += 1
        return max(1, math.ceil(calls[0] + period - now))

    def watched(self) -> dict[str, dict[str, Any]]:
        """Operation → shop → calls, those refused, the shortest time between two, and what is allowed (if limited).

        Only operations with a published limit or one in force; calls that are free (further pages) are not counted.
        """
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for (shop_id, operation), one in sorted(self._watched.items()):
            if operation in self._limits or operation in PUBLISHED:
                calls, seconds = self._limits.get(operation, (None, None))
                found[operation][str(shop_id)] = {
                    "calls": one.calls,
                    "refused": one.refused,
                    "closest_seconds": None if one.closest is None else round(one.closest, 3),
                    "allowed": calls,
                    "per_seconds": seconds,
                }
        return dict(found)

    def wait_to_read(
        self, shop_id: int, operation: str, now: float, *, filters: object, offset: int, lookup: bool
    ) -> int | None:
        """As `wait`, but further pages of a counted read, and look-ups by id, are free by default."""
        if lookup and not self._count_lookups:
            return None
        same_read = self._last_read.get((shop_id, operation)) == filters
        if offset > 0 and same_read and not self._count_pages:
            return None
        wait = self.wait(shop_id, operation, now)
        if wait is None:
            self._last_read[shop_id, operation] = filters
        return wait


def _in_force(settings: TenantSettings) -> dict[str, tuple[int, float]]:
    if isinstance(settings.limits, str):  # "off"
        return {}
    limits = {**PUBLISHED, **(EXTERNAL_PARTNER if settings.profile == "external_partner" else {})}
    for operation, limit in settings.limits.items():
        if limit is None:
            limits.pop(operation, None)
        else:
            limits[operation] = (int(limit.get("calls", 1)), float(limit["seconds"]))
    return limits
