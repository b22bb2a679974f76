"""Tax lines of a new order: as given, reckoned where only a rate is given, and spread where the order has them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mirakl_sync.sandbox.shopify.model import ZERO, Order, Tax
from mirakl_sync.sandbox.shopify.totals import rounded, tax_inside, tax_on_top

Shown = dict[str, Any]


def taxes_of(order: Order, price: Decimal, given: Sequence[Shown]) -> list[Tax]:
    """The taxes of one line whose pieces cost `price` together."""
    rates = [each["rate"] for each in given]
    return [_tax(order, each, _reckoned(order, price, rates, each["rate"])) for each in given]


def order_taxes(order: Order, given: Sequence[Shown]) -> None:
    """Spread the order's tax lines over its taxable lines by their price; the last one takes the rest."""
    lines = [line for line in order.lines if line.taxable and line.price * line.quantity > 0]
    base = sum((line.price * line.quantity for line in lines), ZERO)
    rates = [each["rate"] for each in given]
    for each in given:
        whole = _tax(order, each, _reckoned(order, base, rates, each["rate"])).amount
        left = whole
        for line in lines:
            part = left if line is lines[-1] else rounded(whole * line.price * line.quantity / base, order.currency)
            left -= part
            line.taxes.append(_tax(order, {**each, "price_set": None}, part))


def _tax(order: Order, given: Shown, reckoned: Decimal) -> Tax:
    told = given["price_set"]["shop_money"]["amount"] if given.get("price_set") else None
    amount = told if told is not None else rounded(reckoned, order.currency)
    return Tax(given["title"], given["rate"], amount, given.get("channel_liable"))


def _reckoned(order: Order, price: Decimal, rates: list[Decimal], rate: Decimal) -> Decimal:
    return tax_inside(price, rates, rate) if order.taxes_included else tax_on_top(price, rate)
