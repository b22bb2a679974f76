"""`mirakl-sync stock zero|restore|release`: take off sale for a time, put back, let our numbers go."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click
from sqlalchemy import func, select

from mirakl_sync.cli.context import at_work, who_option
from mirakl_sync.cli.output import say, when
from mirakl_sync.cli.stock_work import echo
from mirakl_sync.db.models import Offer
from mirakl_sync.policy.units import read_duration
from mirakl_sync.stock import acts, controls
from mirakl_sync.wiring import Wiring

skus_option = click.option("--sku", "skus", multiple=True, help="Only this SKU. May be repeated.")


def duration(_: Any, __: Any, text: str | None) -> timedelta | None:
    """An option's length of time: "2h"."""
    if text is None:
        return None
    try:
        return read_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def sentence(words: str, *, then: str = "") -> None:
    """What was done, and how it gets to the marketplace."""
    echo(words)
    if then:
        say(then)


_NEXT = "The workers send it within seconds; `mirakl-sync stock push` sends it here and now."


@click.command()
@click.argument("key", metavar="CONNECTION|STORE")
@skus_option
@click.option("--for", "length", callback=duration, required=True, help='How long: "2h", "1d". It ends by itself.')
@click.option("--why", required=True, help="The reason; it stands in the connection's trail and in the SKUs' stories.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
@who_option
def zero(key: str, skus: Sequence[str], length: timedelta, why: str, yes: bool, who: str) -> None:
    """Show everything of a connection, or some SKUs, as sold out for a time. `stock restore` ends it sooner.

    With --sku a STORE may be named: then on every marketplace it sells on.
    """
    with at_work(who=who) as wiring:
        until = wiring.now() + length
        if not skus and not yes:
            _ask(wiring, key, f"until {when(until)}")
        with wiring.db.transaction() as tx:
            if skus:
                gone = controls.zero_skus(tx, key, skus, until, who, why, wiring.now())
                words = f"{key}: {acts.named(gone)} off sale until {when(until)}"
            else:
                count = controls.zero(tx, key, until, who, why, wiring.now())
                words = f"{key}: everything ({count} offers) off sale until {when(until)}"
    sentence(words, then=_NEXT)


def _ask(wiring: Wiring, key: str, until: str) -> None:
    with wiring.db.reading() as tx:
        row = acts.one(tx, key)
        listed = select(func.count()).select_from(Offer).where(Offer.connection_id == row.id, Offer.listed)
        count = tx.execute(listed).scalar_one()
    if not sys.stdin.isatty():
        raise click.UsageError(f"This takes {count} offers of {key} off sale; nobody to ask here: add --yes.")
    click.confirm(f"Take all {count} offers of {key} off sale {until}?", abort=True)


@click.command()
@click.argument("key", metavar="CONNECTION|STORE")
@skus_option
@who_option
def restore(key: str, skus: Sequence[str], who: str) -> None:
    """Put on sale again what `stock zero` took off, before its time. Without --sku: the connection as a whole."""
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        back = controls.restore(tx, key, skus, who, wiring.now())
    if back:
        sentence(f"On sale again: {acts.named(back)}", then=_NEXT)
    else:
        say("Nothing there was off sale.")


@click.command()
@click.argument("key", metavar="CONNECTION")
@click.argument("skus", nargs=-1, metavar="[SKU]...")
@click.option("--yes", is_flag=True, help="Do not ask before.")
@who_option
def release(key: str, skus: Sequence[str], yes: bool, who: str) -> None:
    """Let our numbers be sent over those somebody else set. Without a SKU: every one that waits for a person."""
    with at_work(who=who) as wiring:
        if not skus and not yes:
            if not sys.stdin.isatty():
                raise click.UsageError("Name SKUs, or add --yes to release every one: there is nobody to ask here.")
            click.confirm(f"Send our numbers for everything of {key} that waits?", abort=True)
        with wiring.db.transaction() as tx:
            gone = controls.release(tx, key, skus, who, wiring.now())
    if gone:
        sentence(f"{key}: our numbers go for {acts.named(gone)}", then=_NEXT)
    else:
        say(f"Nothing of {key} waits for a person.")


@click.command("put-right")
@click.argument("key", metavar="STORE")
@click.option("--yes", is_flag=True, help="Do not ask before.")
@who_option
def put_right(key: str, yes: bool, who: str) -> None:
    """Say that a shop's numbers now contain every order of ours: after its reservations were compensated by hand.

    Only for shops whose orders never reach their numbers by themselves (Magento, created directly). What was kept back
    for them is offered again as soon as the shop has been asked anew.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(f"Do {key}'s numbers contain every order made there up to now?", abort=True)
    elif not yes:
        raise click.UsageError("Offering pieces that are sold oversells; nobody to ask here: add --yes.")
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        count = controls.put_right(tx, key, wiring.now())
    sentence(f"{key}: {count} orders are no longer kept back", then=_NEXT if count else "")


COMMANDS = (zero, restore, release, put_right)
