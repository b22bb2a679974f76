"""`mirakl-sync stock why|story`: why a number is what it is, and everything that happened to a SKU."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click

from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, json_option, note, say, table, when
from mirakl_sync.cli.stock_acting import duration
from mirakl_sync.stock import stories
from mirakl_sync.stock import why as whys
from mirakl_sync.stock.stories import Line
from mirakl_sync.stock.story_words import happened, number


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
    table(("", "pieces"), [(words, "left alone" if value is None else value) for words, value in found.steps], empty="")
    say("")
    for words in found.sentences:
        say(words)


@click.command()
@click.argument("key", metavar="STORE")
@click.argument("sku", metavar="SKU")
@click.option("--since", callback=duration, default="1d", show_default=True, help='How far back: "2h", "3d".')
@json_option
def story(key: str, sku: str, since: timedelta, as_json: bool) -> None:
    """Everything that happened to a SKU, second by second, on every marketplace: what was there, and what was shown.

    "left" is the shop's number less what is sold and not yet subtracted. Where more was sold than there was, it says
    which sale it was and which change had not arrived. Exit code 0 all the same.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        lines = stories.story(tx, key, sku, now - since, now)
    found = stories.oversold(lines)
    if as_json:
        dump({"lines": lines, "oversold": found})
        return
    keys = sorted({shown for line in lines for shown in line.shown})
    table(
        ("at", "where", "what", "shop", "unfelt", "left", *(f"{each} shows" for each in keys)),
        [_told(line, keys) for line in lines],
        empty=f"Nothing happened to {sku} since {when(now - since)}. `--since 7d` looks further back.",
    )
    for each in found:
        say("")
        say(f"{when(each.at)}: {each.short} of {each.pieces} sold too many. {each.sentence}")
    if lines and not found:
        note("Never more was sold than there was.")


def _told(line: Line, keys: Sequence[str]) -> tuple[object, ...]:
    return (
        when(line.entry.at),
        line.entry.connection or "shop",
        happened(line),
        number(line.level),
        line.unfelt or "",
        number(line.available),
        *(number(line.shown[each]) if each in line.shown else "" for each in keys),
    )


COMMANDS = (why, story)
