"""Stock by the size of the catalogue: what the first day costs, what a change costs, and what the proof costs.

Every phase is a process of its own with everything a worker has in its memory; its peak is what is shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from benchmarks.stock_stage import LOOK_EVERY, Ground, run, stock_stage

CHANGES = (100, 1000, 10_000)
ROUND_TRIP_MS = 200
# Webhooks, and how many SKUs they are about.
BURST = (10_000, 2000)


@dataclass(frozen=True)
class Phase:
    """One phase over the whole catalogue."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    transactions: float
    statements: float


@dataclass(frozen=True)
class Delta:
    """So many changes in the shop: until they are on the shelf, and from there until the marketplace has them.

    ``bare_seconds`` is a script that tells the same numbers in one file and remembers nothing; ``ratio`` is its share
    of ours.
    """

    polled_seconds: float
    flushed_seconds: float
    cpu_seconds: float
    memory_mb: float
    transactions: float
    statements: float
    bare_seconds: float
    ratio: float


@dataclass(frozen=True)
class Burst:
    """Webhooks by the thousand, in one process after another: kept, read, and in how many files at the end."""

    kept_seconds: float
    read_seconds: float
    flushed_seconds: float
    files: float
    rows: float


def measure(database_url: str, *, offers: int, burst: bool) -> Iterator[tuple[str, Any]]:
    """Name and figures of each part, for a catalogue of so many offers."""
    with stock_stage(database_url, offers) as ground:
        yield "shelf", _phase(ground, "shelf", {})
        # every offer into our copy of the list, a number for each, and each number told
        yield "first_fill", _phase(ground, "read", {"offers": offers})
        yield "weigh_all", _phase(ground, "weigh", {"weighed": offers})
        yield "send_all", _phase(ground, "push", {"rows": offers, "files": -(-offers // 50_000)})
        if burst:
            yield "burst", _burst(ground)
        ground.latency(ROUND_TRIP_MS)
        changes = [count for count in CHANGES if count <= offers]
        ours = [_ours(ground, count, turn) for turn, count in enumerate(changes)]
        ground.latency(0)
        yield "read_again", _phase(ground, "read", {"offers": offers})
        yield "compare", _phase(ground, "compare", {"offers": offers, "agree": offers})
        ground.latency(ROUND_TRIP_MS)
        # last, for what it tells the marketplace we know nothing of
        for count, (polled, pushed) in zip(changes, ours, strict=True):
            yield f"delta.{count}", _delta(ground, count, polled, pushed)


def _phase(ground: Ground, name: str, expected: dict[str, int]) -> Phase:
    found = run(ground, name)
    _expect(name, found, expected)
    return Phase(**{field.name: found[field.name] for field in fields(Phase)})


def _expect(name: str, found: dict[str, float], expected: dict[str, int]) -> None:
    wrong = {key: found[key] for key, value in expected.items() if found[key] != value}
    if wrong:
        raise RuntimeError(f"{name}: {wrong} instead of {expected}")


def _burst(ground: Ground) -> Burst:
    count, skus = BURST
    kept, read = run(ground, "keep", count, skus), run(ground, "digest")
    pushed = run(ground, "push")
    _expect("burst", read | pushed, {"digested": count, "files": 1, "rows": skus})
    return Burst(kept["seconds"], read["seconds"], pushed["seconds"], pushed["files"], pushed["rows"])


def _ours(ground: Ground, count: int, turn: int) -> tuple[dict[str, float], dict[str, float]]:
    polled, pushed = run(ground, "poll", count, turn), run(ground, "push")
    _expect(f"{count} changes", pushed, {"files": 1, "rows": count})
    return polled, pushed


def _delta(ground: Ground, count: int, polled: dict[str, float], pushed: dict[str, float]) -> Delta:
    how: Sequence[object] = (ground.market, ground.api_key, count, ground.offers // count, LOOK_EVERY)
    command = [sys.executable, "-m", "benchmarks.bare_stock", *map(str, how)]
    bare = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Delta(
        polled["seconds"],
        pushed["seconds"],
        polled["cpu_seconds"] + pushed["cpu_seconds"],
        max(polled["memory_mb"], pushed["memory_mb"]),
        polled["transactions"] + pushed["transactions"],
        polled["statements"] + pushed["statements"],
        bare["seconds"],
        bare["seconds"] / pushed["seconds"],
    )
