"""Magento, declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.magento.settings import LOOK_AFTER, SENTENCES, read_settings
from mirakl_sync.platforms.magento.store import connect

ALWAYS = frozenset(
    {
        Capability.CREATE_ORDERS,
        Capability.HOLD_ORDERS,
        Capability.FIND_BY_REFERENCE,
        Capability.CLIENT_KEY,
        Capability.COMMISSION_DISCOUNT,
        Capability.COMMISSION_ATTRIBUTE,
        Capability.PRODUCT_FACTS,
        Capability.STOCK_LEVELS,
        Capability.ORDER_NOTICES,
        Capability.PRODUCT_NOTICES,
        Capability.PARCELS,
        Capability.EDITS,
        Capability.REFUNDS,
    }
)
SOME = frozenset({Capability.COMMISSION_LINE, Capability.RESERVES_STOCK, Capability.STOCK_PLACES, Capability.WEBHOOKS})


# A cart's order is open for work until it is put on hold, and takes neither a key nor a discount of ours.
NOT_BY_CART = frozenset({Capability.HOLD_ORDERS, Capability.CLIENT_KEY, Capability.COMMISSION_DISCOUNT})


def able(given: Mapping[str, Any]) -> frozenset[Capability]:
    """What a store with these settings can do: lines need a product, reservations a module, webhooks another one."""
    settings = read_settings(given)
    by_setting = {
        Capability.COMMISSION_LINE: bool(settings.commission_sku) and settings.orders_by != "cart",
        Capability.RESERVES_STOCK: settings.reserving,
        Capability.STOCK_PLACES: settings.tells_places,
        Capability.WEBHOOKS: settings.events,
    }
    always = ALWAYS - NOT_BY_CART if settings.orders_by == "cart" else ALWAYS
    return always | {capability for capability, has in by_setting.items() if has}


MAGENTO = PlatformSpec(
    key="magento",
    label="Magento",
    credentials={"access_token": "The integration's access token, from System, Integrations."},
    optional_credentials={
        "consumer_key": "The integration's consumer key; needed unless auth is bearer.",
        "consumer_secret": "The integration's consumer secret; needed unless auth is bearer.",
        "access_token_secret": "The integration's access token secret; needed unless auth is bearer.",
        "webhook_secret": "Any long random text; the module async-events signs its webhooks with it.",
    },
    settings=SENTENCES,
    capabilities=ALWAYS | SOME,
    connect=connect,
    look_after=LOOK_AFTER,
    able=able,
)
