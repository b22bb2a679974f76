"""A simulated Magento Open Source shop (REST V1), as documented and, where that differs, as observed on 2.4.6.

Operations, as trouble rules and the call log name them (`….later` for the asynchronous ones):

- order.create (PUT /V1/orders/create), order.save (POST /V1/orders), order.list, order.read, order_item.list,
  order_item.read
- product.list, product.read, product.create, product.save, product.children, product.base_prices
- source.list, stock.list, stock.read, stock.resolve, stock_source.list, stock_source.of_stock, source_item.list,
  source_item.save, stock.salable_quantity, stock.is_salable, stock.is_salable_for, stock.are_salable, stock.export,
  stock.dump, stock_item.read
- store.configs, store.views, store.websites, module.list, token.create, version (GET /magento_version)
"""

from mirakl_sync.sandbox.magento.app import create_app
from mirakl_sync.sandbox.magento.opening import from_plan
from mirakl_sync.sandbox.magento.settings import Access, MagentoSettings, StockSource, settings_from
from mirakl_sync.sandbox.magento.shop import Shop

__all__ = ["Access", "MagentoSettings", "Shop", "StockSource", "create_app", "from_plan", "settings_from"]
