"""Refunds and edits in the shop are kept once each and asked about: what the marketplace does not know costs money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.cases.step import Ask
from mirakl_sync.db.models import Order, ShopChange
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.inbox import desk
from mirakl_sync.orders import states
from mirakl_sync.orders.edits import EDIT, REFUND, Change, changes_of
from mirakl_sync.records.shop import PlatformOrder

ASKED = {EDIT: "edited_in_shop", REFUND: "refunded_in_shop"}


def note(tx: Transaction, row: Order, shown: PlatformOrder, now: datetime) -> bool:
    """Keep what staff did to this order; True when it is news. Called again with the same it changes nothing.

    The caller has made sure that ``shown`` is not older than what was seen before. A sale that ended on the marketplace
    has nobody left to be told.
    """
    if row.marketplace_state in states.ENDED_STATES or not row.managed:
        return False
    told = {(change.kind, change.key): change for change in changes_of(shown)}
    kept = list(tx.execute(select(ShopChange).where(ShopChange.order_pk == row.id)).scalars())
    known = {(each.kind, each.key): each for each in kept}
    news = False
    for key, change in told.items():
        if key not in known or (change.kind == EDIT and known[key].gone_at is not None):
            _keep(tx, row, shown, change, known.get(key), now)
            news = True
    for each in kept:
        if each.kind == EDIT and each.gone_at is None and (each.kind, each.key) not in told:
            each.gone_at = now
            if not any(change.kind == EDIT for change in told.values()):
                _undone(tx, row, shown, now)
            news = True
    return news


def _keep(
    tx: Transaction, row: Order, shown: PlatformOrder, change: Change, before: ShopChange | None, now: datetime
) -> None:
    if before is None:
        tx.add(
            ShopChange(
                order_pk=row.id,
                kind=change.kind,
                key=change.key,
                platform_order_id=shown.order_id,
                words=change.words,
                facts=change.facts,
                seen_at=now,
            )
        )
    else:
        before.gone_at, before.seen_at = None, now
    timeline.add(tx, "order", row, now, "shop", f"shop order {shown.number}: {change.words}")
    done = "edited" if change.kind == EDIT else "refunded"
    words = f"{row.order_id} was {done} in the shop (order {shown.number}): {change.words}."
    key = row.order_id if change.kind == EDIT else f"{row.order_id}:{change.key}"
    facts = {"order": row.order_id, "shop_order": shown.number, **change.facts}
    desk.open_item(tx, row.connection_id, Ask(ASKED[change.kind], key, words, facts=facts), "", None, now)


def _undone(tx: Transaction, row: Order, shown: PlatformOrder, now: datetime) -> None:
    """No line differs any more; those of a cancelled order are nobody's."""
    words = (
        f"shop order {shown.number} was cancelled, whatever its lines"
        if shown.canceled
        else "the lines in the shop are what was sold again"
    )
    desk.close_by_key(tx, row.connection_id, ASKED[EDIT], row.order_id, now, words)
    timeline.add(tx, "order", row, now, "shop", words)
