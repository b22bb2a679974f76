"""A product as REST prints it (recorded, 03-product-create and 33-product-put)."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.model import Product
from mirakl_sync.sandbox.magento.shop import Shop

PLAIN = {"options_container": "container2", "msrp_display_actual_price_type": "0", "required_options": "0"}
PLAIN |= {"has_options": "0", "tax_class_id": "2"}


def product_json(shop: Shop, product: Product, *, single: bool, links: bool = False) -> dict[str, Any]:
    """One product. Only a product asked for by itself has its `stock_item`, and then no `links` (recorded)."""
    extension: dict[str, Any] = {"website_ids": [1]}
    if product.category_ids:
        places = enumerate(product.category_ids)
        extension["category_links"] = [{"position": place, "category_id": str(number)} for place, number in places]
    if product.child_ids:
        extension["configurable_product_links"] = product.child_ids
    if single:
        extension["stock_item"] = stock_item(shop, product)
    body: dict[str, Any] = {
        "id": product.id,
        "sku": product.sku,
        "name": product.name,
        "attribute_set_id": product.attribute_set_id,
        "price": product.price,
        "status": product.status,
        "visibility": product.visibility,
        "type_id": product.type_id,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "weight": product.weight,
        "extension_attributes": extension,
        "options": [],
        "media_gallery_entries": [],
        "custom_attributes": custom_attributes(product),
    }
    if links or not single:
        body |= {"product_links": [], "tier_prices": []}
    return {name: value for name, value in body.items() if value is not None}


def custom_attributes(product: Product) -> list[dict[str, Any]]:
    values = {
        "options_container": PLAIN["options_container"],
        "url_key": url_key(product.name),
        **PLAIN,
        "category_ids": [str(number) for number in product.category_ids or ()],
        **(product.custom or {}),
    }
    return [{"attribute_code": code, "value": value} for code, value in values.items()]


def url_key(name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "-".join(words)


def stock_item(shop: Shop, product: Product) -> dict[str, Any]:
    """The stock item of the days before multi-source inventory: the default source alone, reservations not counted."""
    item = shop.ledger.source_item(product.sku, "default")
    return {
        "item_id": product.id,
        "product_id": product.id,
        "stock_id": 1,
        "qty": item.quantity if item else None,
        "is_in_stock": bool(item and item.status) if product.manage_stock else product.in_stock,
        "is_qty_decimal": False,
        "show_default_notification_message": False,
        "use_config_min_qty": not product.min_qty,
        "min_qty": product.min_qty,
        "use_config_min_sale_qty": 1,
        "min_sale_qty": 1,
        "use_config_max_sale_qty": True,
        "max_sale_qty": 10000,
        "use_config_backorders": not product.backorders,
        "backorders": product.backorders,
        "use_config_notify_stock_qty": True,
        "notify_stock_qty": 1,
        "use_config_qty_increments": True,
        "qty_increments": 0,
        "use_config_enable_qty_inc": True,
        "enable_qty_increments": False,
        "use_config_manage_stock": product.manage_stock,
        "manage_stock": product.manage_stock,
        "low_stock_date": None,
        "is_decimal_divided": False,
        "stock_status_changed_auto": 0,
    }
