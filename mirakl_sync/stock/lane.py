"""The way of a connection's stock files, one at a time: what is done next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A file goes right behind a look at the marketplace's orders: it overwrites what sales took that nobody saw.
FRESH = timedelta(seconds=15)
# A look that comes so soon is waited for …
SOON = timedelta(seconds=20)
# … but not with offers that must show none: that is right whatever was sold.
AT_ONCE = timedelta(seconds=5)
# How long a look that was asked for may take until we go on without it.
PATIENCE = timedelta(seconds=20)
# A file between two looks takes the place of the one behind the next. What has waited so long for that one, while
# others went before it, keeps the place free: lower numbers give way first, those that show none much later.
GIVES_WAY = timedelta(minutes=2)
NONE_GIVES_WAY = timedelta(minutes=10)
# A lane in which nothing happens is rung for when something is touched; this is only the safety net.
IDLE = timedelta(minutes=1)


class PushState(StrEnum):
    """What is known of a file."""

    ASKED = "asked"  # written down, perhaps sent: nobody has heard the answer
    UNKNOWN = "unknown"  # sent, perhaps: the answer never came
    SENT = "sent"  # the marketplace has it and works on it
    DONE = "done"  # worked off, with or without refused lines
    FAILED = "failed"  # none of it was applied


class Choice(StrEnum):
    """Which of the offers that differ go into a file."""

    ALL = "all"
    FEWER = "fewer"  # lower numbers only: a higher one could give back what was sold unseen
    NONE_LEFT = "none_left"  # those that shall show none


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """What decides. ``push`` is the file on its way, ``settled`` that its unheard answer can be known by looking.

    ``pulled_at`` is the last complete look at orders, ``next_pull_at`` the next by the connection's cadence,
    ``pull_from`` when the marketplace allows one at all; None where orders are not looked at. ``free_from`` is when
    the next file may go, ``apart`` how far files are apart. ``waits_since`` is the age of the oldest number that may
    only go behind a look.
    """

    sends: bool
    paused: bool
    push: PushState | None = None
    settled: bool = False
    follow_at: datetime | None = None
    due: int = 0
    zeros: int = 0
    waits_since: datetime | None = None
    hurry: bool = False
    free_from: datetime | None = None
    apart: timedelta = timedelta(minutes=1)
    pulled_at: datetime | None = None
    next_pull_at: datetime | None = None
    pull_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do until then."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """The file was asked for by somebody who is gone: whether it left, nobody knows."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Ask what became of the file (STO02, STO03)."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """See in the marketplace's list whether the unheard file was worked off; ``ready`` when that list was read."""

    ready: bool


@dataclass(frozen=True, slots=True)
class AskForPull:
    """Let the orders be looked at first."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send a file (STO01)."""

    choice: Choice


Step = Rest | Doubt | Follow | LookUp | AskForPull | Send


def next_step(lane: LaneFacts, now: datetime) -> Step:
    """What the lane does next. A file on its way is always followed; only then comes the next."""
    if lane.push is PushState.ASKED:
        return Doubt()
    if lane.push is PushState.UNKNOWN:
        return LookUp(ready=lane.settled)
    if lane.push is PushState.SENT:
        if lane.follow_at is not None and lane.follow_at > now:
            return Rest(lane.follow_at, "the marketplace works on the file")
        return Follow()
    if not lane.sends:
        return Rest(now + IDLE, "stock is not sent: the policy says send = false")
    if lane.paused:
        return Rest(now + IDLE, "stock is paused")
    if not lane.due:
        return Rest(now + IDLE, "the marketplace shows what it should")
    if lane.free_from is not None and lane.free_from > now:
        return Rest(lane.free_from, "the marketplace takes a file every so often")
    return _behind_a_pull(lane, now)


def _behind_a_pull(lane: LaneFacts, now: datetime) -> Step:
    """Everything right behind a look at orders; before it only what cannot give back what was sold unseen."""
    if lane.hurry or lane.next_pull_at is None or _fresh(lane, now):
        return Send(Choice.ALL)
    wait = lane.next_pull_at - now
    if wait > SOON and lane.pull_from is not None and lane.pull_from <= now:
        return AskForPull()
    if _gives_way(lane, wait, now):
        return Rest(lane.next_pull_at, "what waits for the look at orders has waited long: its place is kept free")
    if wait > SOON or wait < -PATIENCE:
        return Send(Choice.FEWER)
    if lane.zeros and abs(wait) > AT_ONCE:
        return Send(Choice.NONE_LEFT)
    return Rest(now + timedelta(seconds=2), "the look at orders comes first")


def _fresh(lane: LaneFacts, now: datetime) -> bool:
    return lane.pulled_at is not None and now - lane.pulled_at <= FRESH


def _gives_way(lane: LaneFacts, wait: timedelta, now: datetime) -> bool:
    """A file now would still be the last when the look has come, and what waits for it would wait again."""
    if lane.waits_since is None or not timedelta() < wait < lane.apart:
        return False
    return now - lane.waits_since > (NONE_GIVES_WAY if lane.zeros else GIVES_WAY)
