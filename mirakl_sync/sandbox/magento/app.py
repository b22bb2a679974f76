"""The shop as a Flask application: the checks in front of every call, and how answers are printed."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import Flask, Request, Response, request

from mirakl_sync.sandbox.application import Application
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.magento import (
    views_bulk,
    views_carts,
    views_events,
    views_order_actions,
    views_orders,
    views_people,
    views_products,
    views_shop,
    views_stock,
)
from mirakl_sync.sandbox.magento.auth import authorize, raw_path
from mirakl_sync.sandbox.magento.bulk import accept
from mirakl_sync.sandbox.magento.control import control_of_shop
from mirakl_sync.sandbox.magento.errors import Crash, RestError, no_route
from mirakl_sync.sandbox.magento.fields import trimmed
from mirakl_sync.sandbox.magento.routing import Call, Found, Router
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import decode, encode

VIEWS = (
    views_orders,
    views_order_actions,
    views_carts,
    views_products,
    views_stock,
    views_people,
    views_shop,
    views_bulk,
    views_events,
)
ROUTER = Router(route for views in VIEWS for route in views.ROUTES)
METHODS = ["GET", "POST", "PUT", "DELETE"]
JSON = "application/json; charset=utf-8"
NOT_FOUND = "<!DOCTYPE HTML><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"
MAINTENANCE = (
    "<!doctype html><html><head><title>503 Service Unavailable</title></head><body>"
    "<h1>Service Temporarily Unavailable</h1><p>The server is temporarily unable to service your request.</p>"
    "</body></html>"
)


def create_app(shop: Shop) -> Flask:
    """One simulated shop with its control below /_sandbox/; serve it with `mirakl_sync.sandbox.server.serve`."""
    app = Application(__name__)
    app.add_url_rule("/rest/<path:rest>", endpoint="rest", view_func=lambda **_: _answer(shop), methods=METHODS)
    app.add_url_rule("/magento_version", endpoint="version", view_func=lambda: _version(shop))
    app.before_request(lambda: _maintenance(shop))
    app.register_blueprint(control_of_shop(shop))
    put_under_control(app, shop, operation_of)
    return app


def operation_of(method: str, path: str) -> str | None:
    """The name of a call in the call log and in trouble rules, such as `order.create`."""
    found = ROUTER.find(method, path)
    if found is not None:
        return f"{found.route.operation}.later" if found.later else found.route.operation
    return "version" if path == "/magento_version" else None


def _answer(shop: Shop) -> Response:
    path = raw_path(request)
    if "%2f" in path.lower() and shop.settings.encoded_slashes == "not_found":
        return Response(NOT_FOUND, 404, content_type="text/html; charset=iso-8859-1")
    try:
        with shop.lock:
            status, body = _done(shop, ROUTER.find(request.method, path))
            return _printed(body, status)
    except RestError as error:
        return _printed(error.body(), error.status)
    except Crash:
        return Response(Crash.TEXT, 500, content_type="text/plain;charset=UTF-8")


def _done(shop: Shop, found: Found | None) -> tuple[int, Any]:
    if found is None or not found.route.is_in(shop):
        raise no_route()
    authorize(shop, request, found.route.right(shop))
    call = _call(shop, found, request)
    if found.later:
        if found.route.topic is None:
            raise no_route()
        return 202, accept(call, found)
    body = found.route.view(call, **{name: unquote(value) for name, value in found.arguments.items()})
    return 200, trimmed(body, call.argument("fields"))


def _call(shop: Shop, found: Found, asked: Request) -> Call:
    if found.store not in ("default", "all", *shop.settings.stores):
        raise RestError(404, "The store that was requested wasn't found. Verify the store and try again.")
    query = list(asked.args.items(multi=True))
    return Call(shop, base_of(shop, asked), found.store, query, _body(asked))


def base_of(shop: Shop, asked: Request) -> str:
    """The first address asked for becomes the shop's address, unless it was given one."""
    if not shop.settings.url:
        shop.settings.url = asked.host_url.rstrip("/")
    return shop.settings.url


def _body(asked: Request) -> Any:
    raw = asked.get_data()
    if asked.method in ("GET", "DELETE") or not raw:
        return {}
    try:
        return decode(raw)
    except ValueError:
        raise RestError(400, "Decoding error.") from None


def _printed(body: Any, status: int) -> Response:
    return Response(encode(body), status, content_type=JSON)


def _maintenance(shop: Shop) -> Response | None:
    if not shop.settings.maintenance or request.path.startswith(CONTROL_PREFIX):
        return None
    return Response(MAINTENANCE, 503, {"Retry-After": "600"}, content_type="text/html; charset=utf-8")


def _version(shop: Shop) -> Response:
    """Public: `Magento/2.4 (Community)`, unless somebody took it away."""
    if not shop.settings.version_shown:
        return Response(NOT_FOUND, 404, content_type="text/html; charset=utf-8")
    major, minor, _ = shop.settings.release
    return Response(f"Magento/{major}.{minor} ({shop.settings.edition})", content_type="text/html; charset=UTF-8")
