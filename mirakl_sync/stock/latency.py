"""How long changes take to arrive, counted in steps of time: small to keep for every day, and days add up. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

# Seconds: a wait is counted at the first step that is not shorter, one beyond the last at MORE.
STEPS = (1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800, 3600)
MORE = "more"
_NAMES = (*map(str, STEPS), MORE)


def add(counts: Mapping[str, int], seconds: Iterable[float]) -> dict[str, int]:
    """``counts`` and these waits: by step (its upper edge in seconds, as text), how many took that long."""
    total = dict(counts)
    for wait in seconds:
        name = _NAMES[bisect_left(STEPS, wait)]
        total[name] = total.get(name, 0) + 1
    return total


def merged(*days: Mapping[str, int]) -> dict[str, int]:
    """The counts of several days, or connections, together."""
    total: dict[str, int] = {}
    for day in days:
        for name, count in day.items():
            total[name] = total.get(name, 0) + count
    return total


def percentile(counts: Mapping[str, int], share: float) -> float | None:
    """The seconds within which ``share`` (0 to 1) of the changes arrived; None where none was counted.

    Waits are taken as spread evenly within their step. Beyond the last step nothing is known but that it took longer:
    then the answer is that step's edge, which is too small.
    """
    total = sum(counts.get(name, 0) for name in _NAMES)
    if not total:
        return None
    wanted = share * total
    seen, lower = 0, 0
    for step in STEPS:
        count = counts.get(str(step), 0)
        if count and seen + count >= wanted:
            return lower + (step - lower) * max(wanted - seen, 0) / count
        seen, lower = seen + count, step
    return float(STEPS[-1])
