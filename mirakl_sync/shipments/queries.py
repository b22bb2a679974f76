"""What people look at: lists of parcels and one parcel whole, read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, nulls_last, or_, select

from mirakl_sync.cases import story
from mirakl_sync.db.models import Connection, InboxItem, Order, OrderLine, PlatformLink, Shipment, ShipmentLine
from mirakl_sync.db.transaction import Transaction
from mirakl_sync.errors import Refused
from mirakl_sync.records.page import Page, page_within
from mirakl_sync.shipments.carriers import normalised
from mirakl_sync.shipments.states import FINAL, State
from mirakl_sync.shipments.views import ParcelRow, PieceView, ToldView, WholeParcel, told_as

SUBJECT = "shipment"
NEEDS = {
    "telling": "the marketplace does not know yet",
    "person": "waits for a person",
    "carrier": "waits until somebody says what its carrier's name means",
    "number": "has no tracking number and was not told",
    "doubt": "waits because of a doubt about its number",
    "correction": "the marketplace was told something else than is right now",
    "trouble": "the last attempt failed",
    "open": "not finished",
    "dropped": "not ours to tell",
}
_CARRIER_KINDS = ("carrier_unmapped", "carrier_refused")
_DOUBT_KINDS = ("number_odd", "number_reused")

_LISTED = (
    Shipment.id,
    Shipment.order_pk,
    Order.order_id,
    Connection.key,
    Shipment.carrier,
    Shipment.number,
    Shipment.state,
    Shipment.told_carrier_code,
    Shipment.told_carrier_name,
    Shipment.told_number,
    Shipment.to_correct,
    Shipment.seen_at,
    Order.ship_by,
    Shipment.waiting_for,
    Shipment.last_problem,
    Shipment.blocked_by,
    Shipment.removed,
)


@dataclass(frozen=True, slots=True)
class ParcelFilter:
    """Which parcels. Empty values do not filter; ``carrier`` is a name as the shop spells it, however it is written,
    ``text`` the beginning of an order's, a sale's, a shop order's or a tracking number, ``due`` the time left."""

    state: str = ""
    connection: str = ""
    need: str = ""
    carrier: str = ""
    text: str = ""
    due: timedelta | None = None


def parcels(
    tx: Transaction,
    wanted: ParcelFilter,
    now: datetime,
    *,
    number: int = 1,
    size: int = 50,
    nearest_first: bool = False,
) -> Page[ParcelRow]:
    """A page of parcels, the newest first; with ``due`` or ``nearest_first`` what must be told soonest."""
    chosen = _matching(tx, wanted, now)
    total = tx.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    number = page_within(number, size, total)
    order: tuple[ColumnElement[Any], ...] = (Shipment.seen_at.desc(),)
    if wanted.due is not None or nearest_first:
        order = (Shipment.state != State.NOTED, Order.ship_by.nulls_last(), *order)
    rows = tx.execute(chosen.order_by(*order, Shipment.id.desc()).limit(size).offset((number - 1) * size))
    return Page([_row(each) for each in rows], number, size, total)


def matching(tx: Transaction, wanted: ParcelFilter, now: datetime) -> dict[int, str]:
    """Our number and the order's of every parcel a filter means, the nearest promise first."""
    rows = tx.execute(
        _matching(tx, wanted, now)
        .with_only_columns(Shipment.id, Order.order_id)
        .order_by(nulls_last(Order.ship_by), Shipment.id)
    )
    return {pk: order_id for pk, order_id in rows}  # noqa: C416 - dict() does not take rows


def of_order(tx: Transaction, order_pk: int) -> tuple[ParcelRow, ...]:
    """The parcels of an order, the first one first."""
    rows = tx.execute(_all().where(Shipment.order_pk == order_pk).order_by(Shipment.id))
    return tuple(_row(each) for each in rows)


def whole(tx: Transaction, shipment_pk: int) -> WholeParcel:
    """One parcel; ``Refused`` when there is none."""
    row = tx.get(Shipment, shipment_pk)
    if row is None:
        raise Refused(f"There is no parcel number {shipment_pk}.")
    order = tx.get_one(Order, row.order_pk)
    together = of_order(tx, row.order_pk)
    return WholeParcel(
        row=next(each for each in together if each.id == row.id),
        parcel_id=row.parcel_id,
        why=row.why,
        url=row.url,
        left_at=row.left_at,
        country=row.country,
        shipping_type=row.shipping_type,
        number_confirmed=row.number_confirmed,
        without_number_by=row.without_number_by,
        order_state=order.state,
        order_marketplace_state=order.marketplace_state,
        order_left_at=order.left_at,
        next_attempt_at=row.next_attempt_at,
        attempts=row.attempts,
        told=_told(row),
        pieces=_pieces(order.lines, row.lines),
        others=tuple(each.id for each in together if each.id != row.id),
        effects=story.effects(tx, SUBJECT, row.id),
        questions=story.questions(tx, SUBJECT, row.id),
        timeline=story.timeline(tx, SUBJECT, row.id),
    )


def _all() -> Select[*tuple[Any, ...]]:
    return (
        select(*_LISTED)
        .join(Order, Order.id == Shipment.order_pk)
        .join(Connection, Connection.id == Shipment.connection_id)
    )


def _matching(tx: Transaction, wanted: ParcelFilter, now: datetime) -> Select[*tuple[Any, ...]]:
    chosen = _all()
    if wanted.state:
        chosen = chosen.where(Shipment.state == wanted.state)
    if wanted.connection:
        chosen = chosen.where(Connection.key == wanted.connection)
    if wanted.need:
        chosen = chosen.where(_need(wanted.need))
    if wanted.carrier:
        chosen = chosen.where(Shipment.carrier.in_(_spellings(tx, wanted.carrier)))
    if wanted.text:
        chosen = chosen.where(_begins_with(wanted.text))
    if wanted.due is not None:
        chosen = chosen.where(Shipment.state == State.NOTED, Order.ship_by <= now + wanted.due)
    return chosen


def _need(name: str) -> ColumnElement[bool]:
    noted = Shipment.state == State.NOTED
    needs = {
        "telling": noted,
        "person": Shipment.blocked_by.is_not(None),
        "carrier": _asked(_CARRIER_KINDS),
        "number": and_(noted, Shipment.number == ""),
        "doubt": _asked(_DOUBT_KINDS),
        "correction": and_(Shipment.state == State.TOLD, Shipment.to_correct),
        "trouble": and_(Shipment.last_problem != "", Shipment.state.not_in(FINAL)),
        "open": Shipment.state.not_in(FINAL),
        "dropped": Shipment.state == State.DROPPED,
    }
    return needs[name]


def _asked(kinds: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(InboxItem.id == Shipment.blocked_by, InboxItem.kind.in_(kinds))


def _spellings(tx: Transaction, name: str) -> list[str]:
    """What differs only in case, spaces and signs is one carrier."""
    wanted = normalised(name)
    return [each for each in tx.execute(select(Shipment.carrier).distinct()).scalars() if normalised(each) == wanted]


def _begins_with(text: str) -> ColumnElement[bool]:
    shop_number = exists().where(
        PlatformLink.order_pk == Order.id, or_(PlatformLink.number == text, PlatformLink.platform_order_id == text)
    )
    return or_(
        Order.order_id.startswith(text, autoescape=True),
        Order.commercial_id.startswith(text, autoescape=True),
        Shipment.number.startswith(text, autoescape=True),
        shop_number,
    )


def _row(row: Any) -> ParcelRow:
    return ParcelRow(
        id=row.id,
        order_pk=row.order_pk,
        order_id=row.order_id,
        connection=row.key,
        carrier=row.carrier,
        number=row.number,
        state=row.state,
        told_as=told_as(row.told_carrier_code, row.told_carrier_name, row.told_number),
        to_correct=row.to_correct,
        seen_at=row.seen_at,
        ship_by=row.ship_by,
        waiting_for=row.waiting_for,
        last_problem=row.last_problem,
        blocked=row.blocked_by is not None,
        removed=row.removed,
    )


def _told(row: Shipment) -> ToldView:
    return ToldView(
        carrier_code=row.told_carrier_code,
        carrier_name=row.told_carrier_name,
        number=row.told_number,
        url=row.told_url,
        tracking_at=row.tracking_told_at,
        shipped_at=row.shipped_told_at,
        shipment_id=row.marketplace_shipment_id,
        shipment_state=row.marketplace_state,
        validity=row.validity,
    )


def _pieces(ordered: Sequence[OrderLine], inside: Sequence[ShipmentLine]) -> tuple[PieceView, ...]:
    lines = {line.line_id: line for line in ordered}
    return tuple(
        PieceView(
            piece.line_id,
            lines[piece.line_id].sku if piece.line_id in lines else "",
            lines[piece.line_id].title if piece.line_id in lines else "",
            piece.quantity,
            lines[piece.line_id].quantity if piece.line_id in lines else 0,
        )
        for piece in inside
    )
