"""One deed for several orders: which are meant, the question before many, what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

from mirakl_sync.cases.outcome import Trouble
from mirakl_sync.cli.context import AT_ONCE, at_work
from mirakl_sync.cli.output import progress, say
from mirakl_sync.db.models import Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders import by_hand, flow, queries
from mirakl_sync.orders.queries import OrderFilter
from mirakl_sync.wiring import Wiring

Deed = Callable[[Transaction, Order, str, datetime], str]
Command = TypeVar("Command", bound=Callable[..., Any])

# More than this many are counted, not named, in the question before.
_NAMED = 10


def selection_options(command: Command) -> Command:
    """Numbers, or filters with --all-matching; --yes spares the question."""
    options = (
        click.argument("numbers", nargs=-1, metavar="[ORDER]..."),
        click.option("--all-matching", is_flag=True, help="Every order the filters mean, after a question."),
        click.option("--connection", "key", default="", help="With --all-matching: of one connection."),
        click.option("--state", default="", help="With --all-matching: in this state of ours."),
        click.option("--sku", default="", help="With --all-matching: with a line of this SKU."),
        click.option("--text", default="", help="With --all-matching: numbers beginning with this."),
        click.option("--yes", is_flag=True, help="Do not ask before."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def act(
    name: str,
    deed: Deed,
    *,
    need: str,
    enqueue: bool,
    who: str,
    numbers: Sequence[str],
    all_matching: bool,
    key: str,
    state: str,
    sku: str,
    text: str,
    yes: bool,
) -> int:
    """Do ``deed`` to each order and take it as far as it goes, or ring the workers. Answers the exit code."""
    if bool(numbers) == all_matching:
        raise click.UsageError("Name orders, or use --all-matching with filters.")
    if not all_matching and (key or state or sku or text):
        raise click.UsageError("Filters go with --all-matching.")
    with at_work(enqueue=enqueue, who=who, at_once=AT_ONCE if all_matching else 0) as wiring:
        with wiring.db.reading() as tx:
            wanted = OrderFilter(state=state, connection=key, sku=sku, text=text, need=need)
            chosen = queries.matching(tx, wanted, wiring.now()) if all_matching else _named(tx, numbers)
        if not chosen:
            say("No orders match; nothing was done.")
            return 0
        if all_matching and not yes:
            _ask(name, chosen)
        done, failed = _do(wiring, deed, chosen, who)
        if done and enqueue:
            say(f"Rang the workers for {len(done)} orders.")
        elif done:
            failed |= _go_on(wiring, done)
    return 1 if failed else 0


def _named(tx: Transaction, numbers: Sequence[str]) -> dict[int, str]:
    rows = [by_hand.find(tx, number) for number in numbers]
    return {row.id: row.order_id for row in rows}


def _ask(name: str, chosen: dict[int, str]) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{len(chosen)} orders match and there is nobody to ask here: add --yes.")
    shown = ", ".join(list(chosen.values())[:_NAMED]) + (", …" if len(chosen) > _NAMED else "")
    click.confirm(f"{name} {len(chosen)} orders ({shown})?", abort=True)


def _do(wiring: Wiring, deed: Deed, chosen: dict[int, str], who: str) -> tuple[dict[int, str], bool]:
    """Each in a transaction of its own: what is not possible for one does not stop the others."""
    done, failed = {}, False
    for order_pk, order_id in chosen.items():
        try:
            with wiring.db.transaction() as tx:
                deed(tx, tx.get_one(Order, order_pk), who, wiring.now())
            done[order_pk] = order_id
        except MiraklSyncError as error:
            failed = True
            click.echo(f"{order_id}: {error.words} {error.way_out}".rstrip(), err=True)
    return done, failed


def _go_on(wiring: Wiring, done: dict[int, str]) -> bool:
    """Take each as far as it goes; True when an attempt failed."""
    failed = False
    with progress(f"Working on {len(done)} orders …"):
        outcomes = flow.advance_all(list(done), wiring).outcomes
    for order_id, outcome in zip(done.values(), outcomes, strict=True):
        say(f"{order_id}: {outcome.sentence()}")
        failed |= isinstance(outcome, Trouble)
    return failed
