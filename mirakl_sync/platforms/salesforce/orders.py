"""From Salesforce's order to ours. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from mirakl_sync.money import Money
from mirakl_sync.platforms.salesforce.naming import mark
from mirakl_sync.platforms.salesforce.parcels import parcels_of
from mirakl_sync.platforms.salesforce.schemas import Item, ShopOrder
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.records.shop import OrderReference, PlatformOrder, RefundedLine, ShopLine, ShopRefund

DEAD = frozenset({"cancelled", "failed"})
PLACED = frozenset({"new", "open", "completed"})
HANDED_OVER = frozenset({"ready", "exported"})
# Salesforce keeps no refunds: the merchant's systems add up what was given back, and each sum is one of its own.
IN_ALL = "This is everything given back so far: the shop tells only the sum."


def platform_order(order: ShopOrder, settings: StoreSettings) -> PlatformOrder:
    """The order in our words."""
    canceled = order.status in DEAD
    live = is_live(order)
    return PlatformOrder(
        order_id=order.order_no,
        number=order.order_no,
        status=order.status,
        total=None if order.total is None else Money(order.total, order.currency),
        live=live,
        canceled=canceled,
        reserves=not canceled and _felt(order, settings),
        line_ids={line_id: item.item_id for line_id, item in _ours(order, settings)},
        modified_at=order.modified_at,
        reference=reference_of(order, settings),
        left=not canceled and has_left(order),
        parcels=parcels_of(order, settings),
        lines=_lines(order, settings),
        refunds=_refunds(order, settings),
    )


def reference_of(order: ShopOrder, settings: StoreSettings) -> OrderReference | None:
    """Our key, if the order is ours: the attribute says it, and the number carries its mark.

    An order that replaced ours copies attributes, never the number.
    """
    reference = OrderReference.parse(str(order.custom.get(settings.attribute("reference")) or ""))
    return reference if reference is not None and order.order_no.endswith(f"-{mark(reference)}") else None


def is_live(order: ShopOrder) -> bool:
    """Whether the warehouse may work on it: placed, and ready for export or exported."""
    return order.status in PLACED and order.export_status in HANDED_OVER


def has_left(order: ShopOrder) -> bool:
    """Whether everything has left: the order says so, or each of its shipments."""
    told = [shipment.status == "shipped" for shipment in order.shipments]
    return order.shipping_status == "shipped" or (bool(told) and all(told))


def has_begun_to_leave(order: ShopOrder) -> bool:
    """Whether at least a part has left."""
    parts = any(shipment.status == "shipped" for shipment in order.shipments)
    return order.shipping_status in ("shipped", "part_shipped") or parts


def _felt(order: ShopOrder, settings: StoreSettings) -> bool:
    """Whether the site's number contains the sale.

    Creating an order by API takes nothing off: the merchant's systems lower the allocation, and the setting says when.
    """
    if settings.subtract_until == "never":
        return True
    if settings.subtract_until == "shipped":
        return has_left(order)
    return order.export_status == "exported" or has_left(order)


def _ours(order: ShopOrder, settings: StoreSettings) -> Iterator[tuple[str, Item]]:
    for item in order.items:
        line_id = str(item.custom.get(settings.attribute("line"), ""))
        if line_id:
            yield line_id, item


def _lines(order: ShopOrder, settings: StoreSettings) -> tuple[ShopLine, ...]:
    """Lines with their cancelled pieces, where the seller said which attribute counts them."""
    if not settings.cancelled_attribute:
        return ()
    told = []
    for item in order.items:
        ordered = int(item.quantity)
        gone = min(ordered, max(0, int(_amount(item.custom, settings.cancelled_attribute) or 0)))
        line_id = str(item.custom.get(settings.attribute("line"), ""))
        told.append(ShopLine(item.item_id, item.product_id, ordered, ordered - gone, line_id, item.name))
    return tuple(told)


def _refunds(order: ShopOrder, settings: StoreSettings) -> tuple[ShopRefund, ...]:
    """Everything given back so far, by the sum: what the order says, or what its lines add up to.

    A sum that grew is a refund of another id, for the same one would be taken for known.
    """
    name = settings.refunded_attribute
    if not name:
        return ()
    lines = tuple(_refunded_lines(order, settings))
    by_lines = sum((line.amount for line in lines), Decimal(0))
    whole = _amount(order.custom, name)
    total = by_lines if whole is None else max(whole, by_lines)
    if not total:
        return ()
    amount = Money(total, order.currency)
    return (
        ShopRefund(f"sum-{amount.rounded().amount}", amount, None, lines, adjustment=total - by_lines, reason=IN_ALL),
    )


def _refunded_lines(order: ShopOrder, settings: StoreSettings) -> Iterator[RefundedLine]:
    for item in order.items:
        amount = _amount(item.custom, settings.refunded_attribute)
        if amount:
            line_id = str(item.custom.get(settings.attribute("line"), ""))
            yield RefundedLine(item.item_id, item.product_id, 0, amount, line_id)


def _amount(custom: Mapping[str, Any], name: str) -> Decimal | None:
    """A number of a custom attribute, written as number or text; None where there is none."""
    value = custom.get(name)
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
