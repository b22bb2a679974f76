"""`mirakl-sync stock look|compare`: ask the shop now, compare both sides now."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import click

from mirakl_sync.cli.context import at_work, enqueue_option, who_option
from mirakl_sync.cli.output import dump, json_option, note, progress, say
from mirakl_sync.cli.stock_work import BREATH, Here, echo
from mirakl_sync.connections.pausing import store
from mirakl_sync.db.models import OfferReading, StockComparison
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.errors import Refused
from mirakl_sync.stock import acts, comparing, queries
from mirakl_sync.stock.views import ComparisonRow
from mirakl_sync.stores import levels
from mirakl_sync.wiring import Wiring

# Seconds: a marketplace may take long to make its list (OF52, OF53).
PATIENCE = 3600.0


@click.command()
@click.argument("key", metavar="STORE")
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@click.option("--all", "everything", is_flag=True, help="Read every SKU the shop has, not only what changed.")
@enqueue_option
def look(key: str, skus: Sequence[str], everything: bool, enqueue: bool) -> None:
    """Ask a shop for its numbers now: what changed, or the SKUs named, or with --all everything.

    What stands otherwise than before goes to the marketplaces with the next files.
    """
    if skus and everything:
        raise click.UsageError("Name SKUs, or say --all: one of the two.")
    if skus and enqueue:
        raise click.UsageError("SKUs that are named are asked about here and now; --enqueue is for the whole store.")
    bells = RecordingDispatcher()
    with at_work(enqueue=enqueue, bells=bells) as wiring:
        with wiring.db.reading() as tx:
            number = store(tx, key).id
        if skus:
            say(f"{key}: {levels.look_at(number, list(dict.fromkeys(skus)), wiring).sentence()}")
            return
        task = "stock.read_levels" if everything else "stock.poll"
        if enqueue:
            wiring.db.dispatcher.send([Wake(task, (number,))])
            say(f"Rang for {key}.")
            return
        with progress("Looking …") as update:
            here = Here(wiring, bells, update)
            words = here.do(task, number)
            if not here.failed:
                say(f"{key}: {words}")
            here.once()
    sys.exit(1 if here.failed else 0)


@click.command()
@click.argument("keys", nargs=-1, metavar="[CONNECTION]...")
@click.option("--full", is_flag=True, help="Read every offer of the marketplace for it (once a day), not what changed.")
@enqueue_option
@who_option
@json_option
def compare(keys: Sequence[str], full: bool, enqueue: bool, who: str, as_json: bool) -> None:
    """Compare marketplace and shop now, offer by offer. Without names: every connection. Exit code 1 when they differ.

    Both sides are asked for fresh numbers first. What is found wrong is weighed again at once; `stock drift` shows it.
    """
    bells = RecordingDispatcher()
    with at_work(enqueue=enqueue, who=who, bells=bells) as wiring:
        with wiring.db.transaction() as tx:
            asked = [
                comparing.ask(tx, row.id, who, wiring.now(), full).id
                for key in dict.fromkeys(keys or [""])
                for row in acts.connections(tx, key)
            ]
        if enqueue:
            say(f"Asked for {len(asked)} comparisons; `mirakl-sync stock drift` shows what they find.")
            return
        with progress("Comparing …") as update:
            here = Here(wiring, bells, update)
            rows = [_followed(here, number) for number in asked]
    if as_json:
        dump(rows)
    elif not rows:
        say("No connections yet: `mirakl-sync connections apply FILE`.")
    for row in [] if as_json else rows:
        _say(row)
    sys.exit(1 if here.failed or any(row.disagree or row.finished_at is None for row in rows) else 0)


def _followed(here: Here, number: int) -> ComparisonRow:
    """Do the comparison's work in a thread beside, and say meanwhile how far it is."""
    with ThreadPoolExecutor(1, thread_name_prefix="compare") as beside:
        done = beside.submit(here.until, lambda: _over(here, number), PATIENCE)
        while wait([done], timeout=BREATH).not_done:
            row = _row(here.wiring, number)
            far = f"{row.offers} offers compared" if row.offers else row.words or row.standing
            here.update(f"{row.connection}: {far}")
        done.result()
    return _row(here.wiring, number)


def _over(here: Here, number: int) -> bool:
    """It is finished. Until then whoever can go on is rung for, as the clock does for workers."""
    with here.wiring.db.reading() as tx:
        row = tx.get_one(StockComparison, number)
        reading = tx.get(OfferReading, row.connection_id)
    now = here.wiring.now()
    if row.offers_read_at is None and (reading is None or reading.next_at is None or reading.next_at <= now):
        here.ring("stock.read_offers", row.connection_id)
    if row.finished_at is None:
        here.ring("stock.compare", number, countdown=BREATH)
    return row.finished_at is not None


def _row(wiring: Wiring, number: int) -> ComparisonRow:
    with wiring.db.reading() as tx:
        found = queries.comparison(tx, number)
    if found is None:
        raise Refused(f"Comparison {number} is gone: newer ones took its place.")
    return found


def _say(row: ComparisonRow) -> None:
    if row.finished_at is None:
        echo(f"{row.connection}: not finished yet, {row.words or row.standing}")
        return
    causes = ", ".join(f"{name} {count}" for name, count in sorted(row.causes.items()))
    echo(f"{row.connection}: {row.agree} of {row.offers} offers agree" + (f"; {causes}" if causes else ""))
    note(f"{row.connection}: {row.words}.")
    if row.disagree:
        say(f"`mirakl-sync stock drift {row.connection}` shows each with its cause.")


COMMANDS = (look, compare)
