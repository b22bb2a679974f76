"""A shop from an entry of a sandbox plan."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Flask

from mirakl_sync.sandbox.magento.app import create_app
from mirakl_sync.sandbox.magento.catalogue import generate, seed
from mirakl_sync.sandbox.magento.settings import Access, settings_from
from mirakl_sync.sandbox.magento.shop import Shop

NOT_SETTINGS = {"kind", "port", "products", "generate", "access"}


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The shop of a plan's entry, and what a client must know of it.

    `products` as in `catalogue.seed`; `generate` as in `catalogue.generate`, or just how many; `access` as `Access`;
    every other name is a field of `MagentoSettings`.
    """
    settings = {name: value for name, value in entry.items() if name not in NOT_SETTINGS}
    shop = Shop(settings_from(settings), Access(**entry.get("access", {})))
    for product in entry.get("products", []):
        seed(shop, product)
    for wanted in _listed(entry.get("generate")):
        generate(shop, wanted)
    return create_app(shop), asdict(shop.access)


def _listed(wanted: Any) -> list[dict[str, Any]]:
    """`generate` as a number, as one object or as a list of them."""
    if wanted is None:
        return []
    several = wanted if isinstance(wanted, list) else [wanted]
    return [one if isinstance(one, dict) else {"count": int(one)} for one in several]
