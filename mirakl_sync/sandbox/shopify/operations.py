"""Every root field: its name in the call log and in trouble rules, the scope it needs, and who answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.shopify import (
    bulk,
    cancelling,
    editing_calls,
    goods_calls,
    hook_calls,
    inventory,
    metafields,
    order_calls,
    paying,
    placing,
    refunding,
    sending_calls,
    shop_calls,
)
from mirakl_sync.sandbox.shopify.order_views import READS_UNITS

UNNAMED = "graphql"


@dataclass(frozen=True)
class RootField:
    """One of `scopes` is enough; none = anybody may."""

    operation: str
    resolve: Callable[..., Any]
    scopes: tuple[str, ...] = ()


_READ, _WRITE = ("read_orders",), ("write_orders",)
_STOCK = ("read_inventory",)
_SEND = (
    "write_merchant_managed_fulfillment_orders",
    "write_assigned_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
_EDIT = ("write_order_edits",)

FIELDS: dict[str, RootField] = {
    "order": RootField("order.read", order_calls.read, _READ),
    "orders": RootField("orders.list", order_calls.find, _READ),
    "orderByIdentifier": RootField("order.find", order_calls.by_identifier, _READ),
    "orderCreate": RootField("order.create", placing.create, _WRITE),
    "orderUpdate": RootField("order.update", order_calls.update, _WRITE),
    "orderCancel": RootField("order.cancel", cancelling.ask, _WRITE),
    "orderMarkAsPaid": RootField("order.pay", paying.mark_as_paid, _WRITE),
    "orderEditBegin": RootField("edit.begin", editing_calls.begin, _EDIT),
    "orderEditSetQuantity": RootField("edit.quantity", editing_calls.set_quantity, _EDIT),
    "orderEditAddVariant": RootField("edit.add", editing_calls.add_variant, _EDIT),
    "orderEditCommit": RootField("edit.commit", editing_calls.commit, _EDIT),
    "refundCreate": RootField("refund.create", refunding.create, _WRITE),
    "fulfillmentOrderHold": RootField("unit.hold", sending_calls.hold_unit, _SEND),
    "fulfillmentOrderReleaseHold": RootField("unit.release", sending_calls.release_unit, _SEND),
    "fulfillmentCreate": RootField("fulfillment.create", sending_calls.create, _SEND),
    "fulfillmentTrackingInfoUpdate": RootField("fulfillment.track", sending_calls.update_tracking, _SEND),
    "fulfillmentCancel": RootField("fulfillment.cancel", sending_calls.cancel, _SEND),
    "inventorySetQuantities": RootField("inventory.set", inventory.set_quantities, ("write_inventory",)),
    "job": RootField("job.read", cancelling.read_job),
    "webhookSubscription": RootField("webhook.read", hook_calls.read),
    "webhookSubscriptions": RootField("webhooks.list", hook_calls.find),
    "webhookSubscriptionCreate": RootField("webhook.create", hook_calls.create),
    "webhookSubscriptionUpdate": RootField("webhook.update", hook_calls.update),
    "webhookSubscriptionDelete": RootField("webhook.delete", hook_calls.delete),
    "bulkOperationRunQuery": RootField("bulk.run", bulk.run_query),
    "bulkOperation": RootField("bulk.read", bulk.read_one),
    "currentBulkOperation": RootField("bulk.read", bulk.current),
    "tagsAdd": RootField("tags.add", order_calls.tags_add, _WRITE),
    "tagsRemove": RootField("tags.remove", order_calls.tags_remove, _WRITE),
    "metafieldsSet": RootField("metafields.set", metafields.set_metafields, _WRITE),
    "metafieldsDelete": RootField("metafields.delete", metafields.delete_metafields, _WRITE),
    "metafieldDefinitions": RootField("definitions.list", metafields.definitions, _READ),
    "metafieldDefinitionCreate": RootField("definition.create", metafields.create_definition, _WRITE),
    "productVariant": RootField("variant.read", goods_calls.variant, ("read_products",)),
    "productVariants": RootField("variants.list", goods_calls.variants, ("read_products",)),
    "inventoryItem": RootField("item.read", goods_calls.item, _STOCK),
    "inventoryItems": RootField("items.list", goods_calls.items, _STOCK),
    "inventoryLevel": RootField("level.read", goods_calls.level, _STOCK),
    "location": RootField("location.read", goods_calls.location, ("read_locations",)),
    "locations": RootField("locations.list", goods_calls.locations, ("read_locations",)),
    "fulfillmentOrder": RootField("unit.read", shop_calls.fulfillment_order, READS_UNITS),
    "fulfillment": RootField("fulfillment.read", shop_calls.fulfillment, _READ),
    "shop": RootField("shop.read", shop_calls.shop),
    "currentAppInstallation": RootField("app.read", shop_calls.installation),
    "node": RootField("node.read", shop_calls.node),
    "nodes": RootField("nodes.read", shop_calls.nodes),
}

IDEMPOTENT = {"inventorySetQuantities", "refundCreate"}
"""Mutations on which `@idempotent` is obligatory."""


def name_of(field: str) -> str:
    known = FIELDS.get(field)
    return known.operation if known else UNNAMED
