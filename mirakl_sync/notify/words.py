"""What a message says: short, without a word of another system, and with the way to the question. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mirakl_sync.notify.rules import ALERT, DIGEST, ESCALATION, Key

MOST_NAMED = 10
_LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class Told:
    """What may be said of a question. ``question`` is empty where it repeats another system's words: they may name a
    buyer, and stay in the house."""

    id: int
    title: str
    owner: str
    connection: str
    question: str
    at_stake: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Text:
    """A message's two parts."""

    subject: str
    body: str


def compose(kind: str, role: str, keys: Sequence[Key], about: Mapping[int, Told], *, zone: str, console: str) -> Text:
    """The message about these questions, in the order of ``about``; many are counted after the first ten."""
    reasons = {key.item: key.reason for key in keys}
    chosen = [told for item, told in about.items() if item in reasons]
    shown, rest = chosen[:MOST_NAMED], len(chosen) - MOST_NAMED
    parts = []
    for heading, mine in _headings(kind, shown, reasons):
        parts.append("\n\n".join([heading, *(_lines(each, zone, console) for each in mine)]))
    if rest > 0:
        parts.append(f'And {rest} more: `mirakl-sync inbox list --owner "{role}"`')
    parts.append(_foot(role, console))
    return Text(_subject(kind, role, chosen, reasons), "\n\n".join(parts) + "\n")


def trial(role: str, who: str, console: str) -> Text:
    """A message that only shows that messages arrive."""
    words = f"{who} wanted to see whether messages for {role} arrive. This one did. Nothing is to be done."
    return Text(f"A trial message for {role}", f"{words}\n\n{_foot(role, console)}\n")


def _headings(kind: str, shown: Sequence[Told], reasons: Mapping[int, str]) -> list[tuple[str, list[Told]]]:
    if kind == DIGEST:
        return [("These questions wait; none is urgent. What costs most while it waits comes first.", list(shown))]
    groups = (
        ("New and urgent", [each for each in shown if reasons[each.id] == ALERT]),
        ("Still waiting: nobody has acted", [each for each in shown if reasons[each.id].startswith("reminder")]),
        ("Nobody of its owners has acted, so you are told", [each for each in shown if reasons[each.id] == ESCALATION]),
    )
    return [(heading, mine) for heading, mine in groups if mine]


def _lines(told: Told, zone: str, console: str) -> str:
    where = f" ({told.connection})" if told.connection else ""
    lines = [f"* {told.title}{where}", f"  {told.at_stake}; asked of {told.owner}{_due(told, zone)}"]
    if told.question:
        lines.append(f"  {_cut(told.question)}")
    lines.append(f"  `mirakl-sync inbox show {told.id}`")
    if console:
        lines.append(f"  {console.rstrip('/')}/exceptions?item={told.id}")
    return "\n".join(lines)


def _due(told: Told, zone: str) -> str:
    if told.due_at is None:
        return ""
    return f", due {told.due_at.astimezone(UTC if zone == 'UTC' else ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUESTION else line[: _LONGEST_QUESTION - 1] + "…"


def _subject(kind: str, role: str, chosen: Sequence[Told], reasons: Mapping[int, str]) -> str:
    count = len(chosen)
    if kind == DIGEST:
        return f"{count} {'question waits' if count == 1 else 'questions wait'} for {role}"
    escalated = all(reason == ESCALATION for reason in reasons.values())
    begins = f"Nobody acts ({chosen[0].owner}): " if escalated else ""
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{begins}{chosen[0].title}{more}"[:250]


def _foot(role: str, console: str) -> str:
    where = f" {console.rstrip('/')}/exceptions" if console else ""
    return f"-- \nmirakl_sync, for {role}.{where}"
