"""`mirakl-sync inbox assign|comment|settle|retry|reopen`: what a person does about a question."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import click

from mirakl_sync.cli.context import AT_ONCE, at_work, enqueue_option, who_option
from mirakl_sync.cli.output import dump, json_option, note, say, table
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import acting, retrying
from mirakl_sync.inbox.kinds import KINDS
from mirakl_sync.inbox.retrying import Plan
from mirakl_sync.inbox.subjects import SUBJECTS
from mirakl_sync.wiring import Wiring

Act = Callable[[Transaction, datetime], str]

item_argument = click.argument("item", type=int)


@click.command()
@item_argument
@click.argument("person", default="")
@click.option("--to-me", is_flag=True, help="You take it on.")
@click.option("--nobody", is_flag=True, help="It is given back.")
@who_option
@json_option
def assign(item: int, person: str, to_me: bool, nobody: bool, who: str, as_json: bool) -> None:
    """Say who takes a question on. Reminders and escalation stop; given back, they go on."""
    if (bool(person), to_me, nobody).count(True) != 1:
        raise click.UsageError("Name a person, or use --to-me or --nobody.")
    to = "" if nobody else who if to_me else person
    _act(item, who, lambda tx, now: acting.assign(tx, item, to, who, now), as_json)


@click.command()
@item_argument
@click.argument("text")
@who_option
@json_option
def comment(item: int, text: str, who: str, as_json: bool) -> None:
    """Add a remark to a question's story. Reminders and escalation stop."""
    _act(item, who, lambda tx, now: acting.comment(tx, item, text, who, now), as_json)


@click.command()
@item_argument
@who_option
@json_option
def reopen(item: int, who: str, as_json: bool) -> None:
    """Take a settlement back: the question is open again. What waited for it goes on as it is."""
    _act(item, who, lambda tx, now: acting.reopen(tx, item, who, now), as_json)


@click.command()
@item_argument
@click.option("--answer", default="", help="What was done, for whoever reads it later.")
@who_option
@enqueue_option
@json_option
def settle(item: int, answer: str, who: str, enqueue: bool, as_json: bool) -> None:
    """Close a question after mending its cause. What waited for it is looked at again; a cause that is still there
    is asked anew."""
    with at_work(enqueue=enqueue, who=who) as wiring:
        with wiring.db.transaction() as tx:
            again = acting.settle(tx, item, who, answer, wiring.now())
        said = [] if enqueue else _go_on(wiring, again)
    sentence = f"Item {item} is settled; {acting.said(again)}."
    if as_json:
        dump({"item": item, "sentence": sentence, "looked_at_again": again, "outcome": said})
        return
    say(sentence)
    for words in said:
        say(words)


@click.command()
@click.argument("items", type=int, nargs=-1, metavar="[ITEM]...")
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="Every open question of this kind.")
@click.option("--connection", "key", default="", help="With or instead of --kind: of this connection.")
@click.option("--yes", is_flag=True, help="Do it. Without, it is only said what would be done.")
@who_option
@enqueue_option
@json_option
def retry(items: Sequence[int], kind: str | None, key: str, yes: bool, who: str, enqueue: bool, as_json: bool) -> None:
    """Try again what waits for these questions. Says what would happen to each row; --yes does it."""
    if bool(items) == bool(kind or key):
        raise click.UsageError("Name items, or use --kind and --connection.")
    with at_work(enqueue=enqueue, who=who, at_once=AT_ONCE if yes else 0) as wiring:
        with wiring.db.transaction() as tx:
            chosen = retrying.chosen(tx, items, kind or "", key)
            plan = retrying.plan(tx, chosen, wiring)
        if not as_json:
            _show(plan, len(chosen))
        if not yes:
            if as_json:
                dump({"plan": plan, "done": False})
            elif plan.possible:
                say("Nothing was done. Add --yes to do it.")
            return
        done = retrying.retry(chosen, who, wiring)
        said = [] if enqueue else _go_on(wiring, done.rows)
    if as_json:
        dump({"plan": plan, "done": True, "retried": done.rows, "refused": done.refused, "outcome": said})
    else:
        for words in said or [f"Rows the workers were rung for: {sum(map(len, done.rows.values()))}."]:
            say(words)
        for words in done.refused:
            note(words)
    sys.exit(1 if done.refused else 0)


def _act(item: int, who: str, act: Act, as_json: bool) -> None:
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        sentence = act(tx, wiring.now())
    if as_json:
        dump({"item": item, "sentence": sentence})
    else:
        say(f"Item {item}: {sentence}")


def _go_on(wiring: Wiring, rows: Mapping[str, Sequence[int]]) -> list[str]:
    return [SUBJECTS[name].advance_all(ids, wiring).sentence() for name, ids in rows.items() if ids]


def _show(plan: Plan, questions: int) -> None:
    say(f"Questions: {questions}. Rows that wait for them: {len(plan.rows)}, to be tried again: {len(plan.possible)}.")
    if plan.rows:
        table(
            ("item", "row", "would", "in doubt"),
            [
                (row.item, f"{row.subject} {row.number}", row.will if row.possible else f"not: {row.will}", row.doubt)
                for row in plan.rows
            ],
            empty="",
        )
        say(plan.once)
    for number in plan.without_rows:
        note(f"Nothing waits for item {number}: its way out is in `mirakl-sync inbox show {number}`.")
