"""Which tax WooCommerce will add, and which net amount makes it arrive at a given gross. Pure.

After ``WC_Tax::find_rates``, ``calc_exclusive_tax`` and ``WC_Abstract_Order::calculate_totals``: each line's total
and each of its taxes are rounded to the currency's unit and summed. Halves of a tax are rounded down where the shop's
prices include tax (``WC_TAX_ROUNDING_MODE``), up elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

FINE = Decimal("0.000001")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sale is taxed."""

    country: str = ""
    state: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A row of the shop's tax table; ``percent`` as 21 for 21 %."""

    id: int
    percent: Decimal
    tax_class: str = "standard"
    country: str = ""
    state: str = ""
    postcodes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    priority: int = 1
    order: int = 0
    compound: bool = False
    shipping: bool = True


@dataclass(frozen=True, slots=True)
class TaxRules:
    """How the shop taxes: its table and the settings that decide between the rows."""

    rates: tuple[Rate, ...] = ()
    prices_include_tax: bool = False
    based_on: str = "shipping"
    shop: Place = field(default_factory=Place)
    shipping_class: str = "inherit"
    at_subtotal: bool = False

    def rates_for(self, tax_class: str, place: Place, *, shipping: bool = False) -> tuple[Rate, ...]:
        """The rates that apply: of each priority the most exact row."""
        wanted = tax_class or "standard"
        fitting = [r for r in self.rates if (r.tax_class or "standard") == wanted and _covers(r, place)]
        best: dict[int, Rate] = {}
        for rate in sorted(fitting, key=_exactness):
            best.setdefault(rate.priority, rate)
        return tuple(r for _, r in sorted(best.items()) if r.shipping or not shipping)

    def by_id(self, ids: Sequence[int]) -> tuple[Rate, ...] | None:
        """The rates of these ids, or None when one of them is unknown here."""
        known = {rate.id: rate for rate in self.rates}
        return tuple(known[i] for i in ids) if all(i in known for i in ids) else None

    def shipping_class_for(self, classes: Iterable[str]) -> str:
        """The class shipping is taxed in, given the classes of the lines."""
        if self.shipping_class != "inherit":
            return self.shipping_class
        found = {name or "standard" for name in classes}
        if "standard" in found or not found:
            return "standard"
        known = list(dict.fromkeys(rate.tax_class for rate in self.rates))
        return min(found, key=lambda name: known.index(name) if name in known else len(known))


def _covers(rate: Rate, place: Place) -> bool:
    return (
        (not rate.country or rate.country.upper() == place.country.upper())
        and (not rate.state or rate.state.upper() == place.state.upper())
        and (not rate.postcodes or any(_postcode_fits(p, place.postcode) for p in rate.postcodes))
        and (not rate.cities or place.city.strip().upper() in {city.strip().upper() for city in rate.cities})
    )


def _postcode_fits(pattern: str, postcode: str) -> bool:
    pattern, postcode = pattern.strip().upper(), postcode.strip().upper()
    if "..." in pattern:
        low, high = (part.strip() for part in pattern.split("...", 1))
        if low.isdigit() and high.isdigit() and postcode.isdigit():
            return int(low) <= int(postcode) <= int(high)
        return low <= postcode <= high
    if pattern.endswith("*"):
        return postcode.startswith(pattern[:-1])
    return pattern == postcode


def _exactness(rate: Rate) -> tuple[int, bool, bool, bool, bool, int, int]:
    return (
        rate.priority, not rate.country, not rate.state, not rate.postcodes, not rate.cities, rate.order, rate.id
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rounding:
    """The unit money is rounded to, and how halves of a tax go."""

    unit: Decimal = Decimal("0.01")
    half_down: bool = False
    at_subtotal: bool = False

    def money(self, amount: Decimal) -> Decimal:
        """An amount as the shop stores it."""
        return amount.quantize(self.unit, ROUND_HALF_UP)

    def tax(self, amount: Decimal) -> Decimal:
        """A tax as the shop stores it."""
        return amount.quantize(FINE, ROUND_HALF_UP).quantize(
            self.unit, ROUND_HALF_DOWN if self.half_down else ROUND_HALF_UP
        )


def tax_on(net: Decimal, rates: Sequence[Rate], rounding: Rounding) -> Decimal:
    """The tax the shop adds to ``net``: each rate rounded by itself, compound rates on top of the plain ones."""
    return sum((rounding.tax(tax) for tax in _taxes(net, rates)), Decimal(0))


def _taxes(net: Decimal, rates: Sequence[Rate]) -> list[Decimal]:
    taxes = [net * rate.percent / HUNDRED for rate in rates if not rate.compound]
    base = net + sum(taxes)
    for rate in rates:
        if rate.compound:
            taxes.append(base * rate.percent / HUNDRED)
            base += taxes[-1]
    return taxes


def gross_of(net: Decimal, rates: Sequence[Rate], rounding: Rounding) -> Decimal:
    """What the buyer pays for a line the shop taxes."""
    return rounding.money(net) + tax_on(net, rates, rounding)


def factor(rates: Sequence[Rate]) -> Decimal:
    """Gross divided by net, before any rounding."""
    plain = 1 + sum((rate.percent for rate in rates if not rate.compound), Decimal(0)) / HUNDRED
    for rate in rates:
        if rate.compound:
            plain *= 1 + rate.percent / HUNDRED
    return plain


@dataclass(frozen=True, slots=True)
class Sale:
    """One amount to reach: a line or the shipping. ``tax`` None is a tax nobody told."""

    key: str
    gross: Decimal
    tax: Decimal | None
    rates: tuple[Rate, ...] = ()
    shipping: bool = False


@dataclass(frozen=True, slots=True)
class Nets:
    """What to send: a net amount per sale and an untaxed fee for the cent that fits nowhere."""

    amounts: dict[str, Decimal]
    fee: Decimal = Decimal(0)


def solve(sales: Sequence[Sale], rounding: Rounding) -> Nets:
    """Net amounts from which the shop computes exactly the sum of ``gross``.

    Some grosses cannot be reached on one line (19.95 at 20 % with halves up: 16.62 + 3.32 or 16.63 + 3.33). The
    missing cent moves to another line; where there is none, an untaxed fee of a cent carries it.
    """
    if rounding.at_subtotal:
        return _solve_at_subtotal(sales, rounding)
    amounts: dict[str, Decimal] = {}
    missing = Decimal(0)
    for sale in sorted(sales, key=lambda sale: -sale.gross):
        amounts[sale.key], short = _reach(sale, missing, rounding)
        missing += short
    if missing:
        missing = _move(sales, amounts, missing, rounding)
    return Nets(amounts, missing)


def _solve_at_subtotal(sales: Sequence[Sale], rounding: Rounding) -> Nets:
    """For shops that round only the sums: exact nets, and the largest moved by parts of a cent until the sum fits.

    A negative fee would be taxed, so only a missing cent is ever put on a fee.
    """
    amounts = {sale.key: (sale.gross / factor(sale.rates)).quantize(FINE, ROUND_HALF_UP) for sale in sales}
    largest = max(sales, key=lambda sale: (not sale.shipping, sale.gross))
    wanted = sum((sale.gross for sale in sales), Decimal(0))
    for fee in (Decimal(0), rounding.unit):
        for step in sorted(range(-20, 21), key=abs):
            tried = amounts | {largest.key: amounts[largest.key] + rounding.unit * step / 10}
            if _total_at_subtotal(sales, tried, rounding) + fee == wanted:
                return Nets(tried, fee)
    return Nets(amounts)


def _total_at_subtotal(sales: Sequence[Sale], nets: Mapping[str, Decimal], rounding: Rounding) -> Decimal:
    total = Decimal(0)
    for part in ([s for s in sales if not s.shipping], [s for s in sales if s.shipping]):
        net = sum((nets[sale.key] for sale in part), Decimal(0))
        total += rounding.money(net) if part and part[0].shipping else net
        total += rounding.tax(sum((tax for sale in part for tax in _taxes(nets[sale.key], sale.rates)), Decimal(0)))
    return rounding.money(total)


def _reach(sale: Sale, missing: Decimal, rounding: Rounding) -> tuple[Decimal, Decimal]:
    """A net for the sale and how much its gross is short; pays back what is missing when it misses anyway."""
    net = net_for(sale.gross, sale.tax, sale.rates, rounding)
    if net is not None:
        return net, Decimal(0)
    for step in (rounding.unit, -rounding.unit) if missing > 0 else (-rounding.unit, rounding.unit):
        net = net_for(sale.gross + step, None, sale.rates, rounding)
        if net is not None:
            return net, -step
    return (sale.gross / factor(sale.rates)).quantize(FINE), Decimal(0)


def _move(sales: Sequence[Sale], amounts: dict[str, Decimal], missing: Decimal, rounding: Rounding) -> Decimal:
    """Put the missing cent on the largest other sale that can carry it; what stays missing comes back."""
    for sale in sorted(sales, key=lambda sale: -sale.gross):
        now = gross_of(amounts[sale.key], sale.rates, rounding)
        net = net_for(now + missing, None, sale.rates, rounding)
        if now == sale.gross and net is not None:
            amounts[sale.key] = net
            return Decimal(0)
    return missing


def net_for(gross: Decimal, tax: Decimal | None, rates: Sequence[Rate], rounding: Rounding) -> Decimal | None:
    """A net amount the shop turns into ``gross``, with the tax as sold where both can be had; None if none exists."""
    exact = gross / factor(rates)
    as_sold: tuple[Decimal, ...] = () if tax is None else (gross - tax,)
    for net in (*as_sold, rounding.money(exact), exact.quantize(FINE, ROUND_HALF_UP)):
        if gross_of(net, rates, rounding) == gross:
            return net
    return None
