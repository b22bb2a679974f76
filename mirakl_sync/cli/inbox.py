"""`mirakl-sync inbox`: questions that wait for a person."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from mirakl_sync.cli.context import at_work, enqueue_option, who_option
from mirakl_sync.cli.output import dump, footer, json_option, left, limit_option, page_option, pairs, say, table, when
from mirakl_sync.cli.runbook import tell
from mirakl_sync.inbox import queries
from mirakl_sync.inbox.kinds import KINDS, Role
from mirakl_sync.inbox.queries import InboxFilter, WholeItem
from mirakl_sync.inbox.runbook import runbook as book_of
from mirakl_sync.inbox.settle import settle as close
from mirakl_sync.orders import flow


@click.group()
def inbox() -> None:
    """Questions that wait for a person."""


@inbox.command("list")
@click.option("--owner", type=click.Choice([*Role]), help="Whose turn it is.")
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
    """Open questions, what is due first comes first."""
    wanted = InboxFilter(owner=owner or "", kind=kind or "", connection=key, text=text, closed=closed)
    with at_work() as wiring, wiring.db.reading() as tx:
        found, now = queries.items(tx, wanted, number=page, size=limit), wiring.now()
    if as_json:
        dump(found)
        return
    table(
        ("item", "due", "owner", "connection", "waiting", "question"),
        [
            (row.id, when(row.closed_at) or left(row.due_at, now), row.owner, row.connection, row.waiting, row.question)
            for row in found.rows
        ],
        empty="No settled questions match." if closed else "No open questions. Nothing waits for a person.",
    )
    footer(found.number, found.pages, found.total, "questions")


@inbox.command()
@click.argument("item", type=int)
@json_option
def show(item: int, as_json: bool) -> None:
    """One question: what it blocks, the way out, the orders that wait for it, and its run-book."""
    with at_work() as wiring, wiring.db.reading() as tx:
        whole, now = queries.whole(tx, item), wiring.now()
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
            "due": f"{when(row.due_at)} ({left(row.due_at, now)})" if row.due_at and not row.closed_at else "",
            "asked": f"{when(row.opened_at)}, {row.times_seen} times, last {when(whole.last_seen_at)}",
            "settled": f"{when(row.closed_at)} by {whole.closed_by}: {whole.answer}" if row.closed_at else "",
            "orders": whole.orders,
            **_facts(whole),
        },
    )
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


@inbox.command()
@click.argument("item", type=int)
@click.option("--answer", default="", help="What was done, for whoever reads it later.")
@who_option
@enqueue_option
def settle(item: int, answer: str, who: str, enqueue: bool) -> None:
    """Close a question after mending its cause. What waited for it is looked at again; a cause that is still there
    is asked anew."""
    with at_work(enqueue=enqueue, who=who) as wiring:
        with wiring.db.transaction() as tx:
            waiting = close(tx, item, who, answer, wiring.now())
        say(f"Item {item} is settled; {len(waiting)} orders are looked at again.")
        if waiting and not enqueue:
            say(flow.advance_all(waiting, wiring).sentence())


def _facts(whole: WholeItem) -> dict[str, str]:
    return {
        f"fact: {name}": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        for name, value in whole.facts.items()
    }
