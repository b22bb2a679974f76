"""The columns of money of an order. Magento stores what it is sent and computes nothing, so all is exact here. Pure.

A commission that stands on the order as money (line, discount) lowers its total to the payout, as in every shop we
serve: as a line it is a virtual product at a negative price, as a discount it is spread over the lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from mirakl_sync.errors import Refused
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.sums import NOUGHT, check_sum, commission_by_line, expected_total
from mirakl_sync.records.shop import CommissionShape, DraftLine, DraftShipping, OrderDraft

FINE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Sum:
    """What is asked for a line or for the shipping: ``gross`` is ``net`` and ``tax``; ``discount`` is taken off it."""

    net: Decimal
    tax: Decimal
    percent: Decimal = NOUGHT
    discount: Decimal = NOUGHT

    @property
    def gross(self) -> Decimal:
        """With tax, before the discount."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Amounts:
    """Every amount of an order. ``commission`` is a line of its own, to be subtracted."""

    lines: Mapping[str, Sum]
    shipping: Sum
    commission: Decimal = NOUGHT

    @property
    def subtotal(self) -> Decimal:
        """The lines without tax."""
        return sum((line.net for line in self.lines.values()), NOUGHT) - self.commission

    @property
    def subtotal_gross(self) -> Decimal:
        """The lines with tax."""
        return sum((line.gross for line in self.lines.values()), NOUGHT) - self.commission

    @property
    def tax(self) -> Decimal:
        """Of lines and shipping."""
        return sum((line.tax for line in self.lines.values()), self.shipping.tax)

    @property
    def discount(self) -> Decimal:
        """Of all lines, as a positive amount."""
        return sum((line.discount for line in self.lines.values()), NOUGHT)

    @property
    def total(self) -> Decimal:
        """What the order's total must be: Magento's own sum of the parts."""
        return self.subtotal + self.shipping.net + self.tax - self.discount


def amounts_of(draft: OrderDraft, settings: StoreSettings) -> Amounts:
    """The amounts of a draft. ``Refused`` (``total_differs``) for one whose parts are not its total."""
    check_sum(draft)
    untaxed = draft.tax_exempt or settings.taxes == "none"
    discounts = commission_by_line(draft) if draft.commission.shape is CommissionShape.DISCOUNT else {}
    lines = {
        line.line_id: replace(_sum(line, untaxed=untaxed), discount=discounts.get(line.line_id, NOUGHT))
        for line in draft.lines
    }
    commission = draft.commission.amount.amount if draft.commission.shape is CommissionShape.LINE else NOUGHT
    made = Amounts(lines, _sum(draft.shipping, untaxed=untaxed), commission)
    if made.total != expected_total(draft):
        raise Refused(
            f"The parts of {draft.reference} are {made.total}, its total is {expected_total(draft)}.",
            code="total_differs",
        )
    return made


def each(amount: Decimal, quantity: int) -> Decimal:
    """The price of one piece in the four digits of Magento's columns; the row's own amount is the exact one."""
    return (amount / quantity).quantize(FINE, ROUND_HALF_UP) if quantity else amount


def _sum(sold: DraftLine | DraftShipping, *, untaxed: bool) -> Sum:
    if untaxed or not sold.tax:
        return Sum(sold.gross, NOUGHT)
    net = sold.gross - sold.tax
    return Sum(net, sold.tax, _percent(sold, net))


def _percent(sold: DraftLine | DraftShipping, net: Decimal) -> Decimal:
    """The rate as told, else as it follows from the amounts."""
    told = [tax.rate for tax in sold.taxes]
    if told and all(rate is not None for rate in told):
        return sum((rate for rate in told if rate is not None), NOUGHT)
    return (sold.tax * 100 / net).quantize(Decimal("0.01"), ROUND_HALF_UP) if net else NOUGHT
