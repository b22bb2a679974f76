"""A simulated Salesforce B2C Commerce instance: Account Manager, SLAS, SCAPI, OCAPI and WebDAV on one host.

What the documentation leaves open is marked as inferred in the project's notes; the words of such errors are ours.

Operations, as the call log and trouble rules name them:

- tokens: token.account_manager, token.trusted_system, token.guest
- SCAPI orders: order.create, order.read, orders.list, order.update, order.status, order.export_status,
  order.confirmation_status, order.payment_status, order.shipping_status, order.external_status, order.address,
  order.payment, order.transaction, order.event
- products: product.read, shopper.products, shopper.product, availability.read, product.search
- OCAPI Data: inventory.lists, inventory.list, inventory.records, inventory.record, inventory.change, inventory.put,
  inventory.delete, data.order.update, data.order.status and so on
- OCAPI Shop: shop.order.read, shop.order.update, order.search
- Omnichannel Inventory: oci.availability, oci.token, oci.deltas
- jobs and files: job.start, job.read, file.put, file.get, file.move, file.delete, file.folder, file.list
"""

from mirakl_sync.sandbox.salesforce.app import create_app
from mirakl_sync.sandbox.salesforce.opening import access_of, from_plan
from mirakl_sync.sandbox.salesforce.settings import Client, InstanceSettings, settings_from
from mirakl_sync.sandbox.salesforce.shop import Shop

__all__ = ["Client", "InstanceSettings", "Shop", "access_of", "create_app", "from_plan", "settings_from"]
