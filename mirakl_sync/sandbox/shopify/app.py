"""The shop as a Flask application: the token endpoint, the GraphQL endpoint, and the control below /_sandbox/."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from flask import Flask, Response, request

from mirakl_sync.sandbox.application import Application
from mirakl_sync.sandbox.control import put_under_control
from mirakl_sync.sandbox.shopify import access, bulk
from mirakl_sync.sandbox.shopify.control import control_of_shop
from mirakl_sync.sandbox.shopify.engine import Call, documents, run
from mirakl_sync.sandbox.shopify.operations import UNNAMED, name_of
from mirakl_sync.sandbox.shopify.shop import Shop

TOKEN = "/admin/oauth/access_token"
BULK_FILE = re.compile(r"^/_files/bulk/(\d+)\.jsonl$")
GRAPHQL = re.compile(r"^/admin/api/([^/]+)/graphql\.json$")


def create_app(shop: Shop) -> Flask:
    """One simulated shop with its control below /_sandbox/; serve it with `mirakl_sync.sandbox.server.serve`."""
    app = Application(__name__)
    app.add_url_rule(TOKEN, view_func=lambda: _token(shop), endpoint="token", methods=["POST"])
    app.add_url_rule(
        "/admin/api/<version>/graphql.json",
        view_func=lambda version: _graphql(shop, version),
        endpoint="graphql",
        methods=["POST"],
    )
    app.add_url_rule("/_files/bulk/<int:number>.jsonl", view_func=lambda number: _file(shop, number), endpoint="file")
    app.register_blueprint(control_of_shop(shop))
    put_under_control(app, shop, operation_of, operation_in)
    return app


def operation_of(method: str, path: str) -> str | None:
    """What the address alone tells of a call."""
    if path == TOKEN:
        return "token"
    if BULK_FILE.match(path):
        return "bulk.file"
    return UNNAMED if GRAPHQL.match(path) else None


def operation_in(environ: dict[str, Any]) -> str | None:
    """The name of a GraphQL call: that of its first field. The body is put back for who answers it."""
    if not GRAPHQL.match(environ["PATH_INFO"]):
        return None
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    sent = _parsed(body)
    environ["sandbox.graphql"] = sent
    if sent is None:
        return UNNAMED
    operation = documents.read(str(sent.get("query") or "")).operation(sent.get("operationName"))
    return name_of(operation.first_field) if operation else UNNAMED


def _token(shop: Shop) -> Response:
    form = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    with shop.lock:
        status, body = access.grant(shop, form if isinstance(form, dict) else {})
    return _printed(body, status)


def _graphql(shop: Shop, asked: str) -> Response:
    shop.meet(request.host_url)
    with shop.lock:
        refused = access.refused(shop, request.headers.get("X-Shopify-Access-Token"))
        version = access.served_version(shop, asked)
    if refused:
        return _printed(refused[1], refused[0])
    if version is None:
        return _printed({"errors": "Not Found"}, 404)
    sent = request.environ.get("sandbox.graphql")
    if not isinstance(sent, dict) or not sent.get("query"):
        return _printed({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    call = Call(shop, shop.app, frozenset(shop.settings.scopes), version)
    answer = _printed(run(call, sent), 200)
    answer.headers["X-Shopify-API-Version"] = version
    return answer


def _file(shop: Shop, number: int) -> Response:
    """The address itself is the key to the file."""
    with shop.lock:
        body = bulk.file_of(shop, number)
    if body is None:
        return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
    return Response(body, 200, content_type="application/jsonl")


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        sent = json.loads(body)
    except ValueError:
        return None
    return sent if isinstance(sent, dict) else None


def _printed(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")
