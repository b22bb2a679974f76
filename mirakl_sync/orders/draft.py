"""From a marketplace order to the order the shop shall hold. Pure; every amount stands as it was sold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from mirakl_sync.money import Money
from mirakl_sync.policy.model import Customer, OrderPolicy
from mirakl_sync.records.order import Address, MarketplaceOrder, OrderLine, TaxAmount
from mirakl_sync.records.shop import (
    Commission,
    CommissionShape,
    DraftCustomer,
    DraftLine,
    DraftShipping,
    DraftTax,
    OrderDraft,
    OrderReference,
)

# Workflows in which the marketplace has the buyer's money before the parcel may leave.
_PAID_BEFORE_SHIPPING = frozenset({"PAY_ON_ACCEPTANCE", ""})


def draft(
    order: MarketplaceOrder,
    policy: OrderPolicy,
    reference: OrderReference,
    *,
    marketplace_title: str,
    accepted_lines: Collection[str],
    product_ids: Mapping[str, str],
    accept_by: datetime | None,
) -> OrderDraft:
    """The shop's order for the accepted lines of ``order``.

    ``product_ids`` are the shop's ids by SKU where known, sparing the platform a look. Without addresses the draft is
    that of a provisional order.
    """
    lines = [line for line in order.live_lines if line.line_id in accepted_lines]
    included = order.tax_mode == "TAX_INCLUDED"
    kept = replace(order, lines=tuple(lines))
    gross, commission = kept.gross(), kept.commission()
    return OrderDraft(
        reference=reference,
        currency=order.currency,
        created_at=order.created_at,
        lines=tuple(_line(line, included, product_ids.get(line.sku, "")) for line in lines),
        shipping=_shipping(order, lines, included),
        total=gross,
        customer=_customer(order, policy),
        commission=Commission(policy.commission, commission, policy.commission_target),
        billing=_address(order.buyer.billing or order.buyer.shipping, policy),
        shipping_address=_address(order.buyer.shipping, policy),
        marketplace_title=marketplace_title,
        paid=order.debited_at is not None or order.payment_workflow in _PAID_BEFORE_SHIPPING,
        tax_exempt=policy.tax_exempt_business and not kept.taxes().amount,
        attributes=_attributes(order, policy, marketplace_title, gross, commission, accept_by),
        note=_note(order, marketplace_title, gross, commission),
    )


def _line(line: OrderLine, included: bool, product_id: str) -> DraftLine:
    taxes = _taxes(line.taxes)
    tax = sum((each.amount for each in taxes), Decimal(0))
    return DraftLine(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        gross=line.price.amount if included else line.price.amount + tax,
        tax=tax,
        taxes=taxes,
        commission=line.total_commission.amount if line.total_commission else Decimal(0),
        product_id=product_id,
    )


def _shipping(order: MarketplaceOrder, lines: list[OrderLine], included: bool) -> DraftShipping:
    taxes = _taxes(tuple(tax for line in lines for tax in line.shipping_taxes))
    tax = sum((each.amount for each in taxes), Decimal(0))
    charged = sum((line.shipping_price.amount for line in lines), Decimal(0))
    title = order.shipping_type_label or order.shipping_type_code or "Marketplace shipping"
    return DraftShipping(title=title, gross=charged if included else charged + tax, tax=tax, taxes=taxes)


def _taxes(taxes: tuple[TaxAmount, ...]) -> tuple[DraftTax, ...]:
    """Taxes of one code and rate added up."""
    summed: dict[tuple[str, Decimal | None], Decimal] = {}
    for tax in taxes:
        summed[tax.code, tax.rate] = summed.get((tax.code, tax.rate), Decimal(0)) + tax.amount.amount
    return tuple(DraftTax(code, amount, rate) for (code, rate), amount in summed.items())


def _customer(order: MarketplaceOrder, policy: OrderPolicy) -> DraftCustomer:
    generic = policy.customer is Customer.GENERIC
    return DraftCustomer(
        generic=generic,
        first_name=order.buyer.first_name,
        last_name=order.buyer.last_name,
        email=policy.generic_customer if generic else order.buyer.notification_email,
    )


def _address(address: Address | None, policy: OrderPolicy) -> Address | None:
    """The address with a country code, from the policy's own table where the marketplace wrote free text."""
    if address is None or address.country_code:
        return address
    return replace(address, country_code=policy.countries.get(address.country_label, ""))


def _attributes(
    order: MarketplaceOrder,
    policy: OrderPolicy,
    title: str,
    gross: Money,
    commission: Money,
    accept_by: datetime | None,
) -> dict[str, str]:
    """What staff and finance read on the order, whatever shape the commission takes."""
    told = {
        "marketplace": title,
        "marketplace_order": order.order_id,
        "marketplace_channel": order.channel,
        "marketplace_gross": str(gross.rounded().amount),
        policy.commission_target: str(commission.rounded().amount),
        "marketplace_net": str((gross - commission).rounded().amount),
        "marketplace_payment": order.payment_workflow,
        "marketplace_accept_by": f"{accept_by:%Y-%m-%dT%H:%M:%SZ}" if accept_by else "",
        "marketplace_ship_by": f"{order.shipping_deadline:%Y-%m-%dT%H:%M:%SZ}" if order.shipping_deadline else "",
        "marketplace_notification_email": order.buyer.notification_email,
    }
    if policy.commission is CommissionShape.NONE:
        told.pop(policy.commission_target)
    return {name: value for name, value in told.items() if value}


def _note(order: MarketplaceOrder, title: str, gross: Money, commission: Money) -> str:
    return (
        f"{title} order {order.order_id}: sold for {gross}, commission {commission}, net {gross - commission}. "
        f"Made and kept up to date by mirakl_sync."
    )
