"""The shop's own customers: what the checkout sells, whom it turns away, and what it holds for those who have not paid.

The real checkout compares with the stock less what unpaid checkouts hold; REST shows neither (reference 3.1).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.woocommerce import bundles
from mirakl_sync.sandbox.woocommerce.model import Order, Product
from mirakl_sync.sandbox.woocommerce.orders import create_order, update_order
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock import CHECKOUT, stock_holder

NOT_SOLD = {"variable", "grouped", "external"}
BUYER = {
    "first_name": "Carla",
    "last_name": "Compra",
    "address_1": "Calle 2",
    "postcode": "28002",
    "city": "Madrid",
    "country": "ES",
    "email": "carla@buyer.example",
}


def sell(shop: Shop, sku: str, quantity: int, *, paid: bool = True) -> dict[str, Any]:
    """Somebody buys here: an ordinary order, stock reduced once it is paid. Refused where stock does not suffice."""
    product = product_of(shop, sku)
    left = available(shop, product)
    if left is not None and left < quantity:
        return shop.history.turn_away(sku, quantity, left)
    order = create_order(
        shop, {"line_items": _lines(shop, product, quantity), "billing": BUYER, "payment_method": "cod"}
    )
    order.created_via = CHECKOUT
    shop.unpaid.add(order.id)
    if paid:
        update_order(shop, order, {"status": "processing"})
    holder = stock_holder(shop, product)
    return {"sold": True, "order": order.id, "status": order.status, "stock": holder.stock if holder else None}


def product_of(shop: Shop, sku: str) -> Product:
    product = shop.store.products.rows.get(shop.store.products.by_sku.get(sku, 0))
    if product is None:
        raise BadRequest(f"no product has the SKU {sku!r}")
    return product


def available(shop: Shop, product: Product) -> int | None:
    """Pieces the checkout would sell now; None is any number."""
    parent = shop.store.products.rows.get(product.parent_id)
    if product.status != "publish" or product.type in NOT_SOLD or (parent and parent.status != "publish"):
        return 0
    numbers = [_own(shop, product)]
    for item in bundles.items(product):
        piece = shop.store.products.rows.get(item["product_id"])
        left = available(shop, piece) if piece else 0
        numbers.append(None if left is None else left // item["quantity_min"])
    return min((number for number in numbers if number is not None), default=None)


def _own(shop: Shop, product: Product) -> int | None:
    holder = stock_holder(shop, product)
    if holder is None:
        return 0 if product.stock_status == "outofstock" else None
    return None if holder.backorders != "no" else (holder.stock or 0) - _held(shop, holder)


def _held(shop: Shop, holder: Product) -> int:
    """Pieces in baskets that are waiting for their money."""
    rows = shop.store.products.rows
    return sum(
        line.quantity
        for order in _waiting(shop)
        for line in order.lines
        if stock_holder(shop, rows.get(line.sold_id)) is holder
    )


def cancel_unpaid(shop: Shop) -> None:
    """What the shop's timer does: a checkout that was not paid in time is cancelled, its pieces are free again."""
    for order in _waiting(shop):
        if shop.now() - order.created >= timedelta(minutes=shop.settings.hold_stock_minutes):
            update_order(shop, order, {"status": "cancelled"})


def _waiting(shop: Shop) -> list[Order]:
    rows = shop.store.orders.rows
    shop.unpaid = {number for number in shop.unpaid if number in rows and rows[number].status == "pending"}
    return [rows[number] for number in sorted(shop.unpaid)]


def _lines(shop: Shop, product: Product, quantity: int) -> list[dict[str, Any]]:
    """A bundle is a line of its own and one without a price for each of its pieces."""
    own = {"variation_id": product.id} if product.parent_id else {"product_id": product.id}
    lines: list[dict[str, Any]] = [{**own, "quantity": quantity}]
    for item in bundles.items(product):
        pieces = item["quantity_min"] * quantity
        lines.append({"product_id": item["product_id"], "quantity": pieces, "subtotal": "0", "total": "0"})
    return lines
