"""`mirakl-sync planning send|prove|snapshot|replay|file`: tell a planner now, look whether it heard, send anew."""

from __future__ import annotations

import click

from mirakl_sync.cli.context import at_work, enqueue_option, who_option
from mirakl_sync.cli.output import progress, say
from mirakl_sync.cli.stock_work import echo
from mirakl_sync.dispatch import Wake
from mirakl_sync.planning import acts, queries, reading, sending, snapshots
from mirakl_sync.planning.sending import open_desk

planner_argument = click.argument("key", metavar="[PLANNER]", default="")


@click.command()
@planner_argument
@enqueue_option
@who_option
def send(key: str, enqueue: bool, who: str) -> None:
    """Tell a planner everything that changed, now; the night has its own files all the same."""
    with at_work(enqueue=enqueue, who=who) as wiring:
        with wiring.db.transaction() as tx:
            store = acts.planner(tx, key)
            if enqueue:
                open_desk(tx, store, wiring.now()).hurry = who[:80]
                tx.wake("planning.send", store.id)
        if enqueue:
            say(f"Rang for {store.key}.")
            return
        with progress(f"Telling {store.key} …"):
            words = sending.send(store.id, wiring, now_or_never=True).sentence()
    echo(f"{store.key}: {words}")


@click.command()
@planner_argument
@click.option("--night-over", is_flag=True, help="Its night has just been run by hand, whatever the clock says.")
@enqueue_option
def prove(key: str, night_over: bool, enqueue: bool) -> None:
    """Read a planner now: what it plans, what is on its way, and whether its numbers show our files."""
    if enqueue and night_over:
        raise click.UsageError("Workers go by the clock: --night-over is for here and now.")
    with at_work(enqueue=enqueue) as wiring:
        with wiring.db.reading() as tx:
            store = acts.planner(tx, key)
        if enqueue:
            wiring.db.dispatcher.send([Wake("planning.read", (store.id,))])
            say(f"Rang for {store.key}.")
            return
        with progress(f"Reading {store.key} …"):
            words = reading.read(store.id, wiring, night_over=night_over).sentence()
    echo(f"{store.key}: {words}")


@click.command()
@planner_argument
@click.option("--anyway", is_flag=True, help="Serve the tables that are held back because they shrank.")
@who_option
def snapshot(key: str, anyway: bool, who: str) -> None:
    """Write the whole tables a planner fetches, now; with --anyway serve those that are held back."""
    with at_work(who=who) as wiring:
        with wiring.db.reading() as tx:
            store = acts.planner(tx, key)
        if anyway:
            with wiring.db.transaction() as tx:
                words = ", ".join(snapshots.let_shrink(tx, store.id, store.key, who, wiring.now()))
        else:
            words = sending.send(store.id, wiring, now_or_never=True).sentence()
    echo(f"{store.key}: {words}")


@click.command()
@click.argument("number", metavar="FILE", type=int)
@enqueue_option
@who_option
def replay(number: int, enqueue: bool, who: str) -> None:
    """Tell anew what a file told, as it stands now: for files whose numbers the planner does not show.

    What later files told stays as it is.
    """
    with at_work(enqueue=enqueue, who=who) as wiring:
        with wiring.db.transaction() as tx:
            store, lines = acts.replay(tx, number, who)
        words = f"{lines} lines are told anew"
        if not enqueue:
            words += f"; {sending.send(store.id, wiring, now_or_never=True).sentence()}"
    echo(f"{store.key}: {words}")


@click.command()
@click.argument("number", metavar="FILE", type=int)
def file(number: int) -> None:
    """A file for a planner, byte for byte as it was brought."""
    with at_work() as wiring, wiring.db.reading() as tx:
        content = queries.content(tx, number)
    click.echo(content, nl=False)


COMMANDS = (send, prove, snapshot, replay, file)
