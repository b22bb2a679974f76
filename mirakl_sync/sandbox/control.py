"""The remote control every sandbox server answers under /_sandbox/: never troubled, never counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from flask import Blueprint, Flask, request
from werkzeug.exceptions import BadRequest

from mirakl_sync.sandbox.calls import CallLog
from mirakl_sync.sandbox.clock import SandboxClock
from mirakl_sync.sandbox.gate import CONTROL_PREFIX, Environ, Gate
from mirakl_sync.sandbox.trouble import Rule, TroubleRules


class Vendor(Protocol):
    """What a simulated server must have so that it can be controlled."""

    kind: str  # "mirakl" | "woocommerce"
    clock: SandboxClock
    calls: CallLog
    trouble: TroubleRules

    @property
    def name(self) -> str:
        """What plans, paths and books call it."""

    def reset(self) -> None:
        """Drop orders and books; keep configuration and catalogue."""

    def books(self, summary: bool) -> dict[str, Any]:
        """What really happened here; `summary` leaves out the single orders."""

    def tick(self) -> None:
        """Do what time alone does. Called a few times a second while the server runs."""


def put_under_control(
    app: Flask,
    vendor: Vendor,
    operation_of: Callable[[str, str], str | None],
    operation_in: Callable[[Environ], str | None] | None = None,
) -> None:
    """Mount the control of `vendor` on `app` and let every API call pass the gate, which names it."""
    app.register_blueprint(control_of(vendor))
    app.extensions["sandbox"] = vendor
    now = lambda: vendor.clock.now().isoformat()  # noqa: E731
    gate = Gate(app.wsgi_app, operation_of, vendor.calls, vendor.trouble, now, operation_in)
    app.wsgi_app = gate  # type: ignore[method-assign]  # Flask's documented way to add middleware


def control_of(vendor: Vendor) -> Blueprint:
    """The control endpoints that are the same on every server."""
    control = Blueprint("sandbox_control", __name__, url_prefix=CONTROL_PREFIX)

    @control.get("/health")
    def health() -> dict[str, str]:
        return {"kind": vendor.kind, "name": vendor.name}

    @control.post("/reset")
    def reset() -> dict[str, str]:
        vendor.clock.reset()
        vendor.trouble.reset()
        vendor.reset()
        vendor.calls.reset()
        return {"now": vendor.clock.now().isoformat()}

    @control.route("/clock", methods=["GET", "POST"])
    def clock() -> dict[str, str]:
        if request.method == "POST":
            _advance(vendor, control_json())
        return {"now": vendor.clock.now().isoformat()}

    @control.route("/trouble", methods=["GET", "POST", "DELETE"])
    def trouble() -> dict[str, Any]:
        if request.method == "POST":
            _replace_rules(vendor.trouble, control_json())
        if request.method == "DELETE":
            vendor.trouble.replace([])
        return {"rules": vendor.trouble.shown()}

    @control.route("/latency", methods=["GET", "POST"])
    def latency() -> dict[str, float]:
        if request.method == "POST":
            vendor.trouble.latency_seconds = float(control_json()["ms"]) / 1000
        return {"ms": vendor.trouble.latency_seconds * 1000}

    @control.get("/calls")
    def calls() -> dict[str, Any]:
        last = int(request.args.get("last", 0))
        return {**vendor.calls.totals(), **({"last": vendor.calls.last(last)} if last else {})}

    @control.get("/books")
    def books() -> dict[str, Any]:
        return vendor.books(summary=request.args.get("summary", "0") not in ("0", "false", ""))

    return control


def control_json() -> dict[str, Any]:
    """The JSON object sent to a control endpoint; {} when nothing was sent."""
    sent = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(sent, dict):
        raise BadRequest("a JSON object is expected here")
    return sent


def _advance(vendor: Vendor, sent: dict[str, Any]) -> None:
    try:
        vendor.clock.advance(float(sent["advance"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest('send {"advance": seconds}, seconds >= 0') from error
    vendor.tick()


def _replace_rules(trouble: TroubleRules, sent: dict[str, Any]) -> None:
    try:
        rules = [Rule(**rule) for rule in sent.get("rules", [])]
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
    trouble.replace(rules, sent.get("seed"))
