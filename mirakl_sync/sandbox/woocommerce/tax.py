"""The rate table of a shop and what WooCommerce computes from it (`WC_Tax`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from mirakl_sync.sandbox.woocommerce.amounts import ZERO, inside

STANDARD = "standard"


class Location(NamedTuple):
    country: str = ""
    state: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class TaxRate:
    """`rate` in percent; empty country, state, postcode or city fit everywhere; class "" is the standard one."""

    id: int
    country: str
    rate: Decimal
    name: str = "Tax"
    state: str = ""
    postcode: str = ""
    city: str = ""
    priority: int = 1
    compound: bool = False
    shipping: bool = True
    order: int = 0
    tax_class: str = ""

    @property
    def code(self) -> str:
        """`ES-IVA-1`, as printed in an order's tax line."""
        parts = (self.country, self.state, self.name, str(self.priority))
        return "-".join(part for part in parts if part).upper()

    def fits(self, place: Location) -> bool:
        own = (self.country, self.state, self.postcode, self.city)
        return all(not mine or mine.lower() == theirs.lower() for mine, theirs in zip(own, place, strict=True))

    @property
    def narrowness(self) -> int:
        return sum(bool(part) for part in (self.country, self.state, self.postcode, self.city))


def rates_for(table: Iterable[TaxRate], place: Location, tax_class: str) -> list[TaxRate]:
    """The rates of a class at a place: for each priority only the narrowest one."""
    wanted = "" if tax_class == STANDARD else tax_class
    fitting = [rate for rate in table if rate.tax_class == wanted and rate.fits(place)]
    fitting.sort(key=lambda rate: (rate.priority, -rate.narrowness, rate.order, rate.id))
    chosen: dict[int, TaxRate] = {}
    for rate in fitting:
        chosen.setdefault(rate.priority, rate)
    return list(chosen.values())


def tax_on_net(net: Decimal, rates: Iterable[TaxRate]) -> dict[int, Decimal]:
    """Rate id → tax to add to a net amount, six decimals; compound rates come on top of the others."""
    rates = list(rates)
    taxes = {rate.id: net * rate.rate / 100 for rate in rates if not rate.compound}
    for rate in rates:
        if rate.compound:
            taxes[rate.id] = (net + sum(taxes.values(), ZERO)) * rate.rate / 100
    return {number: inside(tax) for number, tax in taxes.items()}


def tax_in_gross(gross: Decimal, rates: Iterable[TaxRate]) -> Decimal:
    """The tax contained in a gross amount, six decimals per rate (compound first, as `calc_inclusive_tax` does)."""
    rates = list(rates)
    total, left = ZERO, gross
    for rate in rates:
        if rate.compound:
            part = left - left / (1 + rate.rate / 100)
            total, left = total + inside(part), left - part
    together = sum((rate.rate for rate in rates if not rate.compound), ZERO)
    for rate in rates:
        if not rate.compound:
            total += inside(left * rate.rate / (100 + together))
    return total
