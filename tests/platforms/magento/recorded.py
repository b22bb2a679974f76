"""Answers recorded from a running Magento Open Source 2.4.6; they lie beside the project."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mirakl_sync.http.contract import Answer

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("MIRAKL_SYNC_SHARED", ROOT.parent / "shared"))


def recorded(name: str) -> Any:
    """The body of one recorded answer, with exact numbers; a test without it is skipped."""
    return _response(name)["body"]


def answered(name: str) -> Answer:
    """A recorded answer as the transport hands it on."""
    told = _response(name)
    body = told["body"] if isinstance(told["body"], str) else json.dumps(told["body"], default=str)
    parsed = None if isinstance(told["body"], str) else told["body"]
    return Answer(told["status"], {"content-type": told["headers"].get("Content-Type", "")}, body.encode(), parsed)


def _response(name: str) -> Any:
    path = SHARED / "recorded" / "magento-2.4.6" / f"{name}.json"
    if not path.is_file():
        pytest.skip("the recorded Magento answers are not beside the project; set MIRAKL_SYNC_SHARED")
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)["response"]
