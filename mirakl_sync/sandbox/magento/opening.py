"""A shop from an entry of a sandbox plan."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Flask

from mirakl_sync.sandbox.magento.app import create_app
from mirakl_sync.sandbox.magento.catalogue import generate, seed
from mirakl_sync.sandbox.magento.settings import Access, settings_from
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.opening import settings_in, stock_up


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The shop of a plan's entry, and what a client must know of it.

    `products` as in `catalogue.seed`; `generate` as in `catalogue.generate`, or just how many; `access` as `Access`;
    every other name is a field of `MagentoSettings`.
    """
    shop = Shop(settings_from(settings_in(entry, "access")), Access(**entry.get("access", {})))
    stock_up(entry, partial(seed, shop), partial(generate, shop))
    return create_app(shop), asdict(shop.access)
