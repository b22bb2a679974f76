"""The answers recorded from a real WooCommerce 11.0.1, and how ours are compared with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("MIRAKL_SYNC_SHARED", REPOSITORY.parent / "shared"))
FOLDER = SHARED / "recorded" / "woocommerce-11.0.1"

DELIVERIES = {
    "40-wh-order.created-17": ("order.created", None),
    "41-wh-order.updated-17": ("order.updated", None),
    "41-wh-product.updated-11": ("product.updated", "simple"),
    "41-wh-product.updated-13": ("product.updated", "variation"),
    "45-wh-order.deleted-17": ("order.deleted", None),
    "47-wh-product.deleted-23": ("product.deleted", None),
}
"""Recorded deliveries: topic and the payload's `type`."""

MOVING = {
    "order_key",
    "payment_url",  # holds the order key
    "price_html",  # a theme's business
    "related_ids",  # random in the real shop
    "display_value",
    "_links",
    "average_rating",  # "0" or "0.00", depending on a cache
}
"""Compared by type only; so are all dates, and the ids of meta rows, which count internal writes of the real shop."""


def needs_recordings() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"the recorded answers are not beside the repository ({FOLDER.name}); set MIRAKL_SYNC_SHARED")


def recording(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


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
    return [] if theirs == ours else [f"{where}: {theirs!r}, ours {ours!r}"]


def _of_objects(theirs: dict[str, Any], ours: dict[str, Any], where: str) -> list[str]:
    found = [f"{where}.{key}: missing in ours" for key in theirs.keys() - ours.keys()]
    found += [f"{where}.{key}: only in ours" for key in ours.keys() - theirs.keys()]
    for key in theirs.keys() & ours.keys():
        here = f"{where}.{key}"
        if key in MOVING or key.startswith("date_") or (key == "id" and "meta_data" in where):
            if kind(theirs[key]) != kind(ours[key]):
                found.append(f"{here}: {kind(theirs[key])}, ours {kind(ours[key])}")
        else:
            found += differences(theirs[key], ours[key], here)
    return found


def kind(value: Any) -> str:
    """The JSON type."""
    if isinstance(value, bool):
        return "boolean"
    names = {int: "number", float: "number", str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]
