"""What the marketplaces show before we come, how often they may be told otherwise, and how we mean to tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HOT = "HOT-1"
HOT_PRICE = 59.90
# On the shelf at the opening of a day of a minute, and as many come in once it is empty; longer days have more of both.
PIECES, PIECES_OF_A_DAY = 80, 60.0

# What the sandbox allows, and what our rows say: half a second less often.
LIMITS: dict[str, dict[str, float]] = {
    "STO01": {"calls": 1, "seconds": 2},
    "STO02": {"calls": 1, "seconds": 1},
    "STO03": {"calls": 1, "seconds": 1},
    "OF52": {"calls": 1, "seconds": 3},
    "OF52_FULL": {"calls": 1, "seconds": 8},
    "OF53": {"calls": 1, "seconds": 1},
}
OUR_LIMITS = {operation: f"{limit['seconds'] + 0.5:g}s" for operation, limit in LIMITS.items()}
# How long their machines need.
PACE = {"import_waiting_seconds": 0.2, "import_seconds": 0.3, "export_seconds": 0.5}

# A quarter of an hour is a day here: the speed of sales is that of the last seconds.
POLICY: dict[str, Any] = {
    "send": True,
    "buffer_grows": True,
    "buffer_at_most": 80,
    "buffer_remembers": "15s",
    "send_every": OUR_LIMITS["STO01"],
    "offers_every": "10s",
}
# Beside what grows: the shop's own till and each connection may show the last piece, so one less than these is kept.
KEPT_OF_HOT = 4


def pieces(seconds: float) -> int:
    """How many of the hot SKU are on the shelf when a day of so many seconds begins."""
    return round(PIECES * max(1.0, seconds / PIECES_OF_A_DAY))


def wrong(sku: str, right: int, shop_id: int) -> int:
    """What a marketplace shows of it before we come: none, far too many, or what was right some time ago."""
    match (len(sku) + sum(map(ord, sku)) + shop_id + shop_id // 100) % 4:
        case 0:
            return 0
        case 1:
            return 50_000
        case 2:
            return right // 2 + 3
        case _:
            return right


def offered(catalogue: list[dict[str, Any]], shop_id: int) -> list[dict[str, Any]]:
    """The offers of a shop on its marketplace when the town wakes up, last pieces as 50 of each."""
    return [
        {**product, "quantity": 50 if product["sku"].startswith("SCARCE") else wrong(**_named(product, shop_id))}
        for product in catalogue
    ]


def _named(product: Mapping[str, Any], shop_id: int) -> dict[str, Any]:
    return {"sku": product["sku"], "right": product["quantity"], "shop_id": shop_id}
