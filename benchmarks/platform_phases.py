"""One phase of a platform's measurement, in a process of its own: `python -m benchmarks.platform_phases`."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bare_platform import Bare
from benchmarks.platform_calls import Call, Pause, Steps
from benchmarks.platform_stage import SKU, Ground, Opened
from mirakl_sync.records.shop import Notice, NoticeKind, OrderDraft
from tests.platforms.drafts import addressed, draft

Found = dict[str, float]
# Answers of reads are not kept, but for those that tell where a file is.
POINTERS = 2_000
WARM = 3
BEFORE = 3600


def create(grounds: Sequence[Ground], rounds: Sequence[Mapping[str, int]]) -> list[Found]:
    """Orders made and released through our platform in one shop; then the same calls, bare, in one just like it."""
    ours, theirs = (Opened(ground) for ground in grounds)
    for opened in (ours, theirs):
        for _ in range(WARM):
            _make(opened, _draft(opened))
    bare = Bare(theirs.lines)
    found = []
    for how in rounds:
        drafts = [_draft(ours) for _ in range(how["orders"])]
        for ground in grounds:
            ground.latency(how["round_trip_ms"])
        pages, measured = _timed(how["at_once"], lambda each: _make(ours, each), drafts)
        _, least = _timed(how["at_once"], bare.run, pages)
        for ground in grounds:
            ground.latency(0)
        _see_released(theirs, drafts)
        found.append(
            {
                "ours_per_second": len(drafts) / measured["seconds"],
                "bare_per_second": len(drafts) / least["seconds"],
                "ratio": least["seconds"] / measured["seconds"],
                "ours_cpu_ms": measured["cpu"] / len(drafts) * 1000,
                "bare_cpu_ms": least["cpu"] / len(drafts) * 1000,
                "ours_slowest": measured["slowest"],
                "bare_slowest": least["slowest"],
                "calls": sum(map(len, pages)) / len(drafts),
                "points": sum(map(_points, pages)) / len(drafts),
            }
        )
    return found


def _draft(opened: Opened) -> OrderDraft:
    """Without an address, as a marketplace tells it before it is accepted, where the shop keeps such orders."""
    # another phase of another process may have sold here
    made = draft(order_id=f"B-{uuid.uuid4().hex[:12]}-A")
    return made if opened.held else addressed(made)


def _make(opened: Opened, wanted: OrderDraft) -> Steps:
    with opened.note.mine() as steps:
        made = opened.platform.create_order(wanted, held=opened.held)
        released = opened.platform.release_order(made.order_id, addressed(wanted))
    if not released.live:
        raise RuntimeError(f"{wanted.reference} is not released")
    return steps


def _see_released(opened: Opened, drafts: Sequence[OrderDraft]) -> None:
    """The bare script did all of it: a few orders are looked at."""
    for wanted in drafts[:: max(1, len(drafts) // 3)]:
        order = opened.platform.find_order(wanted.reference, since=wanted.created_at - timedelta(days=1))
        if order is None or not order.live:
            raise RuntimeError(f"the bare script has not released {wanted.reference}")


def poll(grounds: Sequence[Ground], changes: Sequence[int]) -> list[Found]:
    """Polls of stock: the first one, then one after each so many numbers were corrected, then one after sales."""
    (ground,) = grounds
    opened = Opened(ground)
    opened.note.keep = POINTERS
    skus = sorted(fact.sku for fact in opened.platform.levels() if fact.sku != SKU)
    opened.pass_time(BEFORE)
    since, found = opened.now(), []
    # a program that was just started has seen nothing yet
    fresh = Opened(ground)
    fresh.note.keep = POINTERS
    fresh.platform.product_facts([SKU])
    for turn, (count, way) in enumerate([(0, "first"), *((many, "stock") for many in changes), (changes[-1], "sell")]):
        if turn:
            fresh.pass_time(60 if way == "sell" else fresh.apart)
        changed = set(skus[turn :: len(skus) // count][:count]) if count else set()
        for sku in sorted(changed):
            ground.control(way, {"sku": sku, "quantity": 7 + turn if way == "stock" else 1})
        if way == "sell":
            # what was made in this very second
            fresh.pass_time(2)
        one, told = _polled(fresh, ground, NoticeKind.PRODUCT, since)
        missing = changed - {notice.product.sku for notice in told if notice.product}
        if missing:
            raise RuntimeError(f"a poll has not told {len(missing)} of {count} changes, {min(missing)} among them")
        since = max((notice.observed_at for notice in told), default=since)
        found.append({"changes": count, **one})
    return found


def orders(grounds: Sequence[Ground], ours: int, others: int) -> list[Found]:
    """One poll of orders after so many of ours and so many of the shop's own were made."""
    (ground,) = grounds
    opened = Opened(ground)
    opened.note.keep = POINTERS
    _make(opened, _draft(opened))
    opened.pass_time(BEFORE)
    since = opened.now()
    drafts = [_draft(opened) for _ in range(ours)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: _make(opened, each), drafts))
    for _ in range(others):
        ground.control("sell", {"sku": SKU, "quantity": 1})
    opened.pass_time(60)
    found, told = _polled(opened, ground, NoticeKind.ORDER, since)
    seen = {notice.order.reference for notice in told if notice.order}
    if not seen >= {wanted.reference for wanted in drafts}:
        raise RuntimeError(f"the poll told {len(seen)} of {ours} orders")
    return [{"changes": ours + others, **found}]


def _polled(opened: Opened, ground: Ground, kind: NoticeKind, since: datetime) -> tuple[Found, list[Notice]]:
    """A poll, and its calls again."""
    opened.note.taken()
    ground.latency(ground.round_trip_ms)
    began, used = time.monotonic(), time.process_time()
    told = list(opened.platform.notices_since(kind, since))
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    found = _read(opened, seconds, cpu, len(told))
    ground.latency(0)
    return found, told


def levels(grounds: Sequence[Ground]) -> list[Found]:
    """The full look: every SKU, counted and forgotten. ``memory_mb`` is what it needs beyond what was there before."""
    (ground,) = grounds
    opened = Opened(ground)
    opened.note.keep = POINTERS
    opened.platform.product_facts([SKU])
    opened.note.taken()
    ground.latency(ground.round_trip_ms)
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    began, used = time.monotonic(), time.process_time()
    rows = sum(1 for _ in opened.platform.levels())
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    memory = _memory("VmHWM") - before
    if rows != ground.offers + 1:
        raise RuntimeError(f"the look told {rows} of {ground.offers + 1} SKUs")
    return [{**_read(opened, seconds, cpu, rows), "memory_mb": memory}]


def _read(opened: Opened, seconds: float, cpu: float, told: int) -> Found:
    """What a read took, and how long its calls alone take."""
    steps = opened.note.taken()
    calls = [step for step in steps if isinstance(step, Call)]
    _, least = _timed(1, Bare(opened.lines).run, [steps])
    return {
        "told": told,
        "calls": len(calls),
        "points": _points(steps),
        "kilobytes": sum(call.size for call in calls) / 1000,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "bare_seconds": least["seconds"],
        "ratio": least["seconds"] / seconds,
    }


def _timed(at_once: int, what: Callable[[Any], Any], things: Sequence[Any]) -> tuple[list[Any], Found]:
    def one(thing: Any) -> tuple[Any, float]:
        started = time.monotonic()
        return what(thing), time.monotonic() - started

    began, used = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(at_once) as pool:
        done = list(pool.map(one, things))
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    return [answer for answer, _ in done], {"seconds": seconds, "cpu": cpu, "slowest": max(took for _, took in done)}


def _points(steps: Iterable[Call | Pause]) -> float:
    return sum(step.points for step in steps if isinstance(step, Call))


def _memory(what: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {what} in status")


PHASES: dict[str, Callable[..., list[Found]]] = {"create": create, "poll": poll, "orders": orders, "levels": levels}


if __name__ == "__main__":
    asked = json.loads(sys.argv[2])
    print(json.dumps(PHASES[sys.argv[1]]([Ground(**ground) for ground in asked["grounds"]], **asked["how"])))
