"""Money given back in the shop. An order names its refunds; what is in them is asked for by a call of its own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from mirakl_sync.money import Money
from mirakl_sync.platforms.woocommerce.parcels import LINE_ID
from mirakl_sync.platforms.woocommerce.schemas import Line, Refund, ShopOrder
from mirakl_sync.records.shop import RefundedLine, ShopRefund

# Which line of the order a refund's line is about; its own id is new.
REFUNDED = "_refunded_item_id"


def refunds_of(order: ShopOrder, told: Iterable[Refund]) -> tuple[ShopRefund, ...]:
    """The refunds of an order in our words, oldest first. Fees given back belong to no line."""
    lines = {str(line.id): line for line in order.lines}
    return tuple(_refund(each, order.currency, lines) for each in sorted(told, key=lambda each: each.id))


def _refund(refund: Refund, currency: str, lines: dict[str, Line]) -> ShopRefund:
    back = tuple(_line(line, lines) for line in refund.lines)
    shipping = sum((_gross(line) for line in refund.shipping_lines), Decimal(0))
    named = sum((line.amount for line in back), shipping)
    return ShopRefund(
        refund_id=str(refund.id),
        amount=Money(refund.amount, currency),
        at=refund.made_at,
        lines=back,
        shipping=shipping,
        adjustment=refund.amount - named,
        reason=refund.reason or "",
    )


def _line(line: Line, lines: dict[str, Line]) -> RefundedLine:
    """Refunds count below zero, and do not say whether goods came back."""
    number = str(line.meta.get(REFUNDED, ""))
    sold = lines.get(number)
    return RefundedLine(
        shop_line_id=number,
        sku=line.sku or (sold.sku if sold else "") or "",
        quantity=_pieces(line.quantity),
        amount=_gross(line),
        line_id=str(sold.meta.get(LINE_ID, "")) if sold else "",
    )


def _pieces(told: Any) -> int:
    """Whole pieces, below zero as refunds tell them; plugins write text or fractions, and what is no number is none."""
    try:
        return abs(int(Decimal(str(told or 0))))
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _gross(line: Line) -> Decimal:
    return -(line.total + line.total_tax)
