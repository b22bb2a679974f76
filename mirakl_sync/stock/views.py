"""What people look at about stock, as plain values: a connection at a glance, offers, files, comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# What a list of offers can be narrowed to.
ONLY: Mapping[str, str] = {
    "due": "differs, and goes with the next file",
    "travelling": "a file on its way carries it",
    "refused": "the marketplace refused its number",
    "held": "waits for a person",
    "unknown": "nobody knows what the marketplace shows",
    "left_alone": "we have no number for it, theirs is left as it is",
    "none": "shall show none",
    "inactive": "the marketplace does not show it to buyers",
    "gone": "no longer on the marketplace's list",
}


@dataclass(frozen=True, slots=True)
class OfferFilter:
    """Which offers. Empty values do not filter; ``text`` is a part of the SKU, ``only`` one of ``ONLY``, ``because`` a
    rule that had the last word."""

    connection: str = ""
    store: str = ""
    text: str = ""
    only: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer in a list; numbers are pieces, None where nobody knows. ``level`` is what the shop last counted.

    ``since`` is the earliest change that was not told yet, ``waits`` how long ago that was. ``latency`` is in seconds.
    """

    connection: str
    sku: str
    offer_id: str
    listed: bool
    active: bool
    level: int | None
    theirs: int | None
    wanted: int | None
    because: str
    due: bool
    since: datetime | None
    waits: timedelta | None
    sent: int | None
    push: int | None
    held: str
    refused: int | None
    refusal: str
    proved_at: datetime | None
    latency: float | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """One stock file (STO01). ``state`` is ours, ``their_state`` Mirakl's word (STO02), ``why`` what is said of it."""

    id: int
    connection: str
    state: str
    their_state: str
    import_id: str
    rows: int
    zeros: int
    rows_refused: int
    asked_at: datetime
    finished_at: datetime | None
    checks: int
    why: str

    @property
    def took(self) -> timedelta | None:
        """From asking to the end; None while it is on its way."""
        return self.finished_at - self.asked_at if self.finished_at else None


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A comparison; ``offers`` is how many were looked at so far, ``causes`` how many of each cause disagree.

    ``full``: their side is a full list read for this comparison. ``words`` say what it waits for or rests on.
    """

    id: int
    connection: str
    asked_by: str
    began_at: datetime
    finished_at: datetime | None
    offers_read_at: datetime | None
    shop_read_at: datetime | None
    full: bool
    offers: int
    agree: int
    causes: Mapping[str, int]
    words: str

    @property
    def standing(self) -> str:
        """ "waits" for fresh numbers of a side, "compares" or "finished"."""
        if self.finished_at is not None:
            return "finished"
        return "compares" if self.offers_read_at and self.shop_read_at else "waits"

    @property
    def disagree(self) -> int:
        """Offers looked at so far on which both sides do not agree."""
        return self.offers - self.agree


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One SKU on which both sides disagree, with the sentence and the way out."""

    sku: str
    cause: str
    theirs: int | None
    wanted: int | None
    level: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from a change to the accepted file, for 50, 95 and 99 of 100 ``changes``; None where none was counted."""

    changes: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """When the numbers we believe were last seen there or accepted: the oldest, and the middle one of all.

    ``unproven`` offers have a number nobody ever saw there, or none.
    """

    oldest: datetime | None = None
    median: datetime | None = None
    unproven: int = 0


@dataclass(frozen=True, slots=True)
class Sides:
    """From when both sides are: their list of offers, and the shop's numbers; ``trouble`` is why it is no newer."""

    list_read_at: datetime | None = None
    list_read_full_at: datetime | None = None
    trouble: str = ""
    levels_read_at: datetime | None = None
    levels_read_full_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Offers of a connection; all but ``gone`` and ``offers`` are of those still on the marketplace's list."""

    offers: int = 0
    listed: int = 0
    gone: int = 0
    inactive: int = 0
    unknown: int = 0
    left_alone: int = 0
    due: int = 0
    refused: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class StockRow:
    """A connection's stock at a glance. ``oldest_due`` is the age's beginning of the number that waits longest."""

    connection: str
    marketplace: str
    store: str
    sends: bool
    paused: bool
    stopped_because: str
    counts: Counts
    oldest_due: datetime | None
    next_file_at: datetime | None
    zero_until: datetime | None
    zero_by: str
    delay: float | None
    sides: Sides = field(default_factory=Sides)
    latency: Latency = field(default_factory=Latency)
    proof: Proof = field(default_factory=Proof)
    on_its_way: FileRow | None = None
    last_file: FileRow | None = None
    last_comparison: ComparisonRow | None = None

    @property
    def standing(self) -> str:
        """ "sends", "watches" (the policy sends nothing), "paused" or "stopped"."""
        if self.stopped_because:
            return "stopped"
        return "paused" if self.paused else "sends" if self.sends else "watches"
