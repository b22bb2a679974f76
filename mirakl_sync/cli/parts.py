"""What the pages of an order and of a parcel share: who is asked what, what was asked of others, the story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mirakl_sync.cases.story import EffectView, EntryView, QuestionView
from mirakl_sync.cli.output import left, say, table, when


def questions(asked: Sequence[QuestionView], now: datetime) -> None:
    """Each open question with its owner and the way out."""
    for question in asked:
        due = f", due {left(question.due_at, now)}" if question.due_at else ""
        say(f"\nAsked of {question.owner} (item {question.id}{due}): {question.question}\n  → {question.way_out}")


def effects(asked: Sequence[EffectView]) -> None:
    """What was asked of other systems; nothing when nothing was."""
    if not asked:
        return
    say("\nAsked of other systems")
    table(
        ("what", "came of it", "asked", "answered", "times", "words"),
        [(x.kind, x.state, when(x.asked_at), when(x.answered_at), x.asks, x.words) for x in asked],
        empty="nothing",
    )


def story(entries: Sequence[EntryView]) -> None:
    """Every line of the timeline."""
    say("\nStory")
    table(
        ("when", "who", "from → to", "what"),
        [(when(x.at), x.who, _move(x.from_state, x.to_state), x.sentence) for x in entries],
        empty="nothing yet",
    )


def _move(before: str, after: str) -> str:
    return f"{before} → {after}" if after else ""
