"""The books: what really happened on this marketplace, whatever anybody was told."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.mirakl import offer_books, shipping_books
from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.model import Line, Order

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant


def of(tenant: Tenant, summary: bool) -> dict[str, Any]:
    """{"orders", "late", "offers", "imports", "totals"}; with `summary` only the totals, cheap at any size."""
    if summary:
        return {"totals": _totals(tenant)}
    orders = [_order(order) for order in tenant.orders.by_id.values()]
    return {
        "orders": orders,
        "late": list(tenant.late),
        "offers": offer_books.offers(tenant),
        "imports": offer_books.imports(tenant),
        "totals": _totals(tenant),
    }


def _totals(tenant: Tenant) -> dict[str, Any]:
    tally = tenant.tally
    return {
        "orders": len(tenant.orders),
        "by_state": tenant.orders.count_by_state(),
        "accepted_by": _counted(tally, "accepted_by_"),
        "refused_by": _counted(tally, "refused_by_"),
        "cancelled_by": _counted(tally, "cancelled_by_"),
        "late": len(tenant.late),
        "acceptances": tally["acceptances"],
        "answer_calls": tally["answer_calls"],
        "shipped_by": _counted(tally, "shipped_by_"),
        "trackings": tally["trackings"],
        "ship_calls": tally["ship_calls"],
        "shipments": tally["shipments"],
        "shipments_shipped": tally["shipments_shipped"],
        "shipments_deleted": tally["shipments_deleted"],
        "shipping_refused": _counted(tally, "shipping_refused_"),
        "refunds": tally["refunds"],
        "cancelations": tally["cancelations"],
        **offer_books.totals(tenant),
        "over_limit": tenant.calls.totals()["over_limit"],
    }


def _counted(tally: Any, prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): count for key, count in tally.items() if key.startswith(prefix)}


def _order(order: Order) -> dict[str, Any]:
    """Money with tax included, as decimal text, so that a judge compares cents and not floats."""
    return {
        "order_id": order.order_id,
        "shop_id": order.shop_id,
        "state": order.state,
        "workflow": order.workflow,
        "created_date": text(order.created),
        "accept_by": text(order.accept_by),
        "accepted_at": text(order.accepted),
        "accepted_by": order.accepted_by,
        "acceptances": order.acceptances,
        "answer_calls": order.answer_calls,
        "refused_by": order.refused_by,
        "cancelled_by": order.cancelled_by,
        **shipping_books.of(order),
        "paid_at": text(order.debited),
        "reference_for_seller": order.reference_for_seller,
        "currency": order.currency,
        "country": order.country,
        "total_price": str(order.total("TAX_INCLUDED")),
        "total_price_excluding_tax": str(order.total("TAX_EXCLUDED")),
        "commission": str(sum((line.commission + line.commission_tax for line in order.lines), Decimal(0))),
        "fulfillment_center": order.fulfillment_center,
        "broken": order.broken,
        "lines": [_line(line) for line in order.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.line_id,
        "sku": line.sku,
        "quantity": line.quantity,
        "state": line.state,
        "price": str(line.price.shown("TAX_INCLUDED")),
        "tax": str(line.price.tax),
        "shipping_price": str(line.shipping.shown("TAX_INCLUDED")),
        "shipping_tax": str(line.shipping.tax),
        "refunded": [str(one.price.shown("TAX_INCLUDED")) for one in line.refunds],
        "cancelled": [str(one.price.shown("TAX_INCLUDED")) for one in line.cancelations],
    }
