"""`mirakl-sync inbox`: questions that wait for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click

from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.inbox_acting import assign, comment, reopen, retry, settle
from mirakl_sync.cli.inbox_telling import notify, test_message
from mirakl_sync.cli.output import dump, footer, json_option, left, limit_option, page_option, pairs, say, table, when
from mirakl_sync.cli.runbook import tell
from mirakl_sync.inbox import queries
from mirakl_sync.inbox.kinds import KINDS, Role
from mirakl_sync.inbox.queries import InboxFilter, ItemRow, WholeItem
from mirakl_sync.inbox.runbook import runbook as book_of


@click.group()
def inbox() -> None:
    """Questions that wait for a person."""


@inbox.command("list")
@click.option("--owner", type=click.Choice([each.value for each in Role]), help="Whose turn it is.")
@click.option("--kind", type=click.Choice(sorted(KINDS)), help="One kind of question.")
@click.option("--connection", "key", default="", help="Of one connection.")
@click.option("--text", default="", help="Words in the question.")
@click.option("--closed", is_flag=True, help="Settled questions instead of open ones.")
@limit_option
@page_option
@json_option
def list_(
    owner: str | None, kind: str | None, key: str, text: str, closed: bool, limit: int, page: int, as_json: bool
) -> None:
    """Open questions, what costs most while it waits first: what is at stake, what is lost, how soon.

    Amounts are not converted; those of different currencies are compared by their figures alone. Closed ones: who
    closed them and why, the latest first.
    """
    wanted = InboxFilter(owner=owner or "", kind=kind or "", connection=key, text=text, closed=closed)
    with at_work() as wiring, wiring.db.reading() as tx:
        found, now = queries.items(tx, wanted, wiring.now(), number=page, size=limit), wiring.now()
    if as_json:
        dump(found)
        return
    (_closed if closed else _open)(found.rows, now)
    footer(found.number, found.pages, found.total, "questions")


@inbox.command()
@click.argument("item", type=int)
@json_option
def show(item: int, as_json: bool) -> None:
    """One question: what it blocks, the way out, the orders that wait for it, and its run-book."""
    with at_work() as wiring, wiring.db.reading() as tx:
        whole, now = queries.whole(tx, item, wiring.now()), wiring.now()
    book = book_of(whole.row.kind) if whole.row.kind in KINDS else None
    if as_json:
        dump({**asdict(whole), "runbook": book})
        return
    row = whole.row
    pairs(
        f"Item {row.id}: {row.title}",
        {
            "question": row.question,
            "owner": row.owner,
            "connection": row.connection,
            "blocks": whole.blocks,
            "way out": whole.way_out,
            "at stake": row.at_stake,
            "taken by": row.assigned_to,
            "due": f"{when(row.due_at)} ({left(row.due_at, now)})" if row.due_at and not row.closed_at else "",
            "asked": f"{when(row.opened_at)}, {row.times_seen} times, last {when(whole.last_seen_at)}",
            "closed": f"{when(row.closed_at)} {_closed_by(row)}" if row.closed_at else "",
            "orders": whole.orders,
            **_facts(whole),
        },
    )
    for line in whole.story:
        say(f"  {when(line.at)} {line.who}: {line.sentence}")
    for told in whole.told:
        went = f"{when(told.sent_at)}" if told.sent_at else f"not sent: {told.words or 'it is about to be'}"
        say(f"  told {told.role} at {told.address} ({told.reason}): {went}")
    if book is not None and row.closed_at is None:
        say("")
        tell(book)


@inbox.command()
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@json_option
def runbook(kind: str, as_json: bool) -> None:
    """The long text about a kind of question: what it costs, what to do, how it closes."""
    book = book_of(kind)
    if as_json:
        dump(book)
    else:
        tell(book)


for command in (assign, comment, settle, retry, reopen, notify, test_message):
    inbox.add_command(command)


def _open(rows: Sequence[ItemRow], now: datetime) -> None:
    table(
        ("item", "due", "owner", "taken by", "connection", "at stake", "question"),
        [
            (row.id, left(row.due_at, now), row.owner, row.assigned_to, row.connection, row.at_stake, row.question)
            for row in rows
        ],
        empty="No open questions. Nothing waits for a person.",
    )


def _closed(rows: Sequence[ItemRow], now: datetime) -> None:
    del now
    table(
        ("item", "closed", "why", "owner", "connection", "question"),
        [(row.id, when(row.closed_at), _closed_by(row), row.owner, row.connection, row.question) for row in rows],
        empty="No settled questions match.",
    )


def _closed_by(row: ItemRow) -> str:
    """ "by itself: it beat at 12:00", "by ann: product added"."""
    who = row.closed_by if row.closed_by.startswith("by ") else f"by {row.closed_by}"
    return f"{who}: {row.answer}" if row.answer else who


def _facts(whole: WholeItem) -> dict[str, str]:
    return {
        f"fact: {name}": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        for name, value in whole.facts.items()
    }
