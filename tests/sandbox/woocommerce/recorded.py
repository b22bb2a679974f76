"""The answers recorded from a real WooCommerce 11.0.1."""

from __future__ import annotations

from tests.sandbox.recordings import Recordings

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


def moves(name: str, where: str) -> bool:
    return name in MOVING or name.startswith("date_") or (name == "id" and "meta_data" in where)


RECORDINGS = Recordings("woocommerce-11.0.1", moves)
