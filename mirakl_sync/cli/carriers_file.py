"""`mirakl-sync carriers export|import`: every mapping as a file that a spreadsheet opens."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mirakl_sync.cli.context import AT_ONCE, at_work, enqueue_option, who_option
from mirakl_sync.cli.output import note, progress, say
from mirakl_sync.connections.pausing import connection
from mirakl_sync.errors import Refused
from mirakl_sync.shipments import carrier_queries, flow, mapping_file
from mirakl_sync.shipments.mapping_file import BadLine, Imported, Line
from mirakl_sync.wiring import Wiring


@click.command()
@click.option("--connection", "key", default="", help="Of one connection.")
def export(key: str) -> None:
    """Write every mapping to standard output as CSV: connection,name,country,carrier_code,carrier_name,tracking_url."""
    with at_work() as wiring, wiring.db.reading() as tx:
        if key:
            connection(tx, key)
        rows = carrier_queries.mappings(tx, key)
    click.echo(mapping_file.write(rows), nl=False)
    if not rows:
        note("Nobody has mapped a carrier yet: there are only the columns' names.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--skip-bad", is_flag=True, help="Write the good lines though others are bad.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@who_option
@enqueue_option
def import_(file: Path, dry_run: bool, skip_bad: bool, yes: bool, who: str, enqueue: bool) -> None:
    """Map every carrier of FILE (CSV as `carriers export` writes it): show what differs, ask, write it whole.

    A bad line is told with its number and stops no other; nothing is written then, unless --skip-bad is given. What
    the file does not mention stays as it is.
    """
    lines, bad = mapping_file.read(_text(file))
    with at_work(enqueue=enqueue, who=who, at_once=0 if dry_run else AT_ONCE) as wiring:
        would = _apply(wiring, lines, bad, who, keep=False)
        _show(would)
        if dry_run:
            say("Nothing was written (--dry-run).")
            sys.exit(1 if would.bad else 0)
        if would.bad and not skip_bad:
            raise click.ClickException("Nothing was written. Mend these lines, or add --skip-bad.")
        if not would.differences:
            sys.exit(1 if would.bad else 0)
        if not yes:
            _ask(len(would.differences))
        done = _apply(wiring, lines, bad, who, keep=True)
        say(f"{len(done.differences)} mappings written; {len(done.released)} parcels go on.")
        failed = not enqueue and _go_on(wiring, done)
    sys.exit(1 if failed or done.bad else 0)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file.name} is no UTF-8 text.", way_out="Save it as CSV UTF-8.") from error


def _apply(wiring: Wiring, lines: Sequence[Line], bad: Sequence[BadLine], who: str, *, keep: bool) -> Imported:
    with wiring.db.transaction() as tx:
        before = tx.begin_nested()
        found = mapping_file.apply(tx, lines, bad, who, wiring.now())
        if not keep:
            before.rollback()
            tx.info.pop("wakes", None)
    return found


def _show(would: Imported) -> None:
    for difference in would.differences:
        say(str(difference))
    for line in would.bad:
        note(f"Line {line.number}: {line.why}")
    say(
        f"{len(would.differences)} mappings differ, {would.same} are said already, {len(would.bad)} lines are bad; "
        f"{len(would.released)} parcels would go on."
    )


def _ask(count: int) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("There is nobody to ask here: add --yes to write, or --dry-run to look only.")
    click.confirm(f"Write these {count} mappings?", abort=True)


def _go_on(wiring: Wiring, done: Imported) -> bool:
    """Take every parcel that was waiting as far as it goes; True when an attempt failed."""
    released = list(dict.fromkeys(done.released))
    if not released:
        return False
    with progress(f"Working on {len(released)} parcels …"):
        advanced = flow.advance_all(released, wiring)
    say(advanced.sentence())
    return advanced.trouble
