"""The part of the remote control only a planner has: its catalogue, its nights, its SFTP door, its switches."""

from __future__ import annotations

from dataclasses import asdict
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

FIXED = ("sftp", "sftp_port", "folders", "combine_by_sku", "native_shopify")
"""Settings that are built into a running account."""


def control_of_planner(planner: Planner) -> Blueprint:
    """Mounted below /_sandbox/ beside what every vendor has."""
    control = Blueprint("inventory_planner_control", __name__, url_prefix=CONTROL_PREFIX)
    _mount_goods(control, planner)
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

    @control.route("/settings", methods=["GET", "POST"])
    def settings() -> dict[str, Any]:
        if request.method == "POST":
            change_settings(planner, control_json())
        return asdict(planner.settings)

    return control


def _mount_goods(control: Blueprint, planner: Planner) -> None:
    @control.post("/products")
    def products() -> dict[str, Any]:
        with planner.lock:
            skus = [seed(planner, product).sku for product in control_json().get("products", [])]
            planner.recalculate()
            return {"products": skus}

    @control.post("/generate")
    def many() -> dict[str, int]:
        with planner.lock:
            made = generate(planner, control_json())
            planner.recalculate()
            return {"made": made}


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


def change_settings(planner: Planner, given: dict[str, Any]) -> None:
    """Changes the named settings in place."""
    fixed = [name for name in given if name in FIXED]
    if fixed:
        raise BadRequest(f"{', '.join(fixed)} can only be set in the plan")
    try:
        read = settings_from({**asdict(planner.settings), **given})
    except TypeError as error:
        raise BadRequest(str(error)) from error
    with planner.lock:
        for name in given:
            setattr(planner.settings, name, getattr(read, name))


def _rules(sent: dict[str, Any]) -> list[SftpRule]:
    try:
        return [SftpRule(**rule) for rule in sent.get("rules", [])]
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
