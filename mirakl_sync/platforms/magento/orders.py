"""Magento's orders in our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from mirakl_sync.money import Money
from mirakl_sync.platforms.magento.drafting import COMMISSION_LINE
from mirakl_sync.platforms.magento.numbering import GHOST, reference_in
from mirakl_sync.platforms.magento.schemas import NOUGHT, Item, Memo, Piece, Shipment, ShopOrder, Track
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.records.shipment import Parcel, ParcelLine
from mirakl_sync.records.shop import (
    OrderDraft,
    OrderReference,
    PlatformOrder,
    RefundedLine,
    ShopLine,
    ShopRefund,
)

# Decided by ``state``; what shops call it is ``status``.
AT_WORK = frozenset({"new", "processing", "complete"})
HELD = "holded"
CANCELED = "canceled"
# Of credit memos: 1 is open, 3 cancelled.
REFUNDED = 2


def reference_of(order: ShopOrder) -> OrderReference | None:
    """Whose order it is, or None for an order that is not ours."""
    return None if order.ext_id == GHOST else reference_in(order.told)


def platform_order(
    order: ShopOrder,
    settings: StoreSettings,
    shop_url: str,
    now: datetime,
    shipments: Sequence[Shipment] = (),
    memos: Sequence[Memo] = (),
) -> PlatformOrder:
    """The order in our words, with what left of it and what was given back."""
    canceled = is_canceled(order)
    felt_from = _felt_from(order, settings)
    felt = settings.reserving or (felt_from is not None and now >= felt_from)
    return PlatformOrder(
        order_id=str(order.id),
        number=order.number or str(order.id),
        status=order.status or order.state,
        total=None if order.total is None else Money(order.total, order.currency),
        live=order.state in AT_WORK and not canceled,
        canceled=canceled,
        reserves=felt and not canceled,
        felt_from=None if felt else felt_from,
        never_felt=not settings.reserving and felt_from is None,
        line_ids={line.ext_id: str(line.id) for line in ours(order)},
        url=f"{shop_url}/{settings.admin_path}/sales/order/view/order_id/{order.id}/" if settings.admin_path else "",
        modified_at=order.updated_at,
        reference=reference_of(order),
        left=has_left(order),
        parcels=parcels_of(order, shipments),
        lines=tuple(_line(line) for line in goods(order)),
        refunds=tuple(_refund(order, memo) for memo in memos if memo.state == REFUNDED),
    )


def goods(order: ShopOrder) -> list[Item]:
    """What is sold: no commission, and of a configurable and its child only what is counted and shipped."""
    return [line for line in order.lines if line.ext_id != COMMISSION_LINE and not line.parent_id]


def ours(order: ShopOrder) -> list[Item]:
    """The lines that are the marketplace's."""
    return [line for line in goods(order) if line.ext_id]


def has_left(order: ShopOrder) -> bool:
    """True where nothing is left to ship and something was: ``complete`` alone says neither."""
    lines = [line for line in goods(order) if not line.virtual]
    return any(line.shipped > 0 for line in lines) and not any(line.to_ship > 0 for line in lines)


def has_begun_to_leave(order: ShopOrder) -> bool:
    """True where any piece was shipped."""
    return any(line.shipped > 0 for line in order.lines)


def is_canceled(order: ShopOrder) -> bool:
    """Cancelled, or given back before a piece left, which is how an invoiced order ends."""
    if order.state == CANCELED:
        return True
    lines = goods(order)
    gone = all(line.canceled + line.refunded >= line.ordered for line in lines)
    return bool(lines) and gone and not has_begun_to_leave(order)


def _felt_from(order: ShopOrder, settings: StoreSettings) -> datetime | None:
    """When the compensation has surely seen the order.

    Whatever is done to a directly saved order adds to the shop's number what its making never took, so without a
    compensation it is never felt, not even shipped or cancelled.
    """
    after = settings.felt_after
    if after is None or order.created_at is None:
        return None
    return order.created_at + after


def _line(line: Item) -> ShopLine:
    return ShopLine(
        shop_line_id=str(line.id),
        sku=line.sku,
        ordered=int(line.ordered),
        now=int(line.to_ship + line.shipped),
        line_id=line.ext_id,
        title=line.name,
    )


def parcels_of(order: ShopOrder, shipments: Sequence[Shipment]) -> tuple[Parcel, ...]:
    """A parcel a shipment, under its first number: the shipment stays when staff take a number off and enter another.

    What a shipment holds of lines that are not the marketplace's is left out, and one that holds nothing else, too.
    """
    lines = {line.id: line for line in ours(order)}
    free = {line.id: int(line.ordered) for line in ours(order)}
    parcels = []
    for shipment in sorted(shipments, key=lambda each: each.id):
        inside = []
        for piece in shipment.pieces:
            line = lines.get(piece.item_id)
            quantity = min(int(piece.quantity), free.get(piece.item_id, 0))
            if line is not None and quantity > 0:
                free[line.id] -= quantity
                inside.append(ParcelLine(line.ext_id, quantity))
        if inside or not shipment.pieces:
            parcels.append(_parcel(shipment, tuple(inside) or None))
    return tuple(parcels)


def _parcel(shipment: Shipment, inside: tuple[ParcelLine, ...] | None) -> Parcel:
    track = min(shipment.tracks, key=lambda each: each.id, default=Track(0))
    return Parcel(
        parcel_id=str(shipment.id),
        carrier=_carrier(track),
        number=track.number.strip(),
        left_at=shipment.created_at,
        lines=inside,
    )


def _carrier(track: Track) -> str:
    """``custom`` names the carrier only in words."""
    if track.carrier_code in ("", "custom"):
        return track.title.strip()
    return track.carrier_code


def _refund(order: ShopOrder, memo: Memo) -> ShopRefund:
    """A credit memo in the buyer's money: a commission that lowers the order's total is none of the buyer's."""
    known = {line.id: line for line in order.lines}
    pieces = [piece for piece in memo.pieces if _concerns(known.get(piece.item_id), piece)]
    lines = tuple(_refunded(known.get(piece.item_id), piece) for piece in pieces)
    adjustment = memo.positive - memo.negative
    amount = sum((line.amount for line in lines), NOUGHT) + memo.shipping + adjustment
    return ShopRefund(
        refund_id=str(memo.id),
        amount=Money(amount, memo.currency or order.currency),
        at=memo.created_at,
        lines=lines,
        shipping=memo.shipping,
        adjustment=adjustment,
        reason=" ".join(memo.comments),
    )


def _concerns(line: Item | None, piece: Piece) -> bool:
    commission = line is not None and line.ext_id == COMMISSION_LINE
    return not commission and (piece.quantity > 0 or bool(piece.gross))


def _refunded(line: Item | None, piece: Piece) -> RefundedLine:
    amount = piece.gross if piece.gross is not None else piece.net + piece.tax
    return RefundedLine(
        shop_line_id=str(piece.item_id),
        sku=piece.sku or (line.sku if line else ""),
        quantity=int(piece.quantity),
        amount=amount,
        line_id=line.ext_id if line else "",
    )


def wrong_lines(draft: OrderDraft, order: ShopOrder) -> list[str]:
    """What the shop holds otherwise than drafted, in words."""
    held = {line.ext_id: line for line in ours(order)}
    problems = []
    for wanted in draft.lines:
        line = held.get(wanted.line_id)
        if line is None:
            problems.append(f"line {wanted.line_id} ({wanted.sku}) is missing")
        elif line.sku.casefold() != wanted.sku.casefold():
            problems.append(f"line {wanted.line_id} is {line.sku} instead of {wanted.sku}")
        elif line.ordered - line.canceled != Decimal(wanted.quantity):
            now = line.ordered - line.canceled
            problems.append(f"line {wanted.line_id} ({wanted.sku}) has {now} instead of {wanted.quantity}")
    return problems


def address_written(wanted: Mapping[str, object], order: ShopOrder) -> bool:
    """True where the order carries this address already."""
    told = order.billing if wanted.get("address_type") == "billing" else order.shipping
    return all(_same(told.get(name), value) for name, value in wanted.items())


def _same(told: object, wanted: object) -> bool:
    return (told or "") == (wanted or "") or str(told) == str(wanted)
