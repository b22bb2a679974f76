"""Which order of the shop stands for a sale, when the shop puts another in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from mirakl_sync.cases import timeline
from mirakl_sync.db.models import Marketplace, Order, PlatformLink, Shop
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.orders import selling, states
from mirakl_sync.records.shop import Heir, OrderReference, PlatformOrder

# As the time of the last look at the shop's order: it is to be read as soon as somebody can.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
LOOK = "stores.look_at_placed"


def read_soon(tx: Transaction, row: Order) -> None:
    """Something about the shop's order is new, and only a look at it tells what."""
    row.shop_looked_at = AT_ONCE
    tx.wake(LOOK)


def link_of(tx: Transaction, store_pk: int, platform_order_id: str) -> PlatformLink | None:
    """What ties this order of the shop to the sale it stands for, or stood for; None for a stranger."""
    known = select(PlatformLink).where(
        PlatformLink.store_pk == store_pk, PlatformLink.platform_order_id == platform_order_id
    )
    return tx.execute(known).scalar_one_or_none()


def link(row: Order, shown: PlatformOrder, now: datetime) -> PlatformLink:
    """Keep the shop's order as the one that stands for this sale."""
    kept = next((each for each in row.links if each.platform_order_id == shown.order_id), None)
    if kept is None:
        kept = PlatformLink(
            store_pk=row.store_pk,
            platform_order_id=shown.order_id,
            number=shown.number,
            url=shown.url,
            created_at=now,
            handed_over=True,
        )
        row.links.append(kept)
    for other in row.links:
        other.current = other is kept
    kept.total = shown.total.amount if shown.total else None
    row.platform_state, row.platform_canceled = shown.status, shown.canceled
    for line in row.lines:
        line.platform_line_id = shown.line_ids.get(line.line_id, line.platform_line_id)
    return kept


def traced(tx: Transaction, row: Order, heirs: Sequence[Heir], now: datetime) -> str:
    """What a look behind a cancelled order found: the one certain heir takes its place, the others are asked about."""
    row.traced_at = now
    free = [heir for heir in heirs if not heir.order.canceled and not _belongs_to_another(tx, row, heir)]
    certain = [heir for heir in free if heir.certain]
    if len(certain) == 1:
        return replace(tx, row, certain[0].order, f"known by {certain[0].sign}", now)
    row.heirs = [{"id": heir.order.order_id, "number": heir.order.number, "sign": str(heir.sign)} for heir in free]
    if not free:
        return "no order has taken the place of the cancelled one"
    return f"{', '.join(heir.order.number for heir in free)} may have taken the place of the cancelled one"


def replace(tx: Transaction, row: Order, heir: PlatformOrder, why: str, now: datetime) -> str:
    """The heir stands for the sale from now on; the marketplace is told its number, and the old one stays."""
    before = row.link
    kept = link(row, heir, now)
    if kept is not before:
        kept.handed_over, kept.replaced_by = before is None, None
    # parcels and changes of the heir are read at the next look, as if it had always been ours
    read_soon(tx, row)
    row.reference_told_at = None
    row.canceled_in_shop_at = row.heirs = row.traced_at = None
    row.no_heir = False
    tx.flush()
    if before is not None and before is not kept:
        before.replaced_by = kept.id
    selling.taken(tx, row, heir, now)
    old = before.number if before is not None else "none"
    return f"shop order {heir.number} took the place of {old} ({why})"


def stranger(tx: Transaction, store_pk: int, shown: PlatformOrder, now: datetime) -> bool:
    """An order that carries our reference and is not known to stand for its sale: an app or a person copied it.

    True when it told something. An order we are creating ourselves is none: its answer is on its way.
    """
    row = _of(tx, store_pk, shown.reference) if shown.reference is not None else None
    if row is None or row.link is None or row.state in states.FINAL:
        return False
    if row.platform_canceled:
        row.traced_at = None
        row.next_attempt_at = now
        return True
    known = [heir for heir in row.heirs or () if heir["id"] != shown.order_id]
    if shown.live and not shown.canceled:
        if len(known) < len(row.heirs or ()):
            return False
        row.heirs = [*known, {"id": shown.order_id, "number": shown.number, "sign": "reference"}]
        row.traced_at = row.traced_at or now
        words = f"shop order {shown.number} carries the reference of this sale beside {row.link.number}"
        timeline.add(tx, "order", row, now, "shop", words)
    elif len(known) < len(row.heirs or ()):
        row.heirs = known or None
        row.traced_at = row.traced_at if known else None
    else:
        return False
    row.next_attempt_at = now
    return True


def _of(tx: Transaction, store_pk: int, reference: OrderReference) -> Order | None:
    return (
        tx.execute(
            select(Order)
            .join(Shop, Shop.id == Order.shop_pk)
            .join(Marketplace, Marketplace.id == Shop.marketplace_id)
            .where(
                Order.store_pk == store_pk,
                Order.order_id == reference.order_id,
                Shop.shop_id == reference.shop,
                Marketplace.key == reference.marketplace,
            )
        )
        .unique()
        .scalar_one_or_none()
    )


def _belongs_to_another(tx: Transaction, row: Order, heir: Heir) -> bool:
    known = link_of(tx, row.store_pk, heir.order.order_id)
    return known is not None and known.order_pk != row.id
