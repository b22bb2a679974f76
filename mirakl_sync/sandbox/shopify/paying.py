"""orderMarkAsPaid: what is still owed is paid, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import states, totals
from mirakl_sync.sandbox.shopify.model import Transaction
from mirakl_sync.sandbox.shopify.order_calls import NO_ORDER, order_of
from mirakl_sync.sandbox.shopify.order_views import OrderView

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

Shown = dict[str, Any]


def mark_as_paid(call: Call, input: Shown) -> Shown:
    shop, order = call.shop, order_of(call, input["id"])
    if order is None:
        return {"order": None, "userErrors": [{"field": ["id"], "message": NO_ORDER}]}
    owed = totals.current_total(order) - states.received(order) + states.refunded(order)
    if order.cancelled or states.financial(order) not in ("PENDING", "PARTIALLY_PAID", "AUTHORIZED") or owed <= 0:
        errors = [{"field": ["id"], "message": "Order cannot be marked as paid."}]
        return {"order": OrderView(shop, order), "userErrors": errors}
    now = shop.now()
    order.transactions.append(Transaction(shop.number("OrderTransaction"), "SALE", "SUCCESS", owed, "manual", now, now))
    order.financial_status = None
    order.history.append(("paid", now))
    shop.save(order, "orders/paid")
    return {"order": OrderView(shop, order), "userErrors": []}
