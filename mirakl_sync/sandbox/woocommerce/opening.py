"""A shop from an entry of a sandbox plan."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask

from mirakl_sync.sandbox.opening import settings_in, stock_up
from mirakl_sync.sandbox.woocommerce.app import create_app
from mirakl_sync.sandbox.woocommerce.catalogue import generate, seed
from mirakl_sync.sandbox.woocommerce.settings import Key, settings_from
from mirakl_sync.sandbox.woocommerce.shop import Shop
from mirakl_sync.sandbox.woocommerce.views_shop import add_rate

USUAL_RATES = [
    {"country": "ES", "rate": "21.0000", "name": "IVA"},
    {"country": "FR", "rate": "20.0000", "name": "TVA"},
    {"country": "DE", "rate": "19.0000", "name": "MwSt"},
    {"country": "AT", "rate": "20.0000", "name": "USt"},
    {"country": "IT", "rate": "22.0000", "name": "IVA"},
    {"country": "", "rate": "0.0000", "name": "Zero", "class": "zero-rate"},
]


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The shop of a plan's entry, and what a client must know of it.

    `products` as in `catalogue.seed`, with a marketplace's words `title` and `quantity` understood too; `generate` as
    in `catalogue.generate`, or just how many; `taxes` as in POST /taxes (usual European rates when absent); `keys` as
    `Key`; every other name is a field of `ShopSettings`.
    """
    settings = settings_from(settings_in(entry, "taxes", "keys"))
    keys = [Key(**key) for key in entry.get("keys", [])]
    shop = Shop(settings, keys) if keys else Shop(settings)
    for rate in entry.get("taxes", USUAL_RATES):
        add_rate(shop.store, rate)
    stock_up(entry, lambda product: seed(shop, _in_our_words(product)), partial(generate, shop))
    first = shop.keys[0]
    access = {"consumer_key": first.consumer_key, "consumer_secret": first.consumer_secret}
    return create_app(shop), access


def _in_our_words(product: dict[str, Any]) -> dict[str, Any]:
    words = {"title": "name", "quantity": "stock"}
    spoken = {words.get(name, name): value for name, value in product.items()}
    if isinstance(spoken.get("price"), float):
        spoken["price"] = f"{spoken['price']:.2f}"
    return spoken
