"""Keep what a marketplace shows of its orders: insert the new, update the changed, ignore echoes of the past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, update

from mirakl_sync.cases import timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Connection, Order, OrderLine, Shipment
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.http.redact import redact
from mirakl_sync.inbox import desk
from mirakl_sync.orders import selling, states
from mirakl_sync.orders.case import lane
from mirakl_sync.orders.states import State
from mirakl_sync.orders.window import accept_by
from mirakl_sync.records.order import MarketplaceOrder, UnreadableOrder
from mirakl_sync.records.order import OrderLine as LineRecord

# A look is written down again only after this: rows are shown again at every turn for a while.
LOOK_COUNTS_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Change:
    """An order that is new or moved: whom to ring (empty: nobody) and which SKUs will be judged."""

    row: Order
    new: bool
    lane: str
    skus: tuple[str, ...] = ()


def keep(
    tx: Transaction,
    opened: OpenConnection,
    orders: Sequence[MarketplaceOrder],
    now: datetime,
    *,
    settled_before: datetime,
) -> Iterator[Change]:
    """Store what was shown; yields only what changed.

    ``settled_before``: an order accepted earlier than this that still shows WAITING_ACCEPTANCE was not accepted
    after all.
    """
    ids = [order.order_id for order in orders]
    rows = tx.execute(select(Order).where(Order.shop_pk == opened.shop_pk, Order.order_id.in_(ids))).scalars()
    known = {row.order_id: row for row in rows}
    connection = tx.get_one(Connection, opened.id)
    changes = []
    for order in orders:
        row = known.get(order.order_id)
        if row is None:
            known[order.order_id] = row = _insert(tx, opened, connection, order, now)
            changes.append((row, order, True))
        elif _observe(tx, row, order, opened, now, settled_before):
            changes.append((row, order, False))
    tx.flush()
    _ring_parcels(tx, [row.id for row, _, new in changes if not new], now)
    selling.sold(tx, [row for row, _, new in changes if new], now)
    for row, order, new in changes:
        if new:
            timeline.add(tx, "order", row, now, opened.marketplace, f"seen: {order.state}, {order.gross()}")
        yield _change(row, opened, new=new)


def _ring_parcels(tx: Transaction, order_pks: Sequence[int], now: datetime) -> None:
    """What changed about an order decides what may be told of its parcels: their sweep finds them due."""
    if order_pks:
        unfinished = Shipment.state.in_(("noted", "told"))
        tx.execute(
            update(Shipment)
            .where(Shipment.order_pk.in_(order_pks), unfinished)
            .values(next_attempt_at=now, rung_at=None)
            .execution_options(synchronize_session=False)
        )


def _change(row: Order, opened: OpenConnection, *, new: bool) -> Change:
    if row.state in states.FINAL and row.marketplace_state not in states.ENDED_STATES:
        return Change(row, new, "")
    if row.state == State.ACCEPTED and row.marketplace_state in states.PAYMENT_STATES:
        row.waiting_for = "the marketplace to confirm and be paid"
        return Change(row, new, "")
    chosen = lane(row, accept_first=opened.policy.orders.accept == "accept_first")
    judged = row.state == State.RECEIVED and row.managed and not row.fulfilled_by_operator
    return Change(row, new, chosen, tuple(line.sku for line in row.lines) if judged else ())


def _insert(
    tx: Transaction, opened: OpenConnection, connection: Connection, order: MarketplaceOrder, now: datetime
) -> Order:
    row = Order(
        connection_id=opened.id,
        shop_pk=opened.shop_pk,
        store_pk=opened.store_pk,
        policy_id=connection.policy_id,
        order_id=order.order_id,
        commercial_id=order.commercial_id,
        state=State.RECEIVED,
        created_at=order.created_at,
        seen_at=now,
        looked_at=now,
        currency=order.currency,
        payment_workflow=order.payment_workflow,
        fulfilled_by_operator=order.fulfillment_center not in ("", "DEFAULT"),
        managed=order.created_at >= connection.orders_from,
        next_attempt_at=now,
        waiting_for="" if order.created_at >= connection.orders_from else "nobody: it is older than this connection",
    )
    _show(row, order)
    row.accept_by = accept_by(order.created_at, opened.window) if order.state in _ANSWERABLE else None
    row.lines = [_line(line, order, opened, position) for position, line in enumerate(order.lines)]
    selling.open_lines(row)
    tx.add(row)
    return row


_ANSWERABLE = frozenset({states.STAGING, states.WAITING_ACCEPTANCE})


def _observe(
    tx: Transaction,
    row: Order,
    order: MarketplaceOrder,
    opened: OpenConnection,
    now: datetime,
    settled_before: datetime,
) -> bool:
    """True when the order moved. Older news never overwrites newer, and equal news is no news."""
    if now - row.looked_at > LOOK_COUNTS_FOR:
        row.looked_at = now
    if order.updated_at < row.marketplace_updated_at:
        return False
    unheard = _accepted_in_vain(row, order, settled_before)
    same = order.updated_at == row.marketplace_updated_at and order.state == row.marketplace_state
    if same and not unheard:
        return False
    before, living = row.marketplace_state, selling.alive(row)
    _show(row, order)
    _show_lines(row, order)
    if order.state in _ANSWERABLE and row.accept_by is None:
        row.accept_by = accept_by(order.created_at, opened.window)
    selling.ended(tx, row, living, now)
    if order.state != before:
        timeline.add(tx, "order", row, now, opened.marketplace, f"{before} became {order.state}")
    if unheard:
        row.state, row.accepted_at = State.RECEIVED, None
        timeline.add(tx, "order", row, now, opened.marketplace, "our answer did not arrive: it still waits")
    row.next_attempt_at = now
    return True


def _accepted_in_vain(row: Order, order: MarketplaceOrder, settled_before: datetime) -> bool:
    return (
        row.state == State.ACCEPTED
        and order.state == states.WAITING_ACCEPTANCE
        and row.accepted_at is not None
        and row.accepted_at < settled_before
    )


def _show(row: Order, order: MarketplaceOrder) -> None:
    row.marketplace_state = order.state
    row.marketplace_updated_at = order.updated_at
    row.ship_by = order.shipping_deadline
    row.decided_at = order.acceptance_decided_at
    row.gross = order.gross().amount
    row.commission = order.commission().amount
    row.has_addresses = order.buyer.shipping is not None
    row.payload = dict(order.payload)
    if order.reference_for_seller and row.link and order.reference_for_seller == row.link.number:
        row.reference_told_at = row.reference_told_at or order.updated_at


def _show_lines(row: Order, order: MarketplaceOrder) -> None:
    told = {line.line_id: line for line in order.lines}
    for line in row.lines:
        shown = told.get(line.line_id)
        if shown is not None:
            line.state = shown.state
            line.commission = shown.total_commission.amount if shown.total_commission else Decimal(0)


def _line(line: LineRecord, order: MarketplaceOrder, opened: OpenConnection, position: int) -> OrderLine:
    tax = sum((each.amount.amount for each in line.taxes), Decimal(0))
    included = order.tax_mode == "TAX_INCLUDED"
    return OrderLine(
        store_pk=opened.store_pk,
        position=position,
        line_id=line.line_id,
        sku=line.sku,
        title=line.title,
        state=line.state,
        quantity=line.quantity,
        unit_price=line.unit_price.amount,
        gross=line.price.amount if included else line.price.amount + tax,
        net=line.price.amount - tax if included else line.price.amount,
        commission=line.total_commission.amount if line.total_commission else Decimal(0),
    )


def report_unreadable(tx: Transaction, opened: OpenConnection, bad: UnreadableOrder, now: datetime) -> None:
    """An order the schema does not know: a developer is asked, with the payload (buyer's data blanked)."""
    words = f"Order {bad.order_id or '(without id)'} of {opened.key} could not be read: {bad.problems}"
    facts = {"order": bad.order_id, "problems": bad.problems, "payload": redact(dict(bad.payload))}
    key = bad.order_id or bad.problems[:120]
    desk.open_item(tx, opened.id, Ask("unreadable_order", key, words, facts=facts), "", None, now)


def report_unstorable(
    tx: Transaction, opened: OpenConnection, order: MarketplaceOrder, error: Exception, now: datetime
) -> None:
    """An order that was read but could not be stored."""
    words = f"Order {order.order_id} of {opened.key} could not be stored: {type(error).__name__}"
    facts = {"order": order.order_id, "payload": redact(dict(order.payload))}
    desk.open_item(tx, opened.id, Ask("unreadable_order", order.order_id, words, facts=facts), "", None, now)
