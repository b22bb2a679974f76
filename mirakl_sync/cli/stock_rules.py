"""`mirakl-sync stock rules|rule|unrule`: what people ruled for single SKUs and categories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from mirakl_sync.cli.context import at_work, who_option
from mirakl_sync.cli.output import dump, json_option, left, say, table
from mirakl_sync.cli.stock_acting import duration, sentence
from mirakl_sync.stock import ruling
from mirakl_sync.stock.limits import CATEGORY, SKU
from mirakl_sync.stock.ruling import Ruled

_FIELDS = {
    "share": "Percent of the shelf this marketplace may sell.",
    "buffer": "Pieces kept back.",
    "at_least": "Fewer than this are offered as none.",
    "at_most": "Never more than this are shown.",
    "fixed": "This number and no other, as far as there are so many; 0 takes it off sale.",
}


def _fields(command: Any) -> Any:
    for name, words in reversed(_FIELDS.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, type=int, help=words)(command)
    return command


@click.command()
@click.argument("key", metavar="[CONNECTION|STORE]", default="")
@click.option("--name", default="", help="Only for this SKU or category.")
@json_option
def rules(key: str, name: str, as_json: bool) -> None:
    """The rules in force, with who made them, why and until when."""
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        found = ruling.rules(tx, key, now, name)
    if as_json:
        dump(found)
        return
    table(
        ("rule", "for", "on", "says", "ends", "made by", "why"),
        [
            (
                row.id,
                row.name if row.scope == SKU else f"category {row.name}",
                row.connection or f"{row.store} (all)",
                tuple(f"{field.replace('_', ' ')} {value}" for field, value in row.says.items()),
                left(row.until, now) or "never",
                f"{row.made_by}, {left(row.made_at, now)}",
                row.why,
            )
            for row in found
        ],
        empty="Nobody ruled anything: the policies of the connections hold.",
    )


@click.command()
@click.argument("key", metavar="CONNECTION|STORE")
@click.argument("name", metavar="SKU")
@click.option("--category", is_flag=True, help="SKU is the name of a category, as the shop spells it.")
@_fields
@click.option("--for", "length", callback=duration, help='For a time: "2h", "10d". Without it: for good.')
@click.option("--why", default="", help="The reason; it stands in the trail and in the SKU's story.")
@who_option
def rule(
    key: str, name: str, category: bool, length: timedelta | None, why: str, who: str, **fields: int | None
) -> None:
    """Rule for one SKU or category, on one connection or (STORE) on all that sell from a shelf.

    It stands over the policy. A rule for a time lets what held before come back by itself.
    """
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        now = wiring.now()
        until = now + length if length else None
        scope = CATEGORY if category else SKU
        number = ruling.rule(tx, key, scope, name, Ruled(**fields), who=who, why=why, now=now, until=until)
        tx.flush()
        made = next(row for row in ruling.rules(tx, key, now, name) if row.id == number)
    says = ", ".join(f"{field.replace('_', ' ')} {value}" for field, value in made.says.items())
    ends = f", {left(until, now)} it ends" if until else ""
    sentence(
        f"Rule {number} for {name} on {made.connection or f'every connection of {made.store}'}: {says}{ends}",
        then="What it changes goes with the next file.",
    )


@click.command()
@click.argument("number", metavar="RULE", type=int)
@who_option
def unrule(number: int, who: str) -> None:
    """End a rule: what held before it holds again."""
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        words = ruling.end(tx, number, who, wiring.now())
    say(f"{words}.")


COMMANDS = (rules, rule, unrule)
