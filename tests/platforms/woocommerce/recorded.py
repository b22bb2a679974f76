"""Answers recorded from a running WooCommerce 11.0.1; they lie beside the project."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("MIRAKL_SYNC_SHARED", ROOT.parent / "shared"))


def folder() -> Path:
    """Where the recorded answers are; a test without them is skipped."""
    found = SHARED / "recorded" / "woocommerce-11.0.1"
    if not found.is_dir():
        pytest.skip("the recorded WooCommerce answers are not beside the project")
    return found


def recorded(name: str) -> Any:
    """One recording by its name, with exact numbers."""
    return json.loads((folder() / f"{name}.json").read_text("utf-8"), parse_float=Decimal)
