"""Products and variations as wc/v3 prints them, field by field as recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.woocommerce import bundles, dates
from mirakl_sync.sandbox.woocommerce.links import item_links
from mirakl_sync.sandbox.woocommerce.model import Meta, Product
from mirakl_sync.sandbox.woocommerce.prices import effective_tax_class, net_price, price_now
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock import shown_status, stock_holder

NO_DIMENSIONS = {"length": "", "width": "", "height": ""}
UNCATEGORIZED = {"id": 15, "name": "Uncategorized", "slug": "uncategorized"}


def product_json(shop: Shop, product: Product, base: str, *, written: bool = False) -> dict[str, Any]:
    """What `/products/{id}` answers, for a variation id too. `written` adds the two fields only writes answer with."""
    price, variation = price_now(shop, product), bool(product.parent_id)
    holder = stock_holder(shop, product)
    return {
        "id": product.id,
        "name": full_name(shop, product),
        "slug": slug(full_name(shop, product)),
        "permalink": permalink(shop, product, base),
        **_dates(shop, product),
        "type": product.type,
        "status": product.status,
        "featured": False,
        "catalog_visibility": product.plain.get("catalog_visibility", "visible"),
        "description": product.plain.get("description", ""),
        "short_description": product.plain.get("short_description", ""),
        "sku": product.sku,
        "price": price,
        "regular_price": product.regular_price,
        "sale_price": product.sale_price,
        **_sale(shop, product),
        "purchasable": price != "" and product.status == "publish",
        "total_sales": "0" if variation else product.total_sales,
        **_virtual(product),
        "external_url": "",
        "button_text": "",
        "tax_status": product.tax_status,
        "tax_class": effective_tax_class(shop, product),
        "manage_stock": product.manage_stock or (holder is not None and holder.manage_stock),
        "stock_quantity": holder.stock if holder else None,
        **_backorders(holder or product),
        "low_stock_amount": product.plain.get("low_stock_amount"),
        "sold_individually": False,
        **_freight(product),
        "shipping_required": not product.plain.get("virtual", False),
        "shipping_taxable": not product.plain.get("virtual", False),
        "shipping_class": "",
        "shipping_class_id": 0,
        "reviews_allowed": not variation,
        "average_rating": "0" if written else "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "parent_id": product.parent_id,
        "purchase_note": product.plain.get("purchase_note", ""),
        "categories": [] if variation else _categories(product),
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": _attributes(product),
        "default_attributes": [],
        "variations": list(product.variation_ids),
        "grouped_products": [],
        "menu_order": 0,
        "price_html": _price_html(shop, product, price),
        "related_ids": [],
        "meta_data": meta_json(product.meta),
        "stock_status": shown_status(shop, product),
        "has_options": product.type == "variable",
        "post_password": "",
        "global_unique_id": product.global_unique_id,
        **bundles.fields_of(shop, product),
        **(_written_only(product, base) if written else {}),
        **_links(product, base),
    }


def variation_json(shop: Shop, product: Product, base: str) -> dict[str, Any]:
    """What `/products/{id}/variations/{id}` answers; `manage_stock` may be the string "parent"."""
    holder = stock_holder(shop, product)
    by_parent = holder is not None and holder is not product
    return {
        "id": product.id,
        "type": "variation",
        **_dates(shop, product),
        "description": product.plain.get("description", ""),
        "permalink": permalink(shop, product, base),
        "sku": product.sku,
        "global_unique_id": product.global_unique_id,
        "price": price_now(shop, product),
        "regular_price": product.regular_price,
        "sale_price": product.sale_price,
        **_sale(shop, product),
        "status": product.status,
        "purchasable": product.regular_price != "" and product.status == "publish",
        **_virtual(product),
        "tax_status": product.tax_status,
        "tax_class": product.tax_class,
        "manage_stock": "parent" if by_parent else product.manage_stock,
        "stock_quantity": holder.stock if holder else None,
        "stock_status": shown_status(shop, product),
        **_backorders(holder or product),
        "low_stock_amount": product.plain.get("low_stock_amount"),
        **_freight(product),
        "shipping_class": "",
        "shipping_class_id": 0,
        "image": None,
        "gallery_image_ids": [],
        "attributes": _attributes(product),
        "menu_order": 0,
        "meta_data": meta_json(product.meta),
        "name": ", ".join(a["option"] for a in product.attributes),
        "parent_id": product.parent_id,
        **item_links(
            base,
            f"products/{product.parent_id}/variations/{product.id}",
            f"products/{product.parent_id}/variations",
            up=f"products/{product.parent_id}",
        ),
    }


def _categories(product: Product) -> list[dict[str, Any]]:
    """As staff sorted it; a product nobody sorted is in the shop's default category."""
    return product.plain.get("categories") or [UNCATEGORIZED]


def full_name(shop: Shop, product: Product) -> str:
    """`Tee - S` for a variation, as order lines show it."""
    parent = shop.store.products.rows.get(product.parent_id)
    if parent is None:
        return product.name
    options = ", ".join(attribute["option"] for attribute in product.attributes)
    return f"{parent.name} - {options}" if options else parent.name


def meta_json(kept: list[Meta]) -> list[dict[str, Any]]:
    return [{"id": meta.id, "key": meta.key, "value": meta.value} for meta in kept]


def slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def permalink(shop: Shop, product: Product, base: str) -> str:
    parent = shop.store.products.rows.get(product.parent_id)
    if parent is None:
        return f"{base}/product/{slug(product.name)}/"
    choice = "&".join(f"attribute_{a['slug']}={slug(a['option'])}" for a in product.attributes)
    return f"{base}/product/{slug(parent.name)}/?{choice}"


def _dates(shop: Shop, product: Product) -> dict[str, Any]:
    zone = shop.settings.zone
    return {
        "date_created": dates.text(product.created, zone),
        "date_created_gmt": dates.text(product.created),
        "date_modified": dates.text(product.modified, zone),
        "date_modified_gmt": dates.text(product.modified),
    }


def _sale(shop: Shop, product: Product) -> dict[str, Any]:
    zone, rows = shop.settings.zone, shop.store.products.rows
    family = [rows[number] for number in product.variation_ids if number in rows] or [product]
    return {
        "date_on_sale_from": dates.text(product.sale_from, zone),
        "date_on_sale_from_gmt": dates.text(product.sale_from),
        "date_on_sale_to": dates.text(product.sale_to, zone),
        "date_on_sale_to_gmt": dates.text(product.sale_to),
        "on_sale": any(p.sale_price != "" and price_now(shop, p) == p.sale_price for p in family),
    }


def _virtual(product: Product) -> dict[str, Any]:
    return {
        "virtual": product.plain.get("virtual", False),
        "downloadable": product.plain.get("downloadable", False),
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
    }


def _backorders(holder: Product) -> dict[str, Any]:
    allowed = holder.backorders != "no"
    waiting = allowed and holder.manage_stock and (holder.stock or 0) < 0
    return {"backorders": holder.backorders, "backorders_allowed": allowed, "backordered": waiting}


def _freight(product: Product) -> dict[str, Any]:
    return {
        "weight": product.plain.get("weight", ""),
        "dimensions": {**NO_DIMENSIONS, **product.plain.get("dimensions", {})},
    }


def _attributes(product: Product) -> list[dict[str, Any]]:
    return [dict(attribute) for attribute in product.attributes]


def _price_html(shop: Shop, product: Product, price: str) -> str:
    if price == "":
        return ""
    net = net_price(shop, product, Decimal(price)).quantize(shop.settings.cent)
    return f'<span class="woocommerce-Price-amount amount"><bdi>{net}</bdi></span>'


def _written_only(product: Product, base: str) -> dict[str, str]:
    return {
        "permalink_template": f"{base}/product/%pagename%/",
        "generated_slug": slug(product.name),
    }


def _links(product: Product, base: str) -> dict[str, Any]:
    up = f"products/{product.parent_id}" if product.parent_id else None
    return item_links(base, f"products/{product.id}", "products", up=up)
