"""Shopify's orders in our words. Pure."""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.money import Money
from mirakl_sync.platforms.shopify.gids import number
from mirakl_sync.platforms.shopify.parcels import parcels_of, sent_pieces
from mirakl_sync.platforms.shopify.told import Line, Refund, RefundLine, ShopOrder
from mirakl_sync.records.shop import OrderReference, PlatformOrder, RefundedLine, ShopLine, ShopRefund

REFERENCE = "mirakl_reference"
LINE_ID = "_mirakl_line"
BYPASS = "bypass"
# The pieces came back after they had left.
RETURNED = "RETURN"
STOPPED = frozenset({"ON_HOLD", "SCHEDULED"})
# Fulfilments that no longer are one.
UNDONE = frozenset({"CANCELLED", "ERROR", "FAILURE"})


def own_reference(order: ShopOrder) -> OrderReference | None:
    """Whose order it is, by our unique metafield: attributes and tags are copied by apps, and prove nothing."""
    return OrderReference.parse(order.reference)


def reference_of(order: ShopOrder) -> OrderReference | None:
    """The sale an order says it is, also on a copy some app made: whoever reads both can tell that there are two."""
    return own_reference(order) or OrderReference.parse(order.attributes.get(REFERENCE, ""))


def line_id(line: Line) -> str:
    """Mirakl's id of the line, empty on what staff added."""
    return (line.attributes or {}).get(LINE_ID, "")


def has_left(order: ShopOrder) -> bool:
    """The shop's own word that everything has left."""
    return order.sent == "FULFILLED" and not order.cancelled_at


def has_begun_to_leave(order: ShopOrder) -> bool:
    """Something of it was sent, and not taken back."""
    return any(each.status not in UNDONE for each in order.fulfillments)


def is_held(order: ShopOrder) -> bool:
    """Something stops the warehouse: a hold, of ours or of others, or a later date."""
    return any(each.status in STOPPED for each in order.fulfillment_orders)


def status_of(order: ShopOrder) -> str:
    """One word for people and for telling changes apart."""
    if order.cancelled_at:
        return "cancelled"
    return "on_hold" if is_held(order) else order.sent.lower()


def platform_order(order: ShopOrder, admin_url: str = "") -> PlatformOrder:
    """The order in our words.

    An order takes its pieces when it is made and gives them back when it is cancelled; made with ``bypass`` it never
    does either.
    """
    bypassed = order.claims == BYPASS
    ids: dict[str, str] = {}
    for line in order.lines:
        if line_id(line):
            ids.setdefault(line_id(line), number(line.id))
    return PlatformOrder(
        order_id=number(order.id),
        number=order.name,
        status=status_of(order),
        total=Money(_total(order), order.currency),
        live=not order.cancelled_at and not is_held(order),
        canceled=order.cancelled_at is not None,
        reserves=not bypassed and not order.cancelled_at,
        never_felt=bypassed,
        line_ids=ids,
        url=f"{admin_url}/orders/{number(order.id)}" if admin_url else "",
        modified_at=order.updated_at,
        reference=reference_of(order),
        left=has_left(order),
        parcels=parcels_of(order, {line.id: line_id(line) for line in order.lines}),
        lines=_lines(order),
        refunds=tuple(_refund(order, refund) for refund in order.refunds),
    )


def _total(order: ShopOrder) -> Decimal:
    """What the order comes to as edited, whatever was given back of it since; a cancelled one keeps its last word."""
    if order.cancelled_at or not order.current:
        return order.total
    return order.current + sum((refund.total for refund in order.refunds), Decimal(0))


def _lines(order: ShopOrder) -> tuple[ShopLine, ...]:
    """What is to be sent, or was: pieces that came back count as sent, those taken off before do not."""
    back: dict[str, int] = {}
    for refunded in (line for refund in order.refunds for line in refund.lines):
        if refunded.restock == RETURNED:
            back[refunded.line_id] = back.get(refunded.line_id, 0) + refunded.quantity
    sent = sent_pieces(order)
    return tuple(
        ShopLine(
            shop_line_id=number(line.id),
            sku=line.sku,
            ordered=line.quantity,
            now=min(line.quantity, max(line.current + back.get(line.id, 0), sent.get(line.id, 0))),
            line_id=line_id(line),
            title=line.title,
        )
        for line in order.lines
    )


def _refund(order: ShopOrder, refund: Refund) -> ShopRefund:
    """A refund of nothing is goods taken off: Shopify tells their worth all the same, which nobody was given."""
    ids = {line.id: line_id(line) for line in order.lines}
    lines = tuple(
        RefundedLine(
            shop_line_id=number(line.line_id),
            sku=line.sku,
            quantity=line.quantity,
            amount=_with_tax(order, line) if refund.total else Decimal(0),
            line_id=ids.get(line.line_id, ""),
            restocked=None if not line.restock else line.restock != "NO_RESTOCK",
        )
        for line in refund.lines
    )
    shipping = sum(
        (amount if order.taxes_included else amount + tax for amount, tax in refund.shipping if refund.total),
        Decimal(0),
    )
    return ShopRefund(
        refund_id=number(refund.id),
        amount=Money(refund.total, refund.currency or order.currency),
        at=refund.at,
        lines=lines,
        shipping=shipping,
        adjustment=refund.total - shipping - sum((line.amount for line in lines), Decimal(0)),
        reason=refund.note,
    )


def _with_tax(order: ShopOrder, line: RefundLine) -> Decimal:
    return line.subtotal if order.taxes_included else line.subtotal + line.tax
