"""A simulated Shopify shop: the Admin GraphQL API 2026-10 as far as a marketplace connector needs it.

Operations, as trouble rules and the call log name them (a call is named by its first field):

- token, and graphql for what cannot be named: no such document, no such operation
- order.create, order.read, order.find (by identifier), orders.list, order.update, tags.add, tags.remove
- metafields.set, metafields.delete, definition.create, definitions.list
- variant.read, variants.list, item.read, items.list, level.read, location.read, locations.list
- unit.read (a fulfillment order), fulfillment.read, node.read, nodes.read, shop.read, app.read
"""

from mirakl_sync.sandbox.shopify.app import create_app
from mirakl_sync.sandbox.shopify.opening import from_plan
from mirakl_sync.sandbox.shopify.settings import ShopSettings, settings_from
from mirakl_sync.sandbox.shopify.shop import Shop

__all__ = ["Shop", "ShopSettings", "create_app", "from_plan", "settings_from"]
