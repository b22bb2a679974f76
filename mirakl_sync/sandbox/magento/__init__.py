"""A simulated Magento Open Source shop (REST V1), as documented and, where that differs, as observed on 2.4.6.

Operations, as trouble rules and the call log name them (`….later` for the asynchronous ones):

- order.create (PUT /V1/orders/create), order.save (POST /V1/orders), order.address (PUT /V1/orders/<id>),
  order.list, order.read, order.status,
  order.cancel, order.hold, order.unhold, order.comment, order.comments, order.invoice, order.ship, order.refund,
  invoice.refund, order_item.list, order_item.read
- shipment.list, shipment.read, track.create, track.delete, invoice.list, invoice.read, creditmemo.list,
  creditmemo.read
- cart.create, cart.read, cart.items, cart.add, cart.address, cart.shipping_methods, cart.totals,
  cart.payment_methods, cart.payment, cart.place
- product.list, product.read, product.create, product.save, product.children, product.base_prices
- source.list, stock.list, stock.read, stock.resolve, stock_source.list, stock_source.of_stock, source_item.list,
  source_item.save, stock.salable_quantity, stock.is_salable, stock.is_salable_for, stock.are_salable, stock.export,
  stock.dump, stock_item.read
- customer.create, customer.search, customer.read, customer_group.search, country.list, country.read
- store.configs, store.views, store.websites, module.list, token.create, version (GET /magento_version)
- bulk.status, bulk.details
- event.subscribe, event.read, event.change, event.list (setting `events`: mage-os/mageos-async-events)
- module.order (setting `module`): our own small module for shops whose web shop shares the stock.
  `POST /V1/mirakl/orders` takes the body of `PUT /V1/orders/create`, stores it as sent, answers the stored order, and
  in the same transaction appends a reservation of minus the ordered quantity for every line whose product is counted.
  It asks nobody whether the pieces are there: the marketplace has sold them. A double is the same 400 `Unique
  constraint violation found`, an `entity_id` is 400; either way nothing is reserved. It needs the right
  `Mirakl_OrderImport::create` and shows as `Mirakl_OrderImport` in `GET /V1/modules`.

What the books add to those of other shops: `physical` beside `stock` (what lies there, and what the shop would sell),
`oversold` (by SKU, pieces the web shop sold that others had already: what the phantom of direct orders does), and
POST /_sandbox/compensate, /consume and /webhooks/flush, which play the shop's command line.
"""

from mirakl_sync.sandbox.magento.app import create_app
from mirakl_sync.sandbox.magento.opening import from_plan
from mirakl_sync.sandbox.magento.settings import Access, MagentoSettings, StockSource, settings_from
from mirakl_sync.sandbox.magento.shop import Shop

__all__ = ["Access", "MagentoSettings", "Shop", "StockSource", "create_app", "from_plan", "settings_from"]
