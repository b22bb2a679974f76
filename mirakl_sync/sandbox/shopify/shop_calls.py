"""What the shop says of itself, of the app, and of any node by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import bulk, cancelling, goods_calls, hook_calls
from mirakl_sync.sandbox.shopify.faults import invalid_gid
from mirakl_sync.sandbox.shopify.fulfillment_views import FulfillmentOrderView, FulfillmentView
from mirakl_sync.sandbox.shopify.gids import gid, number_of, split
from mirakl_sync.sandbox.shopify.goods_views import ProductView
from mirakl_sync.sandbox.shopify.order_calls import read as read_order
from mirakl_sync.sandbox.shopify.refund_views import RefundView
from mirakl_sync.sandbox.shopify.small_views import app

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.engine import Call

Shown = dict[str, Any]


def shop(call: Call) -> Shown:
    settings = call.shop.settings
    created = call.shop.locations[0].created
    return {
        "__typename": "Shop",
        "id": gid("Shop", 60000000001),
        "name": settings.name,
        "email": f"hello@{settings.domain}",
        "myshopifyDomain": settings.domain,
        "url": settings.url or f"https://{settings.domain}",
        "currencyCode": settings.currency,
        "ianaTimezone": settings.timezone,
        "taxesIncluded": settings.taxes_included,
        "orderNumberFormatPrefix": "#",
        "orderNumberFormatSuffix": "",
        "plan": {
            "publicDisplayName": settings.plan,
            "partnerDevelopment": settings.orders_per_minute is not None,
            "shopifyPlus": settings.plan == "Shopify Plus",
        },
        "createdAt": created,
        "updatedAt": created,
    }


def installation(call: Call) -> Shown:
    scopes = [{"handle": scope, "description": scope.replace("_", " ")} for scope in sorted(call.scopes)]
    return {
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", 1),
        "app": app(call.app),
        "accessScopes": scopes,
    }


def node(call: Call, id: str) -> Any:
    """Any row by its global id; null for what is not there."""
    kind, number = split(id)
    if not kind:
        raise invalid_gid(id)
    if kind in _READ:
        return _READ[kind](call, id)
    if kind == "Product":
        row = call.shop.catalogue.products.get(int(number))
        return ProductView(call.shop, row) if row else None
    return None


def nodes(call: Call, ids: list[str]) -> list[Any]:
    return [node(call, each) for each in ids]


def fulfillment_order(call: Call, id: str) -> FulfillmentOrderView | None:
    found = call.shop.orders.unit(number_of(id, "FulfillmentOrder"))
    return FulfillmentOrderView(call.shop, *found) if found else None


def fulfillment(call: Call, id: str) -> FulfillmentView | None:
    found = call.shop.orders.fulfillment(number_of(id, "Fulfillment"))
    return FulfillmentView(call.shop, *found) if found else None


def _refund(call: Call, id: str) -> RefundView | None:
    found = call.shop.orders.refund(number_of(id, "Refund"))
    return RefundView(call.shop, *found) if found else None


def _order(call: Call, id: str) -> Any:
    call.need("node", "read_orders")
    return read_order(call, id)


def _job_result(call: Call, id: str) -> Shown | None:
    job = call.shop.jobs.get(number_of(id, "OrderCancelJobResult"))
    return cancelling.result_view(call.shop, job) if job else None


_READ: dict[str, Any] = {
    "Order": _order,
    "ProductVariant": goods_calls.variant,
    "InventoryItem": goods_calls.item,
    "InventoryLevel": goods_calls.level,
    "Location": goods_calls.location,
    "FulfillmentOrder": fulfillment_order,
    "Fulfillment": fulfillment,
    "Refund": _refund,
    "BulkOperation": bulk.read_one,
    "OrderCancelJobResult": _job_result,
    "WebhookSubscription": hook_calls.read,
}
