"""The look behind ``create_order``: our order by its number and by the marketplace's, compared by reference."""

from __future__ import annotations

from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.numbering import ext_id_of, number_of
from mirakl_sync.platforms.magento.orders import is_canceled, reference_of
from mirakl_sync.platforms.magento.schemas import ShopOrder
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.refusals import doubled
from mirakl_sync.records.shop import OrderReference


def find(client: MagentoClient, settings: StoreSettings, reference: OrderReference) -> ShopOrder | None:
    """One call over two indexed columns; the second finds orders made under another number prefix."""
    either = (
        ("increment_id", number_of(reference, settings), "eq"),
        ("ext_order_id", ext_id_of(reference), "eq"),
    )
    hits = [order for order in client.orders(either) if reference_of(order) == reference]
    standing = [order for order in hits if not is_canceled(order)]
    if len(standing) > 1:
        raise doubled("Magento", reference, [order.number for order in standing])
    found = standing or hits
    return min(found, key=lambda order: order.id) if found else None
