"""Placing an order as a checkout does: totals from catalogue, carrier and tax, all checked, stock reserved (5.7).

The reservation is written with the order, so nobody else can be sold the same pieces; a failed placing leaves none.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.magento import columns
from mirakl_sync.sandbox.magento.errors import refused
from mirakl_sync.sandbox.magento.model import COMPOSITES, Order, Product, Row
from mirakl_sync.sandbox.magento.order_input import create_order
from mirakl_sync.sandbox.magento.order_json import METHOD_TITLES
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import PLACES, ZERO, number

NOT_THERE = "Product that you are trying to add is not available."
TOO_MANY = "The requested qty is not available"
RATES = ("base_to_global_rate", "base_to_order_rate")
STORE_RATES = ("store_to_base_rate", "store_to_order_rate")
ZERO_TOTALS = columns.names("""
    discount_amount shipping_discount_amount shipping_tax_amount discount_tax_compensation_amount
    base_discount_amount base_shipping_discount_amount base_shipping_tax_amount base_discount_tax_compensation_amount
    shipping_discount_tax_compensation_amount base_shipping_discount_tax_compensation_amnt
""")
ZERO_LINE = columns.names("discount_tax_compensation_amount base_discount_tax_compensation_amount")


def check_salable(shop: Shop, product: Product | None, quantity: Decimal) -> Product:
    """The product, if the shop would sell so many of it now. Raises the 400 of a cart."""
    if product is None or not shop.ledger.is_salable(product, shop.stock()):
        raise refused(NOT_THERE)
    counted = product.manage_stock and product.type_id not in COMPOSITES and not product.backorders
    if counted and shop.ledger.salable(product, shop.stock()) < quantity:
        raise refused(TOO_MANY)
    return product


def place(shop: Shop, basket: list[tuple[str, Decimal]], buyer: Row, way: str, **more: Any) -> Order:
    """An order of the basket's SKUs for `buyer` (an address with `email`).

    `more`: `payment` (default checkmo), `quote_id`, `quote_items`, `store_id`, `shipping` (address; else the buyer's).
    """
    lines = []
    for sku, quantity in basket:
        product = check_salable(shop, shop.store.product(sku), quantity)
        lines.append((product, quantity))
    wanted: dict[int, Decimal] = {}
    for product, quantity in lines:
        wanted[product.id] = wanted.get(product.id, ZERO) + quantity
        check_salable(shop, product, wanted[product.id])
    named = _named(shop, lines, buyer, more)
    for item, number_in_cart in zip(named["items"], more.get("quote_items") or (), strict=False):
        item["quote_item_id"] = number_in_cart
    order = create_order(shop, named, way)
    for (_, quantity), item in zip(lines, order.items, strict=True):
        shop.reserve(order, item, -quantity, "sale" if way == "checkout" else "order")
    return order


def _named(shop: Shop, lines: list[tuple[Product, Decimal]], buyer: Row, more: dict[str, Any]) -> Row:
    """The order as an `entity`, with every total a checkout computes."""
    store_id = more.get("store_id", 1)
    items = [_line(shop, product, quantity, store_id) for product, quantity in lines]
    method = (more.get("payment") or {}).get("method", "checkmo")
    totals = _totals(shop, items)
    address = {**{name: value for name, value in buyer.items() if name != "address_type"}}
    shipping = {**(more.get("shipping") or address)}
    currency = shop.settings.currency
    payment = {
        **(more.get("payment") or {"method": method}),
        "additional_information": [METHOD_TITLES.get(method, method)],
        "amount_ordered": totals["grand_total"],
        "base_amount_ordered": totals["grand_total"],
        "shipping_amount": totals["shipping_amount"],
        "base_shipping_amount": totals["shipping_amount"],
    }
    return {
        "state": "new",
        "status": "pending",
        "store_id": store_id,
        "is_virtual": 0,
        "remote_ip": "127.0.0.1",
        "customer_is_guest": 1,
        "customer_group_id": 0,
        "customer_note_notify": 1,
        "customer_email": buyer.get("email"),
        "customer_firstname": buyer.get("firstname"),
        "customer_lastname": buyer.get("lastname"),
        "shipping_description": "Flat Rate - Fixed",
        **dict.fromkeys(RATES, 1),
        **dict.fromkeys(STORE_RATES, 0),
        **{f"{name}_currency_code": currency for name in ("base", "global", "order", "store")},
        **dict.fromkeys(ZERO_TOTALS, ZERO),
        **totals,
        **{f"base_{name}": value for name, value in totals.items() if name not in ("total_qty_ordered", "weight")},
        **({"quote_id": more["quote_id"]} if more.get("quote_id") else {}),
        "items": items,
        "billing_address": {**address, "address_type": "billing"},
        "payment": payment,
        "extension_attributes": {
            "shipping_assignments": [
                {"shipping": {"method": "flatrate_flatrate", "address": {**shipping, "address_type": "shipping"}}}
            ]
        },
    }


def _line(shop: Shop, product: Product, quantity: Decimal, store_id: int) -> Row:
    rate = number(shop.settings.tax_percent) / 100
    price = product.price or ZERO
    row_total = (price * quantity).quantize(PLACES)
    tax = (row_total * rate).quantize(PLACES)
    weight = product.weight or ZERO
    amounts = {
        "price": price,
        "original_price": price,
        "price_incl_tax": (price * (1 + rate)).quantize(PLACES),
        "row_total": row_total,
        "row_total_incl_tax": row_total + tax,
        "tax_amount": tax,
    }
    return {
        "sku": product.sku,
        "name": product.name,
        "product_id": product.id,
        "product_type": product.type_id,
        "store_id": store_id,
        "qty_ordered": quantity,
        "is_qty_decimal": 0,
        "is_virtual": 0,
        "tax_percent": number(shop.settings.tax_percent),
        "weight": weight,
        "row_weight": weight * quantity,
        **dict.fromkeys(ZERO_LINE, ZERO),
        **amounts,
        **{f"base_{name}": value for name, value in amounts.items()},
    }


def _totals(shop: Shop, items: list[Row]) -> Row:
    pieces: Decimal = sum((item["qty_ordered"] for item in items), ZERO)
    shipping = number(shop.settings.flat_rate) * pieces
    subtotal, tax = (sum((item[name] for item in items), ZERO) for name in ("row_total", "tax_amount"))
    grand = subtotal + tax + shipping
    return {
        "subtotal": subtotal,
        "subtotal_incl_tax": subtotal + tax,
        "tax_amount": tax,
        "shipping_amount": shipping,
        "shipping_incl_tax": shipping,
        "grand_total": grand,
        "total_due": grand,
        "total_qty_ordered": pieces,
        "weight": sum((item["row_weight"] for item in items), ZERO),
    }
