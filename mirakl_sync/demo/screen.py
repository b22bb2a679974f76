"""What the demonstration shows: a living table where there is a terminal, plain lines where there is none."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mirakl_sync.demo.findings import DOUBLED, LATE, LOST, OTHER, OVERSOLD, Row, Verdict
from mirakl_sync.demo.stock_screen import oversold_in_words, rush_in_words, stock_table

PLAIN_EVERY = 5.0
PLAIN_WIDTH = 160
LAST_LINES = 8
MOST_REASONS = 25
COUNTS = ("seen", "accepted", "refused", "canceled", "placed", "theirs", "shipped", "questions")


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
    names = ("orders", "waiting for an answer", "accepted", "to ship", "shipped", "refused", "cancelled", "to pack")
    for name in ("", *names):
        table.add_column(name, justify="right" if name else "left")
    for name, told in totals.items():
        states = told.get("by_state", {})
        if not states and "by_status" in told:
            table.add_row(name, *[""] * 7, _to_pack(told["by_status"]))
            continue
        accepted = sum(told.get("accepted_by", {}).values())
        answers = states.get("WAITING_ACCEPTANCE", 0)
        ended = (states.get("REFUSED", 0), states.get("CANCELED", 0))
        leaving = (states.get("SHIPPING", 0), states.get("SHIPPED", 0))
        cells = (told.get("orders", 0), answers, accepted, *leaving, *ended)
        table.add_row(name, *map(str, cells), "")
    return table


def _to_pack(statuses: Mapping[str, int]) -> str:
    """The web shop's, in its own words; every other kind of store has others."""
    return str(statuses["processing"]) if "processing" in statuses else ""


def _in_a_line(totals: Mapping[str, Mapping[str, Any]]) -> str:
    orders = sum(told.get("orders", 0) for told in totals.values() if "by_state" in told)
    accepted = sum(sum(told.get("accepted_by", {}).values()) for told in totals.values())
    # the shop's own customers order there too
    placed = sum(told.get("references", 0) for told in totals.values())
    shipped = sum(told["by_state"].get("SHIPPED", 0) for told in totals.values() if "by_state" in told)
    return f"{orders} orders, {accepted} accepted, {placed} in the shop, {shipped} shipped"


def verdict_table(verdict: Verdict) -> Table:
    """One row per marketplace and one for all."""
    table = Table(title="The day by the sandbox's own books", title_justify="left", pad_edge=False)
    names = ("", "seen", "accepted", "refused", "cancelled", "placed", "operator's", "shipped", "held", "questions")
    for name in (*names, LOST, DOUBLED, LATE):
        table.add_column(name, justify="right" if name else "left")
    table.add_column("waiting, and for what")
    for row in verdict.rows:
        table.add_row(*_cells(row))
    table.add_section()
    table.add_row(*_cells(total(verdict)))
    return table


def _cells(row: Row) -> list[str]:
    parcels = (row.shipped, row.held.total())
    counts = (row.seen, row.accepted, row.refused, row.canceled, row.placed, row.theirs, *parcels, row.questions)
    broken = (row.problems[LOST], row.problems[DOUBLED], row.problems[LATE])
    waiting = ", ".join(f"{count} {why}" for why, count in sorted(row.waiting.items())) or "-"
    return [row.name, *map(str, counts), *map(str, broken), waiting]


def total(verdict: Verdict) -> Row:
    """All marketplaces together."""
    every = Row("all")
    for row in verdict.rows:
        for name in COUNTS:
            setattr(every, name, getattr(every, name) + getattr(row, name))
        every.paid, every.booked = every.paid + row.paid, every.booked + row.booked
        every.held.update(row.held)
        every.waiting.update(row.waiting)
        every.problems.update(row.problems)
    return every


def stores_table(verdict: Verdict) -> Table:
    """What every kind of store holds against what the marketplaces sold, to the cent."""
    table = Table(title="Every kind of store", title_justify="left", pad_edge=False)
    for name in ("", "orders", "sold there", "in the store", "difference", "offers right"):
        table.add_column(name, justify="right" if name else "left")
    web = [row for row in verdict.rows if not row.store]
    paid, booked = sum((row.paid for row in web), Decimal(0)), sum((row.booked for row in web), Decimal(0))
    files = verdict.stock.files if verdict.stock else ()
    right = f"{sum(each.agree for each in files)} of {sum(each.offers for each in files)}"
    table.add_row("WooCommerce", str(sum(row.placed for row in web)), *_money(paid, booked), right)
    for row in verdict.rows:
        if row.store:
            money = _money(row.paid, row.booked)
            table.add_row(row.store, str(row.placed), *money, f"{row.agree} of {row.offers}")
    return table


def _money(paid: Decimal, booked: Decimal) -> tuple[str, str, str]:
    return f"{paid:.2f} EUR", f"{booked:.2f} EUR", f"{booked - paid:.2f}"


def show_verdict(screen: Screen, verdict: Verdict) -> None:
    """Table, open questions in their own words, and every broken promise by order."""
    screen.console.print(verdict_table(verdict))
    if verdict.stock:
        screen.console.print(stores_table(verdict))
        screen.console.print(stock_table(verdict.stock))
        screen.say(rush_in_words(verdict.stock.rush))
    if verdict.questions:
        screen.say("Open questions:")
    for question in verdict.questions[:MOST_REASONS]:
        screen.say(f"  {question.owner}: {question.words}")
    for problem in verdict.problems[:MOST_REASONS]:
        screen.console.print(f"  {problem.sentence()}", style="bold red", markup=False)
    if verdict.planner:
        screen.say(verdict.planner)
    excused = verdict.stock is not None and not any(problem.kind == OVERSOLD for problem in verdict.problems)
    for sentence in oversold_in_words(verdict.stock.rush) if verdict.stock and excused else ():
        screen.say(sentence)
    hidden = len(verdict.problems) - MOST_REASONS
    if hidden > 0:
        screen.say(f"  … and {hidden} more")
    every = total(verdict).problems
    words = f"lost {every[LOST]}, doubled {every[DOUBLED]}, late {every[LATE]}, "
    if verdict.stock:
        over = verdict.stock.rush.oversold
        words += f"oversold {over}{' in the storm' if over and excused else ''}, "
    words += f"otherwise broken {_others(verdict)}"
    screen.console.print(("All promises held: " if verdict.held else "NOT held: ") + words, style="bold")


def parcels_in_words(verdict: Verdict, carrier: str, released: int, seconds: float) -> str:
    """What became of the parcels, and what a person's word on a carrier did."""
    every = total(verdict)
    why = ", ".join(f"{count} {why}" for why, count in sorted(every.held.items()))
    held = f"{every.held.total()} held ({why}: a person is asked)" if why else "none held"
    freed = f"mapping “{carrier}” released {released}"
    after = f", the last told {seconds:.1f} s later" if released else ""
    return f"Parcels: {every.shipped} confirmed, {held}; {freed}{after}."


def _others(verdict: Verdict) -> int:
    return sum(problem.kind == OTHER for problem in verdict.problems)


def as_json(verdict: Verdict, more: Mapping[str, Any]) -> str:
    """The same for programs."""
    rows = [
        {**_counts(row), "held": dict(row.held), "waiting": dict(row.waiting)}
        for row in (*verdict.rows, total(verdict))
    ]
    told = {
        "held": verdict.held,
        "planner": verdict.planner,
        "marketplaces": rows,
        "problems": [{"kind": p.kind, "subject": p.subject, "words": p.words} for p in verdict.problems],
        "questions": [
            {"kind": q.kind, "owner": q.owner, "words": q.words, "orders": sorted(q.orders)} for q in verdict.questions
        ],
        **more,
    }
    return json.dumps(told, indent=2)


def _counts(row: Row) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("market", "store", *COUNTS)}
    told |= {"paid": str(row.paid), "booked": str(row.booked)}
    return told | {kind: row.problems[kind] for kind in (LOST, DOUBLED, LATE)}
