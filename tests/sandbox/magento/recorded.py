"""The answers recorded from a real Magento Open Source 2.4.6, and how ours are compared with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("MIRAKL_SYNC_SHARED", REPOSITORY.parent / "shared"))
FOLDER = SHARED / "recorded" / "magento-2.4.6"

MOVING = {"created_at", "updated_at", "start_time", "protect_code", "bulk_uuid", "bulk_id", "data_hash"}
"""Compared by type only."""
JSON_TEXT = {"serialized_data", "result_serialized_data", "meta_information"}
"""JSON inside a string: compared as what it says."""


def needs_recordings() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the recorded answers are not beside the repository ({FOLDER.name}); set MIRAKL_SYNC_SHARED")


def recording(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def differences(theirs: Any, ours: Any, where: str = "$") -> list[str]:
    """Every place where keys, types or (for what does not move) values differ; empty = the same answer."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return _of_objects(theirs, ours, where)
    if isinstance(theirs, list) and isinstance(ours, list):
        if len(theirs) != len(ours):
            return [f"{where}: {len(theirs)} entries, ours {len(ours)}"]
        pairs = enumerate(zip(theirs, ours, strict=True))
        return [found for place, pair in pairs for found in differences(*pair, f"{where}[{place}]")]
    if kind(theirs) != kind(ours):
        return [f"{where}: {theirs!r} is {kind(theirs)}, ours {ours!r} is {kind(ours)}"]
    if isinstance(theirs, str) and "Report ID: webapi-" in theirs:
        return [] if len(theirs) == len(ours) and "Report ID: webapi-" in ours else [f"{where}: ours {ours!r}"]
    return [] if theirs == ours else [f"{where}: {theirs!r}, ours {ours!r}"]


def _of_objects(theirs: dict[str, Any], ours: dict[str, Any], where: str) -> list[str]:
    found = [f"{where}.{key}: missing in ours" for key in theirs.keys() - ours.keys()]
    found += [f"{where}.{key}: only in ours" for key in ours.keys() - theirs.keys()]
    for key in theirs.keys() & ours.keys():
        here, pair = f"{where}.{key}", (theirs[key], ours[key])
        if key in JSON_TEXT and all(isinstance(one, str) for one in pair):
            found += differences(*(json.loads(one) for one in pair), here)
        elif key in MOVING:
            found += [] if kind(pair[0]) == kind(pair[1]) else [f"{here}: {kind(pair[0])}, ours {kind(pair[1])}"]
        else:
            found += differences(*pair, here)
    return found


def kind(value: Any) -> str:
    """The JSON type."""
    if isinstance(value, bool):
        return "boolean"
    names = {int: "number", float: "number", str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]
