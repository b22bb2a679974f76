"""Has an order left the house? By its status, by core's fulfilments, or by a number where the shop says so. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mirakl_sync.platforms.woocommerce.schemas import ShopOrder
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.records.shipment import Parcel

# Advanced Shipment Tracking's own: a part has left, the rest has not.
PARTLY_LEFT = frozenset({"partial-shipped", "partially-shipped"})
# WooCommerce's own order fulfilments (10.1 and later, off by default) leave only this word on the order.
FULFILLMENT = "_fulfillment_status"


def has_left(order: ShopOrder, settings: StoreSettings, parcels: Sequence[Parcel], *, live: bool) -> bool:
    """True where the shop says that everything has left. An order nobody works on (``live``) leaves by its status only.

    A number means that where the seller told us so, but never against a shop that says "a part".
    """
    if order.status in settings.shipped:
        return True
    if not live or _partly(order):
        return False
    if _fulfilled(order) == "fulfilled":
        return True
    return settings.tracking_means_left and any(parcel.number for parcel in parcels)


def on_its_way(status: str, settings: StoreSettings) -> bool:
    """True for a status that says that everything, or a part, has left."""
    return status in settings.shipped | PARTLY_LEFT | {"completed"}


def has_begun_to_leave(order: ShopOrder, settings: StoreSettings) -> bool:
    """True where the status, or core's fulfilments, say that everything or a part is on its way."""
    return on_its_way(order.status, settings) or _fulfilled(order) in ("fulfilled", "partially_fulfilled")


def _partly(order: ShopOrder) -> bool:
    return order.status in PARTLY_LEFT or _fulfilled(order) == "partially_fulfilled"


def _fulfilled(order: ShopOrder) -> str:
    return str(order.meta.get(FULFILLMENT) or "")
