"""A person says which order of the shop stands for a sale."""

from __future__ import annotations

from datetime import datetime

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import Order, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.inbox import desk
from mirakl_sync.orders import by_hand, lineage, states
from mirakl_sync.orders.case import ORDERS, TASKS
from mirakl_sync.wiring import Wiring


def relink(wiring: Wiring, text: str, shop_order: str, who: str) -> str:
    """Let this order of the shop stand for the sale: its parcels are told, its number goes to the marketplace.

    ``shop_order`` is the number of a candidate, or the shop's id of any order. The shop is asked for it; ``Refused``
    with the way out where it is gone, cancelled, or another sale's.
    """
    with wiring.db.reading() as tx:
        row = _open(tx, text)
        wanted = next((str(heir["id"]) for heir in row.heirs or () if heir["number"] == shop_order), shop_order)
        platform = wiring.connections.store(tx.get_one(Store, row.store_pk))
    shown = platform.read_order(wanted)
    if shown is None or shown.canceled:
        gone = "is cancelled" if shown else "does not exist there"
        raise Refused(f"Shop order {shop_order} {gone}.", way_out="Name a living order by its number or the shop's id.")
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = _open(tx, text)
        _refuse_anothers(tx, row, shown.order_id, shop_order)
        words = lineage.replace(tx, row, shown, f"said by {who}", now)
        _go_on(tx, row, who, words, now)
    return f"{row.order_id}: {words}"


def no_heir(wiring: Wiring, text: str, who: str) -> str:
    """Nothing took the place of the cancelled order: it counts as cancelled in the shop."""
    now = wiring.now()
    with wiring.db.transaction() as tx:
        row = _open(tx, text)
        if not row.platform_canceled:
            raise Refused(f"The shop's order for {row.order_id} lives.", way_out="There is nothing to say about it.")
        row.no_heir, row.heirs = True, None
        words = "no order took the place of the one cancelled in the shop"
        _go_on(tx, row, who, words, now)
    return f"{row.order_id}: {words}"


def _open(tx: Transaction, text: str) -> Order:
    row = by_hand.find(tx, text)
    if row.state in states.FINAL:
        raise Refused(f"{row.order_id} is {row.state}: nothing more can happen.")
    if row.link is None:
        raise Refused(f"The shop holds no order for {row.order_id} yet.", way_out="See `mirakl-sync orders show`.")
    return row


def _refuse_anothers(tx: Transaction, row: Order, order_id: str, shop_order: str) -> None:
    link = lineage.link_of(tx, row.store_pk, order_id)
    if link is not None and link.order_pk != row.id:
        owner = tx.get_one(Order, link.order_pk).order_id
        raise Refused(f"Shop order {shop_order} stands for {owner}.", way_out="Name another one.")


def _go_on(tx: Transaction, row: Order, who: str, words: str, now: datetime) -> None:
    timeline.add(tx, "order", row, now, who, words)
    desk.withdraw(tx, "order", row.id, now, words)
    row.next_attempt_at = now
    tx.wake(TASKS[ORDERS], row.id)
