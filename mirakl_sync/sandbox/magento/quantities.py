"""How many pieces of a line can still be shipped, invoiced, cancelled, refunded (as the sales module counts)."""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.sandbox.magento.model import Order, Row
from mirakl_sync.sandbox.magento.values import ZERO


def _qty(item: Row, name: str) -> Decimal:
    return item.get(f"qty_{name}") or ZERO


def to_ship(item: Row) -> Decimal:
    gone = max(_qty(item, "shipped"), _qty(item, "refunded"))
    return max(_qty(item, "ordered") - gone - _qty(item, "canceled"), ZERO)


def to_invoice(item: Row) -> Decimal:
    return max(_qty(item, "ordered") - _qty(item, "invoiced") - _qty(item, "canceled"), ZERO)


def to_cancel(item: Row) -> Decimal:
    return min(to_invoice(item), to_ship(item))


def to_refund(item: Row) -> Decimal:
    return max(_qty(item, "invoiced") - _qty(item, "refunded"), ZERO)


def can_ship(order: Order) -> bool:
    """Virtual lines need no parcel."""
    return _free(order) and any(to_ship(item) > 0 and not item.get("is_virtual") for item in order.items)


def can_invoice(order: Order) -> bool:
    closed = order.state in {"canceled", "complete", "closed"}
    return _free(order) and not closed and any(to_invoice(item) > 0 for item in order.items)


def can_refund(order: Order) -> bool:
    if not _free(order) or order.state in {"canceled", "closed"}:
        return False
    if not order.row.get("grand_total"):
        return any(to_refund(item) > 0 for item in order.items)
    paid, refunded = order.row.get("total_paid") or ZERO, order.row.get("total_refunded") or ZERO
    return paid - refunded >= Decimal("0.0001")


def can_cancel(order: Order) -> bool:
    """Not on hold, not over, and something that is not invoiced yet (reference 6)."""
    over = order.state in {"canceled", "complete", "closed"}
    return _free(order) and not over and any(to_invoice(item) > 0 for item in order.items)


def _free(order: Order) -> bool:
    return order.state not in {"holded", "payment_review"}
