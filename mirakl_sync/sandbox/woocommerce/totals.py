"""An order's taxes and totals, recomputed by the server whatever the client sent (reference 4.2 and 4.3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from mirakl_sync.sandbox.woocommerce.amounts import ZERO, rounded, rounded_tax
from mirakl_sync.sandbox.woocommerce.model import FeeLine, LineItem, Order, Refund, ShippingLine, TaxLine
from mirakl_sync.sandbox.woocommerce.settings import ShopSettings
from mirakl_sync.sandbox.woocommerce.tax import Location, TaxRate, rates_for, tax_on_net

NewId = Callable[[], int]


def recalculate(order: Order, settings: ShopSettings, table: list[TaxRate], new_item_id: NewId) -> None:
    """`calculate_totals(true)`: shipping and fees summed, taxes anew, then the total.

    A negative fee is cut so that the total stays at or above zero.
    """
    cent = settings.cent
    order.shipping_total = sum((rounded(line.total, cent) for line in order.shipping_lines), ZERO)
    cart = _cart(order, settings, "total")
    fees = _sum_fees(order, cart, cent)
    calculate_taxes(order, settings, table)
    update_tax_lines(order, settings, table, new_item_id)
    order.discount_total = rounded(_cart(order, settings, "subtotal") - cart, cent)
    before = sum((sum(line.subtotal_taxes.values(), ZERO) for line in order.lines), ZERO)
    after = sum((sum(line.taxes.values(), ZERO) for line in order.lines), ZERO)
    order.discount_tax = _tax_cents(before - after, settings)
    order.total = rounded(cart + fees + order.shipping_total + order.cart_tax + order.shipping_tax, cent)


def calculate_taxes(order: Order, settings: ShopSettings, table: list[TaxRate]) -> None:
    place = tax_location(order, settings)
    exempt = any(meta.key == "is_vat_exempt" and meta.value == "yes" for meta in order.meta)
    taxed = settings.calc_taxes and not exempt
    shipping_class = _shipping_class(order, settings)
    for line in order.lines:
        _tax_line_item(line, settings, rates_for(table, place, line.tax_class) if taxed else None)
    for fee in order.fees:
        _tax_fee(fee, order, settings, table, place, taxed=taxed)
    for cost in order.shipping_lines:
        rates = rates_for(table, place, shipping_class) if taxed and shipping_class is not None else []
        cost.taxes = tax_on_net(cost.total, [rate for rate in rates if rate.shipping])
        cost.total_tax = _sum_tax(cost.taxes, settings)


def tax_location(order: Order, settings: ShopSettings) -> Location:
    """The address taxes are computed for; an order without a country is taxed at the shop's own address."""
    billing = settings.tax_based_on == "billing" or not order.shipping["country"]
    address = order.billing if billing else order.shipping
    if settings.tax_based_on == "base" or not address["country"]:
        return Location(settings.base_country, settings.base_state)
    return Location(address["country"], address["state"], address["postcode"], address["city"])


def update_tax_lines(holder: Order | Refund, settings: ShopSettings, table: list[TaxRate], new_item_id: NewId) -> None:
    """One tax line per rate met; a line that is there already keeps its id. An order's tax totals follow."""
    cart, shipping = _tax_by_rate(holder, settings)
    known = {line.rate_id: line for line in holder.tax_lines}
    rates = {rate.id: rate for rate in table}
    lines = []
    for number in dict.fromkeys([*cart, *shipping]):
        line = known.get(number) or _new_tax_line(rates[number], new_item_id())
        line.tax_total = _tax_cents(cart.get(number, ZERO), settings)
        line.shipping_tax_total = _tax_cents(shipping.get(number, ZERO), settings)
        lines.append(line)
    holder.tax_lines = lines
    if isinstance(holder, Order):
        holder.cart_tax = _tax_cents(sum(cart.values(), ZERO), settings)
        holder.shipping_tax = _tax_cents(sum(shipping.values(), ZERO), settings)


def _new_tax_line(rate: TaxRate, number: int) -> TaxLine:
    return TaxLine(number, rate.id, rate.code, rate.name, rate.compound, rate.rate)


def _tax_by_rate(holder: Order | Refund, settings: ShopSettings) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    cart: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    groups: tuple[tuple[dict[int, Decimal], list[LineItem | FeeLine | ShippingLine]], ...] = (
        (cart, [*holder.lines, *holder.fees]),
        (shipping, [*holder.shipping_lines]),
    )
    for sums, items in groups:
        for item in items:
            for number, tax in item.taxes.items():
                sums[number] = sums.get(number, ZERO) + _line_tax(tax, settings)
    return cart, shipping


def _tax_line_item(line: LineItem, settings: ShopSettings, rates: list[TaxRate] | None) -> None:
    taxable = rates if rates and line.tax_status == "taxable" else []
    line.taxes = tax_on_net(line.total, taxable)
    line.subtotal_taxes = tax_on_net(line.subtotal, taxable)
    line.total_tax = _sum_tax(line.taxes, settings)
    line.subtotal_tax = _sum_tax(line.subtotal_taxes, settings)


def _tax_fee(
    fee: FeeLine,
    order: Order,
    settings: ShopSettings,
    table: list[TaxRate],
    place: Location,
    *,
    taxed: bool,
) -> None:
    """A negative fee is taxed in proportion to what the order holds, whatever its `tax_status` says (reference 4.3)."""
    if not taxed:
        fee.taxes = {}
    elif fee.total >= 0:
        rates = rates_for(table, place, fee.tax_class) if fee.tax_status == "taxable" else []
        fee.taxes = tax_on_net(fee.total, rates)
    else:
        fee.taxes = _apportioned(fee, order, settings, table, place)
    fee.total_tax = _sum_tax(fee.taxes, settings)


def _apportioned(
    fee: FeeLine, order: Order, settings: ShopSettings, table: list[TaxRate], place: Location
) -> dict[int, Decimal]:
    costs = _cost_by_class(order, settings)
    whole = sum(costs.values(), ZERO)
    taxes: dict[int, Decimal] = {}
    for tax_class, cost in costs.items():
        if tax_class is None or not whole:
            continue
        for number, tax in tax_on_net(fee.total * cost / whole, rates_for(table, place, tax_class)).items():
            taxes[number] = taxes.get(number, ZERO) + tax
    return taxes


def _cost_by_class(order: Order, settings: ShopSettings) -> dict[str | None, Decimal]:
    """Positive amounts by tax class; None = not taxable."""
    costs: dict[str | None, Decimal] = {}
    shipping_class = _shipping_class(order, settings)
    items: list[LineItem | FeeLine] = [*order.lines, *order.fees]
    parts = [(item.tax_class if item.tax_status == "taxable" else None, item.total) for item in items]
    parts += [(shipping_class, line.total) for line in order.shipping_lines]
    for tax_class, total in parts:
        if total >= 0:
            costs[tax_class] = costs.get(tax_class, ZERO) + total
    return costs


def _shipping_class(order: Order, settings: ShopSettings) -> str | None:
    """With `inherit`: the first class, in the shop's order, that a taxable line has; None = shipping is not taxed."""
    if settings.shipping_tax_class != "inherit":
        return settings.shipping_tax_class
    met = {line.tax_class for line in order.lines if line.tax_status in {"taxable", "shipping"}}
    return next((known for known in ("", *settings.tax_classes) if known in met), None)


def _cart(order: Order, settings: ShopSettings, which: str) -> Decimal:
    values = [getattr(line, which) for line in order.lines]
    if settings.round_at_subtotal:
        return sum(values, ZERO)
    return sum((rounded(value, settings.cent) for value in values), ZERO)


def _sum_fees(order: Order, cart: Decimal, cent: Decimal) -> Decimal:
    fees = ZERO
    for fee in order.fees:
        if fee.amount < 0:
            most = -rounded(cart + fees + order.shipping_total, cent)
            fee.total = max(fee.amount, most) if most < 0 else fee.amount
        fees += fee.total
    return fees


def _tax_cents(value: Decimal, settings: ShopSettings) -> Decimal:
    return rounded_tax(value, settings.cent, prices_include_tax=settings.prices_include_tax)


def _line_tax(value: Decimal, settings: ShopSettings) -> Decimal:
    return value if settings.round_at_subtotal else _tax_cents(value, settings)


def _sum_tax(taxes: dict[int, Decimal], settings: ShopSettings) -> Decimal:
    return sum((_line_tax(tax, settings) for tax in taxes.values()), ZERO)
