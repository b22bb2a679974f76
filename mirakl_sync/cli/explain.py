"""`mirakl-sync explain`: one order's whole story in plain words, each sentence with its evidence."""

from __future__ import annotations

import click

from mirakl_sync.cli.context import at_work
from mirakl_sync.cli.output import dump, json_option, say, table, when
from mirakl_sync.explain.explanation import Explanation, Told
from mirakl_sync.explain.loading import evidence
from mirakl_sync.explain.telling import explain as tell
from mirakl_sync.orders import by_hand


@click.command()
@click.argument("order", metavar="ORDER")
@json_option
def explain(order: str, as_json: bool) -> None:
    """An order's whole story in plain words: what it is, whose turn it is, promises kept or not, everything that was
    said, asked and answered with the place where it is written down, and what happens next.

    ORDER is the marketplace's number, or connection/number where two marketplaces use the same. Buyers' data is never
    shown.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        told = tell(evidence(tx, by_hand.find(tx, order).id, wiring), wiring.now())
    if as_json:
        dump(told)
    else:
        _show(told)


def _show(told: Explanation) -> None:
    say(told.what)
    say(f"\nNow: {told.stands}\nWhose turn: {told.turn}.")
    say("\nPromises")
    for promise in told.promises:
        say(f"  {promise.deed}, {promise.verdict}: {promise.sentence}")
    say("\nStory")
    table(
        ("when", "who", "about", "what", "written down as"),
        [(when(x.at), x.who, x.about, _moved(x), x.evidence) for x in told.story],
        empty="nothing yet",
    )
    say("\nWhat happens next")
    for words in told.next:
        say(f"  - {words}")


def _moved(each: Told) -> str:
    return f"{each.sentence} ({each.from_state} → {each.to_state})" if each.to_state else each.sentence
