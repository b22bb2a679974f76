"""From rows to the evidence of one order, read only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import and_, or_, select

from mirakl_sync.cases import story
from mirakl_sync.db.models import Delivery, InboxItem, InboxSubject, Order, Shipment, Store
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import MiraklSyncError
from mirakl_sync.explain.evidence import AskedQuestion, Evidence, Notified, Remark
from mirakl_sync.orders import queries as orders
from mirakl_sync.orders.views import WholeOrder
from mirakl_sync.platforms.contract import Platform
from mirakl_sync.shipments import carrier_queries
from mirakl_sync.shipments import queries as shipments
from mirakl_sync.shipments.carrier_views import MappingView
from mirakl_sync.shipments.carriers import normalised
from mirakl_sync.shipments.views import WholeParcel
from mirakl_sync.wiring import Wiring

# So many webhooks that may be an order's are read; the last ones.
_WEBHOOKS = 1000


def evidence(tx: Transaction, order_pk: int, wiring: Wiring) -> Evidence:
    """Everything that touched an order; ``Refused`` when there is none."""
    whole = orders.whole(tx, order_pk)
    row = tx.get_one(Order, order_pk)
    rows = tx.execute(select(Shipment.id).where(Shipment.order_pk == order_pk).order_by(Shipment.id)).scalars()
    parcels = tuple(shipments.whole(tx, pk) for pk in rows)
    return Evidence(
        order=whole,
        more=orders.particulars(tx, order_pk),
        left_at=row.left_at,
        parcels=parcels,
        questions=tuple(_questions(tx, order_pk, parcels)),
        mappings=_mappings(tx, whole.row.connection, parcels),
        webhooks=tuple(_webhooks(tx, row, whole, wiring)),
    )


def _questions(tx: Transaction, order_pk: int, parcels: Sequence[WholeParcel]) -> Iterator[AskedQuestion]:
    ids = [parcel.row.id for parcel in parcels]
    rows = tx.execute(
        select(InboxItem, InboxSubject.subject, InboxSubject.subject_id)
        .join(InboxSubject, InboxSubject.item_id == InboxItem.id)
        .where(
            or_(
                and_(InboxSubject.subject == orders.SUBJECT, InboxSubject.subject_id == order_pk),
                and_(InboxSubject.subject == shipments.SUBJECT, InboxSubject.subject_id.in_(ids)),
            )
        )
        .order_by(InboxItem.opened_at, InboxItem.id)
    )
    for item, subject, subject_id in rows:
        yield AskedQuestion(
            id=item.id,
            subject="order" if subject == orders.SUBJECT else f"parcel {subject_id}",
            owner=item.owner,
            question=item.question,
            way_out=item.way_out,
            opened_at=item.opened_at,
            due_at=item.due_at,
            closed_at=item.closed_at,
            closed_by=item.closed_by,
            answer=item.answer,
            remarks=tuple(Remark(x.at, x.who, x.sentence) for x in story.timeline(tx, "inbox", item.id)),
        )


def _mappings(tx: Transaction, connection: str, parcels: Sequence[WholeParcel]) -> tuple[MappingView, ...]:
    """The words that decide how these parcels are told."""
    meant = {(normalised(parcel.row.carrier), country) for parcel in parcels for country in (parcel.country, "")}
    if not meant:
        return ()
    said = carrier_queries.mappings(tx, connection)
    return tuple(each for each in said if (normalised(each.name), each.country) in meant)


def _webhooks(tx: Transaction, row: Order, whole: WholeOrder, wiring: Wiring) -> Iterator[Notified]:
    """What the shop sent about its order. Bodies are read for the order's number only: they name the buyer."""
    numbers = {shop.order_id for shop in whole.shop_orders}
    if not numbers:
        return
    rows = list(
        tx.execute(
            select(Delivery)
            .where(
                Delivery.store_pk == row.store_pk,
                Delivery.received_at >= row.seen_at,
                # few of many (0.4 s for a hundred thousand): only these are understood whole
                or_(*(Delivery.body.contains(number, autoescape=True) for number in numbers)),
            )
            .order_by(Delivery.id.desc())
            .limit(_WEBHOOKS)
        ).scalars()
    )
    if not rows:
        return
    try:
        platform = wiring.connections.store(tx.get_one(Store, row.store_pk))
    except MiraklSyncError:
        # a store that cannot be opened now is explained elsewhere
        return
    for each in rows:
        if _subjects(platform, each) & numbers:
            yield Notified(each.id, each.topic, each.received_at, each.times_received, each.digested_at, each.outcome)


def _subjects(platform: Platform, each: Delivery) -> set[str]:
    try:
        return {notice.subject for notice in platform.read_notices(each.topic, each.body.encode())}
    except MiraklSyncError:
        return set()
