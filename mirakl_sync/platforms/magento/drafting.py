"""From a draft to the ``entity`` of ``PUT /V1/orders/create``. Pure.

The order is made on hold in one call: the state before the hold is in it, so that ``unhold`` lets the warehouse work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from mirakl_sync.money import Money
from mirakl_sync.platforms.magento import numbering
from mirakl_sync.platforms.magento.amounts import Amounts, Sum, each
from mirakl_sync.platforms.magento.schemas import Product
from mirakl_sync.platforms.magento.settings import StoreSettings
from mirakl_sync.platforms.sums import NOUGHT
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import CommissionShape, DraftLine, DraftTax, OrderDraft

# The one line of ours that is none of the marketplace's.
COMMISSION_LINE = "mirakl_commission"
# Magento wants something in these, and "-" is nobody's name, street or number.
UNKNOWN = "-"
WAITS = "waits for the marketplace"
VIRTUAL = frozenset({"virtual", "downloadable"})

_Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Region:
    """A region of a country as Magento numbers it; ``region_id`` 0 where it has none."""

    name: str
    code: str = ""
    region_id: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the shop adds to a draft: store, customer, products by SKU, regions by (country, state)."""

    store_id: int
    country: str
    products: Mapping[str, Product]
    commission: Product | None = None
    customer_id: int = 0
    customer_group: int = 0
    email: str = ""
    regions: Mapping[tuple[str, str], Region] | None = None


def order_entity(draft: OrderDraft, amounts: Amounts, setting: Setting, settings: StoreSettings) -> _Columns:
    """The whole order: inert, with our number, our reference and everything staff shall read.

    Its date is left to the shop: from then on its compensation counts it.
    """
    billing, shipping = addresses(draft, setting)
    pieces = sum(line.quantity for line in draft.lines)
    extension: _Columns = {
        "shipping_assignments": [{"shipping": {"method": settings.shipping_method, "address": shipping}}]
    }
    if settings.tax_details:
        extension |= _taxes(draft, amounts)
    entity: _Columns = {
        "increment_id": numbering.number_of(draft.reference, settings),
        "ext_order_id": numbering.ext_id_of(draft.reference),
        "store_id": setting.store_id,
        "state": "holded",
        "status": "holded",
        "hold_before_state": "new",
        "hold_before_status": "pending",
        **_currencies(draft.currency),
        **customer_columns(draft, setting),
        "customer_note_notify": 0,
        "is_virtual": 0,
        "shipping_description": f"{_title(draft)} - {draft.shipping.title or 'Standard'}"[:255],
        "total_qty_ordered": pieces,
        "weight": sum((_weight(line, setting) for line in draft.lines), NOUGHT),
        **money_columns(amounts),
        "items": [_line(draft, line, amounts, setting, settings) for line in draft.lines],
        "billing_address": billing,
        "payment": payment(draft, amounts, settings),
        "status_histories": histories(draft),
        "extension_attributes": extension,
    }
    if amounts.discount:
        entity["discount_description"] = draft.commission.target
    if amounts.commission and setting.commission is not None:
        entity["items"].append(_commission_line(draft, amounts.commission, setting.commission, setting))
    return entity


def money_columns(amounts: Amounts) -> _Columns:
    """The amounts of an order's head, in its own and the same as base currency."""
    return _both(
        subtotal=amounts.subtotal,
        subtotal_incl_tax=amounts.subtotal_gross,
        shipping_amount=amounts.shipping.net,
        shipping_incl_tax=amounts.shipping.gross,
        shipping_tax_amount=amounts.shipping.tax,
        tax_amount=amounts.tax,
        discount_amount=-amounts.discount if amounts.discount else NOUGHT,
        grand_total=amounts.total,
        total_due=amounts.total,
    )


def customer_columns(draft: OrderDraft, setting: Setting) -> _Columns:
    """Whose order it is: the generic customer's, or a guest's under the relay address."""
    buyer = draft.customer
    columns: _Columns = {
        "customer_is_guest": 0 if setting.customer_id else 1,
        "customer_group_id": setting.customer_group,
        "customer_email": setting.email,
        "customer_firstname": buyer.first_name or _title(draft),
        "customer_lastname": buyer.last_name or UNKNOWN,
    }
    return columns | ({"customer_id": setting.customer_id} if setting.customer_id else {})


def addresses(draft: OrderDraft, setting: Setting) -> tuple[_Columns, _Columns]:
    """Billing and shipping; while the marketplace shows none, one that nobody can send a parcel to."""
    billing, shipping = draft.billing or draft.shipping_address, draft.shipping_address or draft.billing
    return (
        {"address_type": "billing", **_address(billing, setting)},
        {"address_type": "shipping", **_address(shipping, setting)},
    )


def payment(draft: OrderDraft, amounts: Amounts, settings: StoreSettings) -> _Columns:
    """An offline payment, with what staff shall read on the order's page and our reference."""
    told = [f"Paid on {_title(draft)}" if draft.paid else f"{_title(draft)} pays later"]
    told += [f"{name}: {value}" for name, value in attributes(draft).items()]
    return {
        "method": settings.payment_method,
        **_both(amount_ordered=amounts.total, shipping_amount=amounts.shipping.net),
        "additional_information": [*told, numbering.mark(draft.reference)],
    }


def attributes(draft: OrderDraft) -> dict[str, str]:
    """What the sale is worth, by readable names."""
    commission = draft.commission.amount.amount
    tax = sum((line.tax for line in draft.lines), draft.shipping.tax)
    told = {
        "marketplace": _title(draft),
        "marketplace_order": draft.reference.order_id,
        "marketplace_date": draft.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "marketplace_gross": str(draft.total),
        "marketplace_commission": str(draft.commission.amount),
        "marketplace_net": str(Money(draft.total.amount - commission, draft.currency)),
        "marketplace_tax": str(Money(tax, draft.currency)),
    }
    if draft.commission.shape is CommissionShape.ATTRIBUTE:
        told[draft.commission.target] = str(draft.commission.amount)
    return told | {name: str(value) for name, value in draft.attributes.items()}


def histories(draft: OrderDraft) -> list[_Columns]:
    """What staff shall read of a new order, and the draft's own note."""
    told = [", ".join(f"{name}: {value}" for name, value in attributes(draft).items())]
    notes = [*told, *filter(None, [draft.note])]
    about = {"status": "holded", "is_customer_notified": 0, "is_visible_on_front": 0, "entity_name": "order"}
    return [{"comment": words, **about} for words in notes]


def _currencies(currency: str) -> _Columns:
    names = ("base_currency_code", "global_currency_code", "order_currency_code", "store_currency_code")
    rates = ("base_to_global_rate", "base_to_order_rate", "store_to_base_rate", "store_to_order_rate")
    return dict.fromkeys(names, currency) | dict.fromkeys(rates, 1)


def _line(draft: OrderDraft, line: DraftLine, amounts: Amounts, setting: Setting, settings: StoreSettings) -> _Columns:
    product, money = setting.products[line.sku], amounts.lines[line.line_id]
    item: _Columns = {
        **_product(product, setting),
        "sku": product.sku,
        "name": line.title or product.name or line.sku,
        "qty_ordered": line.quantity,
        **line_money(money, line.quantity),
        "row_weight": _weight(line, setting),
        "ext_order_item_id": line.line_id,
        "additional_data": json.dumps({"commission": str(line.commission), "currency": draft.currency}),
    }
    if settings.tax_details and money.tax:
        item["extension_attributes"] = {
            "itemized_taxes": [_itemized(tax, "product") for tax in _told(line.taxes, money)]
        }
    return item


def line_money(money: Sum, quantity: int) -> _Columns:
    """The amounts of a line, by piece and for the row."""
    return {
        **_both(
            price=each(money.net, quantity),
            original_price=each(money.net, quantity),
            price_incl_tax=each(money.gross, quantity),
            row_total=money.net,
            row_total_incl_tax=money.gross,
            tax_amount=money.tax,
            discount_amount=money.discount,
        ),
        "tax_percent": money.percent,
    }


def _commission_line(draft: OrderDraft, commission: Decimal, product: Product, setting: Setting) -> _Columns:
    return {
        **_product(product, setting),
        "sku": product.sku,
        "name": draft.commission.target or product.name,
        "qty_ordered": 1,
        **line_money(Sum(-commission, NOUGHT), 1),
        "ext_order_item_id": COMMISSION_LINE,
    }


def _product(product: Product, setting: Setting) -> _Columns:
    virtual = product.type in VIRTUAL
    return {
        "product_id": product.id,
        "product_type": product.type if virtual else "simple",
        "store_id": setting.store_id,
        "is_virtual": int(virtual),
        "is_qty_decimal": 0,
        "weight": product.weight or NOUGHT,
    }


def _weight(line: DraftLine, setting: Setting) -> Decimal:
    return (setting.products[line.sku].weight or NOUGHT) * line.quantity


def _address(address: Address | None, setting: Setting) -> _Columns:
    email = {"email": setting.email} if setting.email else {}
    if address is None:
        nobody = {"firstname": UNKNOWN, "lastname": WAITS, "street": [UNKNOWN], "country_id": setting.country}
        nobody |= dict.fromkeys(("city", "postcode", "telephone"), UNKNOWN)
        return nobody | _region(setting, setting.country, "") | email
    known = (address.street_1, address.street_2, address.additional_info)
    columns: _Columns = {
        "firstname": address.first_name or UNKNOWN,
        "lastname": address.last_name or UNKNOWN,
        "company": address.company,
        "street": [part for part in known if part] or [UNKNOWN],
        "city": address.city or UNKNOWN,
        "postcode": address.zip_code or UNKNOWN,
        "country_id": address.country_code or setting.country,
        "telephone": address.phone or UNKNOWN,
    }
    return columns | _region(setting, address.country_code, address.state) | email


def _region(setting: Setting, country: str, state: str) -> _Columns:
    region = (setting.regions or {}).get((country, state), Region(state))
    named = {"region": region.name} if region.name else {}
    return named | ({"region_id": region.region_id, "region_code": region.code} if region.region_id else {})


def _taxes(draft: OrderDraft, amounts: Amounts) -> _Columns:
    """The tax tables of 2.4.7 and later: one row per rate, and the shipping's share."""
    by_rate: dict[tuple[str, Decimal], Decimal] = {}
    parts = [
        *((line.taxes, amounts.lines[line.line_id]) for line in draft.lines),
        (draft.shipping.taxes, amounts.shipping),
    ]
    for taxes, money in parts:
        for tax in _told(taxes, money):
            key = (tax.code, tax.rate or NOUGHT)
            by_rate[key] = by_rate.get(key, NOUGHT) + tax.amount
    rows = [
        {
            "code": f"{code} {rate}",
            "title": code,
            "percent": rate,
            "amount": amount,
            "base_amount": amount,
            "base_real_amount": amount,
            "priority": 0,
            "position": place,
            "process": 0,
        }
        for place, ((code, rate), amount) in enumerate(by_rate.items())
    ]
    told: _Columns = {"taxes": rows} if rows else {}
    shipping = [_itemized(tax, "shipping") for tax in _told(draft.shipping.taxes, amounts.shipping)]
    return told | ({"additional_itemized_taxes": shipping} if shipping else {})


def _told(taxes: tuple[DraftTax, ...], money: Sum) -> list[DraftTax]:
    """Taxes with their rates, as far as they are on the order: all of them, or one for the sum."""
    if not money.tax:
        return []
    if taxes and sum((tax.amount for tax in taxes), NOUGHT) == money.tax:
        return [DraftTax(tax.code, tax.amount, money.percent if tax.rate is None else tax.rate) for tax in taxes]
    return [DraftTax("marketplace", money.tax, money.percent)]


def _itemized(tax: DraftTax, kind: str) -> _Columns:
    rate = tax.rate or NOUGHT
    return {
        "tax_code": f"{tax.code} {rate}",
        "tax_percent": rate,
        "taxable_item_type": kind,
        **_both(amount=tax.amount, real_amount=tax.amount),
    }


def _both(**amounts: Decimal) -> _Columns:
    """Amounts in the order's and in the base currency; the real amount of a tax has its own spelling."""
    based = {("real_base_amount" if name == "real_amount" else f"base_{name}"): each for name, each in amounts.items()}
    return {**amounts, **based}


def _title(draft: OrderDraft) -> str:
    return draft.marketplace_title or draft.reference.marketplace
