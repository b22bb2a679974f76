"""Fulfillment orders (what is to be sent), fulfillments (what was) and their parcels as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify.gids import gid
from mirakl_sync.sandbox.shopify.goods_views import LocationView, VariantView, location_view
from mirakl_sync.sandbox.shopify.model import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Order,
)
from mirakl_sync.sandbox.shopify.order_views import LineView, OrderView
from mirakl_sync.sandbox.shopify.paging import Page, whole
from mirakl_sync.sandbox.shopify.small_views import app, bag

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call
    from mirakl_sync.sandbox.shopify.shop import Shop

Shown = dict[str, Any]
CAN_SEND = ("OPEN", "IN_PROGRESS")


class FulfillmentOrderView:
    graphql_type = "FulfillmentOrder"

    def __init__(self, shop: Shop, order: Order, row: FulfillmentOrder) -> None:
        self._shop, self._order, self._row = shop, order, row
        self.id, self.order_id = gid("FulfillmentOrder", row.id), order.gid
        self.status, self.request_status = row.status, "UNSUBMITTED"
        self.created_at, self.updated_at, self.fulfill_at = row.created, row.updated, row.fulfill_at
        self.order_name, self.order_processed_at = order.name, order.processed

    @property
    def order(self) -> OrderView:
        return OrderView(self._shop, self._order)

    @property
    def assigned_location(self) -> Shown:
        known = location_view(self._shop, self._row.location_id)
        return {"location": known, "name": known.name if known else "", "countryCode": "ES"}

    @property
    def fulfillment_holds(self) -> list[Shown]:
        return [hold(row, self._shop) for row in self._row.holds]

    @property
    def supported_actions(self) -> list[Shown]:
        actions: list[str] = []
        if self._row.status in CAN_SEND and self._row.remaining:
            actions = ["CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT"]
        elif self._row.status == "ON_HOLD":
            actions = ["HOLD", "RELEASE_HOLD"]
        elif self._row.status == "SCHEDULED":
            actions = ["MARK_AS_OPEN"]
        return [{"action": action, "externalUrl": None} for action in actions]

    def line_items(self, call: Call, **window: Any) -> Page:
        return whole(self._row.lines, lambda row: _unit_line(self._shop, self._order, row), **window)

    def fulfillments(self, call: Call, **window: Any) -> Page:
        rows = [each for each in self._order.fulfillments if self._row.id in each.fulfillment_order_ids]
        return whole(rows, lambda row: FulfillmentView(self._shop, self._order, row), **window)


def hold(row: Hold, shop: Shop) -> Shown:
    return {
        "__typename": "FulfillmentHold",
        "id": gid("FulfillmentHold", row.id),
        "reason": row.reason,
        "displayReason": row.reason.replace("_", " ").capitalize(),
        "reasonNotes": row.notes or None,
        "handle": row.handle,
        "heldByApp": app(row.app),
        "heldByRequestingApp": row.app is not None and row.app.id == shop.app.id,
    }


def _unit_line(shop: Shop, order: Order, row: FulfillmentOrderLine) -> Shown:
    variant = shop.variant_of(row.line)
    return {
        "__typename": "FulfillmentOrderLineItem",
        "id": gid("FulfillmentOrderLineItem", row.id),
        "lineItem": LineView(shop, order, row.line),
        "productTitle": row.line.title,
        "sku": row.line.sku,
        "variant": VariantView(shop, variant) if variant else None,
        "variantTitle": row.line.variant_title,
        "requiresShipping": row.line.requires_shipping,
        "totalQuantity": row.total,
        "remainingQuantity": row.remaining,
    }


class FulfillmentView:
    graphql_type = "Fulfillment"

    def __init__(self, shop: Shop, order: Order, row: Fulfillment) -> None:
        self._shop, self._order, self._row = shop, order, row
        self.id, self.legacy_resource_id = gid("Fulfillment", row.id), row.id
        self.name, self.status = row.name, row.status
        self.created_at, self.updated_at, self.delivered_at = row.created, row.updated, row.delivered
        self.requires_shipping = True
        self.total_quantity = sum(line.quantity for line in row.lines)

    @property
    def display_status(self) -> str:
        if self._row.status == "CANCELLED":
            return "CANCELED"
        if self._row.delivered:
            return "DELIVERED"
        return "FULFILLED"

    @property
    def order(self) -> OrderView:
        return OrderView(self._shop, self._order)

    @property
    def location(self) -> LocationView | None:
        return location_view(self._shop, self._row.location_id)

    def tracking_info(self, call: Call, first: int | None = None) -> list[Shown]:
        return [
            {"company": each.company, "number": each.number, "url": each.url} for each in self._row.tracking[:first]
        ]

    def fulfillment_line_items(self, call: Call, **window: Any) -> Page:
        return whole(self._row.lines, lambda row: _sent_line(self._shop, self._order, row), **window)

    def fulfillment_orders(self, call: Call, **window: Any) -> Page:
        rows = [unit for unit in self._order.fulfillment_orders if unit.id in self._row.fulfillment_order_ids]
        return whole(rows, lambda row: FulfillmentOrderView(self._shop, self._order, row), **window)


def _sent_line(shop: Shop, order: Order, row: FulfillmentLine) -> Shown:
    amount = bag(row.line.price * row.quantity, order.currency)
    return {
        "__typename": "FulfillmentLineItem",
        "id": gid("FulfillmentLineItem", row.id),
        "lineItem": LineView(shop, order, row.line),
        "quantity": row.quantity,
        "originalTotalSet": amount,
        "discountedTotalSet": amount,
    }
