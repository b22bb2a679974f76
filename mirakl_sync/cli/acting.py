"""One deed for several rows: which are meant, the question before many, what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import click

from mirakl_sync.cases.flow import Advanced
from mirakl_sync.cases.outcome import Trouble
from mirakl_sync.cli.context import AT_ONCE, at_work
from mirakl_sync.cli.output import progress, say
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.wiring import Wiring

Deed = Callable[[Transaction, Any, str, datetime], str]
Command = TypeVar("Command", bound=Callable[..., Any])

# More than this many are counted, not named, in the question before.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Rows:
    """What a command acts on: ``one`` in the singular, the ``filters`` it can be chosen by (option and its help).

    ``named`` finds what a person wrote, ``matching`` what filters mean; both answer names by key.
    """

    one: str
    model: type[Any]
    argument: str
    filters: Mapping[str, str]
    named: Callable[[Transaction, Sequence[str]], dict[int, str]]
    # filters go on by their names: one that a deed forgets would mean more rows than a person chose
    matching: Callable[[Transaction, Mapping[str, Any], datetime], dict[int, str]]
    advance_all: Callable[[Sequence[int], Wiring], Advanced]

    @property
    def what(self) -> str:
        """In the plural."""
        return f"{self.one}s"


def selection_options(rows: Rows) -> Callable[[Command], Command]:
    """Numbers, or filters with --all-matching; --yes spares the question."""
    options = (
        click.argument("numbers", nargs=-1, metavar=f"[{rows.argument}]..."),
        click.option("--all-matching", is_flag=True, help=f"Every {rows.one} the filters mean, after a question."),
        *(click.option(f"--{name}", default="", help=f"With --all-matching: {x}") for name, x in rows.filters.items()),
        click.option("--yes", is_flag=True, help="Do not ask before."),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def act(
    rows: Rows,
    name: str,
    deed: Deed,
    *,
    need: str,
    enqueue: bool,
    who: str,
    numbers: Sequence[str],
    all_matching: bool,
    yes: bool,
    **filters: str,
) -> int:
    """Do ``deed`` to each row and take it as far as it goes, or ring the workers. Answers the exit code."""
    if bool(numbers) == all_matching:
        raise click.UsageError(f"Name {rows.what}, or use --all-matching with filters.")
    if not all_matching and any(filters.values()):
        raise click.UsageError("Filters go with --all-matching.")
    with at_work(enqueue=enqueue, who=who, at_once=AT_ONCE if all_matching else 0) as wiring:
        with wiring.db.reading() as tx:
            wanted = {**filters, "need": need}
            chosen = rows.matching(tx, wanted, wiring.now()) if all_matching else rows.named(tx, numbers)
        if not chosen:
            say(f"No {rows.what} match; nothing was done.")
            return 0
        if all_matching and not yes:
            _ask(rows, name, chosen)
        done, failed = _do(wiring, rows, deed, chosen, who)
        if done and enqueue:
            say(f"Rang the workers for {len(done)} {rows.what}.")
        elif done:
            failed |= _go_on(wiring, rows, done)
    return 1 if failed else 0


def _ask(rows: Rows, name: str, chosen: Mapping[int, str]) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{len(chosen)} {rows.what} match and there is nobody to ask here: add --yes.")
    shown = ", ".join(list(chosen.values())[:_NAMED]) + (", …" if len(chosen) > _NAMED else "")
    click.confirm(f"{name} {len(chosen)} {rows.what} ({shown})?", abort=True)


def _do(wiring: Wiring, rows: Rows, deed: Deed, chosen: Mapping[int, str], who: str) -> tuple[dict[int, str], bool]:
    """Each in a transaction of its own: what is not possible for one does not stop the others."""
    done, failed = {}, False
    for pk, named in chosen.items():
        try:
            with wiring.db.transaction() as tx:
                deed(tx, tx.get_one(rows.model, pk), who, wiring.now())
            done[pk] = named
        except MiraklSyncError as error:
            failed = True
            click.echo(f"{named}: {error.words} {error.way_out}".rstrip(), err=True)
    return done, failed


def _go_on(wiring: Wiring, rows: Rows, done: Mapping[int, str]) -> bool:
    """Take each as far as it goes; True when an attempt failed."""
    failed = False
    with progress(f"Working on {len(done)} {rows.what} …"):
        outcomes = rows.advance_all(list(done), wiring).outcomes
    for named, outcome in zip(done.values(), outcomes, strict=True):
        say(f"{named}: {outcome.sentence()}")
        failed |= isinstance(outcome, Trouble)
    return failed
