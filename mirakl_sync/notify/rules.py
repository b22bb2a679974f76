"""Who is told what, now: from open questions, routes and what was told already. Pure.

What is urgent is told at once, the rest in a digest. When nobody acts, the owner is reminded, a fixed number of times,
and somebody else is told. Quiet hours hold back what can wait until they end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mirakl_sync.inbox.kind import Urgency
from mirakl_sync.notify import hours

ALERT, ESCALATION, DIGEST = "alert", "escalation", "digest"
REMINDERS = ("reminder 1", "reminder 2")

# What closes by itself within seconds is nobody's business.
SETTLES = timedelta(seconds=30)
# A storm is one message: the next one to the same address waits so long, or so long when something is due at once.
PAUSE = timedelta(minutes=5)
SHORT_PAUSE = timedelta(minutes=1)
AT_ONCE = timedelta(minutes=15)
# However late it is, whoever was just told has this long to act.
SHORTEST = timedelta(minutes=1)
# A digest that could not be made in time is made later, but not a day later.
DIGEST_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Question:
    """An open question, as far as telling goes."""

    id: int
    owner: str
    urgency: int
    opened_at: datetime
    due_at: datetime | None = None
    acted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RouteTo:
    """Where and when one role is told. ``addresses`` are "email:ADDRESS" and "webhook"."""

    role: str
    addresses: tuple[str, ...]
    timezone: str = "UTC"
    quiet: str = ""
    digest: tuple[str, ...] = ()
    escalate_after: timedelta = timedelta(0)
    escalate_to: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What is told once: this question, to this role, for this reason, at this address."""

    item: int
    role: str
    reason: str
    address: str


@dataclass(frozen=True, slots=True)
class Past:
    """What was told, when a role was first told of a question for a reason, and when each address of a role last
    carried something at once."""

    told: frozenset[Key] = frozenset()
    first: Mapping[tuple[int, str, str], datetime] = field(default_factory=dict)
    last: Mapping[tuple[str, str], datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[Key, datetime], last: Mapping[tuple[str, str], datetime]) -> Past:
        """From every telling with its time."""
        first: dict[tuple[int, str, str], datetime] = {}
        for key, at in told.items():
            mark = (key.item, key.role, key.reason)
            first[mark] = min(at, first.get(mark, at))
        return cls(frozenset(told), first, last)


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be made. ``kind`` is ALERT (which carries reminders and escalations too) or DIGEST."""

    role: str
    address: str
    kind: str
    keys: tuple[Key, ...]


def drafts(questions: Sequence[Question], routes: Sequence[RouteTo], past: Past, now: datetime) -> list[Draft]:
    """Every message that is due: at most one at once and one digest for each role and address."""
    by_role = {route.role: route for route in routes}
    found = []
    for route in routes:
        at_once = [point for question in questions for point in _points(question, route, by_role, past, now)]
        for address in route.addresses:
            keys = _fresh(at_once, route, address, past)
            if keys and not _pausing(keys, questions, past.last.get((route.role, address)), now):
                found.append(Draft(route.role, address, ALERT, keys))
            keys = _fresh(_for_digest(questions, route, now), route, address, past)
            if keys:
                found.append(Draft(route.role, address, DIGEST, keys))
    return found


def escalates_at(told_at: datetime, due_at: datetime | None, route: RouteTo) -> datetime | None:
    """When somebody else is told: after ``escalate_after``, or at half of the time that was left, if that is sooner."""
    if not route.escalate_after:
        return None
    if due_at is None:
        return told_at + route.escalate_after
    return told_at + max(min(route.escalate_after, (due_at - told_at) / 2), SHORTEST)


def _points(
    question: Question, route: RouteTo, routes: Mapping[str, RouteTo], past: Past, now: datetime
) -> Iterator[tuple[int, str]]:
    """(question, reason) of what this role shall be told at once about a question."""
    if question.urgency < Urgency.NOW or question.acted_at is not None or _held_back(question, route, now):
        return
    owner = routes.get(question.owner)
    told_at = past.first.get((question.id, question.owner, ALERT))
    if route.role == question.owner:
        if told_at is None:
            if now >= question.opened_at + SETTLES:
                yield question.id, ALERT
            return
        # a address that came later is told as well
        yield question.id, ALERT
        yield from ((question.id, reason) for reason in _reminders(question, route, past, told_at, now))
    elif owner is not None and owner.escalate_to == route.role and told_at is not None:
        at = escalates_at(told_at, question.due_at, owner)
        if at is not None and now >= at:
            yield question.id, ESCALATION


def _reminders(question: Question, route: RouteTo, past: Past, told_at: datetime, now: datetime) -> Iterator[str]:
    """The first when others are told, the second when the time is over; never sooner than a pause after the last."""
    first, second = REMINDERS
    at = escalates_at(told_at, question.due_at, route)
    if at is None or now < at:
        return
    yield first
    reminded = past.first.get((question.id, route.role, first))
    if question.due_at is not None and reminded is not None and now >= max(question.due_at, reminded + PAUSE):
        yield second


def _held_back(question: Question, route: RouteTo, now: datetime) -> bool:
    """True in quiet hours, unless the question cannot wait until they end."""
    until = hours.quiet_until(now, route.quiet, route.timezone)
    return until is not None and (question.due_at is None or question.due_at > until)


def _for_digest(questions: Iterable[Question], route: RouteTo, now: datetime) -> list[tuple[int, str]]:
    """What is not urgent, at the digest's time. Its reason is that time, so that each is told once a digest."""
    at = hours.latest(now, route.digest, route.timezone)
    if at is None or now - at > DIGEST_LASTS:
        return []
    reason = f"{DIGEST} {at:%Y-%m-%d %H:%M}"
    return [
        (question.id, reason)
        for question in questions
        if question.owner == route.role and question.urgency < Urgency.NOW and question.opened_at <= at
    ]


def _fresh(points: Iterable[tuple[int, str]], route: RouteTo, address: str, past: Past) -> tuple[Key, ...]:
    keys = (Key(item, route.role, reason, address) for item, reason in points)
    return tuple(key for key in keys if key not in past.told)


def _pausing(keys: Iterable[Key], questions: Iterable[Question], last: datetime | None, now: datetime) -> bool:
    """True while the last message to this address is so fresh that these wait and come together."""
    if last is None:
        return False
    mine = {key.item for key in keys}
    soon = any(each.due_at is not None and each.due_at - now < AT_ONCE for each in questions if each.id in mine)
    return now < last + (SHORT_PAUSE if soon else PAUSE)
