"""A simulated WooCommerce shop (wc/v3), as documented and, where that differs, as observed on a running 11.0.1."""

from mirakl_sync.sandbox.woocommerce.app import create_app
from mirakl_sync.sandbox.woocommerce.opening import from_plan
from mirakl_sync.sandbox.woocommerce.settings import Key, ShopSettings, settings_from
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.tax import TaxRate

__all__ = ["Key", "Shop", "ShopSettings", "TaxRate", "create_app", "from_plan", "settings_from"]
