"""An account from an entry of a sandbox plan."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask

from mirakl_sync.sandbox.inventory_planner.app import create_app
from mirakl_sync.sandbox.inventory_planner.catalogue import generate, seed
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.settings import settings_from
from mirakl_sync.sandbox.opening import settings_in, stock_up


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """The account of a plan's entry, and what a client must know of it: `account`, `key`, `warehouses`, `sftp`.

    `products` as in `catalogue.seed`; `generate` as in `catalogue.generate`, just how many, or a list of such; every
    other name is a field of `PlannerSettings`.
    """
    settings = settings_from(settings_in(entry))
    planner = Planner(settings)
    try:
        stock_up(entry, partial(seed, planner), partial(generate, planner))
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
