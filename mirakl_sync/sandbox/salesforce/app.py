"""The instance as a Flask application: the doors, the checks in front of them, and how answers are printed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask import Flask, Request, Response, request

from mirakl_sync.sandbox.application import Application
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.gate import CONTROL_PREFIX
from mirakl_sync.sandbox.salesforce import (
    auth,
    files,
    jobs,
    oci,
    views_data,
    views_inventory,
    views_orders,
    views_products,
    views_shop,
)
from mirakl_sync.sandbox.salesforce.auth import admit
from mirakl_sync.sandbox.salesforce.control import control_of_shop
from mirakl_sync.sandbox.salesforce.errors import Fault, Problem, Refusal, StatusConflict, bad_request, site_not_found
from mirakl_sync.sandbox.salesforce.load import check_load, under_load
from mirakl_sync.sandbox.salesforce.routing import Call, Route, Switchboard
from mirakl_sync.sandbox.salesforce.shop import Shop

ROUTES: list[Route] = [
    *auth.ROUTES,
    *views_orders.ROUTES,
    *views_products.ROUTES,
    *views_inventory.ROUTES,
    *views_data.ROUTES,
    *views_shop.ROUTES,
    *oci.ROUTES,
    *jobs.ROUTES,
    *files.ROUTES,
]
SWITCHBOARD = Switchboard(ROUTES)


def create_app(shop: Shop) -> Flask:
    """One simulated instance with its control below /_sandbox/; serve it with `mirakl_sync.sandbox.server.serve`."""
    app = Application(__name__)
    app.register_blueprint(control_of_shop(shop))
    app.add_url_rule(
        "/<path:_>",
        endpoint="door",
        view_func=lambda **_: _answer(shop, request),
        methods=SWITCHBOARD.methods,
        provide_automatic_options=False,
    )
    put_under_control(app, shop, SWITCHBOARD.operation_of)
    loaded: Any = under_load(app.wsgi_app, shop, CONTROL_PREFIX)
    app.wsgi_app = loaded  # type: ignore[method-assign]  # Flask's documented way to add middleware
    return app


def _answer(shop: Shop, asked: Request) -> Response:
    found = SWITCHBOARD.find(asked.method, asked.environ.get("REQUEST_URI", asked.path).partition("?")[0])
    if found is None:
        return _refused(_nowhere(asked.path), asked)
    route, parts = found
    try:
        with shop.lock:
            call = _call(shop, asked, parts)
            check_load(shop, route)
            call = _admitted(call, route)
            reply = route.view(call)
    except Refusal as refusal:
        return _refused(refusal, asked)
    except StatusConflict as conflict:
        return _refused(_conflict(conflict, route), asked)
    return _printed(reply.body, reply.status, reply.media, reply.headers, asked)


def _admitted(call: Call, route: Route) -> Call:
    """Token, organization and site, in that order; then the body."""
    token = admit(call, route)
    settings = call.shop.settings
    if route.door == "scapi":
        _check_scapi(call, route)
    if route.door == "ocapi" and call.parts.get("site", settings.site) != settings.site:
        raise Fault(404, "SiteNotFoundException", f"No site with ID '{call.parts['site']}' was found.")
    return Call(**{**vars(call), "token": token, "json": _json(call, route)})


def _check_scapi(call: Call, route: Route) -> None:
    settings = call.shop.settings
    if call.parts["org"] not in (settings.organization, settings.tenant_group):
        raise Problem(404, "Not Found", f"The organization '{call.parts['org']}' was not found.")
    site = call.query.get("siteId")
    if route.needs_site and not site:
        raise bad_request("The query parameter 'siteId' is required.")
    if site and site != settings.site:
        raise site_not_found(site)


def _json(call: Call, route: Route) -> Any:
    if route.door not in ("scapi", "ocapi") or call.method in ("GET", "DELETE") or not call.raw:
        return None
    try:
        return json.loads(call.raw, parse_float=Decimal)
    except ValueError:
        if route.door == "scapi":
            raise bad_request("The request body is no valid JSON.") from None
        raise Fault(400, "MalformedRequestBodyException", "The request body is no valid JSON.") from None


def _call(shop: Shop, asked: Request, parts: dict[str, str]) -> Call:
    form = asked.form.to_dict() if asked.mimetype == "application/x-www-form-urlencoded" else {}
    raw = b"" if form else asked.get_data()
    headers = {name.title(): value for name, value in asked.headers.items()}
    base = asked.host_url.rstrip("/")
    return Call(shop, base, asked.method, asked.path, parts, asked.args.to_dict(), headers, raw, form=form)


def _nowhere(path: str) -> Refusal:
    if path.startswith("/s/"):
        return Fault(404, "ResourcePathNotFoundException", f"Requested resource '{path}' not found.")
    return Problem(404, "Not Found", "The requested resource was not found.", "resource-not-found")


def _conflict(conflict: StatusConflict, route: Route) -> Refusal:
    """OCAPI names the exception; SCAPI makes title and type of the same name."""
    if route.door == "ocapi":
        return Fault(409, conflict.kind, conflict.words)
    words = conflict.kind.removesuffix("Exception")
    title = "".join(f" {letter}" if letter.isupper() else letter for letter in words).strip()
    return Problem(409, title, conflict.words)


def _refused(refusal: Refusal, asked: Request) -> Response:
    media = refusal.media
    if "/checkout/orders/" in asked.path:  # the only family whose contract prints its errors so
        media = "application/json"
    body = refusal.body["text"].encode() if media == "text/plain" else refusal.body
    return _printed(body, refusal.status, media, refusal.headers, asked)


def _printed(body: Any, status: int, media: str, headers: dict[str, str], asked: Request) -> Response:
    printed = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body, default=_number).encode()
    answer = Response(printed, status, content_type=media)
    if body is None:
        answer.headers.pop("Content-Type", None)
    traced = asked.headers.get("correlation-id")
    if traced:
        answer.headers["x-correlation-id"] = traced
    answer.headers.update(headers)
    return answer


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
