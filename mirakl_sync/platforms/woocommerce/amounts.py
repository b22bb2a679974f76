"""What to send so that the shop arrives at the amounts the marketplace sold at. Pure.

Three ways (see README): net amounts the shop taxes, an order exempt from tax, a class whose rate is zero. A commission
that stands on the order as money (line, discount) needs the exempt way: WooCommerce taxes negative fees regardless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from mirakl_sync.money import smallest_unit
from mirakl_sync.platforms.sums import ON_THE_ORDER, commission_by_line, expected_total
from mirakl_sync.platforms.woocommerce.settings import StoreSettings
from mirakl_sync.platforms.woocommerce.tax import Place, Rounding, Sale, TaxRules, solve, tax_on
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import CommissionShape, DraftLine, DraftShipping, OrderDraft

SHIPPING = "\x00shipping"


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """``subtotal`` and ``total`` of a line without tax, and its class where the product's own would be wrong."""

    subtotal: Decimal
    total: Decimal
    tax_class: str | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """Every amount of an order, and the ``total`` its answer must show."""

    total: Decimal
    lines: Mapping[str, LineAmounts]
    shipping: Decimal
    exempt: bool = False
    fee: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    rates: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def taxed_by_shop(draft: OrderDraft, settings: StoreSettings) -> bool:
    """True where the shop adds its own tax to net amounts."""
    return settings.taxes == "shop_computes" and not _exempt(draft, settings)


def _exempt(draft: OrderDraft, settings: StoreSettings) -> bool:
    return draft.tax_exempt or settings.taxes == "exempt" or draft.commission.shape in ON_THE_ORDER


def gross_amounts(draft: OrderDraft, settings: StoreSettings) -> Amounts:
    """Amounts as paid, for an order the shop does not tax."""
    exempt = _exempt(draft, settings)
    discounts = commission_by_line(draft) if draft.commission.shape is CommissionShape.DISCOUNT else {}
    tax_class = None if exempt else settings.zero_rate_class
    lines = {
        line.line_id: LineAmounts(line.gross, line.gross - discounts.get(line.line_id, Decimal(0)), tax_class)
        for line in draft.lines
    }
    commission = draft.commission.amount.amount if draft.commission.shape is CommissionShape.LINE else Decimal(0)
    return Amounts(expected_total(draft), lines, draft.shipping.gross, exempt=exempt, commission=commission)


def net_amounts(
    draft: OrderDraft,
    rules: TaxRules,
    classes: Mapping[str, str],
    *,
    place: Place | None = None,
    applied: Mapping[str, tuple[int, ...]] | None = None,
    other_rounding: bool = False,
    shift: Decimal = Decimal(0),
) -> Amounts:
    """Net amounts for an order the shop taxes at ``place`` (default: where the draft is sent).

    ``classes`` are the tax classes of the products by SKU. ``applied`` are the rate ids a shop's answer showed per
    line, believed over our reading of its table. ``shift`` moves an unexplained difference into the largest line.
    """
    where = place or place_of(draft, rules)
    rounding = Rounding(
        smallest_unit(draft.currency), rules.prices_include_tax is not other_rounding, rules.at_subtotal
    )
    sales, chosen = [], {}
    for line in draft.lines:
        chosen[line.line_id] = _tax_class(line, classes.get(line.sku), rules, where, rounding)
        sales.append(_sale(line.line_id, line, rules, chosen[line.line_id], where, applied))
    shipped_in = rules.shipping_class_for(chosen.values())
    sales.append(_sale(SHIPPING, draft.shipping, rules, shipped_in, where, applied, shipping=True))
    if shift:
        largest = max(range(len(draft.lines)), key=lambda n: sales[n].gross)
        sales[largest] = replace(sales[largest], gross=sales[largest].gross + shift, tax=None)
    nets = solve(sales, rounding)
    lines = {
        line.line_id: LineAmounts(
            nets.amounts[line.line_id],
            nets.amounts[line.line_id],
            _to_say(line, chosen[line.line_id], classes.get(line.sku)),
        )
        for line in draft.lines
    }
    rates = {sale.key: tuple(sorted(rate.id for rate in sale.rates)) for sale in sales}
    return Amounts(expected_total(draft), lines, nets.amounts[SHIPPING], fee=nets.fee, rates=rates)


def place_of(draft: OrderDraft, rules: TaxRules) -> Place:
    """Where WooCommerce taxes the order: as its setting says, at home while there is no address."""
    billing, shipping = draft.billing or draft.shipping_address, draft.shipping_address or draft.billing
    address: Address | None = billing if rules.based_on == "billing" else shipping
    if rules.based_on == "base" or address is None or not address.country_code:
        return rules.shop
    return Place(address.country_code, address.state, address.zip_code, address.city)


def _sale(
    key: str,
    sold: DraftLine | DraftShipping,
    rules: TaxRules,
    tax_class: str,
    place: Place,
    applied: Mapping[str, tuple[int, ...]] | None,
    *,
    shipping: bool = False,
) -> Sale:
    rates = rules.by_id(applied[key]) if applied is not None and key in applied else None
    if rates is None:
        rates = rules.rates_for(tax_class, place, shipping=shipping)
    return Sale(key, sold.gross, sold.tax if _told(sold) else None, rates, shipping)


def _told(sold: DraftLine | DraftShipping) -> bool:
    """Many marketplaces name no tax at all; then the shop's own rate is the only one there is."""
    return bool(sold.taxes or sold.tax)


def _tax_class(line: DraftLine, own: str | None, rules: TaxRules, place: Place, rounding: Rounding) -> str:
    """The product's class if it taxes as sold, else a class that does, else the product's after all."""
    own = own or "standard"
    if not _told(line) or _taxes_as_sold(line, own, rules, place, rounding):
        return own
    others = dict.fromkeys(rate.tax_class for rate in rules.rates if rate.tax_class != own)
    return next((name for name in others if _taxes_as_sold(line, name, rules, place, rounding)), own)


def _to_say(line: DraftLine, chosen: str, own: str | None) -> str | None:
    """A class is only sent where the product's own would tax otherwise; nothing is sent on a guess."""
    if own is None:
        return chosen if _told(line) else None
    return None if chosen == (own or "standard") else chosen


def _taxes_as_sold(line: DraftLine, tax_class: str, rules: TaxRules, place: Place, rounding: Rounding) -> bool:
    rates = rules.rates_for(tax_class, place)
    if not rates:
        return False
    sold = [tax.rate for tax in line.taxes]
    if sold and all(rate is not None for rate in sold):
        return sum(rate for rate in sold if rate is not None) == sum(rate.percent for rate in rates)
    return abs(tax_on(line.gross - line.tax, rates, rounding) - line.tax) <= rounding.unit
