"""The plugin WooCommerce Product Bundles, as far as stock goes: its fields on products, and what a bundle holds.

The plugin counts a bundle's number itself and writes it past the product: the bundle's date stays when a piece is sold.
"""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock import shown_status, stock_holder

TYPE = "bundle"
FIELD = "bundled_items"
ITEM_STATES = {"instock": "in_stock", "onbackorder": "on_backorder", "outofstock": "out_of_stock"}


def fill(shop: Shop, product: Product, pieces: list[dict[str, Any]], sizes: dict[str, Any]) -> None:
    """Makes a product a bundle of {"sku", "pieces"} or {"sku", "least", "most", "optional"}; null is any number."""
    if not shop.settings.bundles_plugin:
        raise BadRequest("this shop has no Product Bundles: set bundles_plugin")
    product.type = TYPE
    product.plain |= {name: sizes[name] for name in ("bundle_min_size", "bundle_max_size") if name in sizes}
    product.plain[FIELD] = [_item(shop, piece, order) for order, piece in enumerate(pieces)]


def _item(shop: Shop, piece: dict[str, Any], order: int) -> dict[str, Any]:
    product_id = shop.store.products.by_sku.get(piece["sku"])
    if product_id is None:
        raise BadRequest(f"no product has the SKU {piece['sku']!r}")
    least = int(piece.get("least", piece.get("pieces", 1)))
    most = piece.get("most", least)
    return {
        "bundled_item_id": shop.store.numbers.next("bundled item"),
        "product_id": product_id,
        "menu_order": order,
        "quantity_min": least,
        "quantity_max": "" if most is None else int(most),
        "quantity_default": least,
        "optional": bool(piece.get("optional", False)),
    }


def items(product: Product) -> list[dict[str, Any]]:
    """What every bundle must hold: the optional items left out."""
    return [item for item in product.plain.get(FIELD, ()) if not item["optional"] and item["quantity_min"]]


def fields_of(shop: Shop, product: Product) -> dict[str, Any]:
    """The plugin's fields on any product; nothing where the plugin is not there."""
    if not shop.settings.bundles_plugin:
        return {}
    rows = shop.store.products.rows
    own = product.type == TYPE
    held = [{**item, "stock_status": _item_state(shop, item)} for item in product.plain.get(FIELD, ())]
    status, number = _state(shop, product) if own else (product.stock_status, product.stock)
    return {
        "bundled_by": [] if own else [row.id for row in _bundles(shop) if product.id in _ids(row)],
        "bundle_stock_status": status,
        "bundle_stock_quantity": "" if own and number is None else number,
        "bundle_virtual": False,
        "bundle_layout": "default" if own else "",
        "bundle_add_to_cart_form_location": "default" if own else "",
        "bundle_editable_in_cart": False,
        "bundle_sold_individually_context": "product" if own else "",
        "bundle_item_grouping": "parent" if own else "",
        "bundle_min_size": product.plain.get("bundle_min_size", ""),
        "bundle_max_size": product.plain.get("bundle_max_size", ""),
        FIELD: [item for item in held if item["product_id"] in rows],
    }


def _bundles(shop: Shop) -> list[Product]:
    return [row for row in shop.store.products.bundles() if row.status != "trash"]


def _ids(bundle: Product) -> set[int]:
    return {item["product_id"] for item in bundle.plain.get(FIELD, ())}


def _state(shop: Shop, bundle: Product) -> tuple[str, int | None]:
    """The plugin's own count: the scarcest of the pieces and of the container's own number."""
    numbers = [bundle.stock or 0] if bundle.manage_stock else []
    for item in items(bundle):
        piece = shop.store.products.rows.get(item["product_id"])
        holder = stock_holder(shop, piece)
        if piece is None or (holder is None and shown_status(shop, piece) == "outofstock"):
            return "outofstock", 0
        if holder is not None and holder.backorders == "no":
            numbers.append(max(holder.stock or 0, 0) // item["quantity_min"])
    number = min(numbers, default=None)
    if bundle.stock_status == "outofstock":
        return "outofstock", number
    return ("insufficientstock" if number is not None and number <= 0 else "instock"), number


def _item_state(shop: Shop, item: dict[str, Any]) -> str:
    piece = shop.store.products.rows.get(item["product_id"])
    holder = stock_holder(shop, piece)
    if piece is None:
        return "out_of_stock"
    if holder and holder.backorders == "no" and (holder.stock or 0) < item["quantity_min"]:
        return "out_of_stock"
    return ITEM_STATES[shown_status(shop, piece)]
