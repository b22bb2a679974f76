"""Whether a planner's numbers show what it was told. Pure.

A planner says nothing of a file it throws away, so we compare: the stock it shows with the stock that was told, and
what it counts as sold in seven days with what was told of these days. It may know of more sales than ours, from other
channels; of fewer it may not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mirakl_sync.records.planning import Feed, Planned

A_WEEK = timedelta(days=7)


class Shown(StrEnum):
    """What its numbers say of a file."""

    PROVEN = "proven"
    IGNORED = "ignored"
    UNSAID = ""  # nothing in it can be seen in its numbers


@dataclass(frozen=True, slots=True)
class Probe:
    """What a planner should say of a SKU: its stock as told, or at least so many pieces sold in seven days."""

    feed: Feed
    sku: str
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and the sentence for people."""

    shown: Shown
    words: str


def judge(probes: Sequence[Probe], facts: Mapping[str, Planned]) -> Verdict:
    """A file is read whole or not at all: it is in doubt when most of what can be compared differs."""
    compared = [(probe, agrees) for probe in probes if (agrees := _agrees(probe, facts.get(probe.sku))) is not None]
    if not compared:
        return Verdict(Shown.UNSAID, "its numbers tell nothing of what was in it")
    wrong = [probe for probe, agrees in compared if not agrees]
    if 2 * len(wrong) > len(compared):
        examples = "; ".join(_differs(probe, facts.get(probe.sku)) for probe in wrong[:3])
        return Verdict(Shown.IGNORED, f"{len(wrong)} of {len(compared)} SKUs do not show it: {examples}")
    return Verdict(Shown.PROVEN, f"{len(compared) - len(wrong)} of {len(compared)} SKUs show it")


def _agrees(probe: Probe, planned: Planned | None) -> bool | None:
    """None where nothing can be compared."""
    if planned is None or planned.removed:
        return False
    if probe.feed is Feed.VARIANTS:
        return True
    if probe.feed is Feed.STOCK:
        return None if planned.in_stock is None else planned.in_stock == probe.expected
    if planned.sold_7 is None or probe.expected <= 0:
        return None
    return planned.sold_7 >= probe.expected


def _differs(probe: Probe, planned: Planned | None) -> str:
    if planned is None or planned.removed:
        return f"{probe.sku} is unknown there"
    if probe.feed is Feed.STOCK:
        return f"{probe.sku} has {planned.in_stock} in stock there and was told with {probe.expected}"
    return f"{probe.sku} has {planned.sold_7} sold in seven days there where {probe.expected} were told"


@dataclass(frozen=True, slots=True)
class Sale:
    """A row of sales as it was told."""

    sku: str
    at: datetime
    quantity: int


def sold_in_a_week(sales: Sequence[Sale], run: datetime, zone: ZoneInfo | None) -> dict[str, int]:
    """By SKU, what a nightly run must count at least: seven times a day to the minute, or seven whole days of its
    calendar, whichever is less. Without a ``zone`` to the minute: a night run by hand has its day with it."""
    spans = [(run - A_WEEK, run)]
    if zone is not None:
        midnight = run.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        spans.append((midnight - A_WEEK, midnight))
    return {sku: min(_sum(sales, sku, span) for span in spans) for sku in {sale.sku for sale in sales}}


def _sum(sales: Sequence[Sale], sku: str, span: tuple[datetime, datetime]) -> int:
    return sum(sale.quantity for sale in sales if sale.sku == sku and span[0] <= sale.at < span[1])
