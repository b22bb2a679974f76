"""What the shop's people did to an order that the marketplace has not heard of. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mirakl_sync.records.shop import PlatformOrder, RefundedLine, ShopLine, ShopRefund

EDIT, REFUND = "edit", "refund"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done. ``key`` tells it from every other one of its kind and order."""

    kind: str
    key: str
    words: str
    facts: dict[str, Any] = field(default_factory=dict)


def changes_of(shown: PlatformOrder) -> tuple[Change, ...]:
    """Every refund with money or goods, and the lines where they are not what was ordered. Empty for a cancelled order:
    what its cancellation gave back is no news of its own."""
    if shown.canceled:
        return ()
    return (*_refunds(shown.refunds), *_edit(shown))


def _refunds(refunds: Sequence[ShopRefund]) -> Iterator[Change]:
    for refund in refunds:
        if refund.amount.amount == 0:
            # goods taken off without money are an edit
            continue
        pieces = ", ".join(f"{line.quantity} × {line.sku}" for line in refund.lines if line.quantity)
        words = f"{refund.amount} given back{f' for {pieces}' if pieces else ''}"
        words += f" ({refund.reason})" if refund.reason else ""
        yield Change(REFUND, refund.refund_id, words, _refund_facts(refund))


def _refund_facts(refund: ShopRefund) -> dict[str, Any]:
    return {
        "amount": str(refund.amount.amount),
        "currency": refund.amount.currency,
        "at": refund.at.isoformat() if refund.at else None,
        "shipping": str(refund.shipping),
        "adjustment": str(refund.adjustment),
        "reason": refund.reason,
        "lines": [_line_facts(line) for line in refund.lines],
    }


def _line_facts(line: RefundedLine) -> dict[str, Any]:
    return {
        "order_line": line.line_id,
        "shop_line": line.shop_line_id,
        "sku": line.sku,
        "quantity": line.quantity,
        "amount": str(line.amount),
        "restocked": line.restocked,
    }


def _edit(shown: PlatformOrder) -> Iterator[Change]:
    """The lines as they are now against what was ordered; what was paid back for is told as a refund."""
    paid_back: dict[str, int] = {}
    for refund in shown.refunds:
        if refund.amount.amount != 0:
            for line in refund.lines:
                paid_back[line.shop_line_id] = paid_back.get(line.shop_line_id, 0) + line.quantity
    fewer = [
        line for line in shown.lines if line.line_id and line.ordered - line.now > paid_back.get(line.shop_line_id, 0)
    ]
    more = [line for line in shown.lines if line.now > line.ordered or (not line.line_id and line.now > 0)]
    if not fewer and not more:
        return
    changed = (*fewer, *more)
    now = sorted((line.shop_line_id, line.sku, line.now) for line in changed)
    facts = {
        "lines": [
            {"order_line": line.line_id, "sku": line.sku, "ordered": line.ordered, "now": line.now} for line in changed
        ]
    }
    key = hashlib.sha256(repr(now).encode()).hexdigest()[:40]
    yield Change(EDIT, key, "; ".join(map(_said, changed)), facts)


def _said(line: ShopLine) -> str:
    return f"{line.sku}: {line.now} instead of {line.ordered}" if line.line_id else f"{line.sku}: {line.now} more"
