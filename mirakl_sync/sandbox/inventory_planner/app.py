"""The account as a Flask application: every route, the checks in front of them, and how answers are printed."""

from __future__ import annotations

import json
import math
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from mirakl_sync.sandbox.application import Application
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.inventory_planner import views_orders, views_variants
from mirakl_sync.sandbox.inventory_planner.api import Call, Route
from mirakl_sync.sandbox.inventory_planner.control import control_of_planner
from mirakl_sync.sandbox.inventory_planner.errors import ApiError
from mirakl_sync.sandbox.inventory_planner.planner import Planner

ROUTES: list[Route] = [*views_variants.ROUTES, *views_orders.ROUTES]
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Inventory Planner</title></head><body>"
    "<h1>We are upgrading. Please come back in a few minutes.</h1></body></html>"
)


def create_app(planner: Planner) -> Flask:
    """One simulated account with its control below /_sandbox/; serve it with `mirakl_sync.sandbox.server.serve`."""
    app = Application(__name__)
    for route in ROUTES:
        app.add_url_rule(
            route.path,
            endpoint=route.operation,
            view_func=_view(planner, route),
            methods=[*route.methods],
            provide_automatic_options=False,
        )
    app.before_request(lambda: _maintenance(planner))
    app.register_error_handler(HTTPException, _http_error)
    app.register_blueprint(control_of_planner(planner))
    put_under_control(app, planner, operation_of)
    return app


def operation_of(method: str, path: str) -> str | None:
    """The name of a call in the call log and in trouble rules, such as `variants.list`."""
    for route in ROUTES:
        if method in route.methods and route.pattern.match(path):
            return route.operation
    return None


def _view(planner: Planner, route: Route) -> Any:
    def answer(**parts: str) -> Response:
        try:
            with planner.lock:
                _authenticate(planner)
                _keep_pace(planner, route)
                return _printed(route.view(Call(planner, request.args, _body()), **parts))
        except ApiError as error:
            return _printed(error.body(), error.status, error.headers)

    return answer


def _authenticate(planner: Planner) -> None:
    """The raw key, no `Bearer` before it, and the account, on every call."""
    settings = planner.settings
    given = request.headers.get("Authorization"), request.headers.get("Account")
    if given != (settings.key, settings.account):
        raise ApiError(settings.refuse_with, "Access denied")
    if settings.lost_rights:
        raise ApiError(403, "The user of this key has no full access")


def _keep_pace(planner: Planner, route: Route) -> None:
    least, now = planner.settings.least_seconds_between_calls, planner.clock.seconds()
    left = planner.last_call + least - now
    if least and left > 0:
        planner.calls.over_limit(route.operation)
        raise ApiError(429, "Too many requests", **{"Retry-After": str(math.ceil(left))})
    planner.last_call = now


def _body() -> Any:
    if request.method == "GET":
        return None
    if "json" not in (request.content_type or ""):
        raise ApiError(400, "Content-Type must be application/json")
    try:
        return json.loads(request.get_data() or b"null")
    except ValueError:
        raise ApiError(400, "The body is not JSON") from None


def _printed(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json; charset=utf-8")


def _maintenance(planner: Planner) -> Response | None:
    if not planner.settings.maintenance or request.path.startswith("/_sandbox"):
        return None
    return Response(MAINTENANCE, 503, content_type="text/html; charset=utf-8")


def _http_error(error: HTTPException) -> Response:
    """Inside the API an envelope; outside it the plain page."""
    if not request.path.startswith("/api/"):
        return error.get_response()  # type: ignore[return-value]  # werkzeug's own response class, as Flask passes on
    return _printed(ApiError(error.code or 500, error.name).body(), error.code or 500)
