"""What an export of offers says of each: the columns of the CSV and the fields of the JSON file (OF54).

Deleted offers keep only their identifiers and flags. Inactivity reasons are in neither, warehouses only in JSON.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.settings import ShopSettings, TenantSettings

Read = Callable[[Offer], Any]

_moment = functools.lru_cache(maxsize=1024)(text)  # a mass of offers was born at the same moment
_EMPTY_COLUMNS = (
    "price-additional-info", "description", "favorite-rank", "discount-start-date", "discount-end-date",
    "available-start-date", "available-end-date", "discount-price", "discount-ranges", "min-order-quantity",
    "max-order-quantity", "package-quantity", "measurement-units", "ongoing-discount-campaigns",
)  # fmt: skip
_EMPTY_FIELDS = (
    "available_end_date", "available_start_date", "description", "favorite_rank", "max_order_quantity",
    "measurement", "min_order_quantity", "package_quantity", "price_additional_info", "product_tax_code",
)  # fmt: skip
KEPT_OF_DELETED = frozenset(
    {"offer-id", "product-sku", "shop-id", "shop-sku", "active", "deleted", "last-updated"}
    | {"offer_id", "product_sku", "shop_id", "shop_sku", "last_updated"}
)


def csv_columns(settings: TenantSettings, shop: ShopSettings) -> dict[str, Read]:
    """Column name → its text, in the order of the file."""
    return {
        "offer-id": lambda offer: offer.offer_id,
        "product-sku": lambda offer: offer.product_sku,
        "min-shipping-price": _always("0.00"),
        "min-shipping-price-additional": _always("0.00"),
        "min-shipping-zone": _always("FR"),
        "min-shipping-type": _always(settings.shipping_types[0].code),
        "price": lambda offer: f"{offer.price:.2f}",
        "total-price": lambda offer: f"{offer.price:.2f}",
        "quantity": lambda offer: offer.shown,
        "state-code": lambda offer: offer.state_code,
        "shop-id": _always(shop.shop_id),
        "shop-name": _always(shop.name),
        "professional": _always("true"),
        "premium": _always("false"),
        "logistic-class": _always("M"),
        "active": lambda offer: "true" if offer.active else "false",
        "channels": _always("|".join(settings.channels)),
        "deleted": lambda offer: "true" if offer.deleted else "false",
        "origin-price": lambda offer: f"{offer.price:.2f}",
        "currency-iso-code": _always(settings.currency),
        "leadtime-to-ship": _always(settings.lead_time_days),
        "allow-quote-requests": _always("false"),
        "price-ranges": lambda offer: f"1|{offer.price:.2f}",
        "fulfillment-center-code": _always("DEFAULT"),
        "shop-sku": lambda offer: offer.sku,
        "date-created": lambda offer: _moment(offer.created),
        "last-updated": lambda offer: _moment(offer.updated),
        "model": _always("MARKETPLACE"),
        **dict.fromkeys(_EMPTY_COLUMNS, _always("")),
    }


def json_fields(settings: TenantSettings, shop: ShopSettings) -> dict[str, Read]:
    """Field name → its JSON value."""
    return {
        "offer_id": lambda offer: offer.offer_id,
        "shop_sku": lambda offer: offer.sku,
        "product_sku": lambda offer: offer.product_sku,
        "quantity": lambda offer: offer.shown,
        "active": lambda offer: offer.active,
        "deleted": lambda offer: offer.deleted,
        "state_code": lambda offer: offer.state_code,
        "shop_id": _always(shop.shop_id),
        "shop_name": _always(shop.name),
        "prices": lambda offer: _prices(float(offer.price)),
        "currency_iso_code": _always(settings.currency),
        "channels": _always(list(settings.channels)),
        "warehouses": lambda offer: [
            {"code": code, "quantity": max(0, part)} for code, part in (offer.warehouses or {}).items()
        ],
        "fulfillment": _always({"center": {"code": "DEFAULT"}}),
        "logistic_class": _always({"code": "M"}),
        "leadtime_to_ship": _always(settings.lead_time_days),
        "min_shipping_price": _always(0.0),
        "min_shipping_price_additional": _always(0.0),
        "min_shipping_type": _always(settings.shipping_types[0].code),
        "min_shipping_zone": _always("FR"),
        "is_professional": _always(True),
        "premium": _always(False),
        "allow_quote_requests": _always(False),
        "date_created": lambda offer: _moment(offer.created),
        "last_updated": lambda offer: _moment(offer.updated),
        **dict.fromkeys(_EMPTY_FIELDS, _always(None)),
    }


def _always(value: Any) -> Read:
    return lambda _: value


def _prices(price: float) -> list[dict[str, Any]]:
    return [{"origin_price": price, "volume_prices": [{"quantity_threshold": 1, "unit_origin_price": price}]}]
