"""Control of what the operator decides about shipping: carriers, shipping types, features, what carriers found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.exceptions import BadRequest, NotFound

from mirakl_sync.sandbox.control import control_json
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.mirakl.carriers import as_json, carriers_from, shipping_types_from
from mirakl_sync.sandbox.mirakl.shipment_model import VALIDITIES

if TYPE_CHECKING:
    from mirakl_sync.sandbox.mirakl.tenant import Tenant

FEATURES = ("multi_shipment", "disable_seller_alternative_carrier")


def add_shipping_control(app: Flask, tenant: Tenant) -> None:
    """Mount the extras under /_sandbox/."""

    def mount(path: str, name: str, do: Callable[..., dict[str, Any]]) -> None:
        def view(**arguments: Any) -> dict[str, Any]:
            with tenant.lock:
                tenant.tick()
                return do(tenant, control_json(), **arguments)

        app.add_url_rule(f"{CONTROL_PREFIX}/{path}", f"control_{name}", view, methods=["POST"])

    mount("carriers", "carriers", _set_carriers)
    mount("shipping-types", "shipping_types", _set_shipping_types)
    mount("features", "features", _set_features)
    mount("shipments/<shipment_id>/validity", "validity", _set_validity)


def _set_carriers(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"carriers": […]} is the new list; {"remove": code} takes one off. Answers the list in force."""
    carriers = tenant.settings.carriers
    if "carriers" in asked:
        carriers = _read(carriers_from, asked["carriers"])
    if "remove" in asked:
        carriers = tuple(carrier for carrier in carriers if carrier.code != asked["remove"])
    tenant.settings = replace(tenant.settings, carriers=carriers)
    return {"carriers": [as_json(carrier) for carrier in carriers]}


def _set_shipping_types(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{"shipping_types": […]} is the new list."""
    types = _read(shipping_types_from, asked.get("shipping_types"))
    tenant.settings = replace(tenant.settings, shipping_types=types)
    tenant.orders.forget_rendered()
    return {"shipping_types": [as_json(kind) for kind in types]}


def _set_features(tenant: Tenant, asked: dict[str, Any]) -> dict[str, Any]:
    """{feature of PC01: true or false}. Answers all that can be set here."""
    if not set(asked) <= set(FEATURES) or not all(isinstance(value, bool) for value in asked.values()):
        raise BadRequest(f"true or false for {', '.join(FEATURES)}")
    tenant.settings = replace(tenant.settings, **asked)
    return {name: getattr(tenant.settings, name) for name in FEATURES}


def _set_validity(tenant: Tenant, asked: dict[str, Any], shipment_id: str) -> dict[str, Any]:
    """{"validity": one of ST11's words}: what the carrier found out about the number."""
    shipment = tenant.shipments.by_id.get(shipment_id)
    if shipment is None:
        raise NotFound(f"no shipment {shipment_id}")
    if asked.get("validity") not in VALIDITIES:
        raise BadRequest(f"validity is one of {', '.join(VALIDITIES)}")
    shipment.validity = asked["validity"]
    tenant.shipments.touch(shipment, tenant.now())
    return {"id": shipment_id, "validity": shipment.validity}


def _read(read: Callable[[Any], Any], given: Any) -> Any:
    try:
        return read(given)
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
