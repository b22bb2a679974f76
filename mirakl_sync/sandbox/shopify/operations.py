"""Every root field: its name in the call log and in trouble rules, the scope it needs, and who answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mirakl_sync.sandbox.shopify import (
    goods_calls,
    metafields,
    order_calls,
    placing,
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

FIELDS: dict[str, RootField] = {
    "order": RootField("order.read", order_calls.read, _READ),
    "orders": RootField("orders.list", order_calls.find, _READ),
    "orderByIdentifier": RootField("order.find", order_calls.by_identifier, _READ),
    "orderCreate": RootField("order.create", placing.create, _WRITE),
    "orderUpdate": RootField("order.update", order_calls.update, _WRITE),
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
