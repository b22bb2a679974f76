"""`mirakl-sync stock why|story`: why a number is what it is, and everything that happened to a SKU."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click

from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, json_option, note, say, table, when
from mirakl_sync.cli.stock_acting import duration
from mirakl_sync.shelf.story import Told
from mirakl_sync.stock import stories
from mirakl_sync.stock import why as whys
from mirakl_sync.stock.stories import Line

# News that come so much later than what they tell of are marked.
LATE = timedelta(seconds=1)
_WHAT = {
    Told.LEVEL: "the shop counts {after} instead of {before}",
    Told.SOLD: "{pieces} sold ({ref})",
    Told.FELT: "the shop subtracted {pieces} ({ref})",
    Told.GIVEN_BACK: "a sale of {pieces} ended without the goods ({ref})",
    Told.WANTED: "should show {after} instead of {before}",
    Told.SENT: "{after} sent ({ref})",
    Told.ACCEPTED: "{after} accepted ({ref})",
    Told.REFUSED: "{after} refused ({ref})",
    Told.UNKNOWN: "no answer to {after} ({ref})",
    Told.SHOWN: "its list shows {after}, {before} was believed",
    Told.RULE: "a person ruled",
}


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
    told = line.entry
    what = _WHAT[Told(told.kind)].format(
        before=_number(told.before), after=_number(told.after), pieces=told.pieces, ref=told.ref or "?"
    )
    late = told.learned_at - told.at
    known = f" [learned {late.total_seconds():.0f} s later]" if late >= LATE else ""
    words = f": {told.words}" if told.words else ""
    return (
        when(told.at),
        told.connection or "shop",
        f"{what}{words}{known}",
        _number(line.level),
        line.unfelt or "",
        _number(line.available),
        *(_number(line.shown[each]) if each in line.shown else "" for each in keys),
    )


def _number(number: int | None) -> str:
    return "?" if number is None else str(number)


COMMANDS = (why, story)
