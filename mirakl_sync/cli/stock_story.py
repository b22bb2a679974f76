"""`mirakl-sync stock why`: why a marketplace should show the number it should show."""

from __future__ import annotations

import click

from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, json_option, say, table
from mirakl_sync.stock import why as whys


@click.command()
@click.argument("key", metavar="CONNECTION")
@click.argument("sku", metavar="SKU")
@json_option
def why(key: str, sku: str, as_json: bool) -> None:
    """Why this number: the whole arithmetic, what it rests on, whether it arrived, and what happens next."""
    with at_work() as wiring, wiring.db.reading() as tx:
        found = whys.why(tx, wiring.connections, key, sku, wiring.now())
    if as_json:
        dump(found)
        return
    table(
        ("", "pieces"),
        [(words, "left alone" if value is None else value) for words, value in found.steps],
        empty="",
    )
    say("")
    for words in found.sentences:
        say(words)


COMMANDS = (why,)
