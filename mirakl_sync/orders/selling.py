"""What a sale means to the shelf, from the first sight of an order to its end.

A marketplace's sale counts against what may be offered elsewhere from the moment we see it, answered or not, until
the shop's own number contains it. A sale that ends without the goods lets go of them by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from mirakl_sync.db.models import Order, OrderLine
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import states
from mirakl_sync.records.order import DEAD_LINE_STATES
from mirakl_sync.records.shop import PlatformOrder
from mirakl_sync.shelf import board, offers
from mirakl_sync.shelf.offers import Sale

# What left before we came was taken from the shelf by whoever sent it.
_SENT = states.LEFT_STATES | states.OVER_STATES


def open_lines(row: Order) -> None:
    """A new order's lines count from now on, unless the goods are not ours to give."""
    counts = row.managed and not row.fulfilled_by_operator and row.marketplace_state not in _SENT
    for line in row.lines:
        line.unfelt = counts and _alive(row, line)


def sold(tx: Transaction, rows: Sequence[Order], now: datetime) -> None:
    """A marketplace sold these: its own numbers fell, and every other one that shows the same shelf is too high.

    Of what was over, or had left, when we first saw it, nobody knows what became of their number.
    """
    sales = [sale for row in rows for sale in _sales(row, (line for line in row.lines if line.unfelt))]
    if sales:
        offers.sold(tx, rows[0].connection_id, rows[0].store_pk, sales, now)
    for row in rows:
        missed = _sales(row, (line for line in row.lines if not line.unfelt))
        words = f"{row.order_id} was {row.marketplace_state} when it was first seen"
        offers.missed(tx, row.connection_id, row.store_pk, missed, row.marketplace_updated_at, now, words)


def alive(row: Order) -> set[str]:
    """The lines that are still a sale, by the marketplace's word."""
    return {line.line_id for line in row.lines if _alive(row, line)}


def ended(tx: Transaction, row: Order, living: set[str], now: datetime) -> None:
    """Lines of those that were ``living`` are refused or cancelled now: what was kept for them is free again, and
    nobody publishes whether the marketplace offers them again too."""
    over = [line for line in row.lines if line.line_id in living and not _alive(row, line)]
    for line in over:
        line.unfelt, line.promised = _kept_for_good(row, line), False
    words = f"{row.order_id} is {row.marketplace_state}"
    offers.given_back(tx, row.connection_id, row.store_pk, _sales(row, over), now, words)
    _sent_by_others(tx, row, now)


def _sent_by_others(tx: Transaction, row: Order, now: datetime) -> None:
    """What left without an order of ours in the shop was taken from the shelf by whoever sent it."""
    if row.marketplace_state not in _SENT or row.link is not None:
        return
    sent = [line for line in row.lines if line.unfelt and line.felt_at is None]
    for line in sent:
        line.unfelt = False
        line.promised = line.promised and row.managed
    offers.touch(tx, row.store_pk, {line.sku: now for line in sent})


def back_in_the_shop(tx: Transaction, row: Order, now: datetime) -> None:
    """The shop's order was cancelled there and its pieces are on the shelf again, but they are still sold."""
    back = [line for line in row.lines if line.decision == "accept" and line.felt_at is not None and _alive(row, line)]
    if row.state in states.FINAL or row.marketplace_state in _SENT:
        return
    for line in back:
        line.felt_at, line.promised, line.unfelt = None, True, True
    offers.touch(tx, row.store_pk, {line.sku: now for line in back})


def over(tx: Transaction, row: Order, now: datetime) -> None:
    """Nothing more can happen to the order: nothing is kept for it any more."""
    kept = [line for line in row.lines if line.unfelt or line.promised]
    for line in kept:
        line.unfelt, line.promised = _kept_for_good(row, line), False
    offers.touch(tx, row.store_pk, {line.sku: now for line in kept})


def _kept_for_good(row: Order, line: OrderLine) -> bool:
    """The shop's number never contained this line's pieces, and what became of its order raised it by them."""
    return row.never_felt and line.unfelt


def taken(tx: Transaction, row: Order, shown: PlatformOrder, now: datetime) -> None:
    """What the shop says of its order and its own number; may be said again."""
    if shown.canceled:
        return
    # what was put right is felt, and stays so
    row.never_felt = shown.never_felt and not any(line.felt_at for line in row.lines)
    if shown.reserves:
        felt(tx, row, now)
    elif shown.felt_from is not None:
        felt(tx, row, max(now, shown.felt_from))


def felt(tx: Transaction, row: Order, at: datetime) -> None:
    """The shop subtracts these pieces itself: its number, asked for from ``at`` on, contains them."""
    fresh = [line for line in row.lines if line.decision == "accept" and (line.felt_at is None or line.felt_at > at)]
    for line in fresh:
        line.felt_at, line.promised, line.unfelt = at, True, True
    board.doubt(tx, row.store_pk, {line.sku for line in fresh}, at)


def put_right(tx: Transaction, store_pk: int, now: datetime) -> int:
    """Somebody made the shop's numbers contain every order of ours up to now; answers of how many orders pieces were
    kept back.

    What never would be felt is felt by the next number the shop is asked for.
    """
    kept_back = select(OrderLine.order_pk).where(OrderLine.store_pk == store_pk, OrderLine.unfelt)
    asked = select(Order).where(Order.store_pk == store_pk, Order.never_felt, Order.id.in_(kept_back))
    rows = tx.execute(asked).unique().scalars().all()
    for row in rows:
        kept = [line for line in row.lines if line.unfelt]
        for line in kept:
            line.felt_at = now
        board.doubt(tx, store_pk, {line.sku for line in kept}, now)
        row.never_felt = False
    return len(rows)


def _alive(row: Order, line: OrderLine) -> bool:
    return row.marketplace_state not in states.ENDED_STATES and line.state not in DEAD_LINE_STATES


def _sales(row: Order, lines: Iterable[OrderLine]) -> list[Sale]:
    return [Sale(line.sku, line.quantity, row.created_at, row.order_id) for line in lines]
