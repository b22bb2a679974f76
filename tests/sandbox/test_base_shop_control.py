"""The remote control several kinds of shop share."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from flask.testing import FlaskClient

from mirakl_sync.sandbox.plan import KINDS


def opened(kind: str, **more: Any) -> FlaskClient:
    app, _ = importlib.import_module(KINDS[kind]).from_plan({"kind": kind, "name": "first", **more})
    app.testing = True
    return app.test_client()


@pytest.mark.parametrize(
    ("kind", "built_in"),
    [("shopify", {"locations": ["Elsewhere"]}), ("inventory_planner", {"sftp_port": 2222, "folders": {}})],
)
def test_what_is_built_in_is_refused_and_nothing_else_is_changed_either(kind, built_in):
    control = opened(kind, **({"sftp": False} if kind == "inventory_planner" else {}))
    before = control.get("/_sandbox/settings").json
    answer = control.post("/_sandbox/settings", json={"currency": "CHF", **built_in})
    assert answer.status_code == 400
    assert all(name in answer.text for name in built_in)
    assert control.get("/_sandbox/settings").json == before


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"mirakl"}))
def test_only_what_is_named_changes(kind):
    control = opened(kind, **({"sftp": False} if kind == "inventory_planner" else {}))
    before = control.get("/_sandbox/settings").json
    after = control.post("/_sandbox/settings", json={"name": "second"}).json
    assert after == {**before, "name": "second"} != before
