"""The shop floor by remote control: customers at the checkout, staff with the price gun, the compensation tool."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.magento import checkout
from mirakl_sync.sandbox.magento.bookkeeping import physical_of, stock_of
from mirakl_sync.sandbox.magento.catalogue import remove
from mirakl_sync.sandbox.magento.compensation import compensate
from mirakl_sync.sandbox.magento.model import Product
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO, number
from mirakl_sync.sandbox.shop_control import cause_of, mount_shop_floor

ONE_PER_SKU = "Magento keeps one product per SKU: a second one with it changes the first"


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST sell`, `GET|POST stock`, `POST remove`, `POST compensate`; `POST double` is refused."""
    mount_shop_floor(
        control,
        shop,
        find=partial(checkout.product_of, shop),
        shown=partial(shown, shop),
        correct=partial(correct, shop),
        sell=partial(checkout.sell, shop),
        double=ONE_PER_SKU,
        remove=partial(_remove, shop),
    )

    @control.post("/compensate")
    def run_tool() -> dict[str, int]:
        """`inventory:reservation:list-inconsistencies -r | inventory:reservation:create-compensations`."""
        with shop.lock:
            return {"written": compensate(shop)}


def correct(shop: Shop, product: Product, sent: dict[str, Any]) -> None:
    """Changes what lies in a warehouse (`source`, else the first one of the stock).

    `quantity` sets it so that so many can be sold, `physical` what lies there, `add` adds. `silent` names the cause
    only: no way of changing stock moves a date of a product here.
    """
    if not product.manage_stock:
        raise BadRequest(f"{product.sku} is not counted")
    ledger, source = shop.ledger, str(sent.get("source") or shop.stock().sources[0])
    if source not in ledger.sources():
        raise BadRequest(f"there is no source {source!r}")
    item = ledger.source_item(product.sku, source)
    lies = item.quantity if item else ZERO
    with shop.moving(product.sku, cause_of(sent)):
        ledger.put(product.sku, source, _wanted(shop, product, sent, lies))


def _wanted(shop: Shop, product: Product, sent: dict[str, Any], lies: Decimal) -> Decimal:
    if "add" in sent:
        return lies + number(sent["add"])
    if "physical" in sent:
        return number(sent["physical"])
    if "quantity" not in sent:
        raise BadRequest('send "quantity", "physical" or "add"')
    return lies + number(sent["quantity"]) - shop.ledger.unclamped(product, shop.stock())


def shown(shop: Shop, product: Product) -> dict[str, Any]:
    """One product's numbers, what the checkout would sell, and its history."""
    return {
        "sku": product.sku,
        "quantity": stock_of(shop, product),
        "physical": physical_of(shop, product),
        "available": checkout.available(shop, product),
        "history": shop.history.of(product.sku),
        "turned_away": shop.history.turned_away[product.sku],
        "oversold": shop.history.oversold[product.sku],
    }


def _remove(shop: Shop, product: Product) -> dict[str, Any]:
    remove(shop, product)
    return {"removed": product.id}
