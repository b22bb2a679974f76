"""`bin/magento inventory:reservation:list-inconsistencies -r | inventory:reservation:create-compensations`.

An order that is not over should hold ordered - cancelled - refunded - shipped, one that is over nothing; the tool
writes the difference, and so repairs directly saved orders before and after they leave (reference 5.1).
"""

from __future__ import annotations

from decimal import Decimal

from mirakl_sync.sandbox.magento.model import Order
from mirakl_sync.sandbox.magento.quantities import to_ship
from mirakl_sync.sandbox.magento.shop import Shop
from mirakl_sync.sandbox.magento.values import ZERO

OVER = {"complete", "closed", "canceled"}


def compensate(shop: Shop) -> int:
    """Answers how many reservations were written."""
    return sum(_compensate_order(shop, order) for order in list(shop.store.orders.rows.values()))


def _compensate_order(shop: Shop, order: Order) -> int:
    expected: dict[str, Decimal] = {}
    for item in order.items:
        sku = item.get("sku", "")
        expected[sku] = expected.get(sku, ZERO) - (ZERO if order.state in OVER else to_ship(item))
    written = 0
    for sku, wanted in expected.items():
        difference = wanted - shop.ledger.reserved_for(order.id, sku, shop.stock())
        if difference and shop.reserve(order, {"sku": sku}, difference, "compensation"):
            written += 1
    return written
