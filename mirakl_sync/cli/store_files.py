"""`mirakl-sync platforms export`: files for teams that import them."""

from __future__ import annotations

from datetime import timedelta
from typing import BinaryIO

import click

from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import note
from mirakl_sync.cli.stock_acting import duration
from mirakl_sync.stores import filing

MOST_NAMED = 10


@click.command("export")
@click.argument("key", metavar="STORE")
@click.argument("what", type=click.Choice(["orders", "levels"]))
@click.option("--since", callback=duration, default="2d", show_default=True, help="Orders made within this time.")
@click.option("--out", type=click.File("wb"), default="-", help="The file; without it, standard output.")
def export(key: str, what: str, since: timedelta, out: BinaryIO) -> None:
    """Write a store's orders, or what its shelf holds, in the format its own kind imports. Nobody is asked anything.

    For teams that work with imports; only Salesforce B2C Commerce has such a format here (XML). Orders carry the same
    numbers as those we make by its API, so that none is imported twice.
    """
    with at_work() as wiring:
        if what == "orders":
            filed = filing.orders_file(wiring, key, wiring.now() - since)
        else:
            filed = filing.levels_file(wiring, key)
    out.write(filed.content)
    note(f"{filed.count} {what} written.")
    for words in filed.left_out[:MOST_NAMED]:
        note(f"Left out: {words}")
    if len(filed.left_out) > MOST_NAMED:
        note(f"… and {len(filed.left_out) - MOST_NAMED} more.")
