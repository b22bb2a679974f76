"""From rows to the facts the rules may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mirakl_sync.cases import ledger
from mirakl_sync.connections.opened import OpenConnection
from mirakl_sync.db.models import Order, OrderLine, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import deeds, states
from mirakl_sync.orders.facts import LineFacts, OrderFacts
from mirakl_sync.orders.heritage import WITHIN, HeirFacts, Heritage
from mirakl_sync.orders.states import State
from mirakl_sync.platforms.contract import Capability
from mirakl_sync.records.order import DEAD_LINE_STATES
from mirakl_sync.records.shop import ProductFacts
from mirakl_sync.shelf import board

# So many calls in a row without an answer, and the store counts as failing until it answers somebody.
FAILING_AFTER = 5


def facts(tx: Transaction, row: Order, opened: OpenConnection, now: datetime) -> OrderFacts:
    """An order's facts. The shelf is read, and locked against double promises, only while an answer is due."""
    judged = row.state == State.RECEIVED and row.marketplace_state == states.WAITING_ACCEPTANCE
    shelf, promised, store = _shelf(tx, row, now) if judged else ({}, {}, _Store())
    link = row.link
    return OrderFacts(
        order_id=row.order_id,
        state=State(row.state),
        marketplace_state=row.marketplace_state,
        created_at=row.created_at,
        lines=tuple(_line(line, shelf.get(line.sku), promised.get(line.sku, 0)) for line in row.lines),
        accept_by=row.accept_by,
        ship_by=row.ship_by,
        managed=row.managed,
        fulfilled_by_operator=row.fulfilled_by_operator,
        has_addresses=row.has_addresses,
        changed_at=row.marketplace_updated_at,
        has_platform_order=link is not None,
        creation_in_doubt=link is None and _is_over(row) and _in_doubt(tx, row, opened),
        platform_canceled=row.platform_canceled,
        heritage=_heritage(row, opened),
        # a shop that replaces nothing itself cannot move our reference either: a person's word is enough there
        reference_left_behind=link is not None
        and not link.handed_over
        and Capability.REPLACES_ORDERS in opened.capabilities,
        twins=() if row.platform_canceled else tuple(heir["number"] for heir in row.heirs or ()),
        twins_since=row.traced_at,
        cancel_refused=row.cancel_refused,
        answered_by_somebody=row.decided_at is not None,
        partial_allowed=opened.partial_acceptance,
        answer_by_hand=row.answer_by_hand,
        refusal_asked=all(line.decision == "refuse" for line in row.lines),
        store_silent=store.silent,
        store_failing=store.failures >= FAILING_AFTER,
        proof_failed=store.failures > 0 and row.attempts > 0,
    )


def _heritage(row: Order, opened: OpenConnection) -> Heritage | None:
    """Only where the shop replaces orders, and only of one that somebody else cancelled."""
    if row.canceled_in_shop_at is None or row.no_heir or not row.platform_canceled:
        return None
    if Capability.REPLACES_ORDERS not in opened.capabilities:
        return None
    heirs = tuple(HeirFacts(heir["number"], heir["sign"]) for heir in row.heirs or ())
    within = opened.store_settings.get("replaced_within")
    wait = WITHIN if within is None else timedelta(seconds=float(within))
    return Heritage(row.canceled_in_shop_at, row.traced_at, heirs, wait)


def _is_over(row: Order) -> bool:
    return row.marketplace_state in states.ENDED_STATES or row.state in (State.REFUSED, State.CANCELED)


def _in_doubt(tx: Transaction, row: Order, opened: OpenConnection) -> bool:
    return ledger.in_doubt(ledger.find(tx, deeds.creation_key(opened, row)))


@dataclass(frozen=True, slots=True)
class _Store:
    """How the store answers at present."""

    failures: int = 0
    silent: bool = False


def _shelf(tx: Transaction, row: Order, now: datetime) -> tuple[dict[str, ProductFacts], dict[str, int], _Store]:
    failures, silent_until = tx.execute(
        select(Store.failures, Store.silent_until).where(Store.id == row.store_pk)
    ).one()
    skus = list({line.sku for line in row.lines})
    shelf = board.seen(tx, row.store_pk, skus, lock=True)
    promised = board.promised(tx, row.store_pk, shelf, but_order=row.id) if shelf else {}
    return shelf, promised, _Store(failures, silent_until is not None and silent_until > now)


def _line(line: OrderLine, product: ProductFacts | None, promised: int) -> LineFacts:
    counted = None if product is None else product.quantity
    return LineFacts(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        unit_gross=line.gross / line.quantity,
        unit_net=line.net / line.quantity,
        alive=line.state not in DEAD_LINE_STATES,
        product=product,
        available=None if counted is None else counted - promised,
        held=line.decision == "accept",
    )
