"""A shop from an entry of a sandbox plan."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask

from mirakl_sync.sandbox.opening import settings_in, stock_up
from mirakl_sync.sandbox.shopify.app import create_app
from mirakl_sync.sandbox.shopify.catalogue import generate, seed
from mirakl_sync.sandbox.shopify.settings import settings_from
from mirakl_sync.sandbox.shopify.shop import Shop


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The shop of a plan's entry, and what a client must know of it.

    `products` as in `catalogue.seed`, `generate` as in `catalogue.generate`, or just how many, or a list of such; every
    other name is a field of `ShopSettings`. The access holds the client credentials, a token that never expires, and
    what webhooks are signed with, which is the client secret.
    """
    shop = Shop(settings_from(settings_in(entry)))
    stock_up(entry, partial(seed, shop), partial(generate, shop))
    settings = shop.settings
    access = {
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "token": settings.static_tokens[0] if settings.static_tokens else None,
        "domain": settings.domain,
        "locations": [{"id": f"gid://shopify/Location/{place.id}", "name": place.name} for place in shop.locations],
    }
    return create_app(shop), access
