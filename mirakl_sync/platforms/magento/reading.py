"""Orders with what left of them and what was given back, in few calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from mirakl_sync.platforms.magento import orders
from mirakl_sync.platforms.magento.client import MagentoClient
from mirakl_sync.platforms.magento.schemas import Memo, Shipment, ShopOrder
from mirakl_sync.platforms.magento.searching import hundreds, one_of
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.records.shop import PlatformOrder

D = TypeVar("D", Shipment, Memo)


class Reader:
    """Shows orders whole: shipments and credit memos are asked for only where an order says that it has some."""

    def __init__(self, client: MagentoClient, settings: StoreSettings, url: str) -> None:
        self._client, self._settings, self._url = client, settings, url

    def shown(self, order: ShopOrder) -> PlatformOrder:
        """One order."""
        (seen,) = self.all_shown([order])
        return seen

    def is_whole(self, order: ShopOrder) -> bool:
        """True where an order needs no list besides to be shown."""
        return not orders.has_begun_to_leave(order) and not _gave_back(order)

    def all_shown(self, found: Sequence[ShopOrder]) -> Iterator[PlatformOrder]:
        """Several orders, at the price of two lists."""
        sent = [order.id for order in found if orders.has_begun_to_leave(order)]
        given = [order.id for order in found if _gave_back(order)]
        shipments = _by_order(self._client.shipments_of(sent)) if sent else {}
        memos = _by_order(self._client.memos_of(given)) if given else {}
        now = self._client.clock()
        for order in found:
            yield orders.platform_order(
                order, self._settings, self._url, now, shipments.get(order.id, ()), memos.get(order.id, ())
            )

    def by_ids(self, ids: Iterable[int]) -> Iterator[PlatformOrder]:
        """``GET /V1/orders``, a hundred to a call; those that are gone are absent."""
        for some in hundreds(ids):
            yield from self.all_shown(list(self._client.orders(one_of("entity_id", some))))


def _gave_back(order: ShopOrder) -> bool:
    return bool(order.refunded) or any(line.refunded for line in order.lines)


def _by_order(documents: Iterable[D]) -> dict[int, list[D]]:
    told: dict[int, list[D]] = {}
    for document in documents:
        told.setdefault(document.order_id, []).append(document)
    return told
