"""Our metafield, defined: unique among all orders, so that no sale stands twice."""

from __future__ import annotations

from mirakl_sync.errors import Misconfigured, Refused
from mirakl_sync.platforms.shopify.asking import Asking
from mirakl_sync.platforms.shopify.documents import shop as documents
from mirakl_sync.platforms.shopify.documents.orders import NAMESPACE, ORDER_ID

_DEFINITION = {
    "name": "Marketplace order",
    "namespace": NAMESPACE,
    "key": ORDER_ID,
    "description": "Which sale of which marketplace this order is. Written by mirakl_sync.",
    "type": "id",
    "ownerType": "ORDER",
    "capabilities": {"uniqueValues": {"enabled": True}},
}


def ensure(asking: Asking) -> bool:
    """``metafieldDefinitionCreate`` where it is missing; answers whether it had to be made.

    ``Misconfigured`` where one stands that is not unique: without it a lost answer could become a second order.
    """
    if _is_unique(asking):
        return False
    try:
        asking.ask(documents.DEFINE, {"definition": _DEFINITION})
    except Refused:
        # another worker was quicker, or it stands and is another
        if not _is_unique(asking):
            raise
    return True


def _is_unique(asking: Asking) -> bool:
    rows = asking.ask(documents.DEFINITIONS, {"key": ORDER_ID})["metafieldDefinitions"]["nodes"]
    if not rows:
        return False
    if not rows[0]["capabilities"]["uniqueValues"]["enabled"]:
        raise Misconfigured(
            f"The metafield {NAMESPACE}.{ORDER_ID} of orders is defined without unique values.",
            way_out="Delete the definition in the Shopify admin (Settings, Custom data, Orders); we make it anew.",
        )
    return True
