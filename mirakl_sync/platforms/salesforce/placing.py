"""From a draft to the order Salesforce wants: exactly the drafted amounts, which it adds up and compares. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mirakl_sync.errors import Refused
from mirakl_sync.money import smallest_unit
from mirakl_sync.platforms.salesforce.naming import order_number
from mirakl_sync.platforms.salesforce.settings import StoreSettings
from mirakl_sync.platforms.sums import check_sum
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import CommissionShape, DraftLine, OrderDraft

# Our name for the one shipment; read back it is "me".
SHIPMENT = "mirakl"
LONGEST = 256
MOST_LINES = 200


def order_body(draft: OrderDraft, settings: StoreSettings) -> dict[str, Any]:
    """``createOrders``: placed at once, but neither paid, confirmed nor ready for export, so nobody works on it.

    ``Refused`` where lines and shipping do not add up, addresses are missing, or there are more lines than an order
    takes. By the net policy base prices and the shipping charge are written without tax; totals contain it always.
    """
    billing, shipping = draft.billing or draft.shipping_address, draft.shipping_address or draft.billing
    if billing is None or shipping is None:
        raise Refused(
            f"Salesforce takes no order without addresses, and {draft.reference.order_id} has none yet.",
            code="address_missing",
        )
    check(draft)
    number = order_number(draft.reference, settings.number_prefix)
    return {
        "orderNo": number,
        "channelType": "marketplace",
        "businessType": "b2c",
        "currency": draft.currency,
        "orderTotal": draft.total.amount,
        "taxTotal": sum((line.tax for line in draft.lines), draft.shipping.tax),
        "paymentStatus": "not_paid",
        "billingAddress": address_body(billing),
        "productItems": [_item(line, draft, settings) for line in draft.lines],
        "shipments": [_shipment(draft, shipping, settings)],
        "paymentInstruments": [_payment(draft, settings)],
        **attributes_of(draft, settings),
    }


def check(draft: OrderDraft) -> None:
    """``Refused`` where the lines and the shipping are not the total, or there are more lines than an order takes."""
    check_sum(draft)
    if not 1 <= len(draft.lines) <= MOST_LINES:
        raise Refused(
            f"An order in Salesforce has 1 to {MOST_LINES} lines; {draft.reference.order_id} has {len(draft.lines)}.",
            code="lines_differ",
        )


def attributes_of(draft: OrderDraft, settings: StoreSettings) -> dict[str, Any]:
    """The order's custom attributes: our key, the commission as a number, and what the seller gave a place."""
    told: dict[str, Any] = {
        "reference": str(draft.reference),
        "order": draft.reference.order_id,
        "marketplace": draft.marketplace_title or draft.reference.marketplace,
        "buyer_email": draft.customer.email,
        "note": draft.note,
    } | dict(draft.attributes)
    written = {settings.attribute(name): value for name, value in told.items()}
    if draft.commission.shape is CommissionShape.ATTRIBUTE:
        target = draft.commission.target
        own = target if target.startswith("c_") else settings.attribute("commission")
        written[own] = draft.commission.amount.amount
    return {name: value for name, value in written.items() if name and value not in ("", None)}


def address_body(address: Address) -> dict[str, str]:
    """An address as Salesforce spells it; what is not known is left out, what is too long is cut."""
    second = ", ".join(filter(None, (address.street_2, address.additional_info)))
    body = {
        "firstName": address.first_name,
        "lastName": address.last_name,
        "companyName": address.company,
        "address1": address.street_1,
        "address2": second,
        "postalCode": address.zip_code,
        "city": address.city,
        "stateCode": address.state,
        "countryCode": address.country_code.upper(),
        "phone": address.phone,
    }
    return {name: value[:LONGEST] for name, value in body.items() if value}


def _item(line: DraftLine, draft: OrderDraft, settings: StoreSettings) -> dict[str, Any]:
    net = line.gross - line.tax
    rates = {tax.rate for tax in line.taxes}
    rate = next(iter(rates)) if len(rates) == 1 else None
    body = {
        "productId": line.product_id or line.sku,
        "productName": (line.title or line.sku)[:LONGEST],
        "quantity": line.quantity,
        "basePrice": _per_piece(net if settings.taxation == "net" else line.gross, line.quantity, draft.currency),
        "netPrice": net,
        "tax": line.tax,
        "grossPrice": line.gross,
        "shipmentId": SHIPMENT,
        settings.attribute("line"): line.line_id,
    }
    return body if rate is None else body | {"taxRate": rate / 100}


def _shipment(draft: OrderDraft, address: Address, settings: StoreSettings) -> dict[str, Any]:
    charged = draft.shipping
    title = charged.title or "Marketplace shipping"
    return {
        "shipmentId": SHIPMENT,
        "shippingMethod": (settings.shipping_methods.get(title) or settings.shipping_method or title)[:LONGEST],
        "shippingAddress": address_body(address),
        "shippingTotal": charged.gross - charged.tax if settings.taxation == "net" else charged.gross,
        "taxTotal": charged.tax,
    }


def _payment(draft: OrderDraft, settings: StoreSettings) -> dict[str, Any]:
    transaction = {"amount": draft.total.amount, "transactionId": draft.reference.order_id[:LONGEST]}
    return {"paymentMethodId": settings.payment_method, "paymentTransaction": transaction}


def _per_piece(amount: Decimal, quantity: int, currency: str) -> Decimal:
    """Shown to people; the amounts of the whole line are what is added up."""
    return (amount / quantity).quantize(smallest_unit(currency), ROUND_HALF_UP) if quantity else amount


def differing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that do not say what they shall; numbers are equal by value."""
    return {name: value for name, value in wanted.items() if not _same(value, there.get(name))}


def _same(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, Decimal) and isinstance(there, int | Decimal):
        return wanted == there
    return str(wanted) == str(there if there is not None else "")
