"""From the planner's answers to what people are shown: one line for each SKU, and what is on its way. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from mirakl_sync.platforms.inventory_planner.schemas import OrderItem, Place, PurchaseOrder, Variant
from mirakl_sync.records.planning import Incoming, Planned

# Kits put together in the house bring no goods to it, and of their lines nobody says which are parts.
ASSEMBLY = "assembly"
IsOurs = Callable[[str], bool]


def planned(variants: Iterable[Variant], is_ours: IsOurs) -> Iterator[Planned]:
    """Every SKU once, summed over our warehouses and over variants that share it; removed ones are left out."""
    places: dict[str, list[Place]] = {}
    for variant in variants:
        if variant.known_as and not variant.removed:
            here = places.setdefault(variant.known_as, [])
            here += [place for place in variant.warehouse if is_ours(place.warehouse)]
    return (_line(sku, found) for sku, found in places.items())


def _line(sku: str, places: Sequence[Place]) -> Planned:
    return Planned(
        sku,
        in_stock=_sum(place.in_stock for place in places),
        sold_7=_sum(place.last_7_days_sales for place in places),
        sold_30=_sum(place.last_30_days_sales for place in places),
        incoming=_sum(place.purchase_orders_qty for place in places),
        to_order=_sum(place.to_order for place in places),
        days_left=min((int(place.oos) for place in places if place.oos is not None), default=None),
    )


def _sum(numbers: Iterable[Decimal | None]) -> int | None:
    """A sum of which one part is unknown, is unknown."""
    told = list(numbers)
    known = [number for number in told if number is not None]
    return int(sum(known)) if known and len(known) == len(told) else None


def is_coming(order: PurchaseOrder, is_ours: IsOurs, over: frozenset[str]) -> bool:
    """Whether goods of this order are on their way to us; a status nobody told us of means that they are."""
    if order.status.strip().lower() in over or order.type.lower() == ASSEMBLY:
        return False
    if order.warehouse and not is_ours(order.warehouse):
        return False
    # from one of our warehouses to another: nothing is added
    return not (order.source_warehouse and is_ours(order.source_warehouse))


def incoming(order: PurchaseOrder, items: Iterable[OrderItem]) -> list[Incoming]:
    """What is still expected by this order, each SKU once."""
    pieces: dict[str, int] = {}
    for item in items:
        left = int((item.replenishment or Decimal(0)) - (item.received or Decimal(0)))
        if item.sku and left > 0:
            pieces[item.sku] = pieces.get(item.sku, 0) + left
    return [Incoming(sku, left, order.expected_date, order.id, order.reference) for sku, left in pieces.items()]
