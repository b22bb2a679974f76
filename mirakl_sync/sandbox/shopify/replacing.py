"""Apps that edit an order by making another one: the original is cancelled, the copy has a new id and little else.

Styles: `cleverific` names the copy after the original with a letter behind (`#1014A`) and takes its payments along;
`duplicate` is what the admin's button does, a draft that becomes an order, unpaid and beside the original; `bare`
leaves no trace but the buyer and the goods.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mirakl_sync.sandbox.shopify import cancelling, totals
from mirakl_sync.sandbox.shopify.goods import Variant
from mirakl_sync.sandbox.shopify.model import App, Line, Order, ShippingLine, Tax, Transaction
from mirakl_sync.sandbox.shopify.placing import place
from mirakl_sync.sandbox.shopify.placing_checks import Refused

if TYPE_CHECKING:
    from mirakl_sync.sandbox.shopify.shop import Shop

STYLES = {
    "cleverific": App(129785, "Cleverific Order Editor"),
    "duplicate": App(1354745, "Draft Orders"),
    "bare": App(2203649, "Order Editor"),
}
DRAFT = "shopify_draft_order"
_SUFFIX = re.compile(r"^(.*\d)([A-Z]?)$")


@dataclass
class Replacement:
    """How an order is replaced. `lines` are the copy's: (line of the original, pieces) or (variant, pieces)."""

    style: str = "cleverific"
    copy_attributes: bool = True
    copy_source: bool = False
    lines: list[tuple[Line | Variant, int]] = field(default_factory=list)
    cancel_after: float | None = 0.0
    """Seconds until the original is cancelled; None = never."""
    cancel_first: bool = False


def replace(shop: Shop, order: Order, how: Replacement) -> Order:
    """Make the copy, and cancel the original when its time has come."""
    if how.cancel_first:
        cancelling.by_staff(shop, order, app=STYLES[how.style])
    copy = _copy(shop, order, how)
    place(shop, copy, "order")
    shop.save(copy, "orders/create")
    if how.cancel_after is not None and not how.cancel_first:
        shop.later.append((shop.clock.seconds() + how.cancel_after, order.id, STYLES[how.style]))
        cancel_due(shop)
    return copy


def cancel_due(shop: Shop) -> None:
    """Cancel the originals whose time has come; one that cannot be cancelled any more stays."""
    now = shop.clock.seconds()
    due = [each for each in shop.later if each[0] <= now]
    shop.later = [each for each in shop.later if each[0] > now]
    for _, number, app in due:
        order = shop.orders.rows.get(number)
        if order is not None and cancelling.impossible(order) is None:
            cancelling.by_staff(shop, order, app=app)


def _copy(shop: Shop, order: Order, how: Replacement) -> Order:
    now, app = shop.now(), STYLES[how.style]
    shop.order_number += 1
    number = shop.order_number
    copy = Order(
        shop.number("Order"),
        number,
        _next_name(order.name) if how.style == "cleverific" else f"#{number}",
        now,
        now,
        order.processed if how.style == "cleverific" else now,
        order.currency,
        app,
        taxes_included=order.taxes_included,
        source_name=DRAFT if how.style == "duplicate" else str(app.id),
        email=order.email,
        phone=order.phone,
        billing=dict(order.billing) if order.billing else None,
        shipping=dict(order.shipping) if order.shipping else None,
        inventory_behaviour="DECREMENT_IGNORING_POLICY",
    )
    if how.copy_source:
        copy.source_identifier, copy.source_name = order.source_identifier, order.source_name
    if how.copy_attributes:
        copy.attributes, copy.tags, copy.note = list(order.attributes), list(order.tags), order.note
    copy.lines = [_line(shop, order, what, pieces, how) for what, pieces in how.lines or _all(order)]
    copy.shipping_lines = [_shipping(shop, each) for each in order.shipping_lines]
    if how.style == "cleverific":
        copy.transactions = [_payment(shop, each) for each in order.transactions]
    elif how.style == "bare":
        paid = Transaction(shop.number("OrderTransaction"), "SALE", "SUCCESS", totals.total(copy), "manual", now, now)
        copy.transactions = [paid]
    return copy


def _all(order: Order) -> list[tuple[Line | Variant, int]]:
    return [(line, line.current) for line in order.lines if line.current]


def _line(shop: Shop, order: Order, what: Line | Variant, pieces: int, how: Replacement) -> Line:
    if pieces < 1:
        raise Refused(None, "Quantity must be greater than 0", ["lines"])
    number = shop.number("LineItem")
    if isinstance(what, Variant):
        line = Line(number, what.product.title, pieces, what.price, what.sku, what.id, what.title, what.product.id)
        model = order.lines[0].taxes if order.lines else []
    else:
        line = Line(
            number, what.title, pieces, what.price, what.sku, what.variant_id, what.variant_title, what.product_id
        )
        line.attributes = list(what.attributes) if how.copy_attributes else []
        model = what.taxes
    price = line.price * pieces
    line.taxes = [
        Tax(tax.title, tax.rate, totals.rounded(_tax(order, price, tax.rate), order.currency), tax.channel_liable)
        for tax in model
    ]
    return line


def _tax(order: Order, price: Decimal, rate: Decimal) -> Decimal:
    return totals.tax_inside(price, [rate], rate) if order.taxes_included else price * rate


def _shipping(shop: Shop, row: ShippingLine) -> ShippingLine:
    return ShippingLine(shop.number("ShippingLine"), row.title, row.price, row.code, row.source, list(row.taxes))


def _payment(shop: Shop, row: Transaction) -> Transaction:
    number = shop.number("OrderTransaction")
    return Transaction(number, row.kind, row.status, row.amount, row.gateway, row.created, row.processed)


def _next_name(name: str) -> str:
    found = _SUFFIX.match(name)
    if not found:
        return f"{name}A"
    return f"{found[1]}{chr(ord(found[2]) + 1) if found[2] else 'A'}"


def replacement_from(given: dict[str, Any], lines: list[tuple[Line | Variant, int]]) -> Replacement:
    """From control JSON; the admin's duplicate leaves the original alone unless told otherwise."""
    style = str(given.get("style", "cleverific"))
    if style not in STYLES:
        raise ValueError(f"style is one of {', '.join(STYLES)}, not {style!r}")
    after = given.get("cancel_after_seconds", None if style == "duplicate" else 0)
    return Replacement(
        style,
        copy_attributes=bool(given.get("copy_attributes", style != "bare")),
        copy_source=bool(given.get("copy_source", False)),
        lines=lines,
        cancel_after=None if after is None else float(after),
        cancel_first=bool(given.get("cancel_first", False)),
    )
