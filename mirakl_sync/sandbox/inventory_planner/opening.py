"""An account from an entry of a sandbox plan."""

from __future__ import annotations

from typing import Any

from flask import Flask

from mirakl_sync.sandbox.inventory_planner.app import create_app
from mirakl_sync.sandbox.inventory_planner.catalogue import generate, seed
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.settings import settings_from

NOT_SETTINGS = {"kind", "port", "products", "generate"}


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The account of a plan's entry, and what a client must know of it: `account`, `key`, `warehouses`, `sftp`.

    `products` as in `catalogue.seed`; `generate` as in `catalogue.generate`, just how many, or a list of such; every
    other name is a field of `PlannerSettings`.
    """
    settings = settings_from({name: value for name, value in entry.items() if name not in NOT_SETTINGS})
    planner = Planner(settings)
    try:
        for product in entry.get("products", []):
            seed(planner, product)
        for wanted in _listed(entry.get("generate")):
            generate(planner, wanted)
        planner.recalculate()
        planner.open_door()
    except BaseException:
        planner.close()
        raise
    access = {
        "account": settings.account,
        "key": settings.key,
        "warehouses": {name: settings.warehouse_id("advanced", name) for name in settings.warehouses},
        "starter_warehouse": settings.warehouse_id("starter"),
        "native_warehouses": {shop: settings.warehouse_id(f"native:{shop}") for shop in settings.native_shopify},
    }
    return create_app(planner), {**access, **({"sftp": planner.door.access()} if planner.door else {})}


def _listed(wanted: Any) -> list[dict[str, Any]]:
    """`generate` as a number, as one object or as a list of them."""
    if wanted is None:
        return []
    several = wanted if isinstance(wanted, list) else [wanted]
    return [one if isinstance(one, dict) else {"count": int(one)} for one in several]
