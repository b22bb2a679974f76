"""What an explanation is: what it is, where it stands, promises, the story, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How a promise fares."""

    KEPT = "kept"
    BROKEN = "broken"
    RUNS = "runs"
    LATE = "late"  # it runs, and its time is over
    UNKNOWN = "unknown"  # no time was ever given to us
    OVER = "no longer owed"


@dataclass(frozen=True, slots=True)
class Promise:
    """A time given to us. ``deed`` is "answer" or "ship"; ``done_at`` when we did it."""

    deed: str
    by: datetime | None
    done_at: datetime | None
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of the story. ``about`` is "order", "parcel 17", "webhook" or "carrier";
    ``evidence`` says where it is written down; the states are ours, where the row moved."""

    at: datetime
    who: str
    about: str
    sentence: str
    evidence: str = ""
    from_state: str = ""
    to_state: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An order explained at the moment ``at``. ``turn`` is whose turn it is, ``next`` what happens next."""

    at: datetime
    order_id: str
    connection: str
    what: str
    stands: str
    turn: str
    promises: tuple[Promise, ...]
    story: tuple[Told, ...]
    next: tuple[str, ...]
