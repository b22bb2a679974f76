"""`mirakl-sync stock push`: send what differs now, or only show what would be sent."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from mirakl_sync.cli.context import at_work, enqueue_option, who_option
from mirakl_sync.cli.output import dump, json_option, note, progress, say, table
from mirakl_sync.cli.stock_work import Here, echo
from mirakl_sync.db.models import StockLane, StockPush
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.errors import Refused
from mirakl_sync.mirakl.stock_files import stock_file
from mirakl_sync.records.stock import StockLine
from mirakl_sync.stock import acts, choosing, controls, weighing
from mirakl_sync.stock.lane import PushState
from mirakl_sync.wiring import Wiring

# Rows of the difference that a screen shows.
SHOWN = 50
# Seconds a file is followed with --wait.
PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Differs:
    """A row of the next file: what they show and what we would tell; ``spread`` by warehouse, where there are such."""

    connection: str
    sku: str
    theirs: int | None
    ours: int
    spread: dict[str, int] | None


@click.command()
@click.argument("keys", nargs=-1, metavar="[CONNECTION]...")
@click.option("--sku", "skus", multiple=True, help="Tell these anew, whatever we believe of them. May be repeated.")
@click.option("--dry-run", is_flag=True, help="Only show what the next file would tell; nothing is sent or marked.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="With --dry-run: write that very file (CSV) here."
)
@click.option("--wait", is_flag=True, help="Follow the file until the marketplace has worked it off.")
@enqueue_option
@who_option
@json_option
def push(
    keys: Sequence[str],
    skus: Sequence[str],
    dry_run: bool,
    out: Path | None,
    wait: bool,
    enqueue: bool,
    who: str,
    as_json: bool,
) -> None:
    """Send what differs now, without waiting for the cadence. Without names: every connection.

    Never more often than the marketplace takes files. With --sku only what is named is told anew, with whatever else
    differs at the moment. What became of a file: `stock files`.
    """
    if out and not dry_run:
        raise click.UsageError("--out goes with --dry-run: what is sent is told by `stock files`.")
    if as_json and not dry_run:
        raise click.UsageError("--json goes with --dry-run; `stock files --json` tells of what was sent.")
    if wait and enqueue:
        raise click.UsageError("--wait does it here; --enqueue leaves it to the workers.")
    bells = RecordingDispatcher()
    with at_work(enqueue=enqueue, who=who, bells=bells) as wiring:
        if dry_run:
            _show(wiring, keys, skus, out, as_json=as_json)
            return
        rung = _hurried(wiring, keys, skus, who)
        if enqueue:
            say(f"Rang for {len(rung)} connections.")
            return
        with progress("Sending …") as update:
            here = Here(wiring, bells, update)
            for key, number in rung.items():
                _deliver(here, key, number, wait=wait)
    sys.exit(1 if here.failed else 0)


def _hurried(wiring: Wiring, keys: Sequence[str], skus: Sequence[str], who: str) -> dict[str, int]:
    """Write down that somebody wants it now; answers the connections it is sent for."""
    rung: dict[str, int] = {}
    with wiring.db.transaction() as tx:
        now = wiring.now()
        for key in keys or [""]:
            if skus:
                controls.resend(tx, key, skus, who, now)
            done = controls.hurry(tx, wiring, key, who, now)
            rung |= done.rung
            for resting, why in done.resting.items():
                note(f"{resting} sends no stock: {why}.")
    if not rung:
        say("No connection sends stock; nothing was done.")
    return rung


def _deliver(here: Here, key: str, number: int, *, wait: bool) -> None:
    """Visit the lane; with ``wait`` until its file is over."""
    say(f"{key}: {here.do('stock.push', number)}")
    push = _on_its_way(here.wiring, number)
    if not wait or push is None:
        return

    def over() -> bool:
        if _on_its_way(here.wiring, number) != push:
            return True
        # the clock of the workers does this every second
        here.do("stock.push", number)
        return _on_its_way(here.wiring, number) != push

    done = here.until(over, PATIENCE)
    with here.wiring.db.reading() as tx:
        row = tx.get_one(StockPush, push)
    here.failed |= not done or row.state == PushState.FAILED or row.rows_refused > 0
    words = f"file {row.id}: {row.rows} numbers, {row.rows_refused} refused"
    echo(f"{key}: {words}, {row.state}" + (f": {row.why}" if row.why else "") if done else f"{words}, still on its way")


def _on_its_way(wiring: Wiring, number: int) -> int | None:
    with wiring.db.reading() as tx:
        lane = tx.get(StockLane, number)
        return lane.push_id if lane else None


# looking only


def _show(wiring: Wiring, keys: Sequence[str], skus: Sequence[str], out: Path | None, *, as_json: bool) -> None:
    with wiring.db.reading() as tx:
        meant = {row.id: row for key in keys or [""] for row in acts.connections(tx, key)}
        if out and len(meant) != 1:
            raise Refused("A file is for one marketplace.", way_out="Name one connection with --out.")
    with progress("Weighing …"):
        for store_pk in {row.store_pk for row in meant.values()}:
            while weighing.weigh(wiring, store_pk).more:
                pass
    found = [each for number in meant for each in _differing(wiring, number, skus)]
    if out:
        count = _write(out, found)
        note(f"{count} rows written to {out}.")
    if as_json:
        dump(found)
        return
    table(
        ("SKU", "connection", "theirs", "ours", "change", "by warehouse"),
        [_told(each) for each in found[:SHOWN]],
        empty="Nothing differs: every marketplace shows what it should.",
    )
    if len(found) > SHOWN:
        note(f"{len(found) - SHOWN} more; --json shows all, --out FILE writes them.")
    note("Nothing was sent (--dry-run).")


def _differing(wiring: Wiring, number: int, skus: Sequence[str]) -> Iterator[Differs]:
    with wiring.db.reading() as tx:
        opened = wiring.connections.open(tx, number)
        rows = list(choosing.preview(tx, opened))
    wanted = set(skus)
    return (Differs(opened.key, *row) for row in rows if not wanted or row[0] in wanted)


def _write(out: Path, found: Iterable[Differs]) -> int:
    rows = list(stock_file(_lines(found)))
    out.write_text("".join(rows), encoding="utf-8", newline="")
    return len(rows) - 1


def _lines(found: Iterable[Differs]) -> Iterator[StockLine]:
    for each in found:
        if each.spread is None:
            yield StockLine(each.sku, each.ours)
        else:
            yield from (StockLine(each.sku, pieces, code) for code, pieces in each.spread.items())


def _told(each: Differs) -> tuple[object, ...]:
    change = "unknown there" if each.theirs is None else f"{each.ours - each.theirs:+d}"
    parts = tuple(f"{code} {pieces}" for code, pieces in (each.spread or {}).items())
    return each.sku, each.connection, "?" if each.theirs is None else each.theirs, each.ours, change, parts


COMMANDS = (push,)
