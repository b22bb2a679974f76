"""`mirakl-sync orders`: look at orders, and act on them as a person."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click

from mirakl_sync.cli.acting import Deed, Rows, act, selection_options
from mirakl_sync.cli.context import AT_ONCE, at_work, enqueue_option, who_option
from mirakl_sync.cli.order_page import show_order
from mirakl_sync.cli.output import (
    due_option,
    dump,
    footer,
    json_option,
    left,
    limit_option,
    page_option,
    progress,
    say,
    table,
)
from mirakl_sync.connections.pausing import connection
from mirakl_sync.connections.queries import connections
from mirakl_sync.db.models import Order
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.dispatch import RecordingDispatcher, Wake
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.orders import by_hand, flow, intake, queries, relinking, states
from mirakl_sync.orders.case import ORDERS, TASKS
from mirakl_sync.orders.queries import NEEDS, OrderFilter
from mirakl_sync.orders.views import OrderRow
from mirakl_sync.shipments import queries as parcels
from mirakl_sync.wiring import Wiring

_EMPTY = "No orders match. `mirakl-sync orders pull` looks at the marketplaces now."


@click.group()
def orders() -> None:
    """Orders."""


@orders.command()
@click.argument("keys", nargs=-1, metavar="[CONNECTION]...")
@enqueue_option
def pull(keys: Sequence[str], enqueue: bool) -> None:
    """Look at the marketplaces now and take what was found as far as it goes. Without names: every connection.

    Marketplaces limit how often they may be asked; a look too soon says when the next one may be.
    """
    bells = RecordingDispatcher()
    with at_work(enqueue=enqueue, bells=bells, at_once=AT_ONCE) as wiring:
        with wiring.db.reading() as tx:
            rows = [connection(tx, key) for key in keys or [row.key for row in connections(tx)]]
            numbers = {row.key: row.id for row in rows}
        if not numbers:
            say("No connections yet: `mirakl-sync connections apply FILE`.")
        elif enqueue:
            wiring.db.dispatcher.send([Wake("orders.pull", (number,)) for number in numbers.values()])
            say(f"Rang for {len(numbers)} connections.")
        else:
            sys.exit(_look(wiring, numbers, bells))


def _look(wiring: Wiring, numbers: Mapping[str, int], bells: RecordingDispatcher) -> int:
    """Pull each connection, then do what the pulls rang for. Answers the exit code."""
    failed = False
    with progress("Looking …") as update:
        for key, number in numbers.items():
            update(f"Looking at {key} …")
            try:
                say(f"{key}: {intake.pull(number, wiring).sentence()}")
            except MiraklSyncError as error:
                failed = True
                click.echo(f"{key}: {error.words} {error.way_out}".rstrip(), err=True)
        found = [int(pk) for wake in bells.sent if wake.task in TASKS.values() for pk in wake.args]
        if found:
            update(f"Working on {len(found)} orders …")
            advanced = flow.advance_all(list(dict.fromkeys(found)), wiring)
            say(advanced.sentence())
            failed |= advanced.trouble
    return 1 if failed else 0


@orders.command("list")
@click.option("--state", type=click.Choice([each.value for each in states.State]), help="Our own state.")
@click.option("--connection", "key", default="", help="Of one connection.")
@click.option(
    "--need", type=click.Choice(list(NEEDS)), help="; ".join(f"{name}: {words}" for name, words in NEEDS.items())
)
@due_option("A promise ends within this time")
@click.option("--sku", default="", help="With a line of this SKU.")
@click.option("--text", default="", help="The beginning of an order's or sale's number, or the shop's order number.")
@limit_option
@page_option
@json_option
def list_(
    state: str | None,
    key: str,
    need: str | None,
    due: timedelta | None,
    sku: str,
    text: str,
    limit: int,
    page: int,
    as_json: bool,
) -> None:
    """Orders, the newest first; with --due the nearest promise first."""
    wanted = OrderFilter(state=state or "", connection=key, need=need or "", text=text, sku=sku, due=due)
    with at_work() as wiring, wiring.db.reading() as tx:
        now = wiring.now()
        found = queries.orders(tx, wanted, now, number=page, size=limit)
    if as_json:
        dump(found)
        return
    table(
        ("order", "connection", "state", "marketplace", "gross", "promise", "shop order", "waits for"),
        [_listed(row, now) for row in found.rows],
        empty=_EMPTY,
    )
    footer(found.number, found.pages, found.total, "orders")


@orders.command()
@click.argument("order", metavar="ORDER")
@json_option
def show(order: str, as_json: bool) -> None:
    """Everything about one order: states, promises, lines, the shop's order, parcels, what was asked of whom, its
    story. `explain` tells the same in plain words.

    ORDER is the marketplace's number, or connection/number where two marketplaces use the same.
    """
    with at_work() as wiring, wiring.db.reading() as tx:
        row = by_hand.find(tx, order)
        whole, left_so_far = queries.whole(tx, row.id), parcels.of_order(tx, row.id)
        now = wiring.now()
    if as_json:
        dump({**asdict(whole), "parcels": left_so_far})
    else:
        show_order(whole, left_so_far, now)


def _named(tx: Transaction, numbers: Sequence[str]) -> dict[int, str]:
    rows = [by_hand.find(tx, number) for number in numbers]
    return {row.id: row.order_id for row in rows}


ROWS = Rows(
    one="order",
    model=Order,
    argument="ORDER",
    filters={
        "connection": "of one connection.",
        "state": "in this state of ours.",
        "sku": "with a line of this SKU.",
        "text": "numbers beginning with this.",
    },
    named=_named,
    matching=lambda tx, wanted, now: queries.matching(tx, OrderFilter(**wanted), now),
    advance_all=flow.advance_all,
)


def _answer(word: by_hand.Word) -> Deed:
    return lambda tx, row, who, now: by_hand.answer(tx, row, word, who, now)


def _acting(name: str, deed: Deed, words: str, *, need: str) -> None:
    """One command per deed: all take numbers, or filters with --all-matching."""

    @orders.command(name, help=words)
    @selection_options(ROWS)
    @who_option
    @enqueue_option
    def command(enqueue: bool, who: str, **chosen: Any) -> None:
        sys.exit(act(ROWS, name, deed, need=need, enqueue=enqueue, who=who, **chosen))

    del command


_acting(
    "accept",
    _answer("accept"),
    "Accept orders whole, whatever the rules say. The marketplace is told at once.",
    need="answer",
)
_acting(
    "refuse",
    _answer("refuse"),
    "Refuse orders whole. The marketplace is told at once; this cannot be taken back.",
    need="answer",
)
_acting(
    "take-back",
    by_hand.withdraw_answer,
    "Take back an answer given by hand that the marketplace has not been told yet.",
    need="answer",
)
_acting("retry", by_hand.retry, "Try again now, after something was mended.", need="open")
_acting(
    "unmanage",
    by_hand.unmanage,
    "Take orders out of our hands: nothing is asked of anybody for them until `manage`.",
    need="open",
)
_acting("manage", by_hand.manage, "Give orders taken over by hand back to us.", need="unmanaged")


def _go_on(tx: Transaction, row: Order, who: str, now: datetime) -> str:
    """Nothing is set: the rules only look at the order as it stands."""
    del who, now
    tx.wake(TASKS[ORDERS], row.id)
    return "looked at"


_acting("advance", _go_on, "Take orders as far as they can go now, without changing what was planned.", need="open")


@orders.command()
@click.argument("order", metavar="ORDER")
@click.argument("shop_order", metavar="[SHOP-ORDER]", default="")
@click.option("--none", "nothing", is_flag=True, help="No order took its place: it was simply cancelled.")
@who_option
def relink(order: str, shop_order: str, nothing: bool, who: str) -> None:
    """Say which order of the shop stands for a sale, after the shop's people cancelled ours and made another.

    SHOP-ORDER is its number as the question names it, or the shop's id. Its parcels are told to the marketplace from
    then on, and its number.
    """
    if bool(shop_order) == nothing:
        raise click.UsageError("Name the shop's order, or say --none.")
    with at_work(who=who) as wiring:
        said = relinking.no_heir(wiring, order, who) if nothing else relinking.relink(wiring, order, shop_order, who)
    say(said)


def _listed(row: OrderRow, now: datetime) -> tuple[Any, ...]:
    unanswered = row.state in states.UNANSWERED
    promise = row.accept_by if unanswered else row.ship_by
    word = "answer " if unanswered else "ship "
    return (
        row.order_id,
        row.connection,
        row.state,
        row.marketplace_state,
        f"{row.gross:.2f} {row.currency}",
        "" if row.state in states.FINAL or promise is None else word + left(promise, now),
        row.shop_order,
        ("" if row.managed else "taken over; ") + (row.waiting_for or row.last_problem),
    )
