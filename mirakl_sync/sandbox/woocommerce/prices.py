"""The price a product has now, and what of it is net (`wc_get_price_excluding_tax`)."""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.sandbox.woocommerce.amounts import inside
from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.tax import Location, rates_for, tax_in_gross


def price_now(shop: Shop, product: Product) -> str:
    """As entered, sale price while the sale runs; a parent shows the lowest of its variations; "" = no price."""
    if product.type == "variable":
        rows = shop.store.products.rows
        prices = [price_now(shop, rows[number]) for number in product.variation_ids if number in rows]
        return min((price for price in prices if price), key=Decimal, default="")
    return product.sale_price if _on_sale(shop, product) else product.regular_price


def _on_sale(shop: Shop, product: Product) -> bool:
    if product.sale_price == "" or Decimal(product.sale_price) >= Decimal(product.regular_price or 0):
        return False
    now = shop.now()
    return not (product.sale_from and product.sale_from > now) and not (product.sale_to and product.sale_to < now)


def effective_tax_class(shop: Shop, product: Product) -> str:
    """A variation's `parent` class is the class of its parent."""
    parent = shop.store.products.rows.get(product.parent_id)
    return parent.tax_class if product.tax_class == "parent" and parent else product.tax_class


def net_price(shop: Shop, product: Product, price: Decimal, quantity: int = 1) -> Decimal:
    """A whole line without tax, six decimals: entered prices include the tax of the shop's own country."""
    line = price * quantity
    settings = shop.settings
    if not (settings.calc_taxes and settings.prices_include_tax and product.tax_status == "taxable"):
        return inside(line)
    home = Location(settings.base_country, settings.base_state)
    rates = rates_for(shop.store.tax_rates, home, effective_tax_class(shop, product))
    return inside(line - tax_in_gross(line, rates))
