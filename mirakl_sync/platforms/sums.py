"""What the orders of every shop must come to, and a commission spread over their lines. Pure."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from mirakl_sync.errors import Refused
from mirakl_sync.money import smallest_unit
from mirakl_sync.records.shop import CommissionShape, OrderDraft

NOUGHT = Decimal(0)
# As money on the order these lower its total to the payout.
ON_THE_ORDER = (CommissionShape.LINE, CommissionShape.DISCOUNT)


def check_sum(draft: OrderDraft) -> None:
    """``Refused`` (``total_differs``) for a draft whose parts are not its total: no shop could hold it."""
    parts = sum((line.gross for line in draft.lines), draft.shipping.gross)
    if parts != draft.total.amount or draft.currency != draft.total.currency:
        raise Refused(
            f"The lines and the shipping of {draft.reference} are {parts} {draft.currency}, its total is "
            f"{draft.total}.",
            code="total_differs",
        )


def expected_total(draft: OrderDraft) -> Decimal:
    """What the shop's order shows: the buyer's total, less a commission that stands on the order as money."""
    kept = draft.commission.amount.amount if draft.commission.shape in ON_THE_ORDER else NOUGHT
    return draft.total.amount - kept


def commission_by_line(draft: OrderDraft) -> dict[str, Decimal]:
    """The commission spread over the lines, to the last cent: as the marketplace told it, else by value.

    No line gets more than it was sold for; ``Refused`` (``commission_over_goods``) where all together are not enough.
    """
    amount = draft.commission.amount.amount
    told = {line.line_id: line.commission for line in draft.lines}
    if sum(told.values()) == amount and all(told[line.line_id] <= line.gross for line in draft.lines):
        return told
    goods = sum((line.gross for line in draft.lines), NOUGHT)
    if amount > goods:
        raise Refused(
            f"The commission {amount} is more than the goods of {draft.reference} ({goods}).",
            code="commission_over_goods",
            way_out="Show the commission as an attribute for this connection.",
        )
    unit = smallest_unit(draft.currency)
    parts = {
        line.line_id: (amount * line.gross / goods).quantize(unit, ROUND_DOWN) if goods else NOUGHT
        for line in draft.lines
    }
    rest = amount - sum(parts.values())
    # the cents lost in rounding go to the lines that have room for them
    for line in sorted(draft.lines, key=lambda line: -line.gross):
        if rest >= unit and parts[line.line_id] + unit <= line.gross:
            parts[line.line_id] += unit
            rest -= unit
    return parts
