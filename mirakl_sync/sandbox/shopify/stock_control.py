"""Stock by remote control: customers of the online store, staff with the count, programs that write past the shop."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.shop_control import cause_of, mount_catalogue, mount_shop_floor, wanted_pieces
from mirakl_sync.sandbox.shopify import checkout
from mirakl_sync.sandbox.shopify.catalogue import double, generate, seed
from mirakl_sync.sandbox.shopify.goods import Product, Variant
from mirakl_sync.sandbox.shopify.shop import Shop
from mirakl_sync.sandbox.shopify.stock import move


def mount_stock(control: Blueprint, shop: Shop) -> None:
    """`POST products`, `generate`, `sell`, `double`, `remove`, and `GET|POST stock`. Nobody buys without paying here.

    A product is {"sku", "price", "quantity", "title", "categories", "status", "tracked", "policy"}.
    """
    mount_catalogue(control, shop, seed=partial(seed, shop), generate=partial(generate, shop), shown=_variants)
    mount_shop_floor(
        control,
        shop,
        find=partial(checkout.variant_of, shop),
        shown=partial(shown, shop),
        correct=partial(_correct, shop),
        sell=lambda sku, quantity, paid: checkout.sell(shop, sku, quantity),
        double=lambda variant: double(shop, variant).id,
        remove=partial(_remove, shop),
    )


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
    """`quantity` corrects the number of all places together, or that of the `location` named; `add` books goods in.

    What changes lies in the `location` named, or in the first.
    """
    place = _place(shop, sent.get("location"))
    if not variant.tracked:
        raise BadRequest(f"{variant.sku} is not counted")
    now = variant.available[place] if "location" in sent else variant.total
    move(shop, variant, place, wanted_pieces(sent, now) - now, cause_of(sent))


def _remove(shop: Shop, variant: Variant) -> dict[str, Any]:
    shop.catalogue.remove(variant)
    shop.announce_product("products/delete", variant.product)
    return {"id": variant.id}


def _place(shop: Shop, name: Any) -> int:
    if name is None:
        return 0
    for at, place in enumerate(shop.locations):
        if name in (place.name, place.id, str(place.id)):
            return at
    raise BadRequest(f"the shop has no location {name!r}")


def _variants(product: Product) -> dict[str, Any]:
    variants = [{"id": row.id, "item_id": row.item_id, "sku": row.sku} for row in product.variants]
    return {"id": product.id, "variants": variants}
