"""Recorded payloads beside the tests."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any


def recorded(path: str) -> Any:
    """A JSON file below ``tests/``, with exact numbers."""
    return json.loads((Path(__file__).parent / path).read_text("utf-8"), parse_float=Decimal)
