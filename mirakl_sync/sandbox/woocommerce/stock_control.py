"""Stock by remote control: customers at the checkout, staff with the price gun, programs that write past the shop."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.shop_control import cause_of, mount_shop_floor, sku_in, wanted_pieces
from mirakl_sync.sandbox.stock_history import Change
from mirakl_sync.sandbox.woocommerce import checkout
from mirakl_sync.sandbox.woocommerce.model import Product
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.stock import change_stock, set_stock_status, stock_holder


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST sell`, `POST sale`, `POST double`, `GET|POST stock`. An unpaid basket holds its pieces for a while."""
    mount_shop_floor(
        control,
        shop,
        find=partial(checkout.product_of, shop),
        shown=partial(shown, shop),
        correct=partial(_correct, shop),
        sell=partial(checkout.sell, shop),
        double=lambda product: double(shop, product).id,
    )

    @control.post("/sale")
    def sale() -> dict[str, Any]:
        """{"sku", "quantity"}: pieces leave without an order and without a question, below zero too."""
        sent = control_json()
        with shop.lock:
            return {"stock": take(shop, sku_in(sent), int(sent.get("quantity", 1)))}


def take(shop: Shop, sku: str, quantity: int) -> int | None:
    """Lowers a number as a sale does, without an order. Answers the quantity left."""
    product = checkout.product_of(shop, sku)
    holder = stock_holder(shop, product)
    if holder is not None:
        change_stock(shop, holder, -quantity, "sale")
    product.total_sales += quantity
    return holder.stock if holder else None


def correct(shop: Shop, product: Product, quantity: int, cause: str = "edit") -> None:
    """Sets the number of a product; `silent` moves no date and fires no webhook, as a foreign UPDATE does."""
    holder = _holder(shop, product)
    if cause != "silent":
        change_stock(shop, holder, quantity - (holder.stock or 0), cause)
        return
    shop.history.note(holder.id, Change(shop.clock.now(), holder.stock, quantity, cause))
    holder.stock = quantity
    set_stock_status(holder)


def double(shop: Shop, product: Product) -> Product:
    """One more product with the same SKU, past the check for it, as imports leave them."""
    copy = replace(product, id=shop.store.numbers.post(), created=shop.now(), modified=shop.now(), plain={}, meta=[])
    shop.save_product(copy, "created")
    return copy


def shown(shop: Shop, product: Product) -> dict[str, Any]:
    """One product's number, what the checkout would sell, and its history."""
    holder = stock_holder(shop, product)
    return {
        "sku": product.sku,
        "quantity": holder.stock if holder else None,
        "available": checkout.available(shop, product),
        "history": shop.history.of((holder or product).id),
        "turned_away": shop.history.turned_away[product.sku],
    }


def _correct(shop: Shop, product: Product, sent: dict[str, Any]) -> None:
    """`quantity` corrects, `add` books goods in; `silent` writes the database past the shop."""
    correct(shop, product, wanted_pieces(sent, _holder(shop, product).stock or 0), cause_of(sent))


def _holder(shop: Shop, product: Product) -> Product:
    holder = stock_holder(shop, product)
    if holder is None:
        raise BadRequest(f"{product.sku} is not counted")
    return holder
