"""`mirakl-sync shipments`: look at parcels, and act on them as a person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy import select

from mirakl_sync.cases.flow import Advanced
from mirakl_sync.cli.acting import Deed, Rows, act, selection_options
from mirakl_sync.cli.context import AT_ONCE, at_work, enqueue_option, who_option
from mirakl_sync.cli.output import (
    due_option,
    dump,
    footer,
    json_option,
    left,
    limit_option,
    note,
    page_option,
    progress,
    say,
    table,
)
from mirakl_sync.cli.parcel_page import show_parcel
from mirakl_sync.connections.pausing import store
from mirakl_sync.db.models import Shipment, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.dispatch import RecordingDispatcher
from mirakl_sync.orders import case as orders
from mirakl_sync.orders import flow as order_flow
from mirakl_sync.shipments import by_hand, flow, queries
from mirakl_sync.shipments import case as shipping
from mirakl_sync.shipments.queries import NEEDS, ParcelFilter
from mirakl_sync.shipments.states import State
from mirakl_sync.shipments.views import ParcelRow
from mirakl_sync.stores import looking
from mirakl_sync.wiring import Wiring

_EMPTY = "No parcels match. `mirakl-sync shipments look` asks the shops now what has left."

# What a look at the shops may ring for, and how it is done here and now.
_WORK: dict[str, Callable[[Sequence[int], Wiring], Advanced]] = {
    shipping.TASK: flow.advance_all,
    orders.TASKS[orders.ORDERS]: order_flow.advance_all,
}


@click.group()
def shipments() -> None:
    """Parcels that left the house, and what the marketplaces were told of them."""


@shipments.command("list")
@click.option("--state", type=click.Choice([each.value for each in State]), help="Our own state.")
@click.option("--connection", "key", default="", help="Of one connection.")
@click.option(
    "--need", type=click.Choice(list(NEEDS)), help="; ".join(f"{name}: {words}" for name, words in NEEDS.items())
)
@due_option("Not told yet, and the promise to ship ends within this time")
@click.option("--carrier", default="", help="Of this carrier, as the shop spells it; case and signs do not count.")
@click.option(
    "--text", default="", help="The beginning of an order's, a sale's or a tracking number, or the shop's order number."
)
@limit_option
@page_option
@json_option
def list_(
    state: str | None,
    key: str,
    need: str | None,
    due: timedelta | None,
    carrier: str,
    text: str,
    limit: int,
    page: int,
    as_json: bool,
) -> None:
    """Parcels, the newest first; with --due the nearest promise first."""
    wanted = ParcelFilter(state=state or "", connection=key, need=need or "", carrier=carrier, text=text, due=due)
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        found = queries.parcels(tx, wanted, now, number=page, size=limit)
    if as_json:
        dump(found)
        return
    table(
        ("parcel", "order", "connection", "carrier", "number", "state", "told as", "ship by", "waits for"),
        [_listed(row, now) for row in found.rows],
        empty=_EMPTY,
    )
    footer(found.number, found.pages, found.total, "parcels")


@shipments.command()
@click.argument("parcel", metavar="PARCEL|ORDER|NUMBER")
@json_option
def show(parcel: str, as_json: bool) -> None:
    """Everything about one parcel, or about every parcel of an order: what is inside, what was told, who is asked what.

    A parcel is meant by our number, an order by the marketplace's (or connection/number), or by a tracking number.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        found = [queries.whole(tx, row.id) for row in by_hand.find(tx, parcel)]
        now = wiring.now()
    if as_json:
        dump(found)
        return
    for place, each in enumerate(found):
        if place:
            say("")
        show_parcel(each, now)


@shipments.command()
@click.argument("keys", nargs=-1, metavar="[STORE]...")
@click.option("--enqueue", is_flag=True, help="Look here, but let the workers tell the marketplaces.")
def look(keys: Sequence[str], enqueue: bool) -> None:
    """Ask the shops now what has left, and tell the marketplaces. Without names: every store.

    Looks at each order the warehouse has, and at those that left in the last days, whenever they were looked at before.
    """
    bells = RecordingDispatcher()
    with at_work(enqueue=enqueue, bells=bells, at_once=AT_ONCE) as wiring:
        with wiring.db.reading() as tx:
            stores = [store(tx, key).id for key in keys] or list(tx.execute(select(Store.id)).scalars())
        with progress("Looking …") as update:
            found = looking.look_at_placed(wiring, stores)
            say(found.sentence())
            for words in found.trouble:
                note(words)
            failed = _go_on(bells, wiring, update) or bool(found.trouble)
    sys.exit(1 if failed else 0)


def _go_on(bells: RecordingDispatcher, wiring: Wiring, update: Callable[[str], None]) -> bool:
    """Do what was rung for, and what that rings for, until it is quiet; True when an attempt failed."""
    failed, heard = False, 0
    while bells.sent[heard:]:
        news, heard = bells.sent[heard:], len(bells.sent)
        for task, advance_all in _WORK.items():
            # what shall come later is the workers' business
            rung = dict.fromkeys(
                int(pk) for wake in news if wake.task == task and not wake.countdown for pk in wake.args
            )
            if rung:
                update(f"Working on {len(rung)} …")
                advanced = advance_all(list(rung), wiring)
                say(advanced.sentence())
                failed |= advanced.trouble
    return failed


def _named(possible: Sequence[State]) -> Any:
    """Find what a person wrote. An order with several parcels means those that the deed can be done to, if any."""

    def named(tx: Transaction, numbers: Sequence[str]) -> dict[int, str]:
        meant: dict[int, str] = {}
        for number in numbers:
            rows = by_hand.find(tx, number)
            meant |= {row.id: _name(row.id) for row in [row for row in rows if row.state in possible] or rows}
        return meant

    return named


def _matching(tx: Transaction, wanted: Mapping[str, Any], now: datetime) -> dict[int, str]:
    found = queries.matching(tx, ParcelFilter(**wanted), now)
    return {pk: f"{_name(pk)} of {order_id}" for pk, order_id in found.items()}


def _name(pk: int) -> str:
    return f"parcel {pk}"


def _acting(name: str, deed: Deed, words: str, *, need: str, possible: Sequence[State]) -> None:
    """One command per deed: all take numbers, or filters with --all-matching."""
    rows = Rows(
        one="parcel",
        model=Shipment,
        argument="PARCEL",
        filters={
            "connection": "of one connection.",
            "state": "in this state of ours.",
            "carrier": "of this carrier, as the shop spells it.",
            "text": "numbers beginning with this.",
        },
        named=_named(possible),
        matching=_matching,
        advance_all=flow.advance_all,
    )

    @shipments.command(name, help=f"{words}\n\nPARCEL is our number, an order's number, or a tracking number.")
    @selection_options(rows)
    @who_option
    @enqueue_option
    def command(enqueue: bool, who: str, **chosen: Any) -> None:
        sys.exit(act(rows, name, deed, need=need, enqueue=enqueue, who=who, **chosen))

    del command


_acting(
    "retry",
    by_hand.retry,
    "Try again now, after something was mended.",
    need="open",
    possible=(State.NOTED, State.TOLD),
)
_acting(
    "confirm",
    by_hand.confirm_number,
    "Say that the tracking number is right, whatever it looks like.",
    need="doubt",
    possible=(State.NOTED, State.TOLD),
)
_acting(
    "send-without-number",
    by_hand.send_without_number,
    "Say that a parcel has no tracking number and will get none: it is told all the same.",
    need="number",
    possible=(State.NOTED,),
)
_acting(
    "drop",
    by_hand.drop,
    "Say that a parcel is not ours to tell. Taken back with `take-up`.",
    need="telling",
    possible=(State.NOTED,),
)
_acting("take-up", by_hand.take_up, "Undo `drop`.", need="dropped", possible=(State.DROPPED,))


def _listed(row: ParcelRow, now: datetime) -> tuple[Any, ...]:
    return (
        row.id,
        row.order_id,
        row.connection,
        row.carrier,
        row.number + (" (taken back)" if row.removed else ""),
        row.state,
        row.told_as + (" (to be corrected)" if row.to_correct else ""),
        left(row.promise, now),
        row.waits_for,
    )
