"""What the demonstration shows: a living table where there is a terminal, plain lines where there is none."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mirakl_sync.demo.verdict import DOUBLED, LATE, LOST, OTHER, Row, Verdict

PLAIN_EVERY = 5.0
PLAIN_WIDTH = 160
LAST_LINES = 8
MOST_REASONS = 25


class Screen:
    """Everything said goes through here; ``quiet`` keeps standard output for JSON."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=quiet, highlight=False)
        if not self.console.is_terminal:
            # a file has no edge to wrap at
            self.console = Console(stderr=quiet, highlight=False, width=PLAIN_WIDTH)
        self._live: Live | None = None
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._next_plain = 0.0

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def say(self, words: str) -> None:
        """A sentence that stays."""
        self.console.print(words, markup=False)

    def happened(self, words: str) -> None:
        """An event: the last few are shown while the day runs."""
        self._lines.append(words)
        if self._live is None and words.startswith("!"):
            self.say(words)

    def show(self, title: str, share: float, totals: Mapping[str, Mapping[str, Any]]) -> None:
        """The state of the day, as often as you like."""
        if self._live is not None:
            self._live.update(Group(Text(title), ProgressBar(completed=share * 100), _living(totals), *self._events()))
        elif time.monotonic() >= self._next_plain:
            self._next_plain = time.monotonic() + PLAIN_EVERY
            self.say(f"{title}  {_in_a_line(totals)}")

    def _events(self) -> list[Text]:
        return [Text(line, style="dim") for line in self._lines]


def _living(totals: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("", "orders", "waiting for an answer", "accepted", "to ship", "refused", "cancelled", "in the shop"):
        table.add_column(name, justify="right" if name else "left")
    for name, told in totals.items():
        states = told.get("by_state", {})
        if not states and "by_status" in told:
            table.add_row(name, *[""] * 6, str(told["by_status"].get("processing", 0)))
            continue
        accepted = sum(told.get("accepted_by", {}).values())
        answers = states.get("WAITING_ACCEPTANCE", 0)
        ended = (states.get("REFUSED", 0), states.get("CANCELED", 0))
        cells = (told.get("orders", 0), answers, accepted, states.get("SHIPPING", 0), *ended)
        table.add_row(name, *map(str, cells), "")
    return table


def _in_a_line(totals: Mapping[str, Mapping[str, Any]]) -> str:
    orders = sum(told.get("orders", 0) for told in totals.values() if "by_state" in told)
    accepted = sum(sum(told.get("accepted_by", {}).values()) for told in totals.values())
    placed = sum(told["by_status"].get("processing", 0) for told in totals.values() if "by_status" in told)
    return f"{orders} orders, {accepted} accepted, {placed} in the shop"


def verdict_table(verdict: Verdict) -> Table:
    """One row per marketplace and one for all."""
    table = Table(title="The day by the sandbox's own books", title_justify="left", pad_edge=False)
    names = ("", "seen", "accepted", "refused", "cancelled", "placed", "operator's", "questions")
    for name in (*names, LOST, DOUBLED, LATE):
        table.add_column(name, justify="right" if name else "left")
    table.add_column("waiting, and for what")
    for row in verdict.rows:
        table.add_row(*_cells(row))
    table.add_section()
    table.add_row(*_cells(total(verdict)))
    return table


def _cells(row: Row) -> list[str]:
    counts = (row.seen, row.accepted, row.refused, row.canceled, row.placed, row.theirs, row.questions)
    broken = (row.problems[LOST], row.problems[DOUBLED], row.problems[LATE])
    waiting = ", ".join(f"{count} {why}" for why, count in sorted(row.waiting.items())) or "-"
    return [row.market, *map(str, counts), *map(str, broken), waiting]


def total(verdict: Verdict) -> Row:
    """All marketplaces together."""
    every = Row("all")
    for row in verdict.rows:
        for name in ("seen", "accepted", "refused", "canceled", "placed", "theirs", "questions"):
            setattr(every, name, getattr(every, name) + getattr(row, name))
        every.waiting.update(row.waiting)
        every.problems.update(row.problems)
    return every


def show_verdict(screen: Screen, verdict: Verdict) -> None:
    """Table, open questions in their own words, and every broken promise by order."""
    screen.console.print(verdict_table(verdict))
    if verdict.questions:
        screen.say("Open questions:")
    for question in verdict.questions[:MOST_REASONS]:
        screen.say(f"  {question.owner}: {question.words}")
    for problem in verdict.problems[:MOST_REASONS]:
        screen.console.print(f"  {problem.sentence()}", style="bold red", markup=False)
    hidden = len(verdict.problems) - MOST_REASONS
    if hidden > 0:
        screen.say(f"  … and {hidden} more")
    every = total(verdict).problems
    words = f"lost {every[LOST]}, doubled {every[DOUBLED]}, late {every[LATE]}, otherwise broken {_others(verdict)}"
    screen.console.print(("All promises held: " if verdict.held else "NOT held: ") + words, style="bold")


def _others(verdict: Verdict) -> int:
    return sum(problem.kind == OTHER for problem in verdict.problems)


def as_json(verdict: Verdict, more: Mapping[str, Any]) -> str:
    """The same for programs."""
    rows = [{**_counts(row), "waiting": dict(row.waiting)} for row in (*verdict.rows, total(verdict))]
    told = {
        "held": verdict.held,
        "marketplaces": rows,
        "problems": [{"kind": p.kind, "subject": p.subject, "words": p.words} for p in verdict.problems],
        "questions": [
            {"kind": q.kind, "owner": q.owner, "words": q.words, "orders": sorted(q.orders)} for q in verdict.questions
        ],
        **more,
    }
    return json.dumps(told, indent=2)


def _counts(row: Row) -> dict[str, Any]:
    names = ("market", "seen", "accepted", "refused", "canceled", "placed", "theirs", "questions")
    return {name: getattr(row, name) for name in names} | {kind: row.problems[kind] for kind in (LOST, DOUBLED, LATE)}
