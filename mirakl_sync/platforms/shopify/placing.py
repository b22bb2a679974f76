"""From a draft to the inputs Shopify wants. Pure; exact to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirakl_sync.money import Money
from mirakl_sync.platforms.shopify.amounts import money, shares, tax_lines, told_taxes
from mirakl_sync.platforms.shopify.client import reference_field, released_field
from mirakl_sync.platforms.shopify.documents.orders import CLAIMS, NAMESPACE
from mirakl_sync.platforms.shopify.gids import gid
from mirakl_sync.platforms.shopify.orders import BYPASS, LINE_ID, REFERENCE
from mirakl_sync.platforms.shopify.settings import StoreSettings
from mirakl_sync.platforms.shopify.told import Variant
from mirakl_sync.records.order import Address
from mirakl_sync.records.shop import CommissionShape, DraftLine, OrderDraft, OrderReference

# The shop's limits.
LONGEST_TAG = 40
BEHAVIOURS = {
    "ignoring_policy": "DECREMENT_IGNORING_POLICY",
    "obeying_policy": "DECREMENT_OBEYING_POLICY",
    BYPASS: "BYPASS",
}
# Where Shopify knows regions by code, and an address without one is incomplete.
_REGIONS = "AR AU BR CA CL CN CO EG ES GT HK ID IE IN IT JP KR MX MY NG NZ PA PE PH PT RO RU TH UY US VE ZA"
REGIONS = frozenset(_REGIONS.split())
HOLD = {
    "reason": "OTHER",
    "reasonNotes": "The marketplace has not released this order yet.",
    "handle": "mirakl_sync",
    "notifyMerchant": False,
}


def options(settings: StoreSettings) -> dict[str, Any]:
    """``OrderCreateOptionsInput``: buyers are the marketplace's to write to."""
    behaviour = BEHAVIOURS[settings.claims]
    return {"inventoryBehaviour": behaviour, "sendReceipt": False, "sendFulfillmentReceipt": False}


def order_input(draft: OrderDraft, variants: Mapping[str, Variant], settings: StoreSettings) -> dict[str, Any]:
    """``OrderCreateOrderInput``: unpaid, so that nobody takes it for work before it is held."""
    reference, title = draft.reference, draft.marketplace_title or draft.reference.marketplace
    body: dict[str, Any] = {
        "currency": draft.currency,
        "taxesIncluded": True,
        "processedAt": draft.created_at.isoformat(),
        "financialStatus": "PENDING",
        "sourceName": settings.source_name,
        "sourceIdentifier": reference.order_id,
        "poNumber": reference.order_id,
        "note": draft.note,
        "tags": tags(reference),
        "customAttributes": attributes(draft, settings),
        "metafields": metafields(draft, settings),
        "lineItems": [item for line in draft.lines for item in _items(draft, line, variants[line.sku], settings)],
        "shippingLines": [_shipping(draft, settings, title)],
    }
    return body | _customer(draft, settings) | addresses(draft, with_billing=True)


def release_input(draft: OrderDraft) -> dict[str, Any]:
    """``OrderInput``: what only the release knows, and the mark that it has been."""
    body: dict[str, Any] = {"metafields": [released_field()]}
    if not draft.customer.generic and draft.customer.email:
        body["email"] = draft.customer.email
    return body | addresses(draft, with_billing=False)


def tags(reference: OrderReference) -> list[str]:
    """For people's filters. What is too long for a tag is left out; the exact id stands elsewhere."""
    told = ("mirakl", f"mirakl:{reference.marketplace}", f"mirakl-order:{reference.order_id}")
    return [tag for tag in told if len(tag) <= LONGEST_TAG and "," not in tag]


def attributes(draft: OrderDraft, settings: StoreSettings) -> list[dict[str, str]]:
    """``customAttributes``: the additional details staff read; apps that copy orders copy them."""
    told = {REFERENCE: str(draft.reference)}
    if settings.amounts_in == "attributes":
        told |= readable(draft)
    return [{"key": key, "value": value} for key, value in told.items() if value]


def metafields(draft: OrderDraft, settings: StoreSettings) -> list[dict[str, str]]:
    """Our key, how the order claims its stock, and the commission for whoever counts."""
    told = [
        reference_field(str(draft.reference)),
        _field(CLAIMS, "single_line_text_field", settings.claims),
        _field("commission", "number_decimal", format(draft.commission.amount.rounded().amount, "f")),
    ]
    if settings.amounts_in == "metafields":
        known = readable(draft).items()
        told += [_field(f"told_{key}"[:64], "single_line_text_field", value) for key, value in known if value]
    return told


def readable(draft: OrderDraft) -> dict[str, str]:
    """What staff shall see of the sale."""
    commission = draft.commission.amount
    told = {
        "marketplace": draft.marketplace_title or draft.reference.marketplace,
        "marketplace_gross": str(draft.total),
        "marketplace_commission": str(commission),
        "marketplace_net": str(Money(draft.total.amount - commission.amount, draft.currency)),
    }
    if draft.commission.shape is CommissionShape.ATTRIBUTE:
        told[draft.commission.target.lstrip("_") or "marketplace_commission"] = str(commission)
    return told | {name.lstrip("_"): str(value).replace("\n", " ") for name, value in draft.attributes.items()}


def addresses(draft: OrderDraft, *, with_billing: bool) -> dict[str, Any]:
    """Nothing while the marketplace shows no address; a billing address can be told only when the order is made."""
    billing, shipping = draft.billing or draft.shipping_address, draft.shipping_address or draft.billing
    if billing is None or shipping is None:
        return {}
    told = {"shippingAddress": _address(shipping)}
    return told | ({"billingAddress": _address(billing)} if with_billing else {})


def _items(draft: OrderDraft, line: DraftLine, variant: Variant, settings: StoreSettings) -> list[dict[str, Any]]:
    taxed = settings.taxes == "told" and not draft.tax_exempt
    taxes = told_taxes(line.taxes, line.tax) if taxed else ()
    return [
        {
            "variantId": variant.id,
            "title": line.title or line.sku,
            "sku": line.sku,
            "quantity": share.quantity,
            "requiresShipping": variant.requires_shipping,
            "taxable": not draft.tax_exempt,
            "priceSet": money(share.price, draft.currency),
            "taxLines": tax_lines(share.taxes, share.gross, draft.currency, liable=settings.channel_liable),
            "properties": [{"name": LINE_ID, "value": line.line_id}],
        }
        for share in shares(line.gross, line.quantity, taxes, draft.currency)
    ]


def _shipping(draft: OrderDraft, settings: StoreSettings, title: str) -> dict[str, Any]:
    shipping = draft.shipping
    taxed = settings.taxes == "told" and not draft.tax_exempt
    taxes = told_taxes(shipping.taxes, shipping.tax) if taxed else ()
    return {
        "title": shipping.title or "Marketplace shipping",
        "source": title,
        "priceSet": money(shipping.gross, draft.currency),
        "taxLines": tax_lines(taxes, shipping.gross, draft.currency, liable=settings.channel_liable),
    }


def _customer(draft: OrderDraft, settings: StoreSettings) -> dict[str, Any]:
    """The shared customer, or the buyer's relay address alone: a customer made of it would be one for every order."""
    customer = draft.customer.shop_customer_id or (settings.generic_customer if draft.customer.generic else "")
    if customer:
        return {"customer": {"toAssociate": {"id": gid("Customer", customer.rpartition("/")[2])}}}
    return {"email": draft.customer.email} if draft.customer.email else {}


def _field(key: str, kind: str, value: str) -> dict[str, str]:
    return {"namespace": NAMESPACE, "key": key, "type": kind, "value": value}


def _address(address: Address) -> dict[str, str]:
    second = ", ".join(part for part in (address.street_2, address.additional_info) if part)
    told = {
        "firstName": address.first_name,
        "lastName": address.last_name,
        "company": address.company,
        "address1": address.street_1,
        "address2": second,
        "zip": address.zip_code,
        "city": address.city,
        **_region(address),
        "countryCode": address.country_code,
        "country": "" if address.country_code else address.country_label,
        "phone": address.phone,
    }
    return {name: value for name, value in told.items() if value}


def _region(address: Address) -> dict[str, str]:
    """A code only where the shop knows codes; elsewhere what stands on the parcel."""
    is_code = address.country_code in REGIONS and len(address.state) <= 3
    return {"provinceCode" if is_code else "province": address.state}
