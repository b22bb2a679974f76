"""A simulated Shopify shop: the Admin GraphQL API 2026-10 as far as a marketplace connector needs it.

Operations, as trouble rules and the call log name them (a call is named by its first field):

- token, bulk.file, and graphql for what cannot be named: no such document, no such operation
- order.create, order.read, order.find (by identifier), orders.list, order.update, order.cancel, order.pay, job.read
- edit.begin, edit.quantity, edit.add, edit.commit, refund.create, tags.add, tags.remove
- unit.read (a fulfillment order), unit.hold, unit.release
- fulfillment.read, fulfillment.create, fulfillment.track, fulfillment.cancel
- metafields.set, metafields.delete, definition.create, definitions.list
- variant.read, variants.list, item.read, items.list, level.read, inventory.set, location.read, locations.list
- webhook.read, webhook.create, webhook.update, webhook.delete, webhooks.list, bulk.run, bulk.read
- node.read, nodes.read, shop.read, app.read
"""

from mirakl_sync.sandbox.shopify.app import create_app
from mirakl_sync.sandbox.shopify.opening import from_plan
from mirakl_sync.sandbox.shopify.settings import ShopSettings, settings_from
from mirakl_sync.sandbox.shopify.shop import Shop

__all__ = ["Shop", "ShopSettings", "create_app", "from_plan", "settings_from"]
