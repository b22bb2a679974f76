"""Offers as OF21 and OF22 show them."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.mirakl.offer_model import Offer
from mirakl_sync.sandbox.mirakl.settings import TenantSettings


def shown(offer: Offer, settings: TenantSettings) -> dict[str, Any]:
    """One offer. It holds no date: since when the quantity is what it is, OF21 does not tell."""
    price = float(offer.price)
    pricing = _pricing(price)
    found = {
        "offer_id": offer.offer_id,
        "shop_sku": offer.sku,
        "active": offer.active,
        "quantity": offer.shown,
        "price": price,
        "total_price": price,
        "all_prices": [pricing],
        "applicable_pricing": pricing,
        "state_code": offer.state_code,
        "currency_iso_code": settings.currency,
        "channels": list(settings.channels),
        "leadtime_to_ship": settings.lead_time_days,
        **_product(offer),
        **_shipping(settings),
        **_nothing(),
    }
    if not offer.active:
        found["inactivity_reasons"] = offer.inactivity()
    if offer.favorite_rank is not None:
        found["favorite_rank"] = offer.favorite_rank
    if offer.warehouses:
        found["warehouses"] = [{"code": code, "quantity": max(0, one)} for code, one in offer.warehouses.items()]
    return found


def _product(offer: Offer) -> dict[str, Any]:
    return {
        "product_sku": offer.product_sku,
        "product_title": offer.title,
        "product_brand": None,
        "product_description": None,
        "product_references": [],
        "product_tax_code": None,
        "category_code": "CAT-1",
        "category_label": "Everything",
        "logistic_class": {"code": "M", "label": "Medium"},
    }


def _shipping(settings: TenantSettings) -> dict[str, Any]:
    return {
        "fulfillment": {"center": {"code": "DEFAULT"}},
        "min_shipping_price": 0.0,
        "min_shipping_price_additional": 0.0,
        "min_shipping_type": settings.shipping_types[0].code,
        "min_shipping_zone": "FR",
        "shipping_deadline": None,
    }


def _nothing() -> dict[str, Any]:
    """What a plain offer does not use."""
    empty = ("available_end_date", "available_start_date", "description", "discount", "internal_description")
    unlimited = ("max_order_quantity", "min_order_quantity", "package_quantity", "price_additional_info")
    return {
        **dict.fromkeys((*empty, *unlimited)),
        "allow_quote_requests": False,
        "min_quantity_alert": None,
        "offer_additional_fields": [],
    }


def _pricing(price: float) -> dict[str, Any]:
    unit = {"price": price, "unit_origin_price": price, "unit_discount_price": None}
    dates = {"discount_start_date": None, "discount_end_date": None}
    return {"channel_code": None, **dates, **unit, "volume_prices": [{"quantity_threshold": 1, **unit}]}
