"""`mirakl-sync connections`: who is joined to whom."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from mirakl_sync.cli.context import at_work, who_option
from mirakl_sync.cli.output import dump, findings, json_option, left, note, progress, say, table
from mirakl_sync.connections import service
from mirakl_sync.connections.difference import Change
from mirakl_sync.connections.fitting import fit_of
from mirakl_sync.connections.pausing import connection
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.records.shop import Finding

_NONE = "No connections yet. Describe one in a file and run `mirakl-sync connections apply FILE`."


@click.group()
def connections() -> None:
    """Who is joined to whom."""


@connections.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every connection and how it stands."""
    with at_work() as wiring, wiring.db.reading() as tx:
        rows, now = service.connections(tx), wiring.now()
    if as_json:
        dump([{"standing": row.standing, **asdict(row)} for row in rows])
        return
    table(
        ("connection", "joins", "standing", "accept", "looked", "open", "unanswered", "said"),
        [
            (
                row.key,
                f"{row.marketplace}/{row.shop} → {row.store}",
                row.standing,
                row.accept,
                left(row.looked_at, now) or "never",
                row.open_orders,
                row.unanswered,
                row.stopped_because or row.said,
            )
            for row in rows
        ],
        empty=_NONE,
    )


@connections.command()
@click.argument("keys", nargs=-1, metavar="[CONNECTION]...")
@json_option
def check(keys: Sequence[str], as_json: bool) -> None:
    """Ask marketplace and shop whether they can be worked with. Without names: every connection.

    Exit code 1 when something keeps a connection from working.
    """
    with at_work() as wiring:
        with wiring.db.reading() as tx:
            keys = keys or [row.key for row in service.connections(tx)]
        told: dict[str, list[Finding]] = {}
        with progress("Asking …") as update:
            for key in keys:
                told[key] = service.check(wiring, key, _asking(update, key))
    if as_json:
        dump(told)
    elif not told:
        say(_NONE)
    for key, found in {} if as_json else told.items():
        say(key)
        findings(found)
    sys.exit(1 if any(finding.blocking for found in told.values() for finding in found) else 0)


def _asking(update: Callable[[str], None], key: str) -> Callable[[str], None]:
    return lambda what: update(f"{key}: asking {what} …")


@connections.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--open-orders", is_flag=True, help="Let open orders follow the new policy too; else they keep theirs.")
@who_option
def apply(file: Path, dry_run: bool, yes: bool, open_orders: bool, who: str) -> None:
    """Make FILE true: show what differs, ask, write it. Nothing is ever deleted; a second time nothing happens."""
    with at_work(who=who) as wiring:
        wanted = service.load_file(file, os.environ)
        with wiring.db.reading() as tx:
            changes, others = service.difference(tx, wanted), service.unmentioned(tx, wanted)
        _show(changes, others)
        if dry_run:
            say("Nothing was written (--dry-run).")
            return
        if changes and not yes:
            _ask(len(changes))
        with wiring.db.transaction() as tx:
            written = service.apply(tx, wanted, who, wiring.now())
            _warn(tx, [each.key for each in wanted.connections] if written else [])
        if written:
            say(f"{len(written)} changes written. Next: `mirakl-sync connections check`.")
        for each in wanted.connections if open_orders else ():
            with wiring.db.transaction() as tx:
                count = service.follow_policy(tx, each.key, who, wiring.now())
            say(f"{count} open orders of {each.key} now follow its present policy.")


@connections.command()
@click.argument("key", metavar="CONNECTION")
@click.argument("feeds", nargs=-1, metavar="[FEED]...")
@who_option
def pause(key: str, feeds: Sequence[str], who: str) -> None:
    """Stop taking in a connection's orders. Without a feed's name: all feeds."""
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        stopped = service.pause(tx, key, feeds, who, wiring.now())
    say(f"{key}: paused {', '.join(stopped)}." if stopped else f"{key} was paused already.")
    note("Orders taken in before go on; the marketplace's deadlines run all the same.")


@connections.command()
@click.argument("key", metavar="CONNECTION")
@click.argument("feeds", nargs=-1, metavar="[FEED]...")
@who_option
def resume(key: str, feeds: Sequence[str], who: str) -> None:
    """Go on after a pause, or after a connection stopped by itself. Without a feed's name: all feeds."""
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        started = service.resume(tx, key, feeds, who, wiring.now())
    say(f"{key}: resumed {', '.join(started)}." if started else f"{key} was running already.")


def _show(changes: Sequence[Change], others: Sequence[str]) -> None:
    for change in changes:
        say(str(change))
    if not changes:
        say("The file is already true; nothing to change.")
    if others:
        note(f"Not in this file and left as it is: {', '.join(others)}.")


def _ask(count: int) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask here: add --yes to write, or --dry-run to look only.")
    click.confirm(f"Write these {count} changes?", abort=True)


def _warn(tx: Transaction, keys: Sequence[str]) -> None:
    for key in keys:
        minds = [finding for finding in fit_of(connection(tx, key)) if not finding.ok]
        if minds:
            say(key)
            findings(minds)
