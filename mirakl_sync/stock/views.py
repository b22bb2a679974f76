"""What people look at about stock, as plain values: a connection at a glance, offers, files, comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

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


@dataclass(frozen=True, slots=True)
class ShelfView:
    """What the shop last said of the SKU. ``told_at`` is when it said so, ``confirmed_at`` the last time it would have
    told a change; ``doubted_at``: it is being asked again since. ``price`` is the shop's."""

    level: int | None
    in_stock: bool
    sellable: bool
    backorders: bool
    matches: int
    price: Decimal | None
    told_at: datetime
    confirmed_at: datetime
    doubted_at: datetime | None
    categories: tuple[str, ...] = ()
    # of a bundle: SKU, pieces in one bundle, pieces of it that may still be sold (None: not counted)
    parts: tuple[tuple[str, int, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class UnfeltSale:
    """Sold by a marketplace and not yet in the shop's number; ``bundle`` is what it was sold as a part of.

    ``felt_at`` is when the shop took note, to be proven by what it says when asked later.
    """

    order_id: str
    connection: str
    pieces: int
    sold_at: datetime
    felt_at: datetime | None
    bundle: str = ""


@dataclass(frozen=True, slots=True)
class RuleView:
    """What a person ruled for the SKU or a category of it; ``connection`` empty: on every marketplace."""

    scope: str
    name: str
    connection: str
    says: str
    until: datetime | None
    made_by: str
    why: str


@dataclass(frozen=True, slots=True)
class Growing:
    """The part of the buffer that grows with sales. ``speed`` is in pieces an hour, ``delay`` in seconds, ``measured``
    or the usual one. ``costs`` is what these ``pieces`` would bring at the shop's price, None where that is unknown."""

    pieces: int
    speed: float
    delay: float
    measured: bool
    costs: Decimal | None


@dataclass(frozen=True, slots=True)
class Why:
    """One offer, or SKU that could be offered, with everything that decides about its number.

    ``wanted`` is weighed now, with its ``steps`` in order; ``again_at`` is when time alone will change it. ``offer``
    None: the marketplace has none. ``sentences`` say it all to people.
    """

    connection: str
    store: str
    sku: str
    wanted: int | None
    because: str
    available: int | None
    steps: tuple[tuple[str, int | None], ...]
    again_at: datetime | None
    cause: str
    cause_words: str
    offer: OfferRow | None
    # what was last told about their number
    theirs_told: str
    theirs_told_at: datetime | None
    shelf: ShelfView | None
    sales: tuple[UnfeltSale, ...]
    rules: tuple[RuleView, ...]
    growing: Growing | None
    file: FileRow | None
    next_file_at: datetime | None
    sides: Sides
    sends: bool
    paused: bool
    sentences: tuple[str, ...] = ()
