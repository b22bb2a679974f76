"""Inventory records: what is for sale, what an allocation resets, what orders hold (reference 7)."""

from __future__ import annotations

from datetime import datetime

from mirakl_sync.sandbox.salesforce.model import Order, Product, Record
from mirakl_sync.sandbox.salesforce.shop import Shop


def whole(value: float) -> float:
    """25, not 25.0, where it is a whole number."""
    return int(value) if float(value).is_integer() else float(value)


def available(shop: Shop, product: Product) -> float | None:
    """Pieces the site's checkout would sell now; None is any number."""
    if not product.online:
        return 0
    record = shop.records.get(product.id)
    if record is None:
        return None if shop.settings.default_in_stock else 0
    return None if record.perpetual else record.ats


def lay(record: Record, amount: float, reset: datetime) -> None:
    """The allocation as it is now; turnover counts anew from `reset`."""
    record.amount, record.reset, record.turnover = whole(amount), reset, 0


def allocate(shop: Shop, record: Record, amount: float, cause: str, order_no: str = "") -> None:
    """Writes the allocation, with turnover counting anew from this moment."""
    before, now = record.ats, shop.now()
    lay(record, amount, now)
    shop.moved(record, before, cause, order_no, now)


def set_ats(shop: Shop, record: Record, wanted: float, cause: str, order_no: str = "") -> None:
    """The allocation an ERP must write so that the ATS becomes `wanted`."""
    amount = max(wanted + record.on_order - record.back_order_amount, 0)
    allocate(shop, record, amount, cause, order_no)


def hold(shop: Shop, order: Order) -> None:
    """What the checkout does when an order is made: its pieces are on order (or gone, without on-order inventory)."""
    order.holds = "on_order" if shop.settings.on_order_inventory else "turnover"
    for record, quantity in _pieces(shop, order):
        before = record.ats
        if order.holds == "on_order":
            record.on_order = whole(record.on_order + quantity)
        else:
            record.turnover = whole(record.turnover + quantity)
        shop.moved(record, before, "sale", order.order_no)


def turn_over(shop: Shop, order: Order) -> None:
    """What exporting does: pieces on order become turnover; the ATS stays."""
    if order.holds != "on_order":
        return
    order.holds = "turnover"
    for record, quantity in _pieces(shop, order):
        record.on_order = whole(record.on_order - quantity)
        record.turnover = whole(record.turnover + quantity)
        shop.moved(record, record.ats, "export", order.order_no)


def release(shop: Shop, order: Order) -> None:
    """What cancelling and failing do. An order made by createOrders held nothing, so nothing comes back."""
    for record, quantity in _pieces(shop, order) if order.holds in ("on_order", "turnover") else ():
        before = record.ats
        if order.holds == "on_order":
            record.on_order = whole(record.on_order - quantity)
        else:
            record.turnover = whole(record.turnover - quantity)
        shop.moved(record, before, "cancelled", order.order_no)
    if order.holds != "booked":
        order.holds = "nothing"


def could_hold(shop: Shop, order: Order) -> bool:
    """Is there enough of everything to undo a cancellation?"""
    return all(record.perpetual or record.ats >= quantity for record, quantity in _pieces(shop, order))


def book(shop: Shop, order: Order) -> None:
    """The OMS takes the pieces of a marketplace's order off the allocation: only now the ATS feels the sale."""
    if order.holds != "nothing":
        return
    order.holds = "booked"
    for record, quantity in _pieces(shop, order):
        allocate(shop, record, max(record.stock_level - quantity, 0), "order", order.order_no)


def give_back(shop: Shop, order: Order, sku: str, quantity: float, cause: str) -> None:
    """The OMS raises the allocation: pieces came back or never left."""
    record = shop.records.get(sku)
    if record is not None and not record.perpetual:
        allocate(shop, record, record.stock_level + quantity, cause, order.order_no)


def unbook(shop: Shop, order: Order) -> None:
    """The OMS gives back what it had taken off for an order that was cancelled before anything left.

    Pieces it has written off came back then.
    """
    if order.holds != "booked" or order.parcels:
        return
    order.holds = "nothing"
    for item in order.items:
        give_back(shop, order, item.product_id, float(item.quantity) - item.cancelled, "cancelled")


def _pieces(shop: Shop, order: Order) -> list[tuple[Record, float]]:
    found = ((shop.records.get(item.product_id), float(item.quantity)) for item in order.items)
    return [(record, quantity) for record, quantity in found if record is not None and not record.perpetual]
