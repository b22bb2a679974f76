"""Amounts as Shopify takes them: a price per piece, and every tax with its rate. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from mirakl_sync.errors import Refused
from mirakl_sync.money import smallest_unit
from mirakl_sync.platforms.sums import check_sum
from mirakl_sync.records.shop import DraftTax, OrderDraft

_RATE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a line's pieces at one price, with their share of the line's taxes."""

    quantity: int
    price: Decimal
    taxes: tuple[DraftTax, ...]

    @property
    def gross(self) -> Decimal:
        """What the pieces cost together."""
        return self.price * self.quantity


def check(draft: OrderDraft) -> None:
    """``Refused`` where lines and shipping do not make the total, or an amount is no whole number of cents."""
    check_sum(draft)
    unit = smallest_unit(draft.currency)
    if any(part < 0 or part % unit for part in (*(line.gross for line in draft.lines), draft.shipping.gross)):
        raise Refused(f"An amount of {draft.reference} cannot be paid in {draft.currency}.", code="total_differs")


def shares(gross: Decimal, quantity: int, taxes: Sequence[DraftTax], currency: str) -> list[Share]:
    """The pieces of a line by price: one price where it divides, else two that lie one cent apart.

    Three for 10.00 are two at 3.33 and one at 3.34: Shopify knows prices of single pieces only.
    """
    unit = smallest_unit(currency)
    low = (gross / quantity).quantize(unit, ROUND_DOWN)
    dearer = int((gross - low * quantity) / unit)
    counted = [(quantity - dearer, low), (dearer, low + unit)]
    parts = [(count, price) for count, price in counted if count]
    if len(parts) == 1:
        return [Share(*parts[0], tuple(taxes))]
    first = [_part(tax, parts[0][0] * parts[0][1], gross, unit) for tax in taxes]
    rest = [DraftTax(tax.code, tax.amount - part.amount, tax.rate) for tax, part in zip(taxes, first, strict=True)]
    return [Share(*parts[0], tuple(first)), Share(*parts[1], tuple(rest))]


def _part(tax: DraftTax, of: Decimal, gross: Decimal, unit: Decimal) -> DraftTax:
    return DraftTax(tax.code, (tax.amount * of / gross).quantize(unit, ROUND_DOWN), tax.rate)


def told_taxes(taxes: Sequence[DraftTax], tax: Decimal) -> tuple[DraftTax, ...]:
    """The taxes of a line; one without a name where only their sum is known."""
    return tuple(taxes) or ((DraftTax("Tax", tax),) if tax else ())


def tax_lines(taxes: Sequence[DraftTax], gross: Decimal, currency: str, *, liable: bool) -> list[dict[str, Any]]:
    """``taxLines``: Shopify wants a rate with each; where the marketplace told none, it is reckoned."""
    net = gross - sum((tax.amount for tax in taxes), Decimal(0))
    return list(_tax_lines(taxes, net, currency, liable))


def _tax_lines(taxes: Sequence[DraftTax], net: Decimal, currency: str, liable: bool) -> Iterator[dict[str, Any]]:
    for tax in taxes:
        reckoned = (tax.amount / net).quantize(_RATE) if net > 0 else Decimal(0)
        rate = reckoned if tax.rate is None else tax.rate / 100
        yield {
            "title": tax.code or "Tax",
            "rate": text(rate.normalize()),
            "channelLiable": liable,
            "priceSet": money(tax.amount, currency),
        }


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """``MoneyBagInput`` in the order's currency."""
    return {"shopMoney": {"amount": text(amount), "currencyCode": currency}}


def text(amount: Decimal) -> str:
    """Without exponents."""
    return format(amount, "f")
