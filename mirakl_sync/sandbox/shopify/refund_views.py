"""Refunds, and the agreements an order is made of, as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.gids import gid
from mirakl_sync.sandbox.shopify.goods_views import location_view
from mirakl_sync.sandbox.shopify.model import ZERO, Agreement, Order, Refund, RefundLine, ShippingLine
from mirakl_sync.sandbox.shopify.order_views import LineView, OrderView
from mirakl_sync.sandbox.shopify.paging import Page, whole
from mirakl_sync.sandbox.shopify.small_views import app, bag, shipping_line, transaction

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
KINDS = {
    "order": ("OrderAgreement", "ORDER"),
    "edit": ("OrderEditAgreement", "ORDER_EDIT"),
    "refund": ("RefundAgreement", "REFUND"),
}


class RefundView:
    graphql_type = "Refund"

    def __init__(self, shop: Shop, order: Order, row: Refund) -> None:
        self._shop, self._order, self._row = shop, order, row
        self.id, self.legacy_resource_id = gid("Refund", row.id), row.id
        self.note = row.note or None
        self.created_at = self.updated_at = row.created

    @property
    def order(self) -> OrderView:
        return OrderView(self._shop, self._order)

    @property
    def total_refunded_set(self) -> Shown:
        return bag(self._row.money, self._order.currency)

    def refund_line_items(self, call: Call, **window: Any) -> Page:
        return whole(self._row.lines, self._line, **window)

    def refund_shipping_lines(self, call: Call, **window: Any) -> Page:
        return whole(self._row.shipping, self._shipping, **window)

    def transactions(self, call: Call, **window: Any) -> Page:
        return whole(self._row.transactions, lambda row: transaction(row, self._order), **window)

    def order_adjustments(self, call: Call, **window: Any) -> Page:
        rows = [self._row] if self._row.discrepancy else []
        return whole(rows, self._adjustment, **window)

    def _line(self, row: RefundLine) -> Shown:
        currency = self._order.currency
        return {
            "id": gid("RefundLineItem", row.id),
            "lineItem": LineView(self._shop, self._order, row.line),
            "location": location_view(self._shop, row.location_id),
            "quantity": row.quantity,
            "restockType": row.restock_type,
            "restocked": row.restock_type in ("CANCEL", "RETURN"),
            "priceSet": bag(row.line.price, currency),
            "subtotalSet": bag(row.subtotal, currency),
            "totalTaxSet": bag(row.tax, currency),
        }

    def _shipping(self, row: tuple[int, ShippingLine, Decimal]) -> Shown:
        number, line, amount = row
        return {
            "__typename": "RefundShippingLine",
            "id": gid("RefundShippingLine", number),
            "shippingLine": shipping_line(line, self._order),
            "subtotalAmountSet": bag(amount, self._order.currency),
            "taxAmountSet": bag(line.tax * amount / line.price if line.price else ZERO, self._order.currency),
        }

    def _adjustment(self, row: Refund) -> Shown:
        return {
            "__typename": "OrderAdjustment",
            "id": gid("OrderAdjustment", row.id),
            "reason": row.discrepancy_reason,
            "amountSet": bag(row.discrepancy, self._order.currency),
            "taxAmountSet": bag(ZERO, self._order.currency),
        }


def agreement(shop: Shop, order: Order, row: Agreement) -> Shown:
    kind, reason = KINDS[row.kind]
    refund = next((each for each in order.refunds if each.id == row.refund_id), None)
    return {
        "__typename": kind,
        "id": gid("SalesAgreement", row.id),
        "happenedAt": row.at,
        "reason": reason,
        "app": app(row.app),
        "order": OrderView(shop, order),
        "refund": RefundView(shop, order, refund) if refund else None,
    }
