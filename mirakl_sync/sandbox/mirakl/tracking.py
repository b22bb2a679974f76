"""Which tracking a marketplace accepts: the rules OR23, ST01 and ST23 share."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.mirakl.model import Order
from mirakl_sync.sandbox.mirakl.refusals import bad
from mirakl_sync.sandbox.mirakl.settings import TenantSettings
from mirakl_sync.sandbox.mirakl.shipment_model import Tracking

OF_ORDER, OF_SHIPMENT = "carrier_url", "tracking_url"  # the same thing is called differently in OR23 and ST*


def read_tracking(settings: TenantSettings, sent: dict[str, Any], url_name: str, at: int, by: str = "shop") -> Tracking:
    """The tracking told in `sent`; a Refusal says which rule it breaks.

    A `carrier_code` must be one of SH21, letter by letter; its URL is computed and a sent one ignored. Without it
    `carrier_name` is needed, and allowed unless PC01 has `disable_seller_alternative_carrier`.
    """
    code, name, number = (_text(sent, key) for key in ("carrier_code", "carrier_name", "tracking_number"))
    if code is not None:
        return _registered(settings, code, number, at, by)
    if name is None:
        raise bad("carrier_code or carrier_name is required", "VALIDATION_ERROR")
    if settings.disable_seller_alternative_carrier:
        raise bad(f"The carrier '{name}' is not registered and unregistered carriers are not allowed")
    return Tracking(None, name, _text(sent, "carrier_standard_code"), number, _text(sent, url_name), at, by)


def _registered(settings: TenantSettings, code: str, number: str | None, at: int, by: str) -> Tracking:
    carrier = settings.carrier(code)
    if carrier is None:
        raise bad(f"The carrier with code '{code}' does not exist")
    if carrier.needs_number and number is None:
        raise bad(f"tracking_number is required for the carrier '{code}'", "VALIDATION_ERROR")
    return Tracking(code, carrier.label, carrier.standard_code, number, carrier.url_of(number), at, by)


def _text(sent: dict[str, Any], key: str) -> str | None:
    """Mirakl takes numbers for text; nothing and the empty text are the same."""
    value = sent.get(key)
    if isinstance(value, dict | list | bool):
        raise bad(f"{key} must be text", "VALIDATION_ERROR")
    return None if value in (None, "") else str(value)


def is_by_operator(order: Order, settings: TenantSettings) -> bool:
    """Does the operator ship it: from its own stock, or because it delivers this shipping type itself?"""
    kind = settings.shipping_type(order.shipping_type)
    return order.fulfillment_center != "DEFAULT" or (kind is not None and kind.delivery_by_operator)


def must_be_tracked(order: Order, tracking: Tracking | None, settings: TenantSettings) -> None:
    """A Refusal where SH12 asks for tracking before shipping and there is none."""
    kind = settings.shipping_type(order.shipping_type)
    if kind is not None and kind.mandatory_tracking and tracking is None:
        raise bad(f"Tracking information is mandatory for the shipping type '{kind.code}'")
