"""A Mirakl marketplace, simulated: the seller API of one tenant with one or more shops.

Faithful to the published seller API and its reference notes; what it leaves open is a setting or marked [I].
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date

from mirakl_sync.sandbox.application import Application
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.mirakl import (
    answering,
    configuration,
    exports,
    giving_back,
    listing,
    offer_exports,
    offer_lists,
    platform,
    shipment_calls,
    shipment_lists,
    shipping,
    stock_calls,
)
from mirakl_sync.sandbox.mirakl.offer_control import add_offer_control
from mirakl_sync.sandbox.mirakl.operations import add_operation, refuse_without_length
from mirakl_sync.sandbox.mirakl.order_control import add_order_control
from mirakl_sync.sandbox.mirakl.refusals import Refusal
from mirakl_sync.sandbox.mirakl.settings import settings_from
from mirakl_sync.sandbox.mirakl.shipping_control import add_shipping_control
from mirakl_sync.sandbox.mirakl.tenant import Tenant

_SETTINGS_READ = "ROLE_PARTNER_SHIPPING_SETTINGS_READ"
_ORDER_SETTINGS, _OFFER_SETTINGS = "ROLE_PARTNER_ORDER_SETTINGS_READ", "ROLE_PARTNER_OFFER_SETTINGS_READ"
_SHOP_SETTINGS, _ORDERS = "ROLE_PARTNER_SHOP_SETTINGS_READ", "ROLE_PARTNER_ORDER_READ"
_REFUND = ("ROLE_PARTNER_ORDER_REFUND_REQUEST", "ROLE_PARTNER_ORDER_REFUND")
_EXPORT = "/api/orders/async-export"
_OFFER_EXPORT = "/api/offers/export/async"
_STOCK, _WRITE_STOCK = "/api/offers/stock/imports", ("ROLE_PARTNER_OFFER_STOCK_WRITE",)
_READ_OFFERS = ("ROLE_PARTNER_OFFER_READ",)

OPERATIONS: dict[str, tuple[str, Any, tuple[str, ...] | None]] = {
    "A01": ("GET /api/account", platform.account, ("ROLE_PARTNER_SHOP_READ",)),
    "PC01": ("GET /api/platform/configuration", configuration.platform_configuration, ()),
    "SH11": ("GET /api/shipping/zones", platform.shipping_zones, (_SETTINGS_READ,)),
    "SH12": ("GET /api/shipping/types", platform.shipping_types, (_SETTINGS_READ,)),
    "SH21": ("GET /api/shipping/carriers", platform.carriers, (_SETTINGS_READ,)),
    "RE01": ("GET /api/reasons", platform.reasons, (_ORDER_SETTINGS,)),
    "AF01": (
        "GET /api/additional_fields",
        platform.additional_fields,
        (_ORDER_SETTINGS, _OFFER_SETTINGS, _SHOP_SETTINGS),
    ),
    "CH11": ("GET /api/channels", platform.channels, ("ROLE_PARTNER_CHANNEL_READ",)),
    "CUR01": ("GET /api/currencies", platform.currencies, ("ROLE_PARTNER_CURRENCY_SETTINGS_READ",)),
    "L01": ("GET /api/locales", platform.locales, ("ROLE_PARTNER_I18N_SETTINGS_READ",)),
    "OF61": ("GET /api/offers/states", platform.offer_states, (_OFFER_SETTINGS,)),
    "OF21": ("GET /api/offers", offer_lists.list_offers, _READ_OFFERS),
    "OF22": ("GET /api/offers/<offer_id>", offer_lists.one_offer, _READ_OFFERS),
    "OF52": (f"POST {_OFFER_EXPORT}", offer_exports.start_offer_export, None),
    "OF53": (f"GET {_OFFER_EXPORT}/status/<tracking_id>", offer_exports.offer_export_status, None),
    "OF54": (f"GET {_OFFER_EXPORT}/file/<tracking_id>", offer_exports.offer_export_file, None),
    "STO01": (f"POST {_STOCK}", stock_calls.send_stock, _WRITE_STOCK),
    "STO02": (f"GET {_STOCK}/<import_id>/status", stock_calls.stock_status, _WRITE_STOCK),
    "STO03": (f"GET {_STOCK}/<import_id>/error_report", stock_calls.stock_report, _WRITE_STOCK),
    "OR75": ("GET /api/orders/taxes", platform.order_taxes, (_ORDER_SETTINGS,)),
    "OR11": ("GET /api/orders", listing.list_orders, (_ORDERS,)),
    "OR04": ("PUT /api/orders", answering.update_orders, ("ROLE_PARTNER_ORDER_EDIT",)),
    "OR21": ("PUT /api/orders/<order_id>/accept", answering.answer_order, ("ROLE_PARTNER_ORDER_ACCEPT",)),
    "OR23": ("PUT /api/orders/<order_id>/tracking", shipping.tell_tracking, ("ROLE_PARTNER_ORDER_TRACKING_WRITE",)),
    "OR24": ("PUT /api/orders/<order_id>/ship", shipping.ship_order, ("ROLE_PARTNER_ORDER_SHIP",)),
    "OR29": ("PUT /api/orders/<order_id>/cancel", answering.cancel_order, ("ROLE_PARTNER_ORDER_CANCEL",)),
    "OR30": ("PUT /api/orders/cancel", giving_back.cancel_lines, ("ROLE_PARTNER_ORDER_CANCEL",)),
    "OR28": ("PUT /api/orders/refund", giving_back.refund, _REFUND),
    "OR13": (f"POST {_EXPORT}", exports.start_export, (_ORDERS,)),
    "OR14": (f"GET {_EXPORT}/status/<tracking_id>", exports.export_status, (_ORDERS,)),
    "OR15": (f"GET {_EXPORT}/file/<tracking_id>", exports.export_file, (_ORDERS,)),
}
COUNT_THEMSELVES = ("OR11", "OF52")
_READ_SHIPMENTS, _SHIP = "ROLE_PARTNER_ORDER_SHIPMENT_READ", "ROLE_PARTNER_ORDER_SHIP"
SHIPMENT_OPERATIONS: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "ST01": ("POST /api/shipments", shipment_calls.create_shipments, (_SHIP,)),
    "ST06": ("PUT /api/shipments/delete", shipment_calls.delete_shipments, ("ROLE_PARTNER_ORDER_SHIPMENT_DELETE",)),
    "ST11": ("GET /api/shipments", shipment_lists.list_shipments, (_ORDERS,)),
    "ST12": ("GET /api/shipments/items_to_ship", shipment_lists.list_items_to_ship, (_ORDERS, _READ_SHIPMENTS)),
    "ST23": ("POST /api/shipments/tracking", shipment_calls.track_shipments, ("ROLE_PARTNER_ORDER_TRACKING_WRITE",)),
    "ST24": ("PUT /api/shipments/ship", shipment_calls.ship_shipments, (_SHIP,)),
}


def create_app(tenant: Tenant) -> Flask:
    """The server of one marketplace, under control; serve it with `mirakl_sync.sandbox.server.serve`."""
    app = Application("mirakl_sandbox", static_folder=None)
    app.before_request(refuse_without_length)
    app.add_url_rule("/api/version", "V01", lambda: Response('{"version":"3.1000"}', mimetype="application/json"))
    for code, (rule, do, roles) in OPERATIONS.items():
        add_operation(app, tenant, code, rule, do, roles=roles, counts_itself=code in COUNT_THEMSELVES)
    for code, (rule, do, roles) in SHIPMENT_OPERATIONS.items():
        add_operation(app, tenant, code, rule, do, roles=roles, needs="multi_shipment")
    app.register_error_handler(Refusal, Refusal.answer)
    app.register_error_handler(HTTPException, _refused)
    add_order_control(app, tenant)
    add_offer_control(app, tenant)
    add_shipping_control(app, tenant)
    app.after_request(lambda answer: _dated(answer, tenant))
    routes = app.url_map.bind("sandbox")

    def operation_of(method: str, path: str) -> str | None:
        try:
            return str(routes.match(path, method)[0])
        except HTTPException:
            return None

    put_under_control(app, tenant, operation_of)
    return app


def _dated(answer: Response, tenant: Tenant) -> Response:
    """Every answer tells the marketplace's own time, also where that was moved."""
    answer.headers["Date"] = http_date(tenant.clock.seconds())
    return answer


def from_plan(entry: dict[str, Any]) -> tuple[Flask, dict[str, Any]]:
    """App and access of one marketplace of a plan: {"shops": [{"shop_id", "key"}], "keys": […]}."""
    tenant = Tenant(settings_from(entry))
    shops = [
        {
            "shop_id": shop_id,
            "key": next((key.secret for key in tenant.keys.values() if shop_id in key.shop_ids), None),
        }
        for shop_id in tenant.shops
    ]
    return create_app(tenant), {"shops": shops, "keys": list(tenant.keys)}


def _refused(error: HTTPException) -> Response:
    """404, 405 and whatever Flask itself refuses, in the vendor's words; control tells the reason."""
    if request.path.startswith(CONTROL_PREFIX):
        return Refusal(error.code or 500, error.description or "").answer()
    message = "Not found" if isinstance(error, NotFound) else error.name
    return Refusal(error.code or 500, message).answer()
