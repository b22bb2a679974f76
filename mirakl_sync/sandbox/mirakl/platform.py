"""What a marketplace tells of itself: A01, SH11 SH12 SH21 RE01 AF01 CH11 CUR01 L01 OF61 OR75."""

from __future__ import annotations

from typing import Any

from flask import request

from mirakl_sync.sandbox.mirakl.carriers import as_json
from mirakl_sync.sandbox.mirakl.dates import text
from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.places import COUNTRIES
from mirakl_sync.sandbox.mirakl.refusals import bad

REASONS = [
    {"code": "15", "label": "Out of stock", "type": "REFUND", "is_shop_right": True},
    {"code": "16", "label": "Item returned", "type": "REFUND", "is_shop_right": True},
    {"code": "17", "label": "Gesture of the operator", "type": "REFUND", "is_shop_right": False},
    {"code": "34", "label": "Cancelled before shipping", "type": "CANCELATION", "is_shop_right": True},
    {"code": "35", "label": "Customer changed their mind", "type": "CANCELATION", "is_shop_right": False},
    {"code": "8", "label": "Item not received", "type": "INCIDENT_OPEN", "is_shop_right": False},
    {"code": "9", "label": "Solved with the customer", "type": "INCIDENT_CLOSE", "is_shop_right": True},
]
ENTITIES = ("OFFER", "SHOP", "ORDER", "ORDER_LINE")
FIELDS = [
    {"code": "erp-ref", "label": "ERP reference", "entity": "ORDER", "type": "STRING"},
    {"code": "gift-message", "label": "Gift message", "entity": "ORDER", "type": "TEXTAREA"},
    {"code": "engraving", "label": "Engraving", "entity": "ORDER_LINE", "type": "STRING"},
]


def account(call: Call) -> dict[str, Any]:
    """A01."""
    shop, settings, created = call.tenant.shop(call.shop_id), call.tenant.settings, "2024-05-02T08:00:00Z"
    balance = call.tenant.balances[call.shop_id]
    return {
        "shop_id": shop.shop_id,
        "shop_name": shop.name,
        "shop_state": "OPEN",
        "currency_iso_code": settings.currency,
        "channels": list(settings.channels),
        "date_created": created,
        "last_updated_date": text(call.now),
        "model": "MARKETPLACE",
        "is_professional": True,
        "premium": False,
        "free_shipping": False,
        "domains": ["MARKETPLACE"],
        "evaluations_count": 0,
        "offers_count": len(call.tenant.offers[shop.shop_id]),
        "orders_count": len(call.tenant.orders.created_between(shop.shop_id, None, None)),
        "approval_delay": None,
        "approval_rate": None,
        "closed_from": None,
        "closed_to": None,
        "payment_method_mandatory": False,
        "payment_details": _balances(float(balance) if balance is not None else 0.0),
        "billing_info": None,
        "contact_informations": _contact(shop.name),
        "default_billing_information": None,
        "pro_details": {
            "VAT_number": "FR00000000000",
            "corporate_name": shop.name,
            "identification_number": None,
        },
        "shipping": {"lead_time_to_ship": settings.lead_time_days},
        "shipping_country": "FRA",
        "shipping_types": [kind.code for kind in settings.shipping_types],
        "shipping_zones": sorted({code[:2] for code in COUNTRIES}),
        "shop_additional_fields": [],
    }


def _balances(payable: float) -> dict[str, float]:
    return {"pending_balance": 0.0, "payable_balance": payable, "paid_balance": 0.0, "reserve_balance": 0.0}


def _contact(shop_name: str) -> dict[str, Any]:
    return {
        "civility": None,
        "firstname": "Ada",
        "lastname": shop_name,
        "email": "shop@seller.example",
        "street1": "1 rue Exemple",
        "street2": None,
        "zip_code": "75002",
        "city": "Paris",
        "country": "FRA",
        "phone": None,
    }


def shipping_zones(call: Call) -> dict[str, Any]:
    """SH11."""
    zones = [{"code": one.code[:2], "label": one.label, "description": None} for one in COUNTRIES.values()]
    return {"shipping_zones": zones}


def shipping_types(call: Call) -> dict[str, Any]:
    """SH12."""
    return {"shipping_types": [as_json(kind) for kind in call.tenant.settings.shipping_types]}


def carriers(call: Call) -> dict[str, Any]:
    """SH21."""
    return {"carriers": [as_json(carrier) for carrier in call.tenant.settings.carriers]}


def reasons(call: Call) -> dict[str, Any]:
    """RE01."""
    return {"reasons": REASONS, "total_count": len(REASONS)}


def additional_fields(call: Call) -> dict[str, Any]:
    """AF01, of the entities asked for."""
    wanted = (request.args.get("entities") or ",".join(ENTITIES)).split(",")
    if not set(wanted) <= set(ENTITIES):
        raise bad("Invalid value for the parameter : entities")
    defaults = {
        "required": False,
        "editable": True,
        "accepted_values": [],
        "regex": None,
        "description": None,
    }
    found = [{**field, **defaults} for field in FIELDS if field["entity"] in wanted]
    return {"additional_fields": found, "total_count": len(found)}


def channels(call: Call) -> dict[str, Any]:
    """CH11."""
    known = call.tenant.settings.channels
    return {"channels": [{"code": code, "label": code, "description": None} for code in known]}


def currencies(call: Call) -> dict[str, Any]:
    """CUR01."""
    code = call.tenant.settings.currency
    return {"currencies": [{"code": code, "label": code, "platform_default": True}]}


def locales(call: Call) -> dict[str, Any]:
    """L01; the first is the platform's own."""
    known = call.tenant.settings.locales
    return {
        "locales": [{"code": code, "label": code, "platform_default": place == 0} for place, code in enumerate(known)]
    }


def offer_states(call: Call) -> dict[str, Any]:
    """OF61."""
    states = [{"code": "11", "label": "New"}, {"code": "1", "label": "Used, like new"}]
    return {"offer_states": states, "total_count": len(states)}


def order_taxes(call: Call) -> dict[str, Any]:
    """OR75."""
    return {"taxes": [{"code": "VAT", "label": "VAT", "tax_calculation_rule": "PROPORTIONAL_TO_AMOUNT"}]}
