"""The shop as a Flask application: every route, the checks in front of them, and how answers are printed."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from flask import Flask, Request, Response, json, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from mirakl_sync.sandbox.application import Application
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.woocommerce import (
    views_orders,
    views_products,
    views_shop,
    views_tracking,
    views_webhooks,
)
from mirakl_sync.sandbox.woocommerce.auth import authenticate, refuse_strangers
from mirakl_sync.sandbox.woocommerce.control import control_of_shop
from mirakl_sync.sandbox.woocommerce.deliveries import encode
from mirakl_sync.sandbox.woocommerce.errors import RestError, no_route
from mirakl_sync.sandbox.woocommerce.lists import keep_fields
from mirakl_sync.sandbox.woocommerce.routing import Call, Reply, Route
from mirakl_sync.sandbox.woocommerce.shop import Shop

ROUTES: list[Route] = [
    *views_orders.ROUTES,
    *views_products.ROUTES,
    *views_webhooks.ROUTES,
    *views_shop.ROUTES,
    *views_tracking.ROUTES,
]
METHOD_ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")
NAMESPACES = ["oembed/1.0", "wc/v1", "wc/v2", "wc/v3", "wc/store/v1", "wp/v2"]
ARRAY_KEY = re.compile(r"^(\w+)\[\d*\]$")
CACHE = "no-cache, must-revalidate, max-age=0, no-store, private"
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>"
    "<h1>Briefly unavailable for scheduled maintenance. Check back in a minute.</h1></body></html>"
)


class Printed(Response):
    """Keeps `Location` as the view wrote it: the real server's odd ones hold characters werkzeug would escape."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        headers = super().get_wsgi_headers(environ)
        if "Location" in self.headers:
            headers["Location"] = self.headers["Location"]
        return headers


def create_app(shop: Shop) -> Flask:
    """One simulated shop with its control below /_sandbox/; serve it with `mirakl_sync.sandbox.server.serve`."""
    app = Application(__name__)
    allowed: dict[str, set[str]] = defaultdict(set)
    for route in ROUTES:
        allowed[route.path].update(route.methods)
    for route in ROUTES:
        allow = ", ".join(method for method in METHOD_ORDER if method in allowed[route.path])
        app.add_url_rule(
            route.path,
            endpoint=route.operation,
            view_func=_view(shop, route, allow),
            methods=[*route.methods],
            provide_automatic_options=False,
        )
    app.add_url_rule("/wp-json/", endpoint="index", view_func=lambda: _index(shop))
    app.register_error_handler(HTTPException, lambda error: _http_error(shop, error))
    app.before_request(lambda: _maintenance(shop))
    app.register_blueprint(control_of_shop(shop))
    put_under_control(app, shop, operation_of)
    return app


def operation_of(method: str, path: str) -> str | None:
    """The name of a call in the call log and in trouble rules, such as `order.create`."""
    for route in ROUTES:
        if method in route.methods and route.pattern.match(path):
            return route.operation
    return "index" if path == "/wp-json/" else None


def _view(shop: Shop, route: Route, allow: str) -> Any:
    def answer(**parts: Any) -> Response:
        base = _base(shop, request)
        headers: dict[str, str] = {}
        try:
            with shop.lock:
                key = authenticate(shop, request)
                if not route.is_in(shop):
                    raise no_route()
                headers["Allow"] = allow
                refuse_strangers(key, route.action)
                reply = route.view(_call(shop, base, request), **parts)
        except RestError as error:
            reply = Reply(error.body(), error.status, error.headers)
        else:
            reply.body = keep_fields(reply.body, request.args.get("_fields"))
        if reply.after:
            reply.after()
        return _printed(reply.body, reply.status, base, {**headers, **reply.headers})

    return answer


def _base(shop: Shop, asked: Request) -> str:
    """The first address asked for becomes the shop's address, unless it was given one."""
    if not shop.settings.url:
        shop.settings.url = asked.host_url.rstrip("/")
    return shop.settings.url


def _call(shop: Shop, base: str, asked: Request) -> Call:
    query = _query(asked)
    return Call(shop, base, asked.path, query, {**query, **_body(asked)})


def _query(asked: Request) -> dict[str, str]:
    """PHP's `include[]=1&include[]=2` becomes the comma list it means."""
    query: dict[str, str] = {}
    for name, values in asked.args.lists():
        array = ARRAY_KEY.match(name)
        if array:
            query[array[1]] = ",".join([*filter(None, [query.get(array[1])]), *values])
        else:
            query[name] = values[-1]
    return query


def _body(asked: Request) -> dict[str, Any]:
    if asked.method == "GET":
        return {}
    if "json" not in (asked.content_type or ""):
        return asked.form.to_dict()
    raw = asked.get_data()
    try:
        parsed = json.loads(raw) if raw else {}
    except ValueError:
        data = {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"}
        raise RestError(400, "rest_invalid_json", "Invalid JSON body passed.", data) from None
    return parsed if isinstance(parsed, dict) else {}


def _printed(body: Any, status: int, base: str, headers: dict[str, str]) -> Response:
    answer = Printed(encode(body), status, content_type="application/json; charset=UTF-8")
    answer.headers["Link"] = f'<{base}/wp-json/>; rel="https://api.w.org/"'
    answer.headers["Cache-Control"] = CACHE
    answer.headers.update(headers)
    return answer


def _http_error(shop: Shop, error: HTTPException) -> Response:
    """Outside the API the plain page; inside, WordPress knows one answer: no such route."""
    if not request.path.startswith("/wp-json/") or error.code not in {404, 405}:
        return error.get_response()  # type: ignore[return-value]  # werkzeug's own response class, as Flask passes on
    refusal = no_route()
    try:
        with shop.lock:
            authenticate(shop, request)
    except RestError as known:
        refusal = known
    return _printed(refusal.body(), refusal.status, _base(shop, request), refusal.headers)


def _maintenance(shop: Shop) -> Response | None:
    if not shop.settings.maintenance or request.path.startswith("/_sandbox"):
        return None
    return Response(MAINTENANCE, 503, {"Retry-After": "600"}, content_type="text/html; charset=utf-8")


def _index(shop: Shop) -> Response:
    """Needs no key: how a client learns the zone and whether WooCommerce is there."""
    base, settings = _base(shop, request), shop.settings
    offset = shop.now().astimezone(settings.zone).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    body = {
        "name": settings.name,
        "description": "",
        "url": base,
        "home": base,
        "gmt_offset": f"{hours:g}",
        "timezone_string": settings.timezone,
        "namespaces": [*NAMESPACES, *views_tracking.namespaces(settings)],
        "authentication": [],
        "routes": {
            route.path.removeprefix("/wp-json"): {"methods": [*route.methods]} for route in ROUTES if route.is_in(shop)
        },
    }
    return _printed(body, 200, base, {"Allow": "GET"})
