"""Sums of an order as the vendor makes them: prices with or without tax, as ordered and as it is now."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from mirakl_sync.sandbox.shopify.model import ZERO, Line, Order, ShippingLine, Tax

CENT = Decimal("0.01")
WITHOUT_CENTS = {"CLP", "ISK", "JPY", "KRW", "VND"}


def rounded(value: Decimal, currency: str) -> Decimal:
    places = Decimal(1) if currency in WITHOUT_CENTS else CENT
    return value.quantize(places, ROUND_HALF_UP)


def tax_inside(gross: Decimal, rates: list[Decimal], rate: Decimal) -> Decimal:
    """The part of a price with tax in it that one of its rates makes."""
    return gross * rate / (1 + sum(rates, ZERO))


def tax_on_top(net: Decimal, rate: Decimal) -> Decimal:
    return net * rate


def share(line: Line, amount: Decimal, pieces: int, currency: str) -> Decimal:
    """The part of a line's amount that falls to some of its pieces."""
    return rounded(amount * pieces / line.quantity, currency) if line.quantity else ZERO


def subtotal(order: Order) -> Decimal:
    """Lines as ordered: with tax when the order's prices have tax in them."""
    return sum((line.price * line.quantity for line in order.lines if not line.added), ZERO)


def shipping(order: Order) -> Decimal:
    return sum((line.price for line in order.shipping_lines), ZERO)


def tax(order: Order) -> Decimal:
    goods = sum((line.tax for line in order.lines if not line.added), ZERO)
    return goods + sum((line.tax for line in order.shipping_lines), ZERO)


def total(order: Order) -> Decimal:
    """What the buyer was asked for when the order was made."""
    plain = subtotal(order) + shipping(order)
    return plain if order.taxes_included else plain + tax(order)


def current_subtotal(order: Order) -> Decimal:
    return sum((line.price * line.current for line in order.lines), ZERO)


def current_tax(order: Order) -> Decimal:
    goods = sum((share(line, line.tax, line.current, order.currency) for line in order.lines), ZERO)
    return goods + sum((_left(line) for line in order.shipping_lines), ZERO)


def current_total(order: Order) -> Decimal:
    """What the order comes to after edits and refunds."""
    plain = current_subtotal(order) + shipping(order) - sum((line.refunded for line in order.shipping_lines), ZERO)
    return plain if order.taxes_included else plain + current_tax(order)


def taxes_by_title(order: Order) -> list[Tax]:
    """The order's own tax lines: those of its lines added up by title and rate."""
    sums: dict[tuple[str, Decimal], Tax] = {}
    taxed: list[Line | ShippingLine] = [*order.lines, *order.shipping_lines]
    for each in taxed:
        for one in each.taxes:
            found = sums.setdefault((one.title, one.rate), Tax(one.title, one.rate, ZERO, one.channel_liable))
            found.amount += one.amount
    return list(sums.values())


def _left(line: ShippingLine) -> Decimal:
    return line.tax * (line.price - line.refunded) / line.price if line.price else line.tax
