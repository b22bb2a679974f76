"""The shop floor by remote control: customers at the checkout, staff with the price gun, the compensation tool."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.magento import checkout
from mirakl_sync.sandbox.magento.bookkeeping import physical_of, stock_of
from mirakl_sync.sandbox.magento.catalogue import remove
from mirakl_sync.sandbox.magento.compensation import compensate
from mirakl_sync.sandbox.magento.model import Product
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO, number


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST sell`, `GET|POST stock`, `POST remove`, `POST compensate`; `POST double` is refused."""

    @control.post("/sell")
    def sell() -> dict[str, Any]:
        """{"sku", "quantity", "paid"}: the checkout."""
        sent = control_json()
        with shop.lock:
            return checkout.sell(shop, _sku(sent), int(sent.get("quantity", 1)), paid=bool(sent.get("paid", True)))

    @control.route("/stock", methods=["GET", "POST"])
    def stock() -> dict[str, Any]:
        """{"sku", "quantity"} sets the warehouse so that so many can be sold, "physical" what lies there, "add" adds.

        `silent` names the cause only: no way of changing stock moves a date of a product here.
        """
        if request.method == "GET":
            with shop.lock:
                return shown(shop, checkout.product_of(shop, request.args.get("sku", "")))
        sent = control_json()
        with shop.lock:
            product = checkout.product_of(shop, _sku(sent))
            correct(shop, product, sent)
            return shown(shop, product)

    @control.post("/double")
    def double() -> dict[str, Any]:
        raise NotFound("Magento keeps one product per SKU: a second one with it changes the first")

    @control.post("/remove")
    def vanish() -> dict[str, Any]:
        """{"sku"}: the product is deleted."""
        with shop.lock:
            product = checkout.product_of(shop, _sku(control_json()))
            remove(shop, product)
            return {"removed": product.id}

    @control.post("/compensate")
    def run_tool() -> dict[str, int]:
        """`inventory:reservation:list-inconsistencies -r | inventory:reservation:create-compensations`."""
        with shop.lock:
            return {"written": compensate(shop)}


def correct(shop: Shop, product: Product, sent: dict[str, Any]) -> None:
    """Changes what lies in a warehouse (`source`, else the first one of the stock)."""
    if not product.manage_stock:
        raise BadRequest(f"{product.sku} is not counted")
    ledger, source = shop.ledger, str(sent.get("source") or shop.stock().sources[0])
    if source not in ledger.sources():
        raise BadRequest(f"there is no source {source!r}")
    item = ledger.source_item(product.sku, source)
    lies = item.quantity if item else ZERO
    cause = "silent" if sent.get("silent") else "restock" if "add" in sent else "edit"
    with shop.moving(product.sku, cause):
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


def _sku(sent: dict[str, Any]) -> str:
    if not isinstance(sent.get("sku"), str):
        raise BadRequest('send {"sku": …}')
    return str(sent["sku"])
