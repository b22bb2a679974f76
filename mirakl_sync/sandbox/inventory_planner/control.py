"""The part of the remote control only a planner has: its catalogue, its nights, its SFTP door, its switches."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.inventory_planner.catalogue import generate, seed
from mirakl_sync.sandbox.inventory_planner.native import take_native
from mirakl_sync.sandbox.inventory_planner.night import run_night
from mirakl_sync.sandbox.inventory_planner.order_control import mount_orders
from mirakl_sync.sandbox.inventory_planner.planner import Planner
from mirakl_sync.sandbox.inventory_planner.pull import run_pull
from mirakl_sync.sandbox.inventory_planner.settings import settings_from
from mirakl_sync.sandbox.inventory_planner.sftp_trouble import SftpRule
from mirakl_sync.sandbox.shop_control import mount_catalogue, mount_settings

FIXED = frozenset({"sftp", "sftp_port", "folders", "combine_by_sku", "native_shopify"})
"""Settings that are built into a running account."""


def control_of_planner(planner: Planner) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("inventory_planner_control", __name__, url_prefix=CONTROL_PREFIX)
    mount_catalogue(
        control,
        planner,
        seed=partial(seed, planner),
        generate=partial(generate, planner),
        shown=lambda listing: listing.sku,
        after=planner.recalculate,
    )
    mount_settings(control, planner, settings_from, fixed=FIXED)
    _mount_sftp(control, planner)
    mount_orders(control, planner)

    @control.post("/night")
    def night() -> dict[str, Any]:
        return run_night(planner, control_json().get("cutoff_seconds"))

    @control.post("/pull")
    def pull() -> dict[str, Any]:
        return run_pull(planner)

    @control.post("/native")
    def native() -> dict[str, int]:
        return take_native(planner, control_json())

    return control


def _mount_sftp(control: Blueprint, planner: Planner) -> None:
    @control.route("/sftp", methods=["GET", "POST", "DELETE"])
    def sftp() -> dict[str, Any]:
        door = planner.door
        if door is None:
            raise BadRequest("this account has no SFTP")
        if request.method == "POST":
            door.trouble.replace(_rules(control_json()))
        if request.method == "DELETE":
            door.trouble.replace([])
        files = planner.drop.shown() if planner.drop else {}
        return {"rules": door.trouble.shown(), "counts": dict(door.counts), **files}

    @control.post("/sftp/host_key")
    def host_key() -> dict[str, str]:
        if planner.door is None:
            raise BadRequest("this account has no SFTP")
        return {"host_key": planner.door.new_host_key()}


def _rules(sent: dict[str, Any]) -> list[SftpRule]:
    try:
        return [SftpRule(**rule) for rule in sent.get("rules", [])]
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
