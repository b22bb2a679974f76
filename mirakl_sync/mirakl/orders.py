"""From an answer of OR11 to records. A bad order never stops the others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mirakl_sync.errors import Unreadable
from mirakl_sync.http.redact import redact
from mirakl_sync.mirakl.schemas import OrderSchema, loaded
from mirakl_sync.money import Money
from mirakl_sync.records.order import Buyer, MarketplaceOrder, OrderLine, OrderPage, TaxAmount, UnreadableOrder
from mirakl_sync.records.shipment import Tracking

_SCHEMA = OrderSchema()
_NO_TRACKING = Tracking()


def read_page(json: Any, *, tax_mode: str = "") -> OrderPage:
    """A page of orders. ``tax_mode`` is what we asked for, used where an order does not tell its own.

    Raises ``Unreadable`` when there is no list of orders at all.
    """
    rows = json.get("orders") if isinstance(json, Mapping) else None
    if not isinstance(rows, list):
        raise Unreadable("The answer to OR11 holds no list of orders.", payload=redact(json))
    read = [_read(row, tax_mode) for row in rows]
    count = json.get("total_count")
    return OrderPage(
        orders=tuple(order for order in read if isinstance(order, MarketplaceOrder)),
        unreadable=tuple(order for order in read if isinstance(order, UnreadableOrder)),
        total_count=count if isinstance(count, int) and not isinstance(count, bool) else len(rows),
    )


def read_order(payload: Mapping[str, Any], *, tax_mode: str = "") -> MarketplaceOrder:
    """One order from a payload of OR11, fresh or kept; ``Unreadable`` says in words what is wrong with it."""
    found = _read(payload, tax_mode)
    if isinstance(found, UnreadableOrder):
        raise Unreadable(f"Order {found.order_id or '?'} cannot be read: {found.problems}.", payload=found.payload)
    return found


def _read(row: Any, tax_mode: str) -> MarketplaceOrder | UnreadableOrder:
    try:
        data = loaded(_SCHEMA, row)
    except ValueError as problem:
        return _unreadable(row, str(problem))
    if data["tax_mode"]:
        return _order(data, row)
    if not tax_mode:
        return _unreadable(row, "order_tax_mode: is missing, and we asked for none; set the tax mode of the shop")
    # Kept with the payload, which will be read again without the question that was asked.
    return _order({**data, "tax_mode": tax_mode}, {**row, "order_tax_mode": tax_mode})


def _order(data: dict[str, Any], row: Mapping[str, Any]) -> MarketplaceOrder:
    currency = data["currency"]
    lines = tuple(_line(line, currency) for line in data.pop("lines"))
    buyer = Buyer(notification_email=data.pop("notification_email"), **(data.pop("customer") or {}))
    tracking = _tracking(data)
    old_payment_type = data.pop("payment_type_old")
    data["payment_type"] = data["payment_type"] or old_payment_type
    data["fulfillment_center"] = data["fulfillment_center"] or "DEFAULT"
    for name in ("price", "shipping_price", "total_price"):
        data[name] = Money(data[name], currency)
    data["total_commission"] = _money(data["total_commission"], currency)
    return MarketplaceOrder(lines=lines, buyer=buyer, tracking=tracking, payload=row, **data)


def _tracking(data: dict[str, Any]) -> Tracking | None:
    told = Tracking(
        carrier_code=data.pop("carrier_code"),
        carrier_name=data.pop("carrier_name"),
        number=data.pop("tracking_number"),
        url=data.pop("tracking_url"),
    )
    return told if told != _NO_TRACKING else None


def _line(data: dict[str, Any], currency: str) -> OrderLine:
    commission_taxes = _commission_taxes(data, currency)
    for name in ("unit_price", "price", "shipping_price"):
        data[name] = Money(data[name], currency)
    for name in ("taxes", "shipping_taxes"):
        data[name] = _taxes(data[name], currency)
    fee = data["commission_fee"] = _money(data["commission_fee"], currency)
    data["commission_taxes"] = commission_taxes
    whole = _money(data["total_commission"], currency)
    if whole is None and fee is not None:
        whole = Money(sum((tax.amount.amount for tax in commission_taxes), fee.amount), currency)
    data["total_commission"] = whole
    return OrderLine(**data)


def _commission_taxes(data: dict[str, Any], currency: str) -> tuple[TaxAmount, ...]:
    """``commission_taxes``, else the deprecated pair that holds the first of them."""
    amount, rate = data.pop("commission_vat"), data.pop("commission_rate_vat")
    if data["commission_taxes"] or not amount:
        return _taxes(data["commission_taxes"], currency)
    return (TaxAmount("", Money(amount, currency), rate),)


def _taxes(rows: tuple[tuple[Any, ...], ...], currency: str) -> tuple[TaxAmount, ...]:
    return tuple(TaxAmount(code, Money(amount, currency), rate, rule) for code, amount, rate, rule in rows)


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def _unreadable(row: Any, problems: str) -> UnreadableOrder:
    told = row.get("order_id") if isinstance(row, Mapping) else None
    order_id = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    kept = redact(row)
    return UnreadableOrder(order_id, problems, kept if isinstance(kept, dict) else {"not an object": kept})
