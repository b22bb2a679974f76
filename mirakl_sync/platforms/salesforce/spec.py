"""Salesforce B2C Commerce, declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mirakl_sync.platforms.contract import Capability, Files, PlatformSpec, StoreAccess
from mirakl_sync.platforms.salesforce.impex import inventory_xml, orders_xml
from mirakl_sync.platforms.salesforce.settings import LOOK_AFTER, SENTENCES, read_settings
from mirakl_sync.platforms.salesforce.store import connect
from mirakl_sync.records.shop import OrderDraft, ProductFacts

ALWAYS = frozenset(
    {
        Capability.CREATE_ORDERS,
        Capability.FIND_BY_REFERENCE,
        Capability.CLIENT_KEY,
        Capability.COMMISSION_ATTRIBUTE,
        Capability.PRODUCT_FACTS,
        Capability.ORDER_NOTICES,
        Capability.PARCELS,
    }
)
LISTED = frozenset({Capability.STOCK_LEVELS, Capability.PRODUCT_NOTICES})


def able(settings: Mapping[str, Any]) -> frozenset[Capability]:
    """Edits and refunds where an attribute tells them; lists of stock where the inventory can be listed."""
    more = set()
    if settings.get("cancelled_attribute"):
        more.add(Capability.EDITS)
    if settings.get("refunded_attribute"):
        more.add(Capability.REFUNDS)
    return ALWAYS | more | (frozenset() if settings.get("inventory") == "availability" else LISTED)


def _orders(access: StoreAccess, drafts: Iterable[OrderDraft]) -> bytes:
    return orders_xml(drafts, read_settings(access.settings))


def _levels(access: StoreAccess, levels: Iterable[ProductFacts]) -> bytes:
    return inventory_xml(levels, read_settings(access.settings).inventory_list)


SALESFORCE = PlatformSpec(
    key="salesforce",
    label="Salesforce B2C Commerce",
    credentials={
        "client_id": "The API client of Account Manager, with the scopes our README names.",
        "client_secret": "Its password.",
        "slas_client_id": "A private SLAS client with sfcc.ts_ext_on_behalf_of and sfcc.orders.rw: it creates orders.",
        "slas_client_secret": "Its secret, shown once when the client is made.",
    },
    optional_credentials={},
    settings=SENTENCES,
    capabilities=ALWAYS | LISTED | {Capability.EDITS, Capability.REFUNDS},
    connect=connect,
    look_after=LOOK_AFTER,
    able=able,
    files=Files("xml", _orders, _levels),
)
