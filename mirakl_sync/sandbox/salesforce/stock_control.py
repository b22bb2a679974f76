"""Stock by remote control: customers of the storefront, people who correct, imports nobody is told of."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.salesforce import catalogue, checkout, inventory
from mirakl_sync.sandbox.salesforce.model import Product, Record
from mirakl_sync.sandbox.salesforce.shop import Shop
from mirakl_sync.sandbox.shop_control import cause_of, mount_shop_floor, wanted_pieces

ID_IS_SKU = "a product's id is its SKU here: there is never a second one"


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST sell`, `POST remove`, `GET|POST stock`; `POST double` is refused. Unpaid orders are not placed."""
    mount_shop_floor(
        control,
        shop,
        find=partial(checkout.product_of, shop),
        shown=partial(shown, shop),
        correct=partial(correct, shop),
        sell=partial(checkout.sell, shop),
        double=ID_IS_SKU,
        remove=partial(_remove, shop),
    )


def correct(shop: Shop, product: Product, sent: dict[str, Any]) -> None:
    """`quantity` corrects the ATS, `add` books goods in; `silent` moves no date.

    The allocation is written so that the ATS is the number wanted; turnover counts anew.
    """
    record = _record(shop, product)
    inventory.set_ats(shop, record, wanted_pieces(sent, record.ats), cause_of(sent))


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


def _remove(shop: Shop, product: Product) -> dict[str, Any]:
    catalogue.remove(shop, product)
    return {"removed": product.id}
