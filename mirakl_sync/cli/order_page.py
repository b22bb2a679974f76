"""One order on the terminal: states and promises first, then lines, the shop's order, effects and the story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mirakl_sync.cli.output import left, pairs, say, table, when
from mirakl_sync.cli.parts import effects, questions, story
from mirakl_sync.orders import states
from mirakl_sync.orders.views import WholeOrder
from mirakl_sync.shipments.views import ParcelRow


def show_order(order: WholeOrder, parcels: Sequence[ParcelRow], now: datetime) -> None:
    """Print everything known of an order and its parcels."""
    _head(order, now)
    questions(order.questions, now)
    _lines(order)
    _shop_orders(order)
    _parcels(parcels)
    effects(order.effects)
    story(order.timeline)


def _head(order: WholeOrder, now: datetime) -> None:
    row = order.row
    by_whom = f"{order.answer_by_hand} by {order.answered_by}" if order.answer_by_hand else ""
    pairs(
        f"{row.order_id} of {row.connection}",
        {
            "state": row.state + (f" ({order.why})" if order.why else ""),
            "marketplace": row.marketplace_state,
            "shop": order.platform_state,
            "sale": order.commercial_id,
            "gross": f"{row.gross:.2f} {row.currency}, commission {order.commission:.2f}",
            "created": when(row.created_at),
            "accept by": _promise(row.accept_by, now) if row.state in states.UNANSWERED else "",
            "accepted": when(order.accepted_at),
            "ship by": "" if row.state in states.FINAL else _promise(row.ship_by, now),
            "placed": when(order.placed_at),
            "number told": when(order.reference_told_at),
            "answer by hand": by_whom,
            "in our hands": "" if row.managed else "no: a person took it over (`orders manage` gives it back)",
            "waits for": row.waiting_for,
            "next look": _promise(order.next_attempt_at, now),
            "last problem": row.last_problem + (f" (attempt {order.attempts})" if order.attempts else ""),
        },
    )


def _promise(moment: datetime | None, now: datetime) -> str:
    return f"{when(moment)} ({left(moment, now)})" if moment else ""


def _lines(order: WholeOrder) -> None:
    say("\nLines")
    table(
        ("sku", "title", "quantity", "gross", "marketplace", "our answer", "because"),
        [(x.sku, x.title, x.quantity, f"{x.gross:.2f}", x.state, x.decision, x.why) for x in order.lines],
        empty="none",
    )


def _parcels(parcels: Sequence[ParcelRow]) -> None:
    if not parcels:
        return
    say("\nParcels")
    table(
        ("parcel", "carrier", "number", "state", "told as", "waits for"),
        [(x.id, x.carrier, x.number, x.state, x.told_as, x.waiting_for) for x in parcels],
        empty="none",
    )


def _shop_orders(order: WholeOrder) -> None:
    if not order.shop_orders:
        return
    say("\nThe shop's order")
    table(
        ("number", "id", "total", "stands", "address"),
        [
            (
                shop.number,
                shop.order_id,
                "" if shop.total is None else f"{shop.total:.2f}",
                "now" if shop.current else "replaced",
                shop.url,
            )
            for shop in order.shop_orders
        ],
        empty="none",
    )
