"""Stock by remote control: customers of the storefront, people who correct, imports nobody is told of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.salesforce import catalogue, checkout, inventory
from mirakl_sync.sandbox.salesforce.model import Product, Record
from mirakl_sync.sandbox.salesforce.shop import Shop


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST sell`, `POST remove`, `GET|POST stock`; `POST double` is impossible here: a product's id is its SKU."""

    @control.post("/sell")
    def sell() -> dict[str, Any]:
        """{"sku", "quantity", "paid"}: the storefront; `paid` false leaves an order that is not placed."""
        sent = control_json()
        with shop.lock:
            return checkout.sell(shop, _sku(sent), int(sent.get("quantity", 1)), paid=bool(sent.get("paid", True)))

    @control.post("/double")
    def twin() -> dict[str, Any]:
        raise NotFound("a product's id is its SKU here: there is never a second one")

    @control.post("/remove")
    def remove() -> dict[str, Any]:
        with shop.lock:
            product = checkout.product_of(shop, _sku(control_json()))
            catalogue.remove(shop, product)
            return {"removed": product.id}

    @control.route("/stock", methods=["GET", "POST"])
    def stock() -> dict[str, Any]:
        """{"sku", "quantity"} corrects the ATS, {"sku", "add"} books goods in; `silent` moves no date."""
        if request.method == "GET":
            with shop.lock:
                return shown(shop, checkout.product_of(shop, request.args.get("sku", "")))
        sent = control_json()
        with shop.lock:
            product = checkout.product_of(shop, _sku(sent))
            correct(shop, product, sent)
            return shown(shop, product)


def correct(shop: Shop, product: Product, sent: dict[str, Any]) -> None:
    """The allocation is written so that the ATS is the number wanted; turnover counts anew."""
    record = _record(shop, product)
    if "add" in sent:
        wanted = record.ats + int(sent["add"])
    elif "quantity" in sent:
        wanted = int(sent["quantity"])
    else:
        raise BadRequest('send "quantity" or "add"')
    cause = "silent" if sent.get("silent") else "restock" if "add" in sent else "edit"
    inventory.set_ats(shop, record, wanted, cause)


def shown(shop: Shop, product: Product) -> dict[str, Any]:
    """One product's ATS, what the storefront would sell, its record's parts and its history."""
    record = shop.records.get(product.id)
    counted = record is not None and not record.perpetual
    parts = {"allocation": record.amount, "turnover": record.turnover, "on_order": record.on_order} if record else None
    return {
        "sku": product.id,
        "quantity": record.ats if record and counted else None,
        "available": inventory.available(shop, product),
        "record": parts,
        "history": shop.history.of(product.id),
        "turned_away": shop.history.turned_away[product.id],
    }


def _record(shop: Shop, product: Product) -> Record:
    record = shop.records.get(product.id)
    if record is None or record.perpetual:
        raise BadRequest(f"{product.id} is not counted")
    return record


def _sku(sent: dict[str, Any]) -> str:
    if not isinstance(sent.get("sku"), str):
        raise BadRequest('send {"sku": …}')
    return str(sent["sku"])
