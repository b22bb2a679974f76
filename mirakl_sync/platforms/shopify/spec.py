"""Shopify, declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.shopify.settings import LOOK_AFTER, SENTENCES
from mirakl_sync.platforms.shopify.store import connect

CAPABILITIES = frozenset(
    {
        Capability.CREATE_ORDERS,
        Capability.HOLD_ORDERS,
        Capability.FIND_BY_REFERENCE,
        Capability.CLIENT_KEY,
        Capability.COMMISSION_ATTRIBUTE,
        Capability.PRODUCT_FACTS,
        Capability.STOCK_LEVELS,
        Capability.STOCK_PLACES,
        Capability.ORDER_NOTICES,
        Capability.PRODUCT_NOTICES,
        Capability.PARCELS,
        Capability.EDITS,
        Capability.REFUNDS,
        Capability.REPLACES_ORDERS,
        Capability.WEBHOOKS,
        Capability.RESERVES_STOCK,
    }
)


def able(settings: Mapping[str, Any]) -> frozenset[Capability]:
    """Orders that take nothing reserve nothing."""
    return CAPABILITIES - {Capability.RESERVES_STOCK} if settings.get("claims") == "bypass" else CAPABILITIES


SHOPIFY = PlatformSpec(
    key="shopify",
    label="Shopify",
    credentials={},
    optional_credentials={
        "client_id": "Of the app made in the Dev Dashboard of the store's organisation.",
        "client_secret": "Its secret: we log in with it, and Shopify signs webhooks with it.",
        "client_secret_before": "The secret before the last change, for the hour in which it still signs.",
        "access_token": "In place of a login: the token, shpat_..., of an app made in the store before 2026.",
    },
    settings=SENTENCES,
    capabilities=CAPABILITIES,
    connect=connect,
    look_after=LOOK_AFTER,
    mails_buyers="Shopify mails the buyer's relay address when staff leave “Send notification” ticked.",
    able=able,
)
