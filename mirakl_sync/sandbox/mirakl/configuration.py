"""PC01: the rules of the marketplace a seller's software must obey."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.mirakl.operations import Call
from mirakl_sync.sandbox.mirakl.settings import TenantSettings


def platform_configuration(call: Call) -> dict[str, Any]:
    """PC01. It does not hold the acceptance window: only the operator's PC02 does."""
    settings = call.tenant.settings
    return {
        "platform_name": settings.name.replace("-", " ").title(),
        "tenant_name": f"{settings.name}-sandbox",
        "timezone": settings.timezone,
        "features": _features(settings),
        "modules": _modules(),
        "platform_configuration": {
            "customer_model": {"b2b": settings.workflow == "PAY_ON_DUE_DATE", "b2c": True},
            "enhanced_seller_invoicing": {"enabled": False},
            "platform_model": {"drop_ship": False, "marketplace": True, "one_creditor": False},
        },
    }


def _features(settings: TenantSettings) -> dict[str, Any]:
    return {
        **_switches(),
        "order_tax_mode": settings.order_tax_mode,
        "disable_seller_alternative_carrier": settings.disable_seller_alternative_carrier,
        "order_workflows": _order_workflows(settings),
        "shipment": {"multi_part_item_shipment": False, "multi_shipment": settings.multi_shipment},
        "pricing": _pricing(),
        "catalog": _catalog(),
        "direct_payment_customer_store": {"activated": False, "refund_cancel_authorized": False},
        "dropship": {"retail_pricing_edition_enabled": "NONE", "retail_pricing_enabled": False},
        "order_conditions": dict.fromkeys(
            ("maximum_order_quantity", "minimum_order_quantity", "package_order_quantity"), False
        )
        | {"lead_time_to_ship": True},
        "promotion": {"cart_promotion_campaign": False, "discount_campaign": False, "seller_promotion": True},
        "returns": {"drop_ship": False, "marketplace": True, "one_creditor": False},
        "shop_tax_options": {"local_tax_number": None, "tax_identification_number": {"mandatory": False}},
        "tax_collection": {
            "activated": "DISABLED",
            "product_tax_code_mandatory": False,
            "tax_collection_by_operator": False,
        },
        "tax_id_number": {"mandatory": False, "validation_regex": None},
        "warehouses": {"geolocation": False, "restricted_countries": []},
    }


def _switches() -> dict[str, Any]:
    off = (
        "circular_economy_data_collection",
        "competitive_pricing_tool",
        "kyc_status_per_seller",
        "multi_currency",
        "multi_payout_psp_per_seller",
        "no_reply_needed",
        "product_data_validation_by_channel",
    )
    return {
        **dict.fromkeys(off, False),
        "payment_confirmation": True,
        "lead_time_to_ship_by_sellers_enabled": "ENABLED",
        "offer_prices_decimals": "2",
        "operator_csv_delimiter": "SEMICOLON",
    }


def _order_workflows(settings: TenantSettings) -> dict[str, Any]:
    return {
        "order_acceptance": settings.order_acceptance,
        "shipping_and_billing_details_before_acceptance": settings.addresses_before_acceptance,
        "pay_on_shipment": settings.workflow == "PAY_ON_SHIPMENT",
        "pay_on_due_date": settings.workflow == "PAY_ON_DUE_DATE",
        "no_customer_payment_confirmation": settings.workflow == "NO_CUSTOMER_PAYMENT_CONFIRMATION",
        "pause_debit_workflow": False,
        "sellers_edit_shipping_origin": False,
    }


def _pricing() -> dict[str, Any]:
    off = (
        "discount_period_required",
        "discount_price_creation_in_the_past_blocked",
        "scheduled_pricing",
        "volume_discount",
        "volume_pricing",
    )
    return {"channel_pricing": "DISABLED", **dict.fromkeys(off, False)}


def _catalog() -> dict[str, Any]:
    off = (
        "allow_shop_contribution_to_all_channels",
        "exclude_invalid_products",
        "product_acceptance_by_channel",
        "product_data_validation_by_channel",
        "product_import_only_on_leaf",
    )
    return {"list_of_multiple_values_separator": "|", **dict.fromkeys(off, False)}


def _modules() -> dict[str, Any]:
    on = ("mirakl_catalog_manager", "offer_management", "order_management", "promotions")
    off = ("mirakl_catalog_integrator", "mirakl_catalog_transformer", "mirakl_platform_services", "quotes")
    tax = {"activated": False, "tax_provider": {"avalara": False, "vertex": False}}
    return {**dict.fromkeys(on, True), **dict.fromkeys(off, False), "tax_manager": tax}
