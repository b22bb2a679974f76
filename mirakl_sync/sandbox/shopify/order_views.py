"""Orders as the API shows them. A view's attributes are the schema's fields in snake_case; methods take arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import states, totals
from mirakl_sync.sandbox.shopify.gids import gid
from mirakl_sync.sandbox.shopify.model import ZERO, Line, Order
from mirakl_sync.sandbox.shopify.paging import Page, whole
from mirakl_sync.sandbox.shopify.small_views import (
    address,
    app,
    attributes,
    bag,
    metafield,
    shipping_line,
    tax_line,
    transaction,
)

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
READS_UNITS = (
    "read_merchant_managed_fulfillment_orders",
    "read_assigned_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)


class LineView:
    graphql_type = "LineItem"

    def __init__(self, shop: Shop, order: Order, row: Line) -> None:
        self._shop, self._order, self._row = shop, order, row

    @property
    def id(self) -> str:
        return gid("LineItem", self._row.id)

    def __getattr__(self, name: str) -> Any:
        """Plain columns, and sums that are the same rule with another number."""
        row, currency = self._row, self._order.currency
        if name in ("title", "quantity", "sku", "vendor", "variant_title", "taxable", "requires_shipping"):
            return getattr(row, name)
        if name in ("original_unit_price_set", "discounted_unit_price_set"):
            return bag(row.price, currency)
        if name in ("original_total_set", "discounted_total_set"):
            return bag(row.price * row.quantity, currency)
        raise AttributeError(name)

    @property
    def name(self) -> str:
        option = self._row.variant_title
        return f"{self._row.title} - {option}" if option and option != "Default Title" else self._row.title

    @property
    def is_gift_card(self) -> bool:
        return self._row.gift_card

    @property
    def current_quantity(self) -> int:
        return self._row.current

    @property
    def refundable_quantity(self) -> int:
        return self._row.current

    @property
    def unfulfilled_quantity(self) -> int:
        return states.unfulfilled_pieces(self._order, self._row)

    fulfillable_quantity = unfulfilled_quantity

    @property
    def non_fulfillable_quantity(self) -> int:
        return self._row.quantity - self.unfulfilled_quantity

    @property
    def merchant_editable(self) -> bool:
        return self.unfulfilled_quantity > 0

    @property
    def restockable(self) -> bool:
        return self._shop.variant_of(self._row) is not None

    @property
    def custom_attributes(self) -> list[Shown]:
        return attributes(self._row.attributes)

    def tax_lines(self, call: Call, first: int | None = None) -> list[Shown]:
        return [tax_line(tax, self._order.currency) for tax in self._row.taxes[:first]]

    @property
    def variant(self) -> Any:
        from mirakl_sync.sandbox.shopify.goods_views import VariantView

        row = self._shop.variant_of(self._row)
        return VariantView(self._shop, row) if row else None

    @property
    def product(self) -> Any:
        variant = self.variant
        return variant.product if variant else None


_SUMS = {
    "total_price_set": totals.total,
    "original_total_price_set": totals.total,
    "current_total_price_set": totals.current_total,
    "subtotal_price_set": totals.subtotal,
    "current_subtotal_price_set": totals.current_subtotal,
    "total_tax_set": totals.tax,
    "current_total_tax_set": totals.current_tax,
    "total_shipping_price_set": totals.shipping,
    "total_received_set": states.received,
    "total_refunded_set": states.refunded,
}
_PLAIN = {
    "name": "name",
    "number": "number",
    "created_at": "created",
    "updated_at": "updated",
    "processed_at": "processed",
    "cancelled_at": "cancelled",
    "cancel_reason": "cancel_reason",
    "closed_at": "closed",
    "currency_code": "currency",
    "presentment_currency_code": "currency",
    "edited": "edited",
    "note": "note",
    "po_number": "po_number",
    "source_identifier": "source_identifier",
    "source_name": "source_name",
    "tags": "tags",
    "taxes_included": "taxes_included",
    "test": "test",
    "legacy_resource_id": "id",
    "id": "gid",
}


class OrderView:
    graphql_type = "Order"

    def __init__(self, shop: Shop, row: Order) -> None:
        self._shop, self._row = shop, row

    def __getattr__(self, name: str) -> Any:
        if name in _PLAIN:
            return getattr(self._row, _PLAIN[name])
        if name in _SUMS:
            return bag(_SUMS[name](self._row), self._row.currency)
        raise AttributeError(name)

    @property
    def app(self) -> Shown | None:
        return app(self._row.app)

    @property
    def closed(self) -> bool:
        return self._row.closed is not None

    @property
    def cancellation(self) -> Shown | None:
        return {"staffNote": self._row.cancel_note} if self._row.cancelled else None

    @property
    def custom_attributes(self) -> list[Shown]:
        return attributes(self._row.attributes)

    @property
    def display_financial_status(self) -> str:
        return states.financial(self._row)

    @property
    def display_fulfillment_status(self) -> str:
        return states.fulfillment(self._row)

    @property
    def return_status(self) -> str:
        return "NO_RETURN"

    @property
    def email(self) -> str | None:
        return self._row.email if self._shop.settings.customer_data else None

    @property
    def phone(self) -> str | None:
        return self._row.phone if self._shop.settings.customer_data else None

    @property
    def shipping_address(self) -> Shown | None:
        return address(self._row, self._row.shipping) if self._shop.settings.customer_data else None

    @property
    def billing_address(self) -> Shown | None:
        return address(self._row, self._row.billing) if self._shop.settings.customer_data else None

    @property
    def fulfillable(self) -> bool:
        return bool(states.open_units(self._row)) and self._row.cancelled is None

    @property
    def fully_paid(self) -> bool:
        return states.received(self._row) >= totals.current_total(self._row)

    @property
    def unpaid(self) -> bool:
        return states.received(self._row) == 0 and totals.total(self._row) > 0

    @property
    def refundable(self) -> bool:
        return any(line.current for line in self._row.lines)

    @property
    def total_outstanding_set(self) -> Shown:
        row = self._row
        left = totals.current_total(row) - states.received(row) + states.refunded(row)
        return bag(max(ZERO, left), row.currency)

    @property
    def subtotal_line_items_quantity(self) -> int:
        return sum(line.quantity for line in self._row.lines)

    @property
    def current_subtotal_line_items_quantity(self) -> int:
        return sum(line.current for line in self._row.lines)

    @property
    def payment_gateway_names(self) -> list[str]:
        return sorted({each.gateway for each in self._row.transactions})

    @property
    def tax_lines(self) -> list[Shown]:
        return [tax_line(tax, self._row.currency) for tax in totals.taxes_by_title(self._row)]

    @property
    def merchant_editable(self) -> bool:
        return not self.merchant_editable_errors

    @property
    def merchant_editable_errors(self) -> list[str]:
        found = states.why_not_editable(self._row)
        return [found] if found else []

    def line_items(self, call: Call, **window: Any) -> Page:
        return whole(self._row.lines, lambda row: LineView(self._shop, self._row, row), **window)

    @property
    def shipping_line(self) -> Shown | None:
        rows = self._row.shipping_lines
        return shipping_line(rows[0], self._row) if rows else None

    def shipping_lines(self, call: Call, *, include_removals: bool = False, **window: Any) -> Page:
        return whole(self._row.shipping_lines, lambda row: shipping_line(row, self._row), **window)

    def transactions(self, call: Call, first: int | None = None, **_: Any) -> list[Shown]:
        return [transaction(each, self._row) for each in self._row.transactions[:first]]

    def metafield(self, call: Call, key: str, namespace: str | None = None) -> Shown | None:
        from mirakl_sync.sandbox.shopify.metafields import find

        row = find(self._row, namespace, key, call.app)
        return metafield(row) if row else None

    def metafields(
        self, call: Call, *, keys: list[str] | None = None, namespace: str | None = None, **window: Any
    ) -> Page:
        from mirakl_sync.sandbox.shopify.metafields import full_namespace

        wanted = full_namespace(namespace, call.app) if namespace else None
        rows = [
            row
            for row in self._row.metafields
            if wanted in (None, row.namespace) and (not keys or f"{row.namespace}.{row.key}" in keys)
        ]
        return whole(rows, metafield, **window)

    def fulfillment_orders(
        self, call: Call, *, displayable: bool = False, query: str | None = None, **window: Any
    ) -> Page:
        from mirakl_sync.sandbox.shopify.fulfillment_views import FulfillmentOrderView

        call.need("fulfillmentOrders", *READS_UNITS)
        return whole(
            self._row.fulfillment_orders, lambda row: FulfillmentOrderView(self._shop, self._row, row), **window
        )

    def fulfillments(self, call: Call, first: int | None = None, query: str | None = None) -> list[Any]:
        from mirakl_sync.sandbox.shopify.fulfillment_views import FulfillmentView

        return [FulfillmentView(self._shop, self._row, row) for row in self._row.fulfillments[:first]]

    def refunds(self, call: Call, first: int | None = None) -> list[Any]:
        from mirakl_sync.sandbox.shopify.refund_views import RefundView

        return [RefundView(self._shop, self._row, row) for row in self._row.refunds[:first]]

    def agreements(self, call: Call, *, query: str | None = None, **window: Any) -> Page:
        from mirakl_sync.sandbox.shopify.refund_views import agreement

        return whole(self._row.agreements, lambda row: agreement(self._shop, self._row, row), **window)
