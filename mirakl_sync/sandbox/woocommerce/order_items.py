"""The lines of an order as a request sends them: products joined, prices filled in, lines changed or removed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.woocommerce.amounts import amount, decimal_text
from mirakl_sync.sandbox.woocommerce.errors import RestError
from mirakl_sync.sandbox.woocommerce.model import FeeLine, LineItem, Order, Product, ShippingLine
from mirakl_sync.sandbox.woocommerce.prices import effective_tax_class, net_price, price_now
from mirakl_sync.sandbox.woocommerce.product_json import full_name, slug
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock import ITEM_META, adjust_line

KINDS = {"line_items": "lines", "shipping_lines": "shipping_lines", "fee_lines": "fees"}
NULLS_THAT_REMOVE = ("product_id", "method_id", "method_title", "name")
Item = LineItem | ShippingLine | FeeLine
ITEMS: dict[str, Callable[[int], Item]] = {
    "line_items": LineItem,
    "shipping_lines": ShippingLine,
    "fee_lines": FeeLine,
}


def touches_totals(given: dict[str, Any]) -> bool:
    """Only an address or a list of items makes the server recompute on update."""
    return any(given.get(name) is not None for name in ("billing", "shipping", "coupon_lines", *KINDS))


def apply_items(shop: Shop, order: Order, given: dict[str, Any]) -> None:
    """Adds items without `id`, changes or removes those with one. Refuses what the real server refuses."""
    if given.get("coupon_lines"):
        raise RestError(400, "woocommerce_rest_invalid_coupon", "Coupon does not exist!")
    for name, attribute in KINDS.items():
        for posted in given.get(name) or ():
            _apply_item(shop, order, getattr(order, attribute), name, posted)


def _apply_item(shop: Shop, order: Order, items: list[Any], name: str, posted: dict[str, Any]) -> None:
    item = _existing(items, posted)
    if item is None:
        item = _new_item(shop, name)
        _fill(shop, order, item, posted, new=True)
        items.append(item)
    elif _removes(posted):
        if isinstance(item, LineItem):
            adjust_line(shop, order, item, 0)
        items.remove(item)
    else:
        _fill(shop, order, item, posted, new=False)


def _existing(items: list[Any], posted: dict[str, Any]) -> Any | None:
    if not posted.get("id"):
        return None
    found = next((item for item in items if item.id == int(posted["id"])), None)
    if found is None:
        words = "Order item ID provided is not associated with order."
        raise RestError(400, "woocommerce_rest_invalid_item_id", words)
    return found


def _removes(posted: dict[str, Any]) -> bool:
    nulled = any(key in posted and posted[key] is None for key in NULLS_THAT_REMOVE)
    return nulled or posted.get("quantity") == 0


def _new_item(shop: Shop, name: str) -> Item:
    return ITEMS[name](shop.store.item_id())


def _fill(shop: Shop, order: Order, item: Item, posted: dict[str, Any], *, new: bool) -> None:
    if isinstance(item, LineItem):
        _fill_line(shop, order, item, posted, new=new)
    elif isinstance(item, ShippingLine):
        _fill_shipping(item, posted, new=new)
    else:
        _fill_fee(item, posted, new=new)
    shop.store.merge_meta(item.meta, ITEM_META, posted.get("meta_data"))


def _fill_line(shop: Shop, order: Order, line: LineItem, posted: dict[str, Any], *, new: bool) -> None:
    referred = any(posted.get(key) for key in ("sku", "variation_id", "product_id"))
    if new and not referred:
        raise RestError(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    product = find_product(shop, posted) if referred else None
    quantity = int(posted["quantity"]) if posted.get("quantity") is not None else line.quantity
    if product and product.id != line.sold_id:
        _join(shop, line, product)
        if new and (price := price_now(shop, product)):
            line.subtotal = line.total = net_price(shop, product, Decimal(price), quantity)
    line.quantity = quantity
    if not new:
        adjust_line(shop, order, line, quantity)
    _set_money(line, posted)
    for name in ("name", "tax_class"):
        if posted.get(name) is not None:
            setattr(line, name, posted[name])


def find_product(shop: Shop, posted: dict[str, Any]) -> Product | None:
    """`sku` wins over `variation_id`, that over `product_id`. An unknown one is no error (reference 4.1)."""
    products = shop.store.products
    if posted.get("sku"):
        return products.rows.get(products.by_sku.get(posted["sku"], 0))
    return products.rows.get(int(posted.get("variation_id") or posted.get("product_id") or 0))


def _join(shop: Shop, line: LineItem, product: Product) -> None:
    line.product_id = product.parent_id or product.id
    line.variation_id = product.id if product.parent_id else 0
    line.name = full_name(shop, product)
    line.tax_class = effective_tax_class(shop, product)
    line.tax_status = product.tax_status
    for attribute in product.attributes if product.parent_id else ():
        shop.store.set_meta(line.meta, ITEM_META, attribute["slug"], slug(attribute["option"]))


def _set_money(line: LineItem, posted: dict[str, Any]) -> None:
    """The subtotal cannot be less than the total: it is raised silently."""
    if posted.get("subtotal") is not None:
        line.subtotal = amount(posted["subtotal"])
    if posted.get("total") is not None:
        line.total = amount(posted["total"])
    line.subtotal = max(line.subtotal, line.total)


def _fill_shipping(line: ShippingLine, posted: dict[str, Any], *, new: bool) -> None:
    if new and not posted.get("method_id"):
        raise RestError(400, "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.")
    for name in ("method_id", "method_title", "instance_id"):
        if posted.get(name) is not None:
            setattr(line, name, posted[name])
    if posted.get("total") is not None:
        line.total = amount(posted["total"])


def _fill_fee(fee: FeeLine, posted: dict[str, Any], *, new: bool) -> None:
    if new and not posted.get("name"):
        raise RestError(400, "woocommerce_rest_invalid_fee_item", "Fee name is required.")
    for name in ("name", "tax_class", "tax_status"):
        if posted.get(name) is not None:
            setattr(fee, name, posted[name])
    sent = posted.get("total", posted.get("amount"))
    if sent is not None and decimal_text(sent):
        fee.total = fee.amount = amount(sent)
