"""Control extras of a marketplace: customers who buy, people who act elsewhere, the keys."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.mirakl import leaving, life
from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.placing import TurnedAway, place
from mirakl_sync.sandbox.mirakl.settings import Key
from mirakl_sync.sandbox.mirakl.tracking import OF_ORDER, read_tracking

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant


def touch(tenant: Tenant, order: Order, at: int) -> None:
    """Something nobody can see changed: the order is delivered again."""
    tenant.orders.touch(order, at)


def ship_in_the_portal(tenant: Tenant, order: Order, at: int) -> None:
    """Somebody ships what is left by hand, with the `tracking` sent along if there is any."""
    life.must_be(order, "SHIPPING")
    told = control_json().get("tracking")
    if told:
        order.trackings.append(read_tracking(tenant.settings, told, OF_ORDER, at, by="portal"))
    leaving.ship_rest(tenant, order, at, by="portal")


ACTIONS = {
    "accept": lambda tenant, order, at: life.accept(tenant, order, at, by="operator"),
    "refuse": lambda tenant, order, at: life.refuse(tenant, order, at, by="operator"),
    "cancel": lambda tenant, order, at: life.cancel(tenant, order, at, by="operator"),
    "pay": leaving.pay,
    "refuse_payment": life.refuse_payment,
    "ship": ship_in_the_portal,
    "receive": life.receive,
    "close": life.close,
    "touch": touch,
}


def add_order_control(app: Flask, tenant: Tenant) -> None:
    """Mount the extras under /_sandbox/."""

    @app.post(f"{CONTROL_PREFIX}/orders", endpoint="control_place")
    def place_orders() -> dict[str, Any]:
        asked = control_json()
        count = int(asked.pop("count", 1))
        placed, turned_away = [], ""
        for _ in range(count):
            try:
                placed.append(_place(tenant, asked))
            except TurnedAway as error:
                turned_away = str(error)
        if turned_away and not placed:
            raise Conflict(turned_away)
        return {"order_ids": placed, "turned_away": count - len(placed)}

    @app.post(f"{CONTROL_PREFIX}/orders/<order_id>/<action>", endpoint="control_act")
    def act(order_id: str, action: str) -> dict[str, Any]:
        if action not in ACTIONS:
            raise NotFound(f"known actions: {', '.join(ACTIONS)}")
        return _act(tenant, order_id, action)

    @app.post(f"{CONTROL_PREFIX}/keys", endpoint="control_keys")
    def rotate_key() -> dict[str, str]:
        """{"revoke": key} → the key that takes its place, with the same shops and roles."""
        with tenant.lock:
            old = tenant.keys.pop(str(control_json().get("revoke")), None)
            if old is None:
                raise BadRequest("no such key")
            fresh = Key(secrets.token_hex(16), old.shop_ids, old.roles)
            tenant.keys[fresh.secret] = fresh
        return {"key": fresh.secret}


def _place(tenant: Tenant, asked: dict[str, Any]) -> str:
    """The lock is let go between two orders, so that a thousand of them do not stop the shop."""
    try:
        with tenant.lock:
            tenant.tick()
            return place(tenant, asked).order_id
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise BadRequest(f"{type(error).__name__}: {error}") from error


def _act(tenant: Tenant, order_id: str, action: str) -> dict[str, Any]:
    with tenant.lock:
        tenant.tick()
        order = tenant.orders.by_id.get(order_id)
        if order is None:
            raise NotFound(f"no order {order_id}")
        try:
            ACTIONS[action](tenant, order, tenant.now())
        except life.WrongState as error:
            raise Conflict(str(error)) from error
        return {"order_id": order_id, "state": order.state}
