"""WooCommerce, declared."""

from __future__ import annotations

from mirakl_sync.platforms.contract import Capability, PlatformSpec
from mirakl_sync.platforms.woocommerce.settings import LOOK_AFTER, SENTENCES
from mirakl_sync.platforms.woocommerce.store import connect

WOOCOMMERCE = PlatformSpec(
    key="woocommerce",
    label="WooCommerce",
    credentials={
        "consumer_key": "The REST API key, ck_..., with Read/Write permission for a shop manager.",
        "consumer_secret": "Its secret, cs_..., shown once when the key is made.",
    },
    optional_credentials={
        "webhook_secret": "Any long random text; the shop signs its webhooks with it. Without it changes are polled.",
    },
    settings=SENTENCES,
    capabilities=frozenset(
        {
            Capability.CREATE_ORDERS,
            Capability.HOLD_ORDERS,
            Capability.FIND_BY_REFERENCE,
            Capability.COMMISSION_LINE,
            Capability.COMMISSION_DISCOUNT,
            Capability.COMMISSION_ATTRIBUTE,
            Capability.PRODUCT_FACTS,
            Capability.STOCK_LEVELS,
            Capability.ORDER_NOTICES,
            Capability.PRODUCT_NOTICES,
            Capability.PARCELS,
            Capability.REFUNDS,
            Capability.WEBHOOKS,
            Capability.RESERVES_STOCK,
        }
    ),
    connect=connect,
    look_after=LOOK_AFTER,
    mails_buyers="WooCommerce mails the buyer's relay address when staff complete or refund the order.",
)
