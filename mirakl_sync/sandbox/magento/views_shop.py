"""Everything beside goods and orders: stores, countries, modules, and the token nobody gets."""

from __future__ import annotations

from typing import Any

from mirakl_sync.sandbox.magento.errors import RestError
from mirakl_sync.sandbox.magento.routing import Call, Route

STORE = "Magento_Backend::store"
NEEDS_2FA = "Please ask an administrator with sufficient access to configure 2FA first"
MODULES = ("Magento_Store", "Magento_Catalog", "Magento_Sales", "Magento_Quote", "Magento_Inventory")
OUR_MODULE = "Mirakl_OrderImport"
EVENT_MODULE = "MageOS_AsyncEvents"


def store_configs(call: Call) -> Any:
    settings, base = call.shop.settings, f"{call.base}/"
    wanted = call.arguments("storeCodes")
    return [
        {
            "id": number,
            "code": code,
            "website_id": 1,
            "locale": "en_US",
            "base_currency_code": settings.currency,
            "default_display_currency_code": settings.currency,
            "timezone": settings.timezone,
            "weight_unit": "lbs",
            "base_url": base,
            "base_link_url": base,
            "base_static_url": f"{base}static/version1795202236/",
            "base_media_url": f"{base}media/",
            "secure_base_url": base,
            "secure_base_link_url": base,
            "secure_base_static_url": f"{base}static/version1795202236/",
            "secure_base_media_url": f"{base}media/",
        }
        for number, code in enumerate(settings.stores, 1)
        if not wanted or code in wanted
    ]


def store_views(call: Call) -> Any:
    """The admin's own view is one of them, with the number 0."""
    views = [(0, "admin", "Admin", 0)]
    views += [
        (number, code, "Default Store View" if code == "default" else code, 1)
        for number, code in enumerate(call.shop.settings.stores, 1)
    ]
    return [
        {"id": number, "code": code, "name": name, "website_id": site, "store_group_id": site, "is_active": 1}
        for number, code, name, site in views
    ]


def websites(call: Call) -> Any:
    return [
        {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0},
        {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1},
    ]


def modules(call: Call) -> Any:
    settings = call.shop.settings
    extra = [*([OUR_MODULE] if settings.module else []), *([EVENT_MODULE] if settings.events else [])]
    return [*MODULES, *extra]


def admin_token(call: Call) -> Any:
    """Two-factor authentication stands in the way (recorded, 02-admin-token-2fa)."""
    raise RestError(400, NEEDS_2FA)


ROUTES = [
    Route("GET", "store/storeConfigs", "store.configs", STORE, store_configs),
    Route("GET", "store/storeViews", "store.views", STORE, store_views),
    Route("GET", "store/websites", "store.websites", STORE, websites),
    Route("GET", "modules", "module.list", "Magento_Backend::admin", modules),
    Route("POST", "integration/admin/token", "token.create", "anonymous", admin_token),
]
