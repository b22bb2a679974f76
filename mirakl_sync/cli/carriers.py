"""`mirakl-sync carriers`: what a shop's carrier names mean on each marketplace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from mirakl_sync.cli.carriers_file import export, import_
from mirakl_sync.cli.context import AT_ONCE, at_work, enqueue_option, who_option
from mirakl_sync.cli.output import dump, json_option, left, note, progress, say, table, when
from mirakl_sync.connections import refresh as lists
from mirakl_sync.connections.difference import existing
from mirakl_sync.connections.pausing import connection
from mirakl_sync.connections.queries import connections
from mirakl_sync.db.models import Marketplace
from mirakl_sync.records.shipment import Carrier
from mirakl_sync.shipments import carrier_queries, flow, mapping
from mirakl_sync.shipments.carrier_views import CarrierList, ListedView, UnmappedName
from mirakl_sync.shipments.mapping import Mapped, Target
from mirakl_sync.wiring import Wiring

country_option = click.option(
    "--country", default="", help="Only for parcels that go there: a code of two letters, such as FR."
)


@click.group()
def carriers() -> None:
    """The marketplaces' carriers, and which of them a shop's carrier names mean."""


@carriers.command("list")
@click.argument("key", metavar="CONNECTION")
@click.option("--gone", is_flag=True, help="Carriers that left the list instead of those on it.")
@json_option
def list_(key: str, gone: bool, as_json: bool) -> None:
    """The list of a connection's marketplace, with the names that mean each carrier.

    A shop's name that is a code, standard code or label of the list letter by letter needs no mapping.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        found, now = carrier_queries.listed(tx, connection(tx, key), gone=gone), wiring.now()
    if as_json:
        dump(found)
        return
    empty = "No carrier left the list." if gone else _never_read(found)
    table(
        ("code", "label", "standard code", "gone" if gone else "number", "means it"),
        [_listed(each, now) for each in found.carriers],
        empty=empty,
    )
    if found.by_name and not gone:
        say("\nTold by their names")
        table(
            ("name", "told as", "address", "said by"),
            [(str(x), x.carrier_name, x.tracking_url, f"{x.made_by}, {when(x.made_at)}") for x in found.by_name],
            empty="",
        )
    if found.read_at:
        allowed = {True: "takes others by name", False: "takes no others", None: "says nothing about others"}
        note(f"{found.marketplace} {allowed[found.names_allowed]}. Read {left(found.read_at, now)}.")


@carriers.command()
@click.option("--connection", "key", default="", help="Of one connection.")
@json_option
def unmapped(key: str, as_json: bool) -> None:
    """The names parcels wait for, with what each could be and the command to say so.

    What sounds alike and whose numbers look alike are suggestions: nobody but you decides.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        if key:
            connection(tx, key)
        found, now = carrier_queries.unmapped(tx, key), wiring.now()
    if as_json:
        dump([{**asdict(each), "command": each.command} for each in found])
        return
    table(
        ("name", "connection", "parcels", "first ship by", "to", "sounds like", "its numbers look like"),
        [_unmapped(each, now) for each in found],
        empty="No parcel waits for a carrier's name to be explained.",
    )
    for each in found:
        say(f"  → {each.command}")


@carriers.command("map")
@click.argument("key", metavar="CONNECTION")
@click.argument("name")
@click.argument("code", default="")
@country_option
@click.option(
    "--by-name", default="", help="Instead of CODE: tell the carrier by this name; not every operator allows it."
)
@click.option("--url", default="", help="With --by-name: its tracking address, {trackingId} where the number goes.")
@click.option("--correct-told", is_flag=True, help="Correct what open sales were told under this name before, too.")
@click.option("--dry-run", is_flag=True, help="Only say how many parcels would go on.")
@who_option
@enqueue_option
@json_option
def map_(
    key: str,
    name: str,
    code: str,
    country: str,
    by_name: str,
    url: str,
    correct_told: bool,
    dry_run: bool,
    who: str,
    enqueue: bool,
    as_json: bool,
) -> None:
    """Say that a shop's carrier NAME is the carrier CODE of the marketplace's list. Every parcel that waits goes on.

    Case, accents, spaces and signs in NAME do not count. A later word replaces an earlier one.
    """
    if bool(code) == bool(by_name):
        raise click.UsageError("Give the CODE of a listed carrier, or --by-name: one of the two.")
    if url and not by_name:
        raise click.UsageError("--url goes with --by-name: a listed carrier has its own tracking address.")
    target = Target(code, by_name, url)
    with at_work(enqueue=enqueue, who=who, at_once=0 if dry_run else AT_ONCE) as wiring:
        with wiring.db.transaction() as tx:
            before = tx.begin_nested()
            joined, now = connection(tx, key), wiring.now()
            mapped = mapping.map_name(tx, joined, name, target, who, now, country=country, correct_told=correct_told)
            if dry_run:
                before.rollback()
                tx.info.pop("wakes", None)
        done = not dry_run and not enqueue
        said, failed = _go_on(wiring, mapped) if done else ("", False)
    if as_json:
        dump({"sentence": mapped.sentence, "parcels": mapped.released, "done": not dry_run, "outcome": said})
    else:
        say(mapped.sentence[:1].upper() + mapped.sentence[1:] + ".")
        if dry_run:
            say("Nothing was written (--dry-run).")
        elif enqueue and mapped.released:
            say(f"Rang the workers for {len(mapped.released)} parcels.")
        elif said:
            say(said)
    sys.exit(1 if failed else 0)


@carriers.command()
@click.argument("key", metavar="CONNECTION")
@click.argument("name")
@country_option
@who_option
def unmap(key: str, name: str, country: str, who: str) -> None:
    """Take a mapping back: parcels that come from now on are asked about again. What was told stays told."""
    with at_work(who=who) as wiring, wiring.db.transaction() as tx:
        words = mapping.forget(tx, connection(tx, key), name, who, wiring.now(), country=country)
    say(words[:1].upper() + words[1:] + ".")


@carriers.command()
@click.argument("keys", nargs=-1, metavar="[CONNECTION]...")
def refresh(keys: Sequence[str]) -> None:
    """Read the marketplaces' carriers, ways of shipping and rules now (SH21, SH12, PC01). Without names: all of them.

    Marketplaces allow this once a day; where the day is not over, its end is told.
    """
    failed = False
    with at_work() as wiring:
        with wiring.db.reading() as tx:
            rows = [connection(tx, key) for key in keys or [row.key for row in connections(tx)]]
            # each list once, through the first connection that has it
            through = {row.shop.marketplace_id: (row.shop.marketplace.key, row.id) for row in reversed(rows)}
            before = {pk: row.shop.marketplace.carriers_read_at for row in rows for pk in [row.shop.marketplace_id]}
        if not through:
            say("No connections yet: `mirakl-sync connections apply FILE`.")
        with progress("Reading …") as update:
            for pk, (market, number) in through.items():
                update(f"Reading the lists of {market} …")
                say(f"{market}: {lists.refresh(number, wiring)}")
                failed |= not _was_read(wiring, number, before[pk])
    sys.exit(1 if failed else 0)


carriers.add_command(export)
carriers.add_command(import_)


def _was_read(wiring: Wiring, number: int, before: datetime | None) -> bool:
    with wiring.db.reading() as tx:
        market = wiring.connections.open(tx, number).marketplace
        return existing(tx, Marketplace, market).carriers_read_at != before


def _go_on(wiring: Wiring, mapped: Mapped) -> tuple[str, bool]:
    if not mapped.released:
        return "", False
    with progress(f"Working on {len(mapped.released)} parcels …"):
        advanced = flow.advance_all(mapped.released, wiring)
    return advanced.sentence(), advanced.trouble


def _never_read(found: CarrierList) -> str:
    if found.read_at is None:
        return f"The list was never read. `mirakl-sync carriers refresh {found.connection}` reads it."
    return f"{found.marketplace} lists no carriers."


def _listed(each: ListedView, now: datetime) -> tuple[Any, ...]:
    fourth = left(each.gone_at, now) if each.gone_at else "needed" if each.needs_number else "not needed"
    return each.code, each.label, each.standard_code, fourth, tuple(map(str, each.mapped))


def _unmapped(each: UnmappedName, now: datetime) -> tuple[Any, ...]:
    return (
        (each.name or "(none named)") + (" (refused)" if each.refused else ""),
        each.connection,
        each.parcels,
        left(each.first_ship_by, now),
        each.countries,
        tuple(map(_suggested, each.nearest)),
        tuple(map(_suggested, each.by_numbers)),
    )


def _suggested(carrier: Carrier) -> str:
    return carrier.code if carrier.label in ("", carrier.code) else f"{carrier.code} ({carrier.label})"
