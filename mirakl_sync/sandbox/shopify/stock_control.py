"""Stock by remote control: customers of the online store, staff with the count, programs that write past the shop."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.shopify import checkout
from mirakl_sync.sandbox.shopify.catalogue import double, generate, seed
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.shop import Shop
from mirakl_sync.sandbox.shopify.stock import move


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST products`, `generate`, `sell`, `double`, `remove`, and `GET|POST stock`."""

    @control.post("/products")
    def products() -> dict[str, Any]:
        """{"products": [{"sku", "price", "quantity", "title", "categories", "status", "tracked", "policy"}]}"""
        with shop.lock:
            made = [seed(shop, wanted) for wanted in control_json().get("products", [])]
            return {"products": [{"id": product.id, "variants": _variants(product.variants)} for product in made]}

    @control.post("/generate")
    def many() -> dict[str, int]:
        with shop.lock:
            return {"made": generate(shop, control_json())}

    @control.post("/sell")
    def sell() -> dict[str, Any]:
        """{"sku", "quantity"}: the checkout."""
        sent = control_json()
        with shop.lock:
            return checkout.sell(shop, _sku(sent), int(sent.get("quantity", 1)))

    @control.post("/double")
    def twin() -> dict[str, Any]:
        """{"sku"}: an import made a second product of it."""
        with shop.lock:
            return {"id": double(shop, checkout.variant_of(shop, _sku(control_json()))).id}

    @control.post("/remove")
    def remove() -> dict[str, Any]:
        """{"sku"}: its product is deleted."""
        with shop.lock:
            variant = checkout.variant_of(shop, _sku(control_json()))
            shop.catalogue.remove(variant)
            shop.announce_product("products/delete", variant.product)
            return {"id": variant.id}

    @control.route("/stock", methods=["GET", "POST"])
    def stock() -> dict[str, Any]:
        """{"sku", "quantity"} corrects, {"sku", "add"} books goods in; `location` names the place, the first if not."""
        if request.method == "GET":
            with shop.lock:
                return shown(shop, checkout.variant_of(shop, request.args.get("sku", "")))
        sent = control_json()
        with shop.lock:
            variant = checkout.variant_of(shop, _sku(sent))
            _correct(shop, variant, sent)
            return shown(shop, variant)


def shown(shop: Shop, variant: Variant) -> dict[str, Any]:
    """One variant's number, what the store would sell, and its history."""
    return {
        "sku": variant.sku,
        "quantity": variant.total if variant.tracked else None,
        "available": checkout.available(variant),
        "history": shop.history.of(variant.id),
        "turned_away": shop.history.turned_away[variant.sku],
        "levels": {place.name: variant.available[at] for at, place in enumerate(shop.locations)},
        "committed": sum(variant.committed),
    }


def _correct(shop: Shop, variant: Variant, sent: dict[str, Any]) -> None:
    """`quantity` is the number of all places together, or that of the `location` named."""
    place = _place(shop, sent.get("location"))
    cause = "silent" if sent.get("silent") else "restock" if "add" in sent else "edit"
    if not variant.tracked:
        raise BadRequest(f"{variant.sku} is not counted")
    if "add" in sent:
        move(shop, variant, place, int(sent["add"]), cause)
    elif "quantity" in sent:
        now = variant.available[place] if "location" in sent else variant.total
        move(shop, variant, place, int(sent["quantity"]) - now, cause)
    else:
        raise BadRequest('send "quantity" or "add"')


def _place(shop: Shop, name: Any) -> int:
    if name is None:
        return 0
    for at, place in enumerate(shop.locations):
        if name in (place.name, place.id, str(place.id)):
            return at
    raise BadRequest(f"the shop has no location {name!r}")


def _variants(rows: list[Variant]) -> list[dict[str, Any]]:
    return [{"id": row.id, "item_id": row.item_id, "sku": row.sku} for row in rows]


def _sku(sent: dict[str, Any]) -> str:
    if not isinstance(sent.get("sku"), str):
        raise BadRequest('send {"sku": …}')
    return str(sent["sku"])
