"""The long text about a kind of question: what happened, what it costs, and what to do, step by step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mirakl_sync.inbox.kinds import KINDS

SECTIONS = ("What happened", "What it costs", "What we do by ourselves", "What to do", "How it closes")

_STEP = re.compile(r"\d+\. ")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its paragraphs, and its numbered steps where it has some. Commands stand in `code marks`."""

    title: str
    paragraphs: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunBook:
    """The text about one kind."""

    kind: str
    title: str
    sections: tuple[Section, ...]


@cache
def runbook(kind: str) -> RunBook:
    """The packaged text of a kind. ``KeyError`` for a kind that does not exist."""
    name = KINDS[kind].name
    text = (files(__package__) / "runbooks" / f"{name}.md").read_text("utf-8")
    title, *sections = re.split(r"^##? ", text, flags=re.MULTILINE)[1:]
    return RunBook(name, title.strip(), tuple(_section(part) for part in sections))


def _section(text: str) -> Section:
    title, _, body = text.partition("\n")
    paragraphs, steps = [], []
    for block in re.split(r"\n\s*\n|\n(?=\d+\. )", body.strip()):
        words = " ".join(block.split())
        if _STEP.match(words):
            steps.append(_STEP.sub("", words, count=1))
        elif words:
            paragraphs.append(words)
    return Section(title.strip(), tuple(paragraphs), tuple(steps))
